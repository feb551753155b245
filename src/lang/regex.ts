import { type Exec, guardPattern } from './regex-guard.ts';
import { groupName, translatePattern } from './regex-syntax.ts';
import { isDecimal } from './unicode.ts';
import { PythonError, tupleFrom, type Value } from './values.ts';

/** One match of a pattern. */
export interface RegexMatch {
  /** The whole match, then each group by its number; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[];
  /** The numbers of the named groups. */
  readonly names: ReadonlyMap<string, number>;
  /** Where it begins and ends, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** A compiled pattern of Python's `re`. */
export interface Regex {
  readonly pattern: string;
  readonly groups: number;
  /** The first match anywhere. */
  search(text: string): RegexMatch | undefined;
  /** The match at the beginning. */
  match(text: string): RegexMatch | undefined;
  /** The match of the whole text. */
  fullmatch(text: string): RegexMatch | undefined;
  /** Every match: texts, the only group's text, or tuples of the groups. */
  findall(text: string): Value[];
  /** The text with every match replaced, or the first `count` when that is not 0; raises `error` for a malformed replacement. */
  sub(replacement: string, text: string, count?: number): string;
}

const MOST_CACHED = 512;
const cache = new Map<string, Regex>();

/** Compiles a pattern of Python's `re`, once for each text; raises the PythonError `error` for a malformed one. */
export function compileRegex(pattern: string): Regex {
  let regex = cache.get(pattern);
  if (!regex) {
    if (cache.size >= MOST_CACHED) cache.clear();
    regex = createRegex(pattern);
    cache.set(pattern, regex);
  }
  return regex;
}

function createRegex(pattern: string): Regex {
  const { source, ignoreCase, groups, names } = translatePattern(pattern);
  const flags = ignoreCase ? 'vi' : 'v';
  const anywhere = build(source, `${flags}g`);
  const begin = guardPattern(source, pattern);
  let atStart: RegExp | undefined;
  let whole: RegExp | undefined;
  let notEmpty: RegExp | undefined;

  function toMatch(found: RegExpExecArray): RegexMatch {
    const texts: (string | undefined)[] = [found[0]];
    for (let i = 1; i <= groups; i++) texts.push(found.groups?.[groupName(i)]);
    return { groups: texts, names, start: found.index, end: found.index + found[0].length };
  }

  function first(regexp: RegExp, text: string): RegexMatch | undefined {
    regexp.lastIndex = 0;
    const found = begin()(regexp, text);
    return found ? toMatch(found) : undefined;
  }

  // Every match in turn: an empty one may be followed by one at the same place that is not.
  function* every(text: string): Iterable<RegexMatch> {
    let position = 0;
    let wasEmpty = false;
    const exec = begin();
    while (position <= text.length) {
      const found: RegexMatch | undefined =
        (wasEmpty ? longer(exec, text, position) : undefined) ?? from(exec, text, wasEmpty ? nextCharacter(text, position) : position);
      if (!found) return;
      yield found;
      position = found.end;
      wasEmpty = found.start === found.end;
    }
  }

  function from(exec: Exec, text: string, position: number): RegexMatch | undefined {
    for (let start = position; start <= text.length; ) {
      anywhere.lastIndex = start;
      const found: RegExpExecArray | null = exec(anywhere, text);
      if (!found) return undefined;
      // V8 finds empty matches of lookbehinds between the halves of a surrogate pair.
      if (!isInsidePair(text, found.index)) return toMatch(found);
      start = found.index + 1;
    }
    return undefined;
  }

  function longer(exec: Exec, text: string, position: number): RegexMatch | undefined {
    // What is left of the text tells one place from another.
    notEmpty ??= build(`(?=(?<rest>[\\s\\S]*))(?:${source})(?!\\k<rest>$)`, `${flags}y`);
    notEmpty.lastIndex = position;
    const found = exec(notEmpty, text);
    return found ? toMatch(found) : undefined;
  }

  return {
    pattern,
    groups,
    search: (text) => from(begin(), text, 0),
    match(text) {
      atStart ??= build(source, `${flags}y`);
      return first(atStart, text);
    },
    fullmatch(text) {
      whole ??= build(`(?:${source})$`, `${flags}y`);
      return first(whole, text);
    },
    findall: (text) => Array.from(every(text), (found) => findallItem(found.groups)),
    sub(replacement, text, count = 0) {
      const expand = compileReplacement(replacement, groups, names);
      let left = count > 0 ? count : Infinity;
      let out = '';
      let end = 0;
      for (const found of every(text)) {
        if (left-- <= 0) break;
        out += text.slice(end, found.start) + expand(found.groups);
        end = found.end;
      }
      return out + text.slice(end);
    },
  };
}

function isInsidePair(text: string, position: number): boolean {
  return position > 0 && (text.codePointAt(position - 1) ?? 0) > 0xffff;
}

function nextCharacter(text: string, position: number): number {
  return position + ((text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1);
}

function build(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    if (error instanceof SyntaxError) throw new PythonError('error', error.message);
    throw error;
  }
}

function findallItem(groups: RegexMatch['groups']): Value {
  if (groups.length === 1) return groups[0] as string;
  return groups.length === 2 ? (groups[1] ?? '') : tupleFrom(groups.slice(1).map((text) => text ?? ''));
}

type Expand = (groups: RegexMatch['groups']) => string;

const REPLACEMENT_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const ESCAPE = /\\(?:g(?:<([^>]*)>)?|0[0-7]{0,2}|([1-3][0-7]{2}|[4-7][0-7]{2})|([1-9][0-9]?)|([\s\S])|$)/gu;

// parity: CPython Lib/re/_parser.py:parse_template
function compileReplacement(replacement: string, groups: number, names: ReadonlyMap<string, number>): Expand {
  if (!replacement.includes('\\')) return () => replacement;
  const parts: (string | number)[] = [];
  let end = 0;
  for (const match of replacement.matchAll(ESCAPE)) {
    parts.push(replacement.slice(end, match.index), replacementPart(match, groups, names));
    end = match.index + match[0].length;
  }
  parts.push(replacement.slice(end));
  return (texts) => parts.map((part) => (typeof part === 'number' ? (texts[part] ?? '') : part)).join('');
}

function replacementPart(match: RegExpMatchArray, groups: number, names: ReadonlyMap<string, number>): string | number {
  const [whole, reference, octal, digits, other] = match;
  if (whole === '\\') throw new PythonError('error', 'bad escape (end of pattern)');
  if (whole.startsWith('\\g')) return groupIndex(reference, groups, names);
  if (whole.startsWith('\\0')) return String.fromCharCode(Number.parseInt(whole.slice(1), 8) & 0xff);
  if (octal !== undefined) return octalCharacter(octal);
  if (digits !== undefined) return checkGroup(Number(digits), groups);
  const character = REPLACEMENT_ESCAPES[other as string];
  if (character !== undefined) return character;
  if (/[A-Za-z]/.test(other as string)) throw new PythonError('error', `bad escape ${whole}`);
  return whole;
}

function octalCharacter(digits: string): string {
  const code = Number.parseInt(digits, 8);
  if (code > 0o377) throw new PythonError('error', `octal escape value \\${digits} outside of range 0-0o377`);
  return String.fromCharCode(code);
}

function groupIndex(reference: string | undefined, groups: number, names: ReadonlyMap<string, number>): number {
  if (!reference) throw new PythonError('error', reference === undefined ? 'missing <' : 'missing group name');
  if (Array.from(reference).every(isDecimal)) return checkGroup(Number(reference), groups);
  const index = names.get(reference);
  if (index !== undefined) return index;
  if (!/^[\p{XIDS}_]\p{XIDC}*$/u.test(reference)) throw new PythonError('error', `bad character in group name '${reference}'`);
  throw new PythonError('IndexError', `unknown group name '${reference}'`);
}

function checkGroup(index: number, groups: number): number {
  if (index > groups) throw new PythonError('error', `invalid group reference ${index}`);
  return index;
}
