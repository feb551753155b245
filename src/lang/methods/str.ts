import { BLANKS, stripEnd, stripStart } from '../../lib/trim.ts';
import { codePointLength, codePointSlice, codePoints } from '../code-points.ts';
import { dictGet, makeDict } from '../dicts.ts';
import { encodeText } from '../encoding.ts';
import { iterate } from '../sequence.ts';
import {
  foldText,
  isAlpha,
  isDecimal,
  isDigit,
  isIdentifierPart,
  isIdentifierStart,
  isLower,
  isNumeric,
  isPrintable,
  isSpace,
  isTitle,
  isUpper,
  LINE_BREAKS,
  titleCharacter,
} from '../unicode.ts';
import { isDict, isInt, makeTuple, PythonError, Tuple, typeName, type Value } from '../values.ts';
import { boundArgument, intArgument, type Members, type Method, named, positional, textArgument } from './method.ts';

type Args = readonly Value[];

/** The part of the text that a search looks at, and where it begins; undefined when the bounds leave nothing, not even an empty part. */
function searched(text: string, args: Args): { part: string; offset: number } | undefined {
  const size = codePointLength(text);
  const start = clamp(boundArgument(args[1], 0), size);
  const stop = Math.min(clamp(boundArgument(args[2], size), size), size);
  if (start > stop) return undefined;
  return { part: codePointSlice(text, start, stop), offset: start };
}

function clamp(index: number, size: number): number {
  return index < 0 ? Math.max(index + size, 0) : index;
}

function find(text: string, args: Args): number {
  const needle = textArgument(args[0] as Value);
  const area = searched(text, args);
  const index = area?.part.indexOf(needle) ?? -1;
  return area && index >= 0 ? area.offset + codePointLength(area.part.slice(0, index)) : -1;
}

function findLast(text: string, args: Args): number {
  const needle = textArgument(args[0] as Value);
  const area = searched(text, args);
  const index = area?.part.lastIndexOf(needle) ?? -1;
  return area && index >= 0 ? area.offset + codePointLength(area.part.slice(0, index)) : -1;
}

function found(index: number): number {
  if (index < 0) throw new PythonError('ValueError', 'substring not found');
  return index;
}

function count(text: string, args: Args): number {
  const needle = textArgument(args[0] as Value);
  const area = searched(text, args);
  if (!area) return 0;
  return needle === '' ? codePointLength(area.part) + 1 : area.part.split(needle).length - 1;
}

function matches(text: string, args: Args, test: (part: string, affix: string) => boolean): boolean {
  const affixes = args[0] as Value;
  const area = searched(text, args);
  if (typeof affixes === 'string') return area !== undefined && test(area.part, affixes);
  if (!(affixes instanceof Tuple)) {
    throw new PythonError('TypeError', `first arg must be str or a tuple of str, not ${typeName(affixes)}`);
  }
  for (const affix of affixes) {
    if (typeof affix !== 'string') throw new PythonError('TypeError', `tuple must only contain str, not ${typeName(affix)}`);
    if (area && test(area.part, affix)) return true;
  }
  return false;
}

function replace(text: string, args: Args): string {
  const old = textArgument(args[0] as Value);
  const by = textArgument(args[1] as Value);
  const limit = args[2] === undefined ? -1 : intArgument(args[2]);
  if (limit < 0 && old !== '') return text.replaceAll(old, () => by);
  const pieces = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
  const times = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  const head = pieces.slice(0, times + 1).join(by);
  return times === pieces.length - 1 ? head : head + old + pieces.slice(times + 1).join(old);
}

const BLANK_RUN = new RegExp(`[${BLANKS}]+`, 'u');

function strip(text: string, chars: Value | undefined, left: boolean, right: boolean): string {
  if (chars === undefined || chars === null) {
    const head = left ? stripStart(text) : text;
    return right ? stripEnd(head) : head;
  }
  if (typeof chars !== 'string') throw new PythonError('TypeError', 'strip arg must be None or str');
  const unwanted = new Set(codePoints(chars));
  const characters = codePoints(text);
  let start = 0;
  let stop = characters.length;
  if (left) while (start < stop && unwanted.has(characters[start] as string)) start++;
  if (right) while (stop > start && unwanted.has(characters[stop - 1] as string)) stop--;
  return characters.slice(start, stop).join('');
}

