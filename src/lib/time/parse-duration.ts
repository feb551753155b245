import { dateFromDays, dayOf, daysFromDate, isoCalendar, MAX_DAYS, MIN_DAYS, monthOf, yearOf } from './calendar.ts';
import { checkDate } from './calendar-date.ts';
import { checkTime } from './clock-time.ts';
import { Decimal } from './decimal.ts';
import { Delta } from './delta.ts';
import { Duration } from './duration.ts';
import { DateError } from './errors.ts';

const NUMBER = '[0-9]+(?:[,.][0-9]+)?';
// A newline at the very end is let through, as by Python's `$`.
const PERIOD = new RegExp(
  `^([+-])?P(?=[0-9T])(?:(${NUMBER})Y)?(?:(${NUMBER})M)?(?:(${NUMBER})W)?(?:(${NUMBER})D)?` +
    `(?:T(?:(${NUMBER})H)?(?:(${NUMBER})M)?(?:(${NUMBER})S)?)?\\n?$`,
);

const CALENDAR_DATES = [/^(\d{4})-(\d{2})-(\d{2})/, /^(\d{4})(\d{2})(\d{2})/];
const WEEK_DATES = [/^(\d{4})-W(\d{2})-(\d)/, /^(\d{4})W(\d{2})(\d)/];
const ORDINAL_DATES = [/^(\d{4})-(\d{3})/, /^(\d{4})(\d{3})/];
const WEEKS = [/^(\d{4})-W(\d{2})/, /^(\d{4})W(\d{2})/];
const MONTHS = [/^(\d{4})-(\d{2})/, /^(\d{4})(\d{2})/];
const YEARS = [/^(\d{4})/];
const CENTURIES = [/^(\d{2})/];

/** Finds the day number of a date by the groups of its pattern. */
type DateReader = (first: number, second: number, third: number) => number;

/** Every form of date, in the order in which they are tried; only the beginning of the text has to match. */
const DATE_FORMS: readonly [patterns: readonly RegExp[], read: DateReader][] = [
  [CALENDAR_DATES, (year, month, day) => dateDays(year, month || 1, day)],
  [WEEK_DATES, weekDate],
  [ORDINAL_DATES, (year, day) => inRange(dateDays(year, 1, 1) + day - 1)],
  [WEEKS, (year, week) => weekDate(year, week, 1)],
  [MONTHS, (year, month) => dateDays(year, month || 1, 1)],
  [YEARS, (year) => dateDays(year, 1, 1)],
  [CENTURIES, (century) => dateDays(century * 100 + 1, 1, 1)],
];

const FRACTION = '(?:[,.][0-9]+)?';
const TIMES = [
  new RegExp(`^T?([0-9]{2}):([0-9]{2}):([0-9]{2}${FRACTION})`),
  new RegExp(`^T?([0-9]{2})([0-9]{2})([0-9]{2}${FRACTION})`),
  new RegExp(`^T?([0-9]{2}):([0-9]{2}${FRACTION})`),
  new RegExp(`^T?([0-9]{2})([0-9]{2}${FRACTION})`),
  new RegExp(`^T?([0-9]{2}${FRACTION})`),
];

const UNIT_MICROSECONDS = [3_600_000_000n, 60_000_000n, 1_000_000n];

/**
 * Reads an ISO 8601 duration: a Duration when it has months or years, else a Delta. Throws TypeError for what is no string, ValueError for
 * what is no duration, OverflowError for too long a one.
 */
