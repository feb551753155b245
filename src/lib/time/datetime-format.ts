import { Float, floatText } from '../json.ts';
import { cached } from './cache.ts';
import { DateTime } from './date-time.ts';
import { Delta, pad } from './delta.ts';
import { DateError } from './errors.ts';
import { parseFloatText, parseInteger, truncateFloat } from './numerals.ts';
import { compileStrftime } from './strftime.ts';
import { compileStrptime, undefinedOnValueError } from './strptime.ts';
import { Zone } from './zone.ts';

const EPOCH = new DateTime(0, 0, Zone.utc);
const MICROSECONDS = 1_000_000;
const MAX_SECONDS = 253_402_300_799;

/** Reads and prints the times of one `datetime_format` of a manifest. */
export interface DatetimeFormat {
  readonly format: string;
  /** An aware time, in UTC where the text says no offset. Throws DateError: ValueError for no match, OverflowError, TypeError for null. */
  parse(value: unknown): DateTime;
  /** Undefined where `parse` throws ValueError; other errors are thrown. */
  tryParse(value: unknown): DateTime | undefined;
  /** The text of a time; a naive one counts as UTC. */
  print(time: DateTime): string;
}

/** The reader and printer of a format, made once per format: strptime's directives, or one of the whole formats for epochs. */
// parity: airbyte_cdk/sources/declarative/datetime/datetime_parser.py:DatetimeParser
export const datetimeFormat: (format: string) => DatetimeFormat = cached((format) => {
  switch (format) {
    case '%s':
      return withTry(format, parseSeconds, (time) => integerText(time.timestamp()));
    case '%s_as_float':
      return withTry(
        format,
        (value) => DateTime.fromTimestamp(floatOf(value), Zone.utc),
        (time) => floatText(time.timestamp()),
      );
    case '%epoch_microseconds':
      return withTry(
        format,
        (value) => parseFraction(value, MICROSECONDS),
        (time) => integerText(time.timestamp() * 1_000_000),
      );
    case '%ms':
      return withTry(
        format,
        (value) => parseFraction(value, 1000),
        (time) => integerText(time.timestamp() * 1000),
      );
    default:
      return calendarFormat(format);
  }
});

/** Reads a value of a record, a state or the configuration; see `DatetimeFormat.parse`. */
export function parseDatetime(value: unknown, format: string): DateTime {
  return datetimeFormat(format).parse(value);
}

/** Prints a time; see `DatetimeFormat.print`. */
export function formatDatetime(time: DateTime, format: string): string {
  return datetimeFormat(format).print(time);
}

/** The later of a time and an optional minimum, then the earlier of that and an optional maximum. */
// parity: airbyte_cdk/sources/declarative/datetime/min_max_datetime.py:MinMaxDatetime.get_datetime
export function clampDatetime(time: DateTime, minimum: DateTime | undefined, maximum: DateTime | undefined): DateTime {
  const raised = minimum !== undefined && minimum.compare(time) > 0 ? minimum : time;
  return maximum !== undefined && maximum.compare(raised) < 0 ? maximum : raised;
}

function withTry(format: string, parse: (value: unknown) => DateTime, print: (time: DateTime) => string): DatetimeFormat {
  return { format, parse, tryParse: (value) => undefinedOnValueError(() => parse(value)), print };
}

function calendarFormat(format: string): DatetimeFormat {
  const shortened = format.includes('%_ms');
  const standard = shortened ? format.replaceAll('%_ms', '%f') : format;
  const { parse, tryParse } = compileStrptime(standard);
  const print = compileStrftime(standard);
  return {
    format,
    parse: (value) => inUtc(parse(typeof value === 'string' ? value : textOf(value))),
    tryParse: (value) => {
      const time = tryParse(typeof value === 'string' ? value : textOf(value));
      return time === undefined ? undefined : inUtc(time);
    },
    print: shortened ? (time) => shortenMicroseconds(print(time), time.microsecond) : print,
  };
}

function inUtc(time: DateTime): DateTime {
  return time.zone === null ? time.withZone(Zone.utc) : time;
}

// The reference replaces the six digits wherever they stand in the result, even where another directive printed them.
function shortenMicroseconds(text: string, microsecond: number): string {
  return text.replaceAll(pad(microsecond, 6), pad(Math.floor(microsecond / 1000), 3));
}

function parseSeconds(value: unknown): DateTime {
  const seconds = integerOf(value);
  return timeAfterEpoch(seconds, 1) ?? DateTime.fromTimestamp(seconds, Zone.utc);
}

function parseFraction(value: unknown, unitsPerSecond: number): DateTime {
  const count = integerOf(value);
  return timeAfterEpoch(count, unitsPerSecond) ?? EPOCH.add(Delta.fromMicroseconds(BigInt(count) * BigInt(MICROSECONDS / unitsPerSecond)));
}

// Undefined outside 1970-9999.
function timeAfterEpoch(count: number | bigint, unitsPerSecond: number): DateTime | undefined {
  if (typeof count !== 'number' || count < 0 || count > MAX_SECONDS * unitsPerSecond) return undefined;
  const seconds = Math.floor(count / unitsPerSecond);
  return new DateTime(seconds, (count - seconds * unitsPerSecond) * (MICROSECONDS / unitsPerSecond), Zone.utc);
}

// Python's int(value).
function integerOf(value: unknown): number | bigint {
  if (typeof value === 'string') return parseInteger(value);
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : truncateFloat(value);
  if (value instanceof Float) return truncateFloat(value.value);
  throw new DateError('TypeError', 'int() argument must be a string, a bytes-like object or a real number');
}

// Python's float(value).
function floatOf(value: unknown): number {
  if (typeof value === 'string') return parseFloatText(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Float) return value.value;
  if (typeof value === 'bigint') {
    const float = Number(value);
    if (!Number.isFinite(float)) throw new DateError('OverflowError', 'int too large to convert to float');
    return float;
  }
  throw new DateError('TypeError', 'float() argument must be a string or a real number');
}

// Python's str(value) of what a record can hold; the text of a list or an object matches no format that is meant to.
function textOf(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : floatText(value);
  return String(value);
}

// Python's str(int(float)).
function integerText(value: number): string {
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? String(whole + 0) : BigInt(whole).toString();
}
