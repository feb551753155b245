import { DAY, dateFromDays, dayOf, daysFromDate, isoCalendar, MAX_DAYS, MIN_DAYS, monthOf, weekdayOf, yearOf } from './calendar.ts';
import { CalendarDate, checkDate, ctimeText, dayOfYear, daysFromIsoCalendar, daysFromOrdinal, isoDate } from './calendar-date.ts';
import { ClockTime, checkTime, secondsRepr, timeText } from './clock-time.ts';
import { Delta, secondsAsFloat } from './delta.ts';
import { DateError } from './errors.ts';
import { compileStrftime } from './strftime.ts';
import { Zone } from './zone.ts';

const MICROSECONDS = 1_000_000;
const BIG_MICROSECONDS = 1_000_000n;
const MIN_SECONDS = MIN_DAYS * DAY;
const MAX_SECONDS = MAX_DAYS * DAY + DAY - 1;
const UNIX_ORDINAL = 719_163;
// What the C library can break down into a date, and what fits its time_t.
const MIN_BREAKABLE = -67_768_040_609_740_800;
const BREAKABLE_END = 67_768_036_191_676_800;
const TIME_T_LIMIT = 2 ** 63;

/** The parts of a date and time; month and day have no default. */
export interface DateTimeParts {
  readonly year?: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly microsecond?: number;
  readonly zone?: Zone | null;
}

/**
 * A date and time of the years 1-9999, Python's `datetime.datetime`: naive (no zone) or aware (a fixed offset). Immutable. It is kept as
 * its wall clock's distance from 1970, so that parsing, comparing and moving are integer arithmetic. The local zone is UTC.
 */
export class DateTime {
  /** Seconds of the wall clock since 1970-01-01T00:00:00, whatever the zone. */
  readonly seconds: number;
  /** 0-999999. */
  readonly microsecond: number;
  readonly zone: Zone | null;

  static readonly min = new DateTime(MIN_SECONDS, 0, null);
  static readonly max = new DateTime(MAX_SECONDS, 999_999, null);
  static readonly resolution = Delta.resolution;

  /** Takes parts in range; `DateTime.of` and the other makers check theirs. */
  constructor(seconds: number, microsecond: number, zone: Zone | null) {
    this.seconds = seconds;
    this.microsecond = microsecond;
    this.zone = zone;
  }

  /** Throws ValueError when there is no such date or time. */
  static of(
    year: number,
    month: number,
    day: number,
    hour = 0,
    minute = 0,
    second = 0,
    microsecond = 0,
    zone: Zone | null = null,
  ): DateTime {
    checkDate(year, month, day);
    checkTime(hour, minute, second, microsecond);
    return new DateTime(daysFromDate(year, month, day) * DAY + hour * 3600 + minute * 60 + second, microsecond, zone);
  }

  /** The time that many microseconds after 1970 began in UTC, shown in the zone; throws OverflowError outside the years 1-9999. */
  static fromEpochMicroseconds(microseconds: bigint, zone: Zone = Zone.utc): DateTime {
    let seconds = microseconds / BIG_MICROSECONDS;
    let rest = Number(microseconds % BIG_MICROSECONDS);
    if (rest < 0) {
      seconds -= 1n;
      rest += MICROSECONDS;
    }
    return shifted(Number(seconds), rest + zone.offset, zone);
  }

  /**
   * `datetime.fromtimestamp`: the time that many seconds after 1970 began in UTC, half microseconds to even. Throws ValueError outside
   * the years 1-9999 and for NaN, OSError and OverflowError far outside.
   */
  static fromTimestamp(timestamp: number | bigint, zone: Zone | null = null): DateTime {
    const value = Number(timestamp);
    if (Number.isNaN(value)) throw new DateError('ValueError', 'Invalid value NaN (not a number)');
    let seconds = Math.trunc(value);
    let microsecond = roundHalfEven((value - seconds) * 1e6);
    if (microsecond >= MICROSECONDS) {
      microsecond -= MICROSECONDS;
      seconds += 1;
    } else if (microsecond < 0) {
      microsecond += MICROSECONDS;
      seconds -= 1;
    }
    checkTimestamp(seconds);
    const utc = new DateTime(seconds, microsecond, zone === null ? null : Zone.utc);
    return zone === null ? utc : utc.astimezone(zone);
  }

  /** `datetime.combine`; the zone is the time's own unless another is given. */
  static combine(date: CalendarDate, time: ClockTime, zone: Zone | null = time.zone): DateTime {
    return new DateTime(date.days * DAY + time.hour * 3600 + time.minute * 60 + time.second, time.microsecond, zone);
  }

