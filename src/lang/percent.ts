import { codePointLength, codePoints } from './code-points.ts';
import { numberOf } from './comparison.ts';
import { dictGet } from './dicts.ts';
import { type FloatStyle, floatDigits } from './float-format.ts';
import { ascii, repr, reprText, str } from './repr.ts';
import { Float, HostMapping, isDict, isInt, PythonError, Tuple, tupleFrom, typeName, Undefined, type Value } from './values.ts';

interface Field {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly blank: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

const FIELD = /([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?/y;

// Beyond it the reference would run out of memory.
const LARGEST_SIZE = 1 << 28;

/** The values that the fields of a format take, one after the other or by name. */
class Arguments {
  readonly #values: readonly Value[];
  readonly #source: Value;
  #next = 0;
  #named = false;

  constructor(source: Value) {
    this.#source = source;
    this.#values = source instanceof Tuple ? source : [source];
  }

  next(): Value {
    if (this.#named || this.#next >= this.#values.length) throw new PythonError('TypeError', 'not enough arguments for format string');
    return this.#values[this.#next++] as Value;
  }

  named(key: string): Value {
    this.#named = true;
    const value = this.#lookUp(key);
    if (value === undefined) throw new PythonError('KeyError', reprText(key));
    return value;
  }

  #lookUp(key: string): Value | undefined {
    const source = this.#source;
    if (isDict(source)) return dictGet(source, key);
    if (source instanceof HostMapping) return source.get(key);
    if (source instanceof Undefined) return source.fail();
    if (!isSubscriptable(source)) throw new PythonError('TypeError', 'format requires a mapping');
    throw new PythonError('TypeError', `${typeName(source)} indices must be integers or slices, not str`);
  }

  finish(): void {
    if (this.#named || this.#next >= this.#values.length || isSubscriptable(this.#source)) return;
    throw new PythonError('TypeError', 'not all arguments converted during string formatting');
  }
}

// What Python's mapping protocol covers, lists and bytes included; a leftover one of these is no error.
function isSubscriptable(value: Value): boolean {
  return (
    (Array.isArray(value) && !(value instanceof Tuple)) ||
    value instanceof Uint8Array ||
    isDict(value) ||
    value instanceof HostMapping ||
    value instanceof Undefined
  );
}

/** Python's `text % values`; raises TypeError and ValueError as it does, KeyError for a missing name. */
// parity: CPython Objects/unicodeobject.c:PyUnicode_Format
export function formatPercent(format: string, values: Value): string {
  const args = new Arguments(values);
  let out = '';
  let position = 0;
  for (;;) {
    const start = format.indexOf('%', position);
    if (start < 0) break;
    out += format.slice(position, start);
    const [text, end] = formatField(format, start, args);
    out += text;
    position = end;
  }
  args.finish();
  return out + format.slice(position);
}

function formatField(format: string, start: number, args: Arguments): [text: string, end: number] {
  if (format[start + 1] === '%') return ['%', start + 2];
  const keyEnd = format[start + 1] === '(' ? closingParenthesis(format, start + 1) : undefined;
  const named = keyEnd === undefined ? undefined : args.named(format.slice(start + 2, keyEnd));
  FIELD.lastIndex = (keyEnd ?? start) + 1;
  const [, flags = '', width, precision] = FIELD.exec(format) as RegExpExecArray;
  const widthNumber = readSize(width, args);
  const precisionNumber = precision === undefined ? undefined : Math.max(0, readSize(precision, args));
  const type = String.fromCodePoint(format.codePointAt(FIELD.lastIndex) ?? 0);
  if (FIELD.lastIndex >= format.length) throw new PythonError('ValueError', 'incomplete format');
  const end = FIELD.lastIndex + type.length;
  const field: Field = {
    minus: flags.includes('-') || widthNumber < 0,
    plus: flags.includes('+'),
    blank: flags.includes(' '),
    alternate: flags.includes('#'),
    zero: flags.includes('0'),
    width: Math.abs(widthNumber),
    precision: precisionNumber,
  };
  const value = named === undefined ? args.next() : named;
  return [convert(value, type, field, end - type.length), end];
}

function closingParenthesis(format: string, start: number): number {
  let open = 0;
  for (let position = start; position < format.length; position++) {
    if (format[position] === '(') open++;
    else if (format[position] === ')' && --open === 0) return position;
  }
  throw new PythonError('ValueError', 'incomplete format key');
}

function readSize(text: string | undefined, args: Arguments): number {
  if (text === undefined || text === '') return 0;
  const value = text === '*' ? args.next() : Number(text);
  const size = numberOf(value);
  if (size === undefined || value instanceof Float || (typeof size === 'number' && !Number.isInteger(size))) {
    throw new PythonError('TypeError', '* wants int');
  }
  if (text !== '*' && Number(size) > Number.MAX_SAFE_INTEGER) throw new PythonError('ValueError', 'width too big');
  if (size > LARGEST_SIZE || size < -LARGEST_SIZE) throw new PythonError('OverflowError', 'Python int too large to convert to C int');
  return Number(size);
}

function convert(value: Value, type: string, field: Field, index: number): string {
  switch (type) {
    case 's':
      return padText(cut(str(value), field), field);
    case 'r':
      return padText(cut(repr(value), field), field);
    case 'a':
      return padText(cut(ascii(value), field), field);
    case 'c':
      return padText(character(value), field);
    case 'd':
    case 'i':
    case 'u':
      return padNumber(...intDigits(integral(value, type), 10, field), '', field);
    case 'o':
      return padNumber(...intDigits(exactInt(value, type), 8, field), '0o', field);
    case 'x':
      return padNumber(...intDigits(exactInt(value, type), 16, field), '0x', field);
    case 'X': {
      const [digits, negative] = intDigits(exactInt(value, type), 16, field);
      return padNumber(digits.toUpperCase(), negative, '0X', field);
    }
    default:
      if ('eEfFgG'.includes(type)) return floatField(real(value, type), type, field);
  }
  const code = (type.codePointAt(0) as number).toString(16);
  throw new PythonError('ValueError', `unsupported format character '${type}' (0x${code}) at index ${index}`);
}

function cut(text: string, field: Field): string {
  return field.precision === undefined ? text : codePoints(text).slice(0, field.precision).join('');
}

function padText(text: string, field: Field): string {
  const missing = field.width - codePointLength(text);
  if (missing <= 0) return text;
  return field.minus ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

function character(value: Value): string {
  if (typeof value === 'string' && codePointLength(value) === 1) return value;
  if (typeof value === 'boolean' || isInt(value)) {
    const code = Number(value);
    if (code < 0 || code > 0x10ffff) throw new PythonError('OverflowError', '%c arg not in range(0x110000)');
    return String.fromCodePoint(code);
  }
  throw new PythonError('TypeError', '%c requires int or char');
}

/** The int a value is cut to for `%d`. */
function integral(value: Value, type: string): bigint {
  if (value instanceof Undefined) return value.fail();
  const number = numberOf(value);
  if (number === undefined) throw new PythonError('TypeError', `%${type} format: a real number is required, not ${typeName(value)}`);
  if (typeof number === 'bigint') return number;
  if (Number.isNaN(number)) throw new PythonError('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(number)) throw new PythonError('OverflowError', 'cannot convert float infinity to integer');
  return BigInt(Math.trunc(number));
}

function exactInt(value: Value, type: string): bigint {
  if (typeof value === 'boolean' || isInt(value)) return BigInt(value);
  throw new PythonError('TypeError', `%${type} format: an integer is required, not ${typeName(value)}`);
}

function real(value: Value, type: string): number {
  if (value instanceof Undefined) return value.fail();
  const number = numberOf(value);
  if (number === undefined) throw new PythonError('TypeError', `must be real number, not ${typeName(value)}`);
  const double = Number(number);
  if (typeof number === 'bigint' && !Number.isFinite(double))
    throw new PythonError('OverflowError', `int too large to convert to float (%${type})`);
  return double;
}

function intDigits(value: bigint, base: number, field: Field): [digits: string, negative: boolean] {
  const negative = value < 0n;
  return [(negative ? -value : value).toString(base).padStart(field.precision ?? 0, '0'), negative];
}

function floatField(value: number, type: string, field: Field): string {
  const text = floatDigits(value, type.toLowerCase() as FloatStyle, { precision: field.precision ?? 6, alternate: field.alternate });
  const negative = value < 0 || Object.is(value, -0);
  return padNumber(type < 'a' ? text.toUpperCase() : text, negative, '', field);
}

function padNumber(digits: string, negative: boolean, prefix: string, field: Field): string {
  const sign = negative ? '-' : field.plus ? '+' : field.blank ? ' ' : '';
  const head = sign + (field.alternate ? prefix : '');
  const missing = field.width - head.length - digits.length;
  if (missing <= 0) return head + digits;
  if (field.minus) return head + digits + ' '.repeat(missing);
  return field.zero ? head + '0'.repeat(missing) + digits : ' '.repeat(missing) + head + digits;
}

/** Python's `bytes % values`, for formats that print as ASCII; raises TypeError and ValueError as it does. */
export function formatBytesPercent(format: Uint8Array, values: Value): Uint8Array {
  const text = formatPercent(
    Buffer.from(format).toString('latin1'),
    values instanceof Tuple ? tupleFrom(values.map(bytesText)) : bytesText(values),
  );
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function bytesText(value: Value): Value {
  if (typeof value === 'string')
    throw new PythonError('TypeError', "%b requires a bytes-like object, or an object that implements __bytes__, not 'str'");
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}
