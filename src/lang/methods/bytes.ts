import { decodeBytes } from '../encoding.ts';
import { iterate } from '../sequence.ts';
import { isInt, PythonError, Tuple, tupleFrom, typeName, type Value } from '../values.ts';
import { intArgument, type Members, type Method, named, positional, textArgument } from './method.ts';
import { splitLines, strMembers } from './str.ts';

// Bytes that ASCII methods leave alone are moved to private characters, which have no case and are no blanks or digits.
const PRIVATE = 0xe000;

function isAsciiByte(byte: number): boolean {
  return byte < 0x1c || (byte >= 0x20 && byte < 0x80);
}

function toText(bytes: Iterable<number>): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(isAsciiByte(byte) ? byte : PRIVATE + byte);
  return text;
}

function fromText(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0) & 0xff);
}

function toTextArgument(value: Value): Value {
  if (value instanceof Uint8Array) return toText(value);
  if (value instanceof Tuple) return tupleFrom(value.map(toTextArgument));
  if (typeof value === 'string') throw new PythonError('TypeError', "a bytes-like object is required, not 'str'");
  return value;
}

function fromTextResult(value: Value): Value {
  if (typeof value === 'string') return fromText(value);
  if (value instanceof Tuple) return tupleFrom(value.map(fromTextResult));
  return Array.isArray(value) ? value.map(fromTextResult) : value;
}

/** The str method of that name, on bytes as text of ASCII characters and private ones. */
function asText(name: string): Method<Uint8Array> {
  const method = strMembers.methods.get(name) as Method<string>;
  return (self, args, keywords) => {
    const texts = new Map(Array.from(keywords, ([key, value]) => [key, toTextArgument(value)] as const));
    return fromTextResult(method(toText(self), args.map(toTextArgument), texts));
  };
}

/** A search, which also takes a single byte as an int. */
function asSearch(name: string): Method<Uint8Array> {
  const method = asText(name);
  return (self, [needle, ...bounds], keywords) => {
    const isByte = needle !== undefined && (isInt(needle) || typeof needle === 'boolean');
    return method(self, needle === undefined ? [] : [isByte ? byteOf(needle) : needle, ...bounds], keywords);
  };
}

function byteOf(value: Value): Uint8Array {
  const byte = intArgument(value);
  if (byte < 0 || byte > 255) throw new PythonError('ValueError', 'byte must be in range(0, 256)');
  return Uint8Array.of(byte);
}

function join(separator: Uint8Array, items: Value): Uint8Array {
  const bytes: number[] = [];
  let first = true;
  for (const item of iterate(items)) {
    if (!(item instanceof Uint8Array)) {
      throw new PythonError('TypeError', `sequence item: expected a bytes-like object, ${typeName(item)} found`);
    }
    if (!first) bytes.push(...separator);
    bytes.push(...item);
    first = false;
  }
  return Uint8Array.from(bytes);
}

function hex(bytes: Uint8Array, separator: Value | undefined, group: number): string {
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'));
  if (separator === undefined || group === 0) return pairs.join('');
  const between = separator instanceof Uint8Array ? toText(separator) : textArgument(separator);
  if (between.length !== 1) throw new PythonError('ValueError', 'sep must be length 1.');
  const size = Math.abs(group);
  const isBreak = (index: number) => (group > 0 ? (pairs.length - index) % size === 0 : index % size === 0);
  return pairs.map((pair, index) => (index > 0 && isBreak(index) ? between + pair : pair)).join('');
}

/** Python's `bytes.fromhex`; raises ValueError. */
function fromHex(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const part of text.split(/[\t-\r ]+/)) {
    if (!/^(?:[0-9a-f]{2})*$/i.test(part)) throw new PythonError('ValueError', 'non-hexadecimal number found in fromhex() arg');
    for (let i = 0; i < part.length; i += 2) bytes.push(Number.parseInt(part.slice(i, i + 2), 16));
  }
  return Uint8Array.from(bytes);
}

function bytesArgument(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(value)}'`);
}

function makeTranslation(from: Uint8Array, to: Uint8Array): Uint8Array {
  if (from.length !== to.length) throw new PythonError('ValueError', 'maketrans arguments must have same length');
  const table = Uint8Array.from({ length: 256 }, (_, index) => index);
  from.forEach((byte, index) => {
    table[byte] = to[index] as number;
  });
  return table;
}

function translate(bytes: Uint8Array, table: Value, removed: Uint8Array): Uint8Array {
  const kept = bytes.filter((byte) => !removed.includes(byte));
  if (table === null) return kept;
  const mapping = bytesArgument(table);
  if (mapping.length !== 256) throw new PythonError('ValueError', 'translation table must be 256 characters long');
  return kept.map((byte) => mapping[byte] as number);
}

const TEXT_METHODS =
  'capitalize center endswith expandtabs isalnum isalpha isdigit islower isspace istitle isupper ljust lower lstrip partition removeprefix removesuffix replace rjust rpartition rsplit rstrip split startswith strip swapcase title upper zfill';
const SEARCHES = 'count find index rfind rindex';

const methods: Record<string, Method<Uint8Array>> = {
  ...Object.fromEntries(TEXT_METHODS.split(' ').map((name) => [name, asText(name)])),
  ...Object.fromEntries(SEARCHES.split(' ').map((name) => [name, asSearch(name)])),
  decode: named(['encoding', 'errors'], 0, (self, [encoding = 'utf-8', errors = 'strict']) =>
    decodeBytes(self, textArgument(encoding), textArgument(errors)),
  ),
  fromhex: positional(1, 1, (_, [text]) => fromHex(textArgument(text as Value))),
  hex: named(['sep', 'bytes_per_sep'], 0, (self, [separator, group = 1]) => hex(self, separator, intArgument(group))),
  isascii: positional(0, 0, (self) => self.every((byte) => byte < 0x80)),
  join: positional(1, 1, (self, [items]) => join(self, items as Value)),
  maketrans: positional(2, 2, (_, [from, to]) => makeTranslation(bytesArgument(from as Value), bytesArgument(to as Value))),
  splitlines: named(['keepends'], 0, (self, [keepEnds = false]) =>
    splitLines(toText(self), intArgument(keepEnds) !== 0, /\r\n|[\n\r]/g).map(fromText),
  ),
  translate: named(['table', 'delete'], 1, (self, [table, removed]) =>
    translate(self, table as Value, removed === undefined ? new Uint8Array() : bytesArgument(removed)),
  ),
};

/** What bytes offer. */
export const bytesMembers: Members<Uint8Array> = { methods: new Map(Object.entries(methods)) };