  /** `datetime.fromordinal`; throws ValueError out of range. */
  static fromOrdinal(ordinal: number): DateTime {
    return new DateTime(daysFromOrdinal(ordinal) * DAY, 0, null);
  }

  /** `datetime.fromisocalendar`; throws ValueError when there is no such week or day. */
  static fromIsoCalendar(year: number, week: number, weekday: number): DateTime {
    return new DateTime(daysFromIsoCalendar(year, week, weekday) * DAY, 0, null);
  }

  get year(): number {
    return yearOf(dateFromDays(this.#days()));
  }

  get month(): number {
    return monthOf(dateFromDays(this.#days()));
  }

  get day(): number {
    return dayOf(dateFromDays(this.#days()));
  }

  get hour(): number {
    return Math.floor(this.#secondOfDay() / 3600);
  }

  get minute(): number {
    return Math.floor(this.#secondOfDay() / 60) % 60;
  }

  get second(): number {
    return this.#secondOfDay() % 60;
  }

  /** Microseconds since 1970 began in UTC; a naive time counts as UTC. */
  epochMicroseconds(): bigint {
    return BigInt(this.seconds) * BIG_MICROSECONDS + BigInt(this.microsecond - (this.zone?.offset ?? 0));
  }

  /** Seconds since 1970 began in UTC, a Python float; a naive time counts as UTC. */
  timestamp(): number {
    if (this.zone === null) return this.seconds + this.microsecond / 1e6;
    if (this.zone.offset === 0) return secondsAsFloat(this.seconds, this.microsecond);
    const total = this.microsecond - this.zone.offset;
    const carry = Math.floor(total / MICROSECONDS);
    return secondsAsFloat(this.seconds + carry, total - carry * MICROSECONDS);
  }

  /** Negative, zero or positive as this is earlier than, equal to or later than the other; throws TypeError when only one is aware. */
  compare(other: DateTime): number {
    if (this.zone === other.zone) return this.seconds - other.seconds || this.microsecond - other.microsecond;
    if (this.zone === null || other.zone === null) {
      throw new DateError('TypeError', "can't compare offset-naive and offset-aware datetimes");
    }
    return this.#minus(other);
  }

  /** Python's `==`: a naive and an aware time are never equal. */
  equals(other: DateTime): boolean {
    if ((this.zone === null) !== (other.zone === null)) return false;
    return this.compare(other) === 0;
  }

  /** A text that equal times share, for use as a key. */
  hashKey(): string {
    return `datetime ${this.zone === null ? '' : 'utc '}${this.epochMicroseconds()}`;
  }

  /** Throws OverflowError outside the years 1-9999. */
  add(delta: Delta): DateTime {
    return shifted(this.seconds + delta.days * DAY + delta.seconds, this.microsecond + delta.microseconds, this.zone);
  }

  /** Throws OverflowError outside the years 1-9999. */
  subtract(delta: Delta): DateTime {
    return shifted(this.seconds - delta.days * DAY - delta.seconds, this.microsecond - delta.microseconds, this.zone);
  }

  /** `datetime - datetime`; throws TypeError when only one is aware. */
  difference(other: DateTime): Delta {
    if ((this.zone === null) !== (other.zone === null)) {
      throw new DateError('TypeError', "can't subtract offset-naive and offset-aware datetimes");
    }
    return Delta.fromMicroseconds(this.epochMicroseconds() - other.epochMicroseconds());
  }

  /** The given parts replaced, a null zone making it naive; throws ValueError when there is no such date or time. */
  replace(parts: DateTimeParts): DateTime {
    const date = dateFromDays(this.#days());
    return DateTime.of(
      parts.year ?? yearOf(date),
      parts.month ?? monthOf(date),
      parts.day ?? dayOf(date),
      parts.hour ?? this.hour,
      parts.minute ?? this.minute,
      parts.second ?? this.second,
      parts.microsecond ?? this.microsecond,
      parts.zone === undefined ? this.zone : parts.zone,
    );
  }

  /** The same wall clock in another zone, or in none. */
  withZone(zone: Zone | null): DateTime {
    return new DateTime(this.seconds, this.microsecond, zone);
  }

  /** The same instant in another zone, a naive time counting as UTC; throws OverflowError outside the years 1-9999. */
  astimezone(zone: Zone = Zone.fixed(0, 'UTC')): DateTime {
    if (this.zone === zone) return this;
    const utc = shifted(this.seconds, this.microsecond - (this.zone?.offset ?? 0), zone);
    return zone.offset === 0 ? utc : shifted(utc.seconds, utc.microsecond + zone.offset, zone);
  }

  utcoffset(): Delta | null {
    return this.zone?.utcoffset() ?? null;
  }

  tzname(): string | null {
    return this.zone?.name ?? null;
  }

  dst(): Delta | null {
    return this.zone?.knowsDst ? Delta.zero : null;
  }

  date(): CalendarDate {
    return new CalendarDate(this.#days());
  }

  /** The time of the day without the zone. */
  time(): ClockTime {
    return this.timetz().replace({ zone: null });
  }

  /** The time of the day with the zone. */
  timetz(): ClockTime {
    return new ClockTime({ hour: this.hour, minute: this.minute, second: this.second, microsecond: this.microsecond, zone: this.zone });
  }

  /** Monday is 0. */
  weekday(): number {
    return weekdayOf(this.#days());
  }

  /** Monday is 1. */
  isoweekday(): number {
    return weekdayOf(this.#days()) + 1;
  }

  isocalendar(): [year: number, week: number, weekday: number] {
    return isoCalendar(this.#days());
  }

  /** The proleptic Gregorian ordinal of its day, 0001-01-01 being 1. */
  toordinal(): number {
    return this.#days() + UNIX_ORDINAL;
  }

  /** The nine numbers of a struct_time. */
  timetuple(): number[] {
    const days = this.#days();
    const dst = this.zone?.knowsDst ? 0 : -1;
    return [this.year, this.month, this.day, this.hour, this.minute, this.second, weekdayOf(days), dayOfYear(days), dst];
  }

  /** The nine numbers of a struct_time in UTC; throws OverflowError outside the years 1-9999. */
  utctimetuple(): number[] {
    return [...this.astimezone(Zone.utc).timetuple().slice(0, 8), 0];
  }

  /** `timespec` is one of auto, hours, minutes, seconds, milliseconds, microseconds; throws ValueError for another. */
  isoformat(separator = 'T', timespec = 'auto'): string {
    const text = `${isoDate(this.#days())}${separator}${timeText(this.#secondOfDay(), this.microsecond, timespec)}`;
    return this.zone === null ? text : text + this.zone.extendedOffset;
  }

  ctime(): string {
    return ctimeText(this.#days(), timeText(this.#secondOfDay(), 0, 'seconds'));
  }

  /** Never throws; see `compileStrftime`. */
  strftime(format: string): string {
    return compileStrftime(format)(this);
  }

  /** Python's str: `2026-01-15 12:34:56.789012+00:00`. */
  toString(): string {
    return this.isoformat(' ');
  }

  /** Python's repr: `datetime.datetime(2026, 1, 15, 12, 34, tzinfo=datetime.timezone.utc)`. */
  repr(): string {
    const zone = this.zone === null ? '' : `, tzinfo=${this.zone.repr()}`;
    const time = `${this.hour}, ${this.minute}${secondsRepr(this.second, this.microsecond)}`;
    return `datetime.datetime(${this.year}, ${this.month}, ${this.day}, ${time}${zone})`;
  }

  #days(): number {
    return Math.floor(this.seconds / DAY);
  }

  #secondOfDay(): number {
    return this.seconds - this.#days() * DAY;
  }

  // The sign of the difference of two aware times; offsets in whole seconds stay in the range of exact numbers.
  #minus(other: DateTime): number {
    const micros = this.microsecond - (this.zone?.offset ?? 0) - (other.microsecond - (other.zone?.offset ?? 0));
    const carry = Math.floor(micros / MICROSECONDS);
    return this.seconds - other.seconds + carry || micros - carry * MICROSECONDS;
  }
}

// A time whose microseconds may be any number; throws OverflowError outside the years 1-9999.
function shifted(seconds: number, microseconds: number, zone: Zone | null): DateTime {
  const carry = Math.floor(microseconds / MICROSECONDS);
  const total = seconds + carry;
  if (!(total >= MIN_SECONDS && total <= MAX_SECONDS)) throw new DateError('OverflowError', 'date value out of range');
  return new DateTime(total, microseconds - carry * MICROSECONDS, zone);
}

function checkTimestamp(seconds: number): void {
  if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) return;
  if (seconds >= TIME_T_LIMIT || seconds < -TIME_T_LIMIT) {
    throw new DateError('OverflowError', 'timestamp out of range for platform time_t');
  }
  if (seconds >= BREAKABLE_END || seconds < MIN_BREAKABLE) throw new DateError('OSError', 'Value too large for defined data type');
  throw new DateError('ValueError', `timestamp ${seconds} is outside of the years 1 to 9999`);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
