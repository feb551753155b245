import { DateError } from './errors.ts';

const MICROSECONDS = 1_000_000;
const DAY_MICROSECONDS = 86_400_000_000;
const BIG_DAY = BigInt(DAY_MICROSECONDS);
const MAX_DAYS = 999_999_999;

/** The parts a timedelta is made of; integers or floats, a bigint where an integer is beyond 2^53. */
export interface DeltaParts {
  readonly days?: number | bigint;
  readonly seconds?: number | bigint;
  readonly microseconds?: number | bigint;
  readonly milliseconds?: number | bigint;
  readonly minutes?: number | bigint;
  readonly hours?: number | bigint;
  readonly weeks?: number | bigint;
}

const FACTORS: readonly [keyof DeltaParts, number][] = [
  ['microseconds', 1],
  ['milliseconds', 1000],
  ['seconds', MICROSECONDS],
  ['minutes', 60 * MICROSECONDS],
  ['hours', 3600 * MICROSECONDS],
  ['days', DAY_MICROSECONDS],
  ['weeks', 7 * DAY_MICROSECONDS],
];

/** An elapsed time as Python's timedelta holds it: days of any sign, seconds 0-86399, microseconds 0-999999. Immutable. */
export class Delta {
  readonly days: number;
  readonly seconds: number;
  readonly microseconds: number;

  static readonly zero = new Delta(0, 0, 0);
  static readonly min = new Delta(-MAX_DAYS, 0, 0);
  static readonly max = new Delta(MAX_DAYS, 86_399, 999_999);
  static readonly resolution = new Delta(0, 0, 1);

  /** Takes parts that are in range already; `Delta.of` normalises any. */
  constructor(days: number, seconds: number, microseconds: number) {
    this.days = days;
    this.seconds = seconds;
    this.microseconds = microseconds;
  }

  /** Sums the parts, rounding half a microsecond to even; throws OverflowError beyond 999999999 days, ValueError for NaN. */
  static of(parts: DeltaParts): Delta {
    let whole = 0n;
    let fraction = 0;
    for (const [name, factor] of FACTORS) {
      const value = parts[name];
      if (value === undefined) continue;
      if (typeof value === 'bigint' || Number.isInteger(value)) {
        whole += BigInt(value) * BigInt(factor);
        continue;
      }
      checkFinite(value);
      // Only the fraction of a float can lose digits, as in C Python.
      const integral = Math.trunc(value);
      const scaled = (value - integral) * factor;
      whole += BigInt(integral) * BigInt(factor) + BigInt(Math.trunc(scaled));
      fraction += scaled - Math.trunc(scaled);
    }
    return Delta.fromMicroseconds(whole + roundedFraction(fraction, whole));
  }

  /** The timedelta of a number of microseconds; throws OverflowError beyond 999999999 days. */
  static fromMicroseconds(total: bigint): Delta {
    let days = total / BIG_DAY;
    let rest = Number(total % BIG_DAY);
    if (rest < 0) {
      days -= 1n;
      rest += DAY_MICROSECONDS;
    }
    if (days > MAX_DAYS || days < -MAX_DAYS) throw new DateError('OverflowError', `days=${days}; must have magnitude <= ${MAX_DAYS}`);
    const seconds = Math.floor(rest / MICROSECONDS);
    return new Delta(Number(days), seconds, rest - seconds * MICROSECONDS);
  }

  /** Every microsecond of it. */
  totalMicroseconds(): bigint {
    return (BigInt(this.days) * 86_400n + BigInt(this.seconds)) * 1_000_000n + BigInt(this.microseconds);
  }

  /** Its length in seconds, a Python float. */
  totalSeconds(): number {
    return secondsAsFloat(this.days * 86_400 + this.seconds, this.microseconds);
  }

  add(other: Delta): Delta {
    return Delta.fromMicroseconds(this.totalMicroseconds() + other.totalMicroseconds());
  }

  subtract(other: Delta): Delta {
    return Delta.fromMicroseconds(this.totalMicroseconds() - other.totalMicroseconds());
  }

  negate(): Delta {
    return Delta.fromMicroseconds(-this.totalMicroseconds());
  }

  abs(): Delta {
    return this.days < 0 ? this.negate() : this;
  }

  /** `timedelta * number`, rounded half to even; throws OverflowError, ValueError for NaN. */
  multiply(factor: number | bigint): Delta {
    const [numerator, denominator] = ratioOf(factor);
    return Delta.fromMicroseconds(divideNearest(this.totalMicroseconds() * numerator, denominator));
  }

  /** `timedelta / timedelta`, a Python float; throws ZeroDivisionError. */
  ratio(other: Delta): number {
    const divisor = other.totalMicroseconds();
    if (divisor === 0n) throw divisionByZero('division by zero');
    return divideToFloat(this.totalMicroseconds(), divisor);
  }