// parity: isodate/isoduration.py:parse_duration
export function parseDuration(text: unknown): Delta | Duration {
  if (typeof text !== 'string') throw new DateError('TypeError', 'Expecting a string');
  const match = PERIOD.exec(text);
  if (match === null) {
    if (text.startsWith('P')) return parseAlternative(text.slice(1));
    throw new DateError('ValueError', `Unable to parse duration string '${text}'`);
  }
  const [, sign, years, months, weeks, days, hours, minutes, seconds] = match.map((group) => group?.replace(',', '.'));
  const delta = Delta.of({
    weeks: Number(weeks ?? 0),
    days: Number(days ?? 0),
    hours: Number(hours ?? 0),
    minutes: Number(minutes ?? 0),
    seconds: Number(seconds ?? 0),
  });
  const duration = new Duration(Decimal.parse(years ?? '0'), Decimal.parse(months ?? '0'), delta);
  if (duration.years.isZero() && duration.months.isZero()) return sign === '-' ? delta.negate() : delta;
  return sign === '-' ? Duration.fromDelta(Delta.zero).subtract(duration) : duration;
}

// A duration that is written like a date and time: P0003-06-04T12:30:05.
function parseAlternative(text: string): Duration {
  const parts = text.split('T');
  if (parts.length !== 2)
    throw new DateError('ValueError', `ISO 8601 time designator 'T' missing. Unable to parse datetime string '${text}'`);
  const date = dateFromDays(parseDate(parts[0] as string));
  const time = parseTime(parts[1] as string);
  const delta = new Delta(dayOf(date), time.seconds, time.microseconds);
  return new Duration(new Decimal(BigInt(yearOf(date)), 0), new Decimal(BigInt(monthOf(date)), 0), delta);
}

// parity: isodate/isodates.py:parse_date
function parseDate(text: string): number {
  for (const [patterns, read] of DATE_FORMS) {
    for (const pattern of patterns) {
      const match = pattern.exec(text);
      if (match !== null) return read(Number(match[1]), Number(match[2]), Number(match[3]));
    }
  }
  throw new DateError('ValueError', `Unrecognised ISO 8601 date format: '${text}'`);
}

function weekDate(year: number, week: number, weekday: number): number {
  const first = dateDays(year, 1, 1);
  const [, firstWeek, firstWeekday] = isoCalendar(first);
  return inRange(first + (week - (firstWeek === 1 ? 1 : 0)) * 7 - firstWeekday + weekday);
}

function dateDays(year: number, month: number, day: number): number {
  checkDate(year, month, day);
  return daysFromDate(year, month, day);
}

function inRange(days: number): number {
  if (days < MIN_DAYS || days > MAX_DAYS) throw new DateError('OverflowError', 'date value out of range');
  return days;
}

// The smallest unit may have a fraction; what follows the time, an offset for one, does not count.
// parity: isodate/isotime.py:parse_time
function parseTime(text: string): { seconds: number; microseconds: number } {
  for (const pattern of TIMES) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const units = match.slice(1).map((unit) => Decimal.parse(unit.replace(',', '.')));
    const [hour = 0, minute = 0, second = 0] = units.map((unit) => Number(unit.truncate()));
    const fraction = fractionOf(units.at(-1) as Decimal, UNIT_MICROSECONDS[units.length - 1] as bigint);
    const rest = Number(roundHalfEven(fraction));
    const carried = Math.floor(rest / 1_000_000);
    // Only a fraction of seconds may be rounded up to a whole one.
    if (units.length < 3 && carried > Math.floor(Number(fraction.truncate()) / 1_000_000)) checkTime(hour, minute, second, 1_000_000);
    checkTime(hour, minute, units.length < 3 ? 0 : second + carried, 0);
    return { seconds: hour * 3600 + minute * 60 + second + carried, microseconds: rest % 1_000_000 };
  }
  throw new DateError('ValueError', `Unrecognised ISO 8601 time format: '${text}'`);
}

// What stands behind the point of a number of units, in microseconds.
function fractionOf(value: Decimal, unitMicroseconds: bigint): Decimal {
  return value.subtract(new Decimal(value.truncate(), 0)).multiply(unitMicroseconds);
}

function roundHalfEven(value: Decimal): bigint {
  const whole = value.truncate();
  const unit = 10n ** BigInt(value.places);
  const twice = (value.digits - whole * unit) * 2n;
  return twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole;
}
