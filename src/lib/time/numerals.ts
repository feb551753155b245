import { characterClass } from '../character-class.ts';
import { strip } from '../trim.ts';
import { DateError } from './errors.ts';

const isDecimal = characterClass(/^[0-9]$/, () => /^\p{Nd}$/u);
const INTEGER = /^[-+]?[0-9]+(?:_[0-9]+)*$/;
const FLOAT = /^[-+]?(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:e[-+]?[0-9]+(?:_[0-9]+)*)?$/i;
// Python refuses integers of more digits, as converting them takes too long.
const MAX_DIGITS = 4300;
const PLAIN_FLOAT = /^-?[0-9]+(?:\.[0-9]+)?$/;
const NAMED_FLOAT = /^([-+]?)(inf|infinity|nan)$/i;

/** The text with every decimal digit of any script as 0-9. */
export function asciiDigits(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) as number)));
}

/** Python's `int(text)`: blanks around, a sign, underscores between digits, digits of any script; undefined where that fails. */
export function readInteger(text: string): number | bigint | undefined {
  return readPlainDigits(text) ?? readAnyInteger(text);
}

// The value of ASCII digits that a number holds; undefined for another text.
function readPlainDigits(text: string): number | undefined {
  if (text.length === 0 || text.length > 16) return undefined;
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return undefined;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

function readAnyInteger(text: string): number | bigint | undefined {
  const digits = strip(asciiDigits(text));
  if (!INTEGER.test(digits)) return undefined;
  const plain = digits.replaceAll('_', '').replace('+', '');
  const value = Number(plain);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  return plain.replace('-', '').length > MAX_DIGITS ? undefined : BigInt(plain);
}

/** `readInteger`, but throws ValueError. */
export function parseInteger(text: string): number | bigint {
  const value = readInteger(text);
  if (value === undefined) throw new DateError('ValueError', `invalid literal for int() with base 10: '${text}'`);
  return value;
}

/** Python's `float(text)`; undefined where that fails. */
export function readFloat(text: string): number | undefined {
  if (PLAIN_FLOAT.test(text)) return Number(text);
  const digits = strip(asciiDigits(text));
  if (FLOAT.test(digits)) return Number(digits.replaceAll('_', ''));
  const named = NAMED_FLOAT.exec(digits);
  if (named === null) return undefined;
  if (named[2]?.toLowerCase() === 'nan') return Number.NaN;
  return named[1] === '-' ? -Infinity : Infinity;
}

/** `readFloat`, but throws ValueError. */
export function parseFloatText(text: string): number {
  const value = readFloat(text);
  if (value === undefined) throw new DateError('ValueError', `could not convert string to float: '${text}'`);
  return value;
}

/** Python's `int(float)`: the fraction cut off; throws ValueError for NaN and OverflowError for infinity. */
export function truncateFloat(value: number): number | bigint {
  if (Number.isNaN(value)) throw new DateError('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new DateError('OverflowError', 'cannot convert float infinity to integer');
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? whole : BigInt(whole);
}

// The digits of a script follow each other, and runs of scripts that touch are whole tens.
function digitValue(code: number): number {
  let start = code;
  while (isDecimal(String.fromCodePoint(start - 1))) start -= 1;
  return (code - start) % 10;
}
