import { exactRatio, nearestDouble } from './doubles.ts';

// Beyond it every result overflows, underflows or is too near to 1 to be worth exact arithmetic.
const LARGEST_EXACT_EXPONENT = 1100;

/** `base ** exponent` of doubles, correctly rounded for whole exponents, as the C library's pow is in practice. */
export function powerOfDoubles(base: number, exponent: number): number {
  if (base === 1) return 1;
  if (base === -1 && !Number.isFinite(exponent)) return Number.isNaN(exponent) ? Number.NaN : 1;
  if (!Number.isFinite(base) || base === 0 || !Number.isFinite(exponent)) return base ** exponent;
  if (exponent === 0.5) return Math.sqrt(base);
  if (!Number.isInteger(exponent) || Math.abs(exponent) > LARGEST_EXACT_EXPONENT) return base ** exponent;
  return exactPower(base, exponent);
}

function exactPower(base: number, exponent: number): number {
  const [numerator, denominator] = exactRatio(Math.abs(base));
  const times = BigInt(Math.abs(exponent));
  const sign = base < 0 && exponent % 2 !== 0 ? -1 : 1;
  const top = numerator ** times;
  const bottom = denominator ** times;
  return sign * (exponent >= 0 ? nearestDouble(top, bottom) : nearestDouble(bottom, top));
}
