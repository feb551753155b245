import { onDemand } from '../lib/on-demand.ts';
import { codePointLength, codePoints } from './code-points.ts';
import { type FloatStyle, floatDigits } from './float-format.ts';
import { str } from './repr.ts';
import { formatTime } from './times.ts';
import { digitsToAscii } from './unicode.ts';
import { Float, isTime, PythonError, typeName, type Value } from './values.ts';

interface Spec {
  fill: string;
  align: string;
  sign: string;
  /** Turns a zero that rounding made negative into a positive one. */
  noNegativeZero: boolean;
  alternate: boolean;
  width: number;
  grouping: string;
  precision: number | undefined;
  type: string;
}

const specPattern = onDemand(() => /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\p{Nd}+)?([,_]+)?(?:\.(\p{Nd}*))?(.*)$/su);

/** Python's `format(value, spec)`; raises ValueError for a spec that does not suit the value, TypeError for types that take none. */
export function formatValue(value: Value, spec: string): string {
  if (isTime(value)) return formatTime(value, spec);
  if (spec === '') return str(value);
  switch (typeof value) {
    case 'string':
      return formatText(value, parseSpec(spec, '<'));
    case 'boolean':
      return formatInt(value ? 1n : 0n, parseSpec(spec, '>'), value);
    case 'bigint':
      return formatInt(value, parseSpec(spec, '>'), value);
    case 'number':
      return Number.isInteger(value) ? formatInt(BigInt(value), parseSpec(spec, '>'), value) : formatFloat(value, parseSpec(spec, '>'));
    default:
      break;
  }
  if (value instanceof Float) return formatFloat(value.value, parseSpec(spec, '>'));
  throw new PythonError('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
}

function fail(message: string): never {
  throw new PythonError('ValueError', message);
}

// parity: CPython Python/formatter_unicode.c:parse_internal_render_format_spec
function parseSpec(text: string, defaultAlign: string): Spec {
  // An alignment after any character makes that one the fill, even where it is an alignment itself.
  const characters = codePoints(text);
  const hasFill = characters.length > 1 && '<>=^'.includes(characters[1] as string);
  const rest = hasFill ? characters.slice(1).join('') : text;
  const match = specPattern().exec(rest) as RegExpExecArray;
  const [, , alignment, sign, z, alternate, zero, width, grouping, precision, type] = match;
  if (precision === '') fail('Format specifier missing precision');
  if (grouping !== undefined && grouping.length > 1)
    fail(grouping[0] === grouping[1] ? `Cannot specify '${grouping[0]}' twice.` : "Cannot specify both ',' and '_'.");
  if ((type as string).length > 1) fail('Invalid format specifier');
  const widthNumber = width === undefined ? 0 : readSize(width);
  return {
    fill: hasFill ? (characters[0] as string) : zero ? '0' : ' ',
    align: alignment ?? (zero && defaultAlign === '>' ? '=' : defaultAlign),
    sign: sign ?? '',
    noNegativeZero: z !== undefined,
    alternate: alternate !== undefined,
    width: widthNumber,
    grouping: grouping ?? '',
    precision: precision === undefined ? undefined : readSize(precision),
    type: type as string,
  };
}

// Beyond it the reference would run out of memory.
const LARGEST_SIZE = 1 << 28;

function readSize(digits: string): number {
  const size = Number(digitsToAscii(digits));
  if (size > Number.MAX_SAFE_INTEGER) fail('Too many decimal digits in format string');
  if (size > LARGEST_SIZE) throw new PythonError('MemoryError', 'the formatted text is too large');
  return size;
}

function unknownType(spec: Spec, type: string): never {
  fail(`Unknown format code '${spec.type}' for object of type '${type}'`);
}

function checkGrouping(spec: Spec, allowed: string): void {
  if (spec.grouping !== '' && !allowed.includes(spec.type)) fail(`Cannot specify '${spec.grouping}' with '${spec.type}'.`);
}

function formatText(value: string, spec: Spec): string {
  if (spec.type !== '' && spec.type !== 's') unknownType(spec, 'str');
  if (spec.sign !== '')
    fail(spec.sign === ' ' ? 'Space not allowed in string format specifier' : 'Sign not allowed in string format specifier');
  if (spec.noNegativeZero) fail('Negative zero coercion (z) not allowed in string format specifier');
  if (spec.alternate) fail('Alternate form (#) not allowed in string format specifier');
  if (spec.align === '=') fail("'=' alignment not allowed in string format specifier");
  if (spec.grouping !== '') fail(`Cannot specify '${spec.grouping}' with 's'.`);
  const text = spec.precision === undefined ? value : codePoints(value).slice(0, spec.precision).join('');
  return padText(text, spec.fill, spec.align, spec.width);
}

/** Pads a text to a width in code points, by one of the alignments `<`, `>` and `^`. */
function padText(text: string, fill: string, align: string, width: number): string {
  const missing = width - codePointLength(text);
  if (missing <= 0) return text;
  const left = align === '<' ? 0 : align === '^' ? missing >> 1 : missing;
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

const INT_BASES: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16, d: 10, n: 10, '': 10 };
const FLOAT_TYPES = 'eEfFgG%';

function formatInt(value: bigint, spec: Spec, original: Value): string {
  if (spec.type !== '' && FLOAT_TYPES.includes(spec.type)) return formatFloat(intAsDouble(value), spec);
  if (spec.precision !== undefined && isIntType(spec)) fail('Precision not allowed in integer format specifier');
  if (spec.noNegativeZero && isIntType(spec)) fail('Negative zero coercion (z) not allowed in integer format specifier');
  if (spec.type === 'c') return formatCharacter(value, spec);
  const base = INT_BASES[spec.type];
  if (base === undefined) unknownType(spec, typeName(original));
  checkGrouping(spec, spec.grouping === ',' ? 'd' : 'dbox X');
  const magnitude = (value < 0n ? -value : value).toString(base);
  const digits = spec.type === 'X' ? magnitude.toUpperCase() : magnitude;
  const prefix = spec.alternate && base !== 10 ? `0${spec.type}` : '';
  return padNumber({ negative: value < 0n, prefix, whole: digits, rest: '', group: base === 10 ? 3 : 4 }, spec);
}

function isIntType(spec: Spec): boolean {
  return spec.type === 'c' || INT_BASES[spec.type] !== undefined;
}

function intAsDouble(value: bigint): number {
  const double = Number(value);
  if (!Number.isFinite(double)) throw new PythonError('OverflowError', 'int too large to convert to float');
  return double;
}

function formatCharacter(value: bigint, spec: Spec): string {
  if (spec.sign !== '') fail("Sign not allowed with integer format specifier 'c'");
  if (spec.alternate) fail("Alternate form (#) not allowed with integer format specifier 'c'");
  checkGrouping(spec, '');
  if (value < 0n || value > 0x10ffffn) throw new PythonError('OverflowError', '%c arg not in range(0x110000)');
  return padText(String.fromCodePoint(Number(value)), spec.fill, spec.align === '=' ? '>' : spec.align, spec.width);
}

function formatFloat(value: number, spec: Spec): string {
  const style = spec.type.toLowerCase();
  if (spec.type !== '' && !`${FLOAT_TYPES}n`.includes(spec.type)) unknownType(spec, 'float');
  if (spec.type === 'n') checkGrouping(spec, '');
  const percent = spec.type === '%';
  const number = percent ? value * 100 : value;
  const text = floatDigits(number, floatStyle(style, spec), {
    precision: spec.precision ?? 6,
    alternate: spec.alternate,
    pointZero: style === '',
  });
  const cased = spec.type !== '' && 'EFG'.includes(spec.type) ? text.toUpperCase() : text;
  const [whole] = /^\d*/.exec(cased) as RegExpExecArray;
  const rest = cased.slice(whole.length);
  const zero = spec.noNegativeZero && /^[0.]*(?:e.*)?$/i.test(cased);
  const negative = !zero && !Number.isNaN(value) && (value < 0 || Object.is(value, -0));
  return padNumber({ negative, prefix: '', whole, rest: percent ? `${rest}%` : rest, group: 3 }, spec);
}

function floatStyle(style: string, spec: Spec): FloatStyle {
  if (style === '') return spec.precision === undefined ? 'r' : 'g';
  if (style === '%') return 'f';
  return style === 'n' ? 'g' : (style as FloatStyle);
}

interface NumberText {
  readonly negative: boolean;
  readonly prefix: string;
  /** The digits before the point, those that are grouped. */
  readonly whole: string;
  readonly rest: string;
  /** Digits in a group. */
  readonly group: number;
}

function padNumber(number: NumberText, spec: Spec): string {
  const sign = number.negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  const head = sign + number.prefix;
  const zeroFilled = spec.fill === '0' && spec.align === '=';
  const minimum = zeroFilled ? spec.width - head.length - number.rest.length : 0;
  const body = groupDigits(number.whole, spec.grouping, number.group, minimum) + number.rest;
  if (spec.align === '=') return head + padText(body, spec.fill, '>', spec.width - head.length);
  return padText(head + body, spec.fill, spec.align, spec.width);
}

// With zeros as fill the separators go on into them; the text never begins with a separator.
function groupDigits(whole: string, separator: string, size: number, minimum: number): string {
  if (separator === '' || whole === '') return whole.padStart(whole === '' ? 0 : minimum, '0');
  let digits = whole;
  let text = separate(digits, separator, size);
  while (text.length < minimum) {
    digits = `0${digits}`;
    text = separate(digits, separator, size);
  }
  return text;
}

function separate(digits: string, separator: string, size: number): string {
  let text = '';
  for (let end = digits.length; end > 0; end -= size) {
    const group = digits.slice(Math.max(0, end - size), end);
    text = text === '' ? group : group + separator + text;
  }
  return text;
}
