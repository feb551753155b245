import { Delta, pad } from './delta.ts';
import { DateError } from './errors.ts';
import { compileStrftime } from './strftime.ts';
import type { Zone } from './zone.ts';

const SECONDS_OF_1900 = -2_208_988_800;
const DAY_MICROSECONDS = 86_400_000_000;

/** The parts of a time of the day, each 0 or absent by default. */
export interface ClockParts {
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly microsecond?: number;
  readonly zone?: Zone | null;
}

/** A time of the day, Python's `datetime.time`. Immutable. */
export class ClockTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly zone: Zone | null;

  static readonly min = new ClockTime({});
  static readonly max = new ClockTime({ hour: 23, minute: 59, second: 59, microsecond: 999_999 });
  static readonly resolution = Delta.resolution;

  /** Throws ValueError for a part out of range. */
  constructor(parts: ClockParts) {
    this.hour = parts.hour ?? 0;
    this.minute = parts.minute ?? 0;
    this.second = parts.second ?? 0;
    this.microsecond = parts.microsecond ?? 0;
    this.zone = parts.zone ?? null;
    checkTime(this.hour, this.minute, this.second, this.microsecond);
  }

  /** The given parts replaced; throws ValueError for a part out of range. */
  replace(parts: ClockParts): ClockTime {
    return new ClockTime({
      hour: parts.hour ?? this.hour,
      minute: parts.minute ?? this.minute,
      second: parts.second ?? this.second,
      microsecond: parts.microsecond ?? this.microsecond,
      zone: parts.zone === undefined ? this.zone : parts.zone,
    });
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

  /** Negative, zero or positive as this is earlier; throws TypeError when only one has an offset. */
  compare(other: ClockTime): number {
    if ((this.zone === null) !== (other.zone === null)) {
      throw new DateError('TypeError', "can't compare offset-naive and offset-aware times");
    }
    return this.#utc() - other.#utc();
  }

  equals(other: ClockTime): boolean {
    return (this.zone === null) === (other.zone === null) && this.#utc() === other.#utc();
  }

  /** A text that equal times share, for use as a key. */
  hashKey(): string {
    return `time ${this.zone === null ? '' : 'utc '}${this.#utc()}`;
  }

  /** `timespec` is one of auto, hours, minutes, seconds, milliseconds, microseconds; throws ValueError for another. */
  isoformat(timespec = 'auto'): string {
    const time = timeText(this.hour * 3600 + this.minute * 60 + this.second, this.microsecond, timespec);
    return this.zone === null ? time : time + this.zone.extendedOffset;
  }

  /** Printed with the date 1900-01-01; see `compileStrftime`. */
  strftime(format: string): string {
    const seconds = SECONDS_OF_1900 + this.hour * 3600 + this.minute * 60 + this.second;
    return compileStrftime(format)({ seconds, microsecond: this.microsecond, zone: this.zone });
  }

  /** Python's str: `12:34:56.789012`. */
  toString(): string {
    return this.isoformat();
  }

  /** Python's repr: `datetime.time(12, 34, 56, 789012)`. */
  repr(): string {
    const zone = this.zone === null ? '' : `, tzinfo=${this.zone.repr()}`;
    return `datetime.time(${this.hour}, ${this.minute}${secondsRepr(this.second, this.microsecond)}${zone})`;
  }

  #utc(): number {
    const local = (this.hour * 3600 + this.minute * 60 + this.second) * 1_000_000 + this.microsecond;
    return this.zone === null ? local : local - (this.zone.offset % DAY_MICROSECONDS);
  }
}

/** Throws ValueError unless the parts make a time of the day. */
export function checkTime(hour: number, minute: number, second: number, microsecond: number): void {
  if (!(hour >= 0 && hour <= 23)) throw new DateError('ValueError', 'hour must be in 0..23');
  if (!(minute >= 0 && minute <= 59)) throw new DateError('ValueError', 'minute must be in 0..59');
  if (!(second >= 0 && second <= 59)) throw new DateError('ValueError', 'second must be in 0..59');
  if (!(microsecond >= 0 && microsecond <= 999_999)) throw new DateError('ValueError', 'microsecond must be in 0..999999');
}

/** A second of the day as ISO 8601 prints it; throws ValueError for an unknown timespec. */
export function timeText(secondOfDay: number, microsecond: number, timespec: string): string {
  const hours = pad(Math.floor(secondOfDay / 3600), 2);
  const minutes = `${hours}:${pad(Math.floor(secondOfDay / 60) % 60, 2)}`;
  const seconds = `${minutes}:${pad(secondOfDay % 60, 2)}`;
  switch (timespec) {
    case 'auto':
      return microsecond === 0 ? seconds : `${seconds}.${pad(microsecond, 6)}`;
    case 'hours':
      return hours;
    case 'minutes':
      return minutes;
    case 'seconds':
      return seconds;
    case 'milliseconds':
      return `${seconds}.${pad(Math.floor(microsecond / 1000), 3)}`;
    case 'microseconds':
      return `${seconds}.${pad(microsecond, 6)}`;
    default:
      throw new DateError('ValueError', 'Unknown timespec value');
  }
}

/** The optional seconds and microseconds of a repr. */
export function secondsRepr(second: number, microsecond: number): string {
  if (microsecond !== 0) return `, ${second}, ${microsecond}`;
  return second === 0 ? '' : `, ${second}`;
}