  /** `timedelta / number`, rounded half to even; throws ZeroDivisionError, OverflowError. */
  divide(divisor: number | bigint): Delta {
    const [numerator, denominator] = ratioOf(divisor);
    if (numerator === 0n) throw divisionByZero('division by zero');
    return Delta.fromMicroseconds(divideNearest(this.totalMicroseconds() * denominator, numerator));
  }

  /** `timedelta // timedelta`, an integer; throws ZeroDivisionError. */
  floorRatio(other: Delta): bigint {
    const divisor = other.totalMicroseconds();
    if (divisor === 0n) throw divisionByZero('integer division or modulo by zero');
    return floorDivide(this.totalMicroseconds(), divisor);
  }

  /** `timedelta // integer`; throws ZeroDivisionError. */
  floorDivide(divisor: number | bigint): Delta {
    if (BigInt(divisor) === 0n) throw divisionByZero('integer division or modulo by zero');
    return Delta.fromMicroseconds(floorDivide(this.totalMicroseconds(), BigInt(divisor)));
  }

  /** `timedelta % timedelta`, with the sign of the divisor; throws ZeroDivisionError. */
  modulo(other: Delta): Delta {
    return Delta.fromMicroseconds(this.totalMicroseconds() - this.floorRatio(other) * other.totalMicroseconds());
  }

  /** Negative, zero or positive as this is shorter than, equal to or longer than the other. */
  compare(other: Delta): number {
    return this.days - other.days || this.seconds - other.seconds || this.microseconds - other.microseconds;
  }

  equals(other: Delta): boolean {
    return this.compare(other) === 0;
  }

  isZero(): boolean {
    return this.days === 0 && this.seconds === 0 && this.microseconds === 0;
  }

  /** A text that equal timedeltas share, for use as a key. */
  hashKey(): string {
    return `timedelta ${this.totalMicroseconds()}`;
  }

  /** Python's str: `-1 day, 0:00:00`. */
  toString(): string {
    const hours = Math.floor(this.seconds / 3600);
    const minutes = Math.floor(this.seconds / 60) % 60;
    let text = `${hours}:${pad(minutes, 2)}:${pad(this.seconds % 60, 2)}`;
    if (this.days !== 0) text = `${this.days} day${Math.abs(this.days) === 1 ? '' : 's'}, ${text}`;
    return this.microseconds === 0 ? text : `${text}.${pad(this.microseconds, 6)}`;
  }

  /** Python's repr: `datetime.timedelta(days=1, seconds=5)`. */
  repr(): string {
    const parts: string[] = [];
    if (this.days !== 0) parts.push(`days=${this.days}`);
    if (this.seconds !== 0) parts.push(`seconds=${this.seconds}`);
    if (this.microseconds !== 0) parts.push(`microseconds=${this.microseconds}`);
    return `datetime.timedelta(${parts.join(', ') || '0'})`;
  }
}

/** Whole seconds and microseconds as the float that Python's exact division gives. */
export function secondsAsFloat(seconds: number, microseconds: number): number {
  const total = seconds * MICROSECONDS + microseconds;
  return Number.isSafeInteger(total) ? total / MICROSECONDS : seconds + microseconds / MICROSECONDS;
}

/** A non-negative integer with leading zeros. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function checkFinite(value: number): void {
  if (Number.isNaN(value)) throw new DateError('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new DateError('OverflowError', 'cannot convert float infinity to integer');
}

function divisionByZero(message: string): DateError {
  return new DateError('ZeroDivisionError', message);
}

// A tie is decided by the parity of the whole sum, not of the fraction alone.
function roundedFraction(fraction: number, whole: bigint): bigint {
  const rounded = Math.round(fraction);
  if (Math.abs(rounded - fraction) !== 0.5) return BigInt(rounded);
  const low = BigInt(Math.floor(fraction));
  return (whole + low) % 2n === 0n ? low : low + 1n;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function divideNearest(a: bigint, b: bigint): bigint {
  const quotient = floorDivide(a, b);
  const twice = (a - quotient * b) * 2n;
  const above = b > 0n ? twice > b : twice < b;
  return above || (twice === b && quotient % 2n !== 0n) ? quotient + 1n : quotient;
}

// A float as the fraction of two integers that equals it.
function ratioOf(value: number | bigint): [numerator: bigint, denominator: bigint] {
  if (typeof value === 'bigint') return [value, 1n];
  checkFinite(value);
  let numerator = value;
  let denominator = 1n;
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return [BigInt(numerator), denominator];
}

// The float nearest to a quotient of integers, ties to even.
function divideToFloat(a: bigint, b: bigint): number {
  const negative = a < 0n !== b < 0n;
  const numerator = a < 0n ? -a : a;
  const denominator = b < 0n ? -b : b;
  if (numerator === 0n) return 0;
  // Enough bits that the last one (sticky) stands for whatever is cut off.
  const shift = BigInt(Math.max(0, 66 - numerator.toString(2).length + denominator.toString(2).length));
  const scaled = numerator << shift;
  const quotient = (scaled / denominator) | (scaled % denominator === 0n ? 0n : 1n);
  const value = Number(quotient) / 2 ** Number(shift);
  return negative ? -value : value;
}
