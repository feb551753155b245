import { Float } from './exact-number.ts';

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
/** Numbers with more digits before or after the point are written with an exponent. */
const MOST_DIGITS = 40;

/** A number as text that is the same however it was written: `1`, `1.0` and `10e-1` are one, and no digit is lost. */
export function canonicalNumber(value: number | bigint | Float): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value + 0);
  const text = value instanceof Float ? (value.source ?? String(value.value)) : String(value);
  const parts = NUMBER.exec(text);
  if (parts === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  return canonicalDecimal(sign, whole + fraction, Number(exponent) - fraction.length);
}

/** The decimal `digits * 10 ** exponent`. */
function canonicalDecimal(sign: string, digits: string, exponent: number): string {
  let [from, to] = [0, digits.length];
  while (from < to && digits[from] === '0') from += 1;
  while (to > from && digits[to - 1] === '0') to -= 1;
  if (from === to) return '0';
  const significant = digits.slice(from, to);
  const power = exponent + digits.length - to;
  const point = significant.length + power;
  if (power >= 0 && point <= MOST_DIGITS) return sign + significant.padEnd(point, '0');
  if (power >= 0 || power < -MOST_DIGITS) return `${sign}${significant}e${power}`;
  if (point > 0) return `${sign}${significant.slice(0, point)}.${significant.slice(point)}`;
  return `${sign}0.${significant.padStart(-power, '0')}`;
}