function splitArguments(args: readonly (Value | undefined)[]): { separator: string | undefined; limit: number } {
  const [separator, limit] = args;
  const most = limit === undefined ? -1 : intArgument(limit);
  if (separator === undefined || separator === null) return { separator: undefined, limit: most };
  if (textArgument(separator) === '') throw new PythonError('ValueError', 'empty separator');
  return { separator: separator as string, limit: most };
}

function split(text: string, args: readonly (Value | undefined)[]): string[] {
  const { separator, limit } = splitArguments(args);
  if (separator === undefined) return splitBlanks(text, limit);
  const pieces = text.split(separator);
  if (limit < 0 || pieces.length <= limit + 1) return pieces;
  return [...pieces.slice(0, limit), pieces.slice(limit).join(separator)];
}

// What is left when the limit is reached keeps the blanks at its end.
function splitBlanks(text: string, limit: number): string[] {
  let rest = stripStart(text);
  const pieces: string[] = [];
  while (rest !== '') {
    const gap = limit >= 0 && pieces.length >= limit ? null : BLANK_RUN.exec(rest);
    if (!gap) {
      pieces.push(rest);
      break;
    }
    pieces.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  return pieces;
}

function splitFromRight(text: string, args: readonly (Value | undefined)[]): string[] {
  const { separator, limit } = splitArguments(args);
  if (limit < 0) return split(text, args);
  if (separator !== undefined) {
    const pieces = text.split(separator);
    if (pieces.length <= limit + 1) return pieces;
    const kept = pieces.length - limit;
    return [pieces.slice(0, kept).join(separator), ...pieces.slice(kept)];
  }
  return splitBlanksFromRight(text, limit);
}

function splitBlanksFromRight(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = stripEnd(text);
  while (rest !== '') {
    let start = rest.length;
    if (pieces.length >= limit) start = 0;
    else while (start > 0 && !isSpace(rest[start - 1] as string)) start--;
    pieces.unshift(rest.slice(start));
    rest = stripEnd(rest.slice(0, start));
  }
  return pieces;
}

const LINE_END = new RegExp(`\\r\\n|[${LINE_BREAKS}]`, 'g');

/** The lines of a text, with their ends when those are kept. */
export function splitLines(text: string, keepEnds: boolean, lineEnd: RegExp = LINE_END): string[] {
  const lines: string[] = [];
  let start = 0;
  for (const match of text.matchAll(lineEnd)) {
    const end = match.index + match[0].length;
    lines.push(text.slice(start, keepEnds ? end : match.index));
    start = end;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

function partition(text: string, separator: string, last: boolean): Tuple {
  if (separator === '') throw new PythonError('ValueError', 'empty separator');
  const index = last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (index < 0) return last ? makeTuple('', '', text) : makeTuple(text, '', '');
  return makeTuple(text.slice(0, index), separator, text.slice(index + separator.length));
}

/** Python's `str.join`; raises TypeError for an item that is no text. */
function join(separator: string, items: Value): string {
  const texts: string[] = [];
  for (const item of iterate(items)) {
    if (typeof item !== 'string') {
      throw new PythonError('TypeError', `sequence item ${texts.length}: expected str instance, ${typeName(item)} found`);
    }
    texts.push(item);
  }
  return texts.join(separator);
}

function pad(text: string, args: Args, share: (missing: number, width: number) => number): string {
  const width = intArgument(args[0] as Value);
  const fill = args[1] === undefined ? ' ' : textArgument(args[1]);
  if (codePointLength(fill) !== 1) throw new PythonError('TypeError', 'The fill character must be exactly one character long');
  const missing = checkSize(width - codePointLength(text));
  if (missing <= 0) return text;
  const left = share(missing, width);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

// Beyond it the reference would run out of memory.
const LARGEST_PADDING = 1 << 28;

function checkSize(size: number): number {
  if (size > LARGEST_PADDING) throw new PythonError('MemoryError', 'the padded text is too large');
  return size;
}

function fillZeros(text: string, width: number): string {
  const missing = checkSize(width - codePointLength(text));
  if (missing <= 0) return text;
  const sign = text.startsWith('+') || text.startsWith('-') ? (text[0] as string) : '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

function expandTabs(text: string, size: number): string {
  let column = 0;
  let out = '';
  for (const character of text) {
    if (character === '\t') {
      const width = size > 0 ? size - (column % size) : 0;
      out += ' '.repeat(checkSize(width));
      column += width;
    } else {
      out += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return out;
}

function isCased(character: string): boolean {
  return isUpper(character) || isLower(character) || isTitle(character);
}

/** `str.title()` of a text. */
export function titleText(text: string): string {
  let inWord = false;
  let out = '';
  let position = 0;
  for (const character of text) {
    const cased = isCased(character);
    if (!cased) out += character;
    else out += inWord ? lowerCharacter(text, character, position) : titleCharacter(character);
    inWord = cased;
    position += character.length;
  }
  return out;
}

/** A character in lowercase, a capital sigma by its place: it has another form at the end of a word. */
function lowerCharacter(text: string, character: string, position: number): string {
  if (character !== '\u03a3') return character.toLowerCase();
  const endsWord = isCasedBefore(text, position) && !/\p{Case_Ignorable}*\p{Cased}/uy.test(text.slice(position + 1));
  return endsWord ? '\u03c2' : '\u03c3';
}

/** Whether the nearest character before the position that case does not ignore is a cased one. */
function isCasedBefore(text: string, position: number): boolean {
  let at = position;
  while (at > 0) {
    at -= 1;
    if (/[\udc00-\udfff]/.test(text[at] as string) && at > 0) at -= 1;
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    if (!/^\p{Case_Ignorable}/u.test(character)) return /^\p{Cased}/u.test(character);
  }
  return false;
}

/** `str.capitalize()` of a text. */
export function capitalizeText(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return text === '' ? '' : titleCharacter(first) + text.toLowerCase().slice(first.toLowerCase().length);
}

function swapCase(text: string): string {
  let out = '';
  let position = 0;
  for (const character of text) {
    if (isUpper(character)) out += lowerCharacter(text, character, position);
    else out += isLower(character) ? character.toUpperCase() : character;
    position += character.length;
  }
  return out;
}

function everyCharacter(test: (character: string) => boolean): Method<string> {
  return positional(0, 0, (text) => text !== '' && codePoints(text).every(test));
}

function isTitled(text: string): boolean {
  let cased = false;
  let inWord = false;
  for (const character of text) {
    if (isTitle(character)) {
      if (inWord) return false;
      inWord = true;
      cased = true;
    } else if (isLower(character)) {
      if (!inWord) return false;
      cased = true;
    } else inWord = false;
  }
  return cased;
}

function hasOnlyCase(text: string, wanted: (character: string) => boolean, refused: (character: string) => boolean): boolean {
  let seen = false;
  for (const character of text) {
    if (refused(character)) return false;
    seen ||= wanted(character);
  }
  return seen;
}

function isIdentifier(text: string): boolean {
  const [first, ...rest] = codePoints(text);
  return first !== undefined && isIdentifierStart(first) && rest.every(isIdentifierPart);
}

function makeTranslation(args: Args): Value {
  const [from, to, removed] = args as [Value, Value | undefined, Value | undefined];
  if (to === undefined) {
    if (!isDict(from)) throw new PythonError('TypeError', 'if you give only one argument to maketrans it must be a dict');
    return makeDict(Array.from(iterate(from), (key) => [translationKey(key), dictGet(from, key) as Value] as const));
  }
  const left = codePoints(textArgument(from));
  const right = codePoints(textArgument(to));
  if (left.length !== right.length) throw new PythonError('ValueError', 'the first two maketrans arguments must have equal length');
  const pairs: [Value, Value][] = left.map((character, index) => [codeOf(character), codeOf(right[index] as string)]);
  for (const character of removed === undefined ? [] : codePoints(textArgument(removed))) pairs.push([codeOf(character), null]);
  return makeDict(pairs);
}

function codeOf(character: string): number {
  return character.codePointAt(0) as number;
}

function translationKey(key: Value): Value {
  if (typeof key !== 'string') {
    if (isInt(key)) return key;
    throw new PythonError('TypeError', 'keys in translate table must be strings or integers');
  }
  if (codePointLength(key) !== 1) throw new PythonError('ValueError', 'string keys in translate table must be of length 1');
  return codeOf(key);
}

function translate(text: string, table: Value): string {
  let out = '';
  for (const character of text) {
    const entry = translationOf(table, codeOf(character));
    if (entry === undefined) out += character;
    else if (typeof entry === 'string') out += entry;
    else if (entry !== null) out += characterOf(entry);
  }
  return out;
}

function translationOf(table: Value, code: number): Value | undefined {
  if (isDict(table)) return dictGet(table, code);
  if (Array.isArray(table)) return table[code];
  if (typeof table === 'string') return codePoints(table)[code];
  throw new PythonError('TypeError', `'${typeName(table)}' object is not subscriptable`);
}

function characterOf(entry: Value): string {
  if (!isInt(entry)) throw new PythonError('TypeError', 'character mapping must return integer, None or str');
  if (entry < 0 || entry > 0x10ffff) throw new PythonError('ValueError', 'character mapping must be in range(0x110000)');
  return String.fromCodePoint(Number(entry));
}

const methods: Record<string, Method<string>> = {
  capitalize: positional(0, 0, capitalizeText),
  casefold: positional(0, 0, foldText),
  center: positional(1, 2, (text, args) => pad(text, args, (missing, width) => (missing >> 1) + (missing & width & 1))),
  count: positional(1, 3, count),
  encode: named(['encoding', 'errors'], 0, (text, [encoding = 'utf-8', errors = 'strict']) =>
    encodeText(text, textArgument(encoding), textArgument(errors)),
  ),
  endswith: positional(1, 3, (text, args) => matches(text, args, (part, affix) => part.endsWith(affix))),
  expandtabs: named(['tabsize'], 0, (text, [size = 8]) => expandTabs(text, intArgument(size))),
  find: positional(1, 3, find),
  index: positional(1, 3, (text, args) => found(find(text, args))),
  isalnum: everyCharacter((character) => isAlpha(character) || isNumeric(character)),
  isalpha: everyCharacter(isAlpha),
  isascii: positional(0, 0, (text) => /^[\0-\x7f]*$/.test(text)),
  isdecimal: everyCharacter(isDecimal),
  isdigit: everyCharacter(isDigit),
  isidentifier: positional(0, 0, isIdentifier),
  islower: positional(0, 0, (text) => hasOnlyCase(text, isLower, isTitle)),
  isnumeric: everyCharacter(isNumeric),
  isprintable: positional(0, 0, (text) => codePoints(text).every(isPrintable)),
  isspace: everyCharacter(isSpace),
  istitle: positional(0, 0, isTitled),
  isupper: positional(0, 0, (text) =>
    hasOnlyCase(text, isUpper, (character) => !isUpper(character) && (isLower(character) || isTitle(character))),
  ),
  join: positional(1, 1, (text, [items]) => join(text, items as Value)),
  ljust: positional(1, 2, (text, args) => pad(text, args, () => 0)),
  lower: positional(0, 0, (text) => text.toLowerCase()),
  lstrip: positional(0, 1, (text, [chars]) => strip(text, chars, true, false)),
  maketrans: positional(1, 3, (_, args) => makeTranslation(args)),
  partition: positional(1, 1, (text, [separator]) => partition(text, textArgument(separator as Value), false)),
  removeprefix: positional(1, 1, (text, [prefix]) => {
    const affix = textArgument(prefix as Value);
    return text.startsWith(affix) ? text.slice(affix.length) : text;
  }),
  removesuffix: positional(1, 1, (text, [suffix]) => {
    const affix = textArgument(suffix as Value);
    return text.endsWith(affix) ? text.slice(0, text.length - affix.length) : text;
  }),
  replace: positional(2, 3, replace),
  rfind: positional(1, 3, findLast),
  rindex: positional(1, 3, (text, args) => found(findLast(text, args))),
  rjust: positional(1, 2, (text, args) => pad(text, args, (missing) => missing)),
  rpartition: positional(1, 1, (text, [separator]) => partition(text, textArgument(separator as Value), true)),
  rsplit: named(['sep', 'maxsplit'], 0, splitFromRight),
  rstrip: positional(0, 1, (text, [chars]) => strip(text, chars, false, true)),
  split: named(['sep', 'maxsplit'], 0, split),
  splitlines: named(['keepends'], 0, (text, [keepEnds = false]) => splitLines(text, intArgument(keepEnds) !== 0)),
  startswith: positional(1, 3, (text, args) => matches(text, args, (part, affix) => part.startsWith(affix))),
  strip: positional(0, 1, (text, [chars]) => strip(text, chars, true, true)),
  swapcase: positional(0, 0, swapCase),
  title: positional(0, 0, titleText),
  translate: positional(1, 1, (text, [table]) => translate(text, table as Value)),
  upper: positional(0, 0, (text) => text.toUpperCase()),
  zfill: positional(1, 1, (text, [width]) => fillZeros(text, intArgument(width as Value))),
};

/** What a str offers, but for `format` and `format_map`, which need attribute access themselves. */
export const strMembers: Members<string> = { methods: new Map(Object.entries(methods)) };
