import {
  DAY,
  dateFromDays,
  dayOf,
  daysFromDate,
  daysInMonth,
  isoCalendar,
  isoYearStart,
  MAX_DAYS,
  MIN_DAYS,
  monthOf,
  weekdayOf,
  yearOf,
} from './calendar.ts';
import { Delta, pad } from './delta.ts';
import { DateError } from './errors.ts';
import { abbreviate, MONTHS, WEEKDAYS } from './names.ts';
import { compileStrftime } from './strftime.ts';

const MIN_ORDINAL = 1;
const UNIX_ORDINAL = 719_163;

/** A day without a time, Python's `datetime.date`; years 1-9999. Immutable. */
export class CalendarDate {
  /** Days since 1970-01-01. */
  readonly days: number;

  static readonly min = new CalendarDate(MIN_DAYS);
  static readonly max = new CalendarDate(MAX_DAYS);
  static readonly resolution = new Delta(1, 0, 0);

  /** Takes a day number in range; `CalendarDate.of` checks its parts. */
  constructor(days: number) {
    this.days = days;
  }

  /** Throws ValueError when there is no such day. */
  static of(year: number, month: number, day: number): CalendarDate {
    checkDate(year, month, day);
    return new CalendarDate(daysFromDate(year, month, day));
  }

  /** The day of a proleptic Gregorian ordinal, 0001-01-01 being 1; throws ValueError out of range. */
  static fromOrdinal(ordinal: number): CalendarDate {
    return new CalendarDate(daysFromOrdinal(ordinal));
  }

  /** `date.fromisocalendar`; throws ValueError when there is no such week or day. */
  static fromIsoCalendar(year: number, week: number, weekday: number): CalendarDate {
    return new CalendarDate(daysFromIsoCalendar(year, week, weekday));
  }

  get year(): number {
    return yearOf(dateFromDays(this.days));
  }

  get month(): number {
    return monthOf(dateFromDays(this.days));
  }

  get day(): number {
    return dayOf(dateFromDays(this.days));
  }

  /** The given parts replaced; throws ValueError when there is no such day. */
  replace(parts: { readonly year?: number; readonly month?: number; readonly day?: number }): CalendarDate {
    return CalendarDate.of(parts.year ?? this.year, parts.month ?? this.month, parts.day ?? this.day);
  }

  /** Moves by the days of the timedelta alone; throws OverflowError outside the years 1-9999. */
  add(delta: Delta): CalendarDate {
    return this.#move(delta.days);
  }

  /** Moves back by the days of the timedelta alone; throws OverflowError outside the years 1-9999. */
  subtract(delta: Delta): CalendarDate {
    return this.#move(-delta.days);
  }

  /** `date - date`. */
  difference(other: CalendarDate): Delta {
    return new Delta(this.days - other.days, 0, 0);
  }

  compare(other: CalendarDate): number {
    return this.days - other.days;
  }

  equals(other: CalendarDate): boolean {
    return this.days === other.days;
  }

  /** A text that equal dates share, for use as a key. */
  hashKey(): string {
    return `date ${this.days}`;
  }

  /** Monday is 0. */
  weekday(): number {
    return weekdayOf(this.days);
  }

  /** Monday is 1. */
  isoweekday(): number {
    return weekdayOf(this.days) + 1;
  }

  isocalendar(): [year: number, week: number, weekday: number] {
    return isoCalendar(this.days);
  }

  toordinal(): number {
    return this.days + UNIX_ORDINAL;
  }

  isoformat(): string {
    return isoDate(this.days);
  }

  ctime(): string {
    return ctimeText(this.days, '00:00:00');
  }

  /** Never throws; see `compileStrftime`. */
  strftime(format: string): string {
    return compileStrftime(format)({ seconds: this.days * DAY, microsecond: 0, zone: null });
  }

  /** The nine numbers of a struct_time. */
  timetuple(): number[] {
    return [this.year, this.month, this.day, 0, 0, 0, this.weekday(), dayOfYear(this.days), -1];
  }

  /** Python's str: `2026-01-15`. */
  toString(): string {
    return isoDate(this.days);
  }

  /** Python's repr: `datetime.date(2026, 1, 15)`. */
  repr(): string {
    return `datetime.date(${this.year}, ${this.month}, ${this.day})`;
  }

  #move(days: number): CalendarDate {
    const moved = this.days + days;
    if (moved < MIN_DAYS || moved > MAX_DAYS) throw new DateError('OverflowError', 'date value out of range');
    return new CalendarDate(moved);
  }
}

/** Throws ValueError unless the parts are integers that make a day of the years 1-9999. */
export function checkDate(year: number, month: number, day: number): void {
  if (!(year >= 1 && year <= 9999)) throw new DateError('ValueError', `year ${year} is out of range`);
  if (!(month >= 1 && month <= 12)) throw new DateError('ValueError', 'month must be in 1..12');
  if (!(day >= 1 && day <= daysInMonth(year, month))) throw new DateError('ValueError', 'day is out of range for month');
}

/** The day number of a proleptic Gregorian ordinal; throws ValueError out of range. */
export function daysFromOrdinal(ordinal: number): number {
  if (ordinal < MIN_ORDINAL) throw new DateError('ValueError', 'ordinal must be >= 1');
  const days = ordinal - UNIX_ORDINAL;
  if (days > MAX_DAYS) throw new DateError('ValueError', `year ${yearOf(dateFromDays(Math.min(days, 5e7)))} is out of range`);
  return days;
}

/** The day number of an ISO year, week and weekday; throws ValueError when there is none. */
export function daysFromIsoCalendar(year: number, week: number, weekday: number): number {
  if (!(year >= 1 && year <= 9999)) throw new DateError('ValueError', `Year is out of range: ${year}`);
  const start = isoYearStart(year);
  const weeks = (isoYearStart(year + 1) - start) / 7;
  if (!(week >= 1 && week <= weeks)) throw new DateError('ValueError', `Invalid week: ${week}`);
  if (!(weekday >= 1 && weekday <= 7)) throw new DateError('ValueError', `Invalid day: ${weekday} (range is [1, 7])`);
  const days = start + (week - 1) * 7 + weekday - 1;
  if (days < MIN_DAYS || days > MAX_DAYS) throw new DateError('ValueError', 'year is out of range');
  return days;
}

/** A day number as `YYYY-MM-DD`. */
export function isoDate(days: number): string {
  const date = dateFromDays(days);
  return `${pad(yearOf(date), 4)}-${pad(monthOf(date), 2)}-${pad(dayOf(date), 2)}`;
}

/** A day and its time of the day as C's ctime prints them: `Thu Jan 15 12:34:56 2026`. */
export function ctimeText(days: number, time: string): string {
  const date = dateFromDays(days);
  const weekday = abbreviate(WEEKDAYS[weekdayOf(days)] as string);
  const month = abbreviate(MONTHS[monthOf(date) - 1] as string);
  return `${weekday} ${month} ${String(dayOf(date)).padStart(2)} ${time} ${pad(yearOf(date), 4)}`;
}

/** The day of its year, from 1. */
export function dayOfYear(days: number): number {
  return days - daysFromDate(yearOf(dateFromDays(days)), 1, 1) + 1;
}
