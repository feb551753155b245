import { trimEnd } from '../lib/trim.ts';
import { type Decimal, fixedText, shortestDigits, significantDigits } from './decimals.ts';

/** How a float is written: the letters of Python's formats, `r` being the one of `repr`. */
export type FloatStyle = 'e' | 'f' | 'g' | 'r';

/** What else decides the digits of a float. */
export interface FloatOptions {
  /** Digits after the point (e, f) or significant ones (g); not read for `r`. */
  readonly precision: number;
  /** Keeps the point and, for `g`, trailing zeros. */
  readonly alternate?: boolean;
  /** Writes `.0` after a whole number in fixed notation. */
  readonly pointZero?: boolean;
}

/** The digits of a float's magnitude, without a sign: `inf` and `nan` by name. */
// parity: CPython Python/pystrtod.c:format_float_short
export function floatDigits(value: number, style: FloatStyle, options: FloatOptions): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return 'inf';
  const { precision, alternate = false, pointZero = false } = options;
  if (style === 'f') return fixedText(value, precision) + (alternate && precision === 0 ? '.' : '');
  if (style === 'e') return exponentText(significantDigits(value, precision + 1), alternate);
  const count = Math.max(precision, 1);
  const decimal = style === 'r' ? shortestDigits(value) : significantDigits(value, count);
  const largest = style === 'r' ? 16 : count - (pointZero ? 1 : 0);
  const digits = alternate && style === 'g' ? decimal.digits : trimEnd(decimal.digits, '0') || '0';
  const trimmed: Decimal = { digits, point: decimal.point };
  if (decimal.point <= -4 || decimal.point > largest) return exponentText(trimmed, alternate);
  return plainText(trimmed, alternate, pointZero);
}

function exponentText({ digits, point }: Decimal, alternate: boolean): string {
  const exponent = point - 1;
  const fraction = digits.length > 1 || alternate ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function plainText({ digits, point }: Decimal, alternate: boolean, pointZero: boolean): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point < digits.length) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  const whole = digits.padEnd(point, '0');
  if (pointZero) return `${whole}.0`;
  return alternate ? `${whole}.` : whole;
}
