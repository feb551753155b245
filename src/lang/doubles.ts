/** The number of bits of a positive int. */
export function bitCount(value: bigint): number {
  if (value === 0n) return 0;
  const digits = value.toString(16);
  return (digits.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(digits[0] as string, 16)));
}

/** The double nearest to `numerator / denominator * 2 ** exponent` (both positive), halves to even; Infinity beyond the largest. */
export function nearestDouble(numerator: bigint, denominator: bigint, exponent = 0): number {
  if (numerator === 0n) return 0;
  // Enough bits that one sticky bit at the end decides every rounding.
  const shift = 66 - (bitCount(numerator) - bitCount(denominator));
  const scaled = shift > 0 ? numerator << BigInt(shift) : numerator;
  const divisor = shift < 0 ? denominator << BigInt(-shift) : denominator;
  const quotient = (scaled / divisor) | (scaled % divisor === 0n ? 0n : 1n);
  return scaleToDouble(quotient, exponent - shift);
}

function scaleToDouble(mantissa: bigint, exponent: number): number {
  const lost = Math.max(bitCount(mantissa) - 53, -1074 - exponent, 0);
  const unit = 1n << BigInt(lost);
  const rest = (mantissa & (unit - 1n)) * 2n;
  let kept = mantissa >> BigInt(lost);
  if (rest > unit || (rest === unit && lost > 0 && (kept & 1n) === 1n)) kept += 1n;
  const power = exponent + lost;
  return power > 971 ? Infinity : Number(kept) * 2 ** power;
}

/** A finite double as an exact fraction in lowest terms; the denominator is a power of two. */
export function exactRatio(value: number): [numerator: bigint, denominator: bigint] {
  let scale = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    scale++;
  }
  return [BigInt(mantissa), 1n << BigInt(scale)];
}
