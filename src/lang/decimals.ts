import { exactRatio } from './doubles.ts';

/** The decimal digits of a finite double: `0.DIGITS * 10 ** point`. */
export interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** The magnitude of a double rounded (halves to even) to a number of digits after the decimal point, as plain digits. */
export function fixedText(value: number, places: number): string {
  const scaled = roundedScaled(Math.abs(value), places);
  const text = scaled.toString().padStart(places + 1, '0');
  return places > 0 ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
}

/** `abs(value) * 10 ** places` rounded to the nearest integer, halves to even; `places` may be negative. */
function roundedScaled(value: number, places: number): bigint {
  const [numerator, denominator] = exactRatio(value);
  const power = 10n ** BigInt(Math.abs(places));
  return places >= 0 ? divideHalfEven(numerator * power, denominator) : divideHalfEven(numerator, denominator * power);
}

function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && (quotient & 1n) === 1n);
  return up ? quotient + 1n : quotient;
}

/** The magnitude of a finite double rounded (halves to even) to a number of significant digits, one at least. */
export function significantDigits(value: number, count: number): Decimal {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return { digits: '0'.repeat(count), point: 1 };
  const guess = Number(magnitude.toExponential().split('e')[1]) + 1;
  const digits = roundedScaled(magnitude, count - guess).toString();
  // Rounding may carry into one digit more, a power of ten.
  return digits.length > count ? { digits: digits.slice(0, count), point: guess + 1 } : { digits, point: guess };
}

/** The fewest digits that read back as the magnitude of a finite double. */
export function shortestDigits(value: number): Decimal {
  const magnitude = Math.abs(value);
  if (magnitude === 0) return { digits: '0', point: 1 };
  const [mantissa, exponent] = magnitude.toExponential().split('e') as [string, string];
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 };
}

/** Python's `round(value, places)` of a float: the nearest decimal, halves of the exact value to even; infinite when it overflows. */
export function roundDouble(value: number, places: number): number {
  if (!Number.isFinite(value) || value === 0 || places > 323) return value;
  if (places < -308) return value < 0 ? -0 : 0;
  const rounded = places >= 0 ? Number(fixedText(value, places)) : Number(`${roundedScaled(Math.abs(value), places)}e${-places}`);
  return value < 0 ? -rounded : rounded;
}
