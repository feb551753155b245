import type { Json, JsonObject } from './json.ts';
import { createSecrets, looksSecret } from './secrets.ts';
import { trimEnd } from './trim.ts';
import { userInfoSecrets } from './user-info.ts';

/** What a name has that may name a secret; whether it does is looked at more closely. */
const TELLING = /pass|pwd|secret|token|key|cred|auth|sign|cookie|bearer|jwt|session/i;
const NAME = /([\w-]{2,64})["']?[ \t]*[:=][ \t]*/g;
/** Characters of a line that are looked at behind a name. */
const LONGEST_VALUE = 2000;
/** Lines of a block below a name. */
const MOST_LINES = 200;
/** Characters that are looked at behind all names, so that a hostile text costs little. */
const MOST_CHARACTERS = 4_000_000;

/** Shorter texts are no secrets that anybody should have written down. */
const SHORTEST_WRITTEN = 8;
/** A word within a longer text must be at least this long to be taken for a secret. */
const SHORTEST_WORD = 16;

/**
 * The secrets that somebody has written into a text, be it YAML, JSON, Python or none of them any more: what stands behind a name of secrets and is no template,
 * no reference and no name itself, of templates the words that look made up, and the passwords of URLs.
 */
export function writtenSecrets(text: string): string[] {
  const found = new Set<string>(userInfoSecrets(text));
  let left = MOST_CHARACTERS;
  for (const match of text.matchAll(NAME)) {
    if (!tells(match[1] as string)) continue;
    for (const value of valuesAt(text, match.index, match.index + match[0].length)) {
      left -= value.length;
      for (const secret of secretsIn(value)) found.add(secret);
    }
    if (left < 0) break;
  }
  return [...found];
}

/** The same of a manifest that is no text, or of a component of it; objects within that are left out are for others to look into. */
export function writtenSecretsOf(manifest: Json, isLeftOut: (value: JsonObject | Json[]) => boolean = () => false): string[] {
  const found = new Set<string>();
  // Values below a telling name stand in the second list.
  const [open, told]: [Json[], Json[]] = [[manifest], []];
  const take = (value: Json | undefined, isTold: boolean): void => {
    if (typeof value === 'object' && value !== null) {
      if (!isLeftOut(value as JsonObject | Json[])) (isTold ? told : open).push(value);
    } else if (typeof value === 'string') {
      if (isTold) for (const secret of secretsIn(value)) found.add(secret);
      for (const secret of userInfoSecrets(value)) found.add(secret);
    }
  };
  while (open.length + told.length > 0) {
    const isTold = told.length > 0;
    const value = (isTold ? told : open).pop() as JsonObject | Json[];
    if (Array.isArray(value)) for (const item of value) take(item, isTold);
    else for (const key in value) take(value[key], isTold || tells(key));
  }
  return [...found];
}

/** Masks the secrets that are written anywhere in a text, in what is to be shown of it. */
export function maskOfWritten(text: string): (shown: string) => string {
  const secrets = createSecrets();
  for (const secret of writtenSecrets(text)) secrets.add(secret);
  return secrets.redactKnown;
}

function tells(name: string): boolean {
  return TELLING.test(name) && looksSecret(name);
}

/** What may be the value of a name: a quoted text, the rest of the line, or the lines below that are indented more. */
function valuesAt(text: string, nameAt: number, at: number): string[] {
  const lineEnd = text.indexOf('\n', at);
  const rest = text.slice(at, Math.min(lineEnd < 0 ? text.length : lineEnd, at + LONGEST_VALUE)).trimEnd();
  const quoted = /^(["'])((?:(?!\1)[^\\]|\\.)*)/.exec(rest);
  if (quoted !== null && !/^["']?[^\s,;:}\])"'#]/.test(rest.slice(quoted[0].length)))
    return [unescaped(quoted[2] as string), quoted[2] as string];
  if (rest !== '' && !/^[|>][-+\d]*$/.test(rest)) return [bare(rest)];
  return lineEnd < 0 ? [] : linesBelow(text, nameAt, lineEnd + 1);
}

function linesBelow(text: string, nameAt: number, at: number): string[] {
  const lineStart = text.lastIndexOf('\n', nameAt) + 1;
  const indentation = (/^[ \t]*/.exec(text.slice(lineStart, nameAt)) as RegExpExecArray)[0].length;
  const lines: string[] = [];
  for (let start = at; start < text.length && lines.length < MOST_LINES; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : Math.min(end, start + LONGEST_VALUE));
    if (line.trim() !== '' && line.search(/\S/) <= indentation) break;
    lines.push(bare(line.trim()));
    start = end < 0 ? text.length : end + 1;
  }
  return lines;
}

/** A value without what YAML and JSON put around it. */
function bare(text: string): string {
  return trimEnd(text.slice(lengthOfMarks(text)), '"\']},; ');
}

function lengthOfMarks(text: string): number {
  const mark = /- +|!\S* +|[[{*&"' ]/y;
  let length = 0;
  while (mark.test(text)) length = mark.lastIndex;
  return length;
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

function secretsIn(value: string): string[] {
  const words = (value.match(/[^\s"'`{}[\](),|:*&!][^\s"'`{}[\](),|:]*/g) ?? []).filter(
    (word) => word.length >= SHORTEST_WORD && /\d/.test(word) && /[a-z]/i.test(word) && !isName(word),
  );
  return value.length >= SHORTEST_WRITTEN && /^\S+$/.test(value) && !isName(value) && !value.includes('{{') ? [value, ...words] : words;
}

/** Words, keys, references and addresses tell where a secret is, and are none. */
function isName(value: string): boolean {
  return /^[a-z_.-]+:?$/i.test(value) || value.startsWith('#/') || /^[\w.]+[[(]/.test(value) || value.includes('://');
}
