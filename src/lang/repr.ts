import { floatText } from '../lib/json.ts';
import { type AnyDict, dictEntries } from './dicts.ts';
import { reprTime, strTime } from './times.ts';
import { isPrintable } from './unicode.ts';
import { Float, isDict, NamedTuple, PySet, PythonError, PythonObject, Tuple, Undefined, type Value } from './values.ts';

/** Python's `str()` of a value, as templates print it. */
export function str(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return Number.isInteger(value) ? String(value) : floatText(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return bigintText(value);
    default:
      break;
  }
  if (value === null) return 'None';
  if (value instanceof Undefined) return '';
  if (value instanceof PythonObject) return value.str();
  return strTime(value) ?? repr(value);
}

/** Python's `repr()` of a value. */
export function repr(value: Value): string {
  switch (typeof value) {
    case 'string':
      return reprText(value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return str(value);
    default:
      return value === null ? 'None' : reprObject(value);
  }
}

// Containers being printed, so that one inside itself ends as Python's dots.
const open = new Set<object>();

function reprObject(value: object & Value): string {
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof PythonObject) return value.repr();
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Uint8Array) return reprBytes(value);
  const time = reprTime(value);
  if (time !== undefined) return time;
  if (open.has(value)) return dots(value);
  open.add(value);
  try {
    return reprContainer(value);
  } finally {
    open.delete(value);
  }
}

function dots(value: object & Value): string {
  if (value instanceof Tuple) return '(...)';
  if (Array.isArray(value)) return '[...]';
  return value instanceof PySet ? 'set(...)' : '{...}';
}

function reprContainer(value: object & Value): string {
  if (value instanceof NamedTuple) {
    return `${value.label}(${value.fields.map((name, index) => `${name}=${repr(value[index] as Value)}`).join(', ')})`;
  }
  if (value instanceof Tuple) return value.length === 1 ? `(${repr(value[0] as Value)},)` : `(${joinRepr(value)})`;
  if (Array.isArray(value)) return `[${joinRepr(value)}]`;
  if (value instanceof PySet) return value.size === 0 ? 'set()' : `{${joinRepr(value)}}`;
  return isDict(value) ? reprDict(value) : String(value);
}

function joinRepr(items: Iterable<Value>): string {
  let text = '';
  for (const item of items) text += text === '' ? repr(item) : `, ${repr(item)}`;
  return text;
}

function reprDict(dict: AnyDict): string {
  let text = '';
  for (const [key, value] of dictEntries(dict)) {
    if (text !== '') text += ', ';
    text += `${repr(key)}: ${repr(value)}`;
  }
  return `{${text}}`;
}

/** The digits of an int; raises ValueError beyond 4300 digits. */
// parity: CPython Objects/longobject.c:_PY_LONG_DEFAULT_MAX_STR_DIGITS
export function bigintText(value: bigint): string {
  const text = value >= LARGEST_PRINTED || value <= -LARGEST_PRINTED ? undefined : value.toString();
  if (text === undefined) {
    throw new PythonError('ValueError', 'Exceeds the limit (4300 digits) for integer string conversion; use sys.set_int_max_str_digits()');
  }
  return text;
}

/** The most digits that an int may be read from or printed with. */
export const MAX_INT_DIGITS = 4300;
const LARGEST_PRINTED = 10n ** BigInt(MAX_INT_DIGITS);

const PLAIN_TEXT = /^[ !#-&(-[\]-~]*$/;

/** Python's repr of a text: single quotes unless only those occur in it, everything not printable escaped. */
export function reprText(text: string): string {
  if (PLAIN_TEXT.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = quote;
  for (const character of text) out += escapeCharacter(character, quote);
  return out + quote;
}

function escapeCharacter(character: string, quote: string): string {
  if (character === quote || character === '\\') return `\\${character}`;
  const named = NAMED_ESCAPES.get(character);
  if (named !== undefined) return named;
  if (isPrintable(character)) return character;
  const code = character.codePointAt(0) as number;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function reprBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let out = `b${quote}`;
  for (const character of text) {
    if (character < ' ' || character > '~')
      out += NAMED_ESCAPES.get(character) ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
    else out += character === quote || character === '\\' ? `\\${character}` : character;
  }
  return out + quote;
}

/** Python's `ascii()`: the repr with everything beyond ASCII escaped. */
export function ascii(value: Value): string {
  return repr(value).replace(/[^\0-\x7f]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    if (code < 0x100) return `\\x${code.toString(16)}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
  });
}
