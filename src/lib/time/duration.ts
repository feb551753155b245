import { daysInMonth } from './calendar.ts';
import type { CalendarDate } from './calendar-date.ts';
import type { DateTime } from './date-time.ts';
import { Decimal } from './decimal.ts';
import type { Delta } from './delta.ts';
import { DateError } from './errors.ts';

const C_INT_LIMIT = 2n ** 31n;

/** Months and years, which have no fixed length, with a timedelta: isodate's Duration. Immutable. */
// parity: isodate/duration.py:Duration
export class Duration {
  readonly years: Decimal;
  readonly months: Decimal;
  readonly delta: Delta;

  constructor(years: Decimal, months: Decimal, delta: Delta) {
    this.years = years;
    this.months = months;
    this.delta = delta;
  }

  /** A duration that is nothing but a timedelta. */
  static fromDelta(delta: Delta): Duration {
    return new Duration(Decimal.zero, Decimal.zero, delta);
  }

  add(other: Duration | Delta): Duration {
    if (!(other instanceof Duration)) return new Duration(this.years, this.months, this.delta.add(other));
    return new Duration(this.years.add(other.years), this.months.add(other.months), this.delta.add(other.delta));
  }

  subtract(other: Duration | Delta): Duration {
    if (!(other instanceof Duration)) return new Duration(this.years, this.months, this.delta.subtract(other));
    return new Duration(this.years.subtract(other.years), this.months.subtract(other.months), this.delta.subtract(other.delta));
  }

  negate(): Duration {
    return new Duration(this.years.negate(), this.months.negate(), this.delta.negate());
  }

  /** Takes whole numbers only. */
  multiply(factor: bigint): Duration {
    return new Duration(this.years.multiply(factor), this.months.multiply(factor), this.delta.multiply(factor));
  }

  /** `other + this`: the calendar moves first, to the last day of a shorter month. Throws ValueError, OverflowError; see `moveMonths`. */
  addTo<T extends DateTime | CalendarDate>(other: T): T {
    return moveMonths(other, this.years, this.months).add(this.delta) as T;
  }

  /** `other - this`: the calendar moves first, to the last day of a shorter month. Throws ValueError, OverflowError; see `moveMonths`. */
  subtractFrom<T extends DateTime | CalendarDate>(other: T): T {
    return moveMonths(other, this.years.negate(), this.months.negate()).subtract(this.delta) as T;
  }

  /** Equal months in all and equal timedeltas; a timedelta equals a duration without months. */
  equals(other: Duration | Delta): boolean {
    if (!(other instanceof Duration)) return this.years.isZero() && this.months.isZero() && this.delta.equals(other);
    return this.#allMonths().compare(other.#allMonths()) === 0 && this.delta.equals(other.delta);
  }

  /** A text that durations of the same parts share, for use as a key. */
  hashKey(): string {
    return `duration ${this.years.toNumber()} ${this.months.toNumber()} ${this.delta.hashKey()}`;
  }

  /** `1 years, 2 months, 10 days, 2:30:00`; only the months know a singular. */
  toString(): string {
    const parts: string[] = [];
    if (!this.years.isZero()) parts.push(`${this.years.truncate()} years`);
    if (!this.months.isZero()) parts.push(`${this.months.truncate()} ${this.months.compare(ONE) <= 0 ? 'month' : 'months'}`);
    return [...parts, this.delta.toString()].join(', ');
  }

  /** Python's repr: `isodate.duration.Duration(0, 0, 0, years=1, months=0)`. */
  repr(): string {
    const { days, seconds, microseconds } = this.delta;
    const calendar = `years=${this.years.truncate()}, months=${this.months.truncate()}`;
    return `isodate.duration.Duration(${days}, ${seconds}, ${microseconds}, ${calendar})`;
  }

  #allMonths(): Decimal {
    return this.years.multiply(12n).add(this.months);
  }
}

const ONE = new Decimal(1n, 0);

/** A date moved by months and years; throws ValueError for fractions of them and outside the years 1-9999. */
export function moveMonths<T extends DateTime | CalendarDate>(date: T, years: Decimal, months: Decimal): T {
  if (!years.isInteger() || !months.isInteger()) {
    throw new DateError('ValueError', 'fractional years or months not supported for date calculations');
  }
  const month = BigInt(date.month - 1) + months.truncate();
  const carry = month >= 0n ? month / 12n : -((11n - month) / 12n);
  const year = BigInt(date.year) + years.truncate() + carry;
  if (year >= C_INT_LIMIT || year < -C_INT_LIMIT) throw new DateError('OverflowError', 'Python int too large to convert to C int');
  if (year < 1n || year > 9999n) throw new DateError('ValueError', `year ${year} is out of range`);
  const newYear = Number(year);
  const newMonth = Number(month - carry * 12n) + 1;
  const day = Math.min(date.day, daysInMonth(newYear, newMonth));
  return date.replace({ year: newYear, month: newMonth, day }) as T;
}
