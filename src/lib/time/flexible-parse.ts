import { Float } from '../json.ts';
import { DAY } from './calendar.ts';
import { CalendarDate } from './calendar-date.ts';
import { DateTime } from './date-time.ts';
import { DateError } from './errors.ts';
import { generalParse } from './general-parse.ts';
import { isDigits } from './general-tokens.ts';
import { parseInteger } from './numerals.ts';
import { Zone } from './zone.ts';

const C_LONG_LIMIT = 2n ** 63n;

/**
 * Reads a time in nearly any notation: whole seconds since 1970 (at most ten digits), a date of three numbers with dashes, or a date and
 * time with an offset. Aware, in UTC without an offset. `now` (microseconds since 1970) completes dates that say no year or day. Its text is
 * `isoformat()`. Throws ValueError for anything else, OverflowError for absurdly large parts.
 */
// parity: airbyte_cdk/utils/datetime_helpers.py:ab_datetime_parse
export function parseFlexible(value: unknown, now: bigint): DateTime {
  const number = wholeNumber(value);
  if (number !== undefined) return fromSeconds(number);
  if (typeof value !== 'string') throw new DateError('ValueError', `Could not parse datetime string: ${describe(value)}`);
  const dashes = count(value, '-');
  if (!value.includes(':') && dashes === 2 && !value.includes('/')) return fromDashedDate(value);
  if (value.includes(':') && dashes < 2 && count(value, '/') < 2) {
    throw new DateError('ValueError', `Missing date part in datetime string: ${value}`);
  }
  const time = generalParse(value, now);
  return time.zone === null ? time.withZone(Zone.utc) : time;
}

/** `parseFlexible`, but undefined for what is no time between the years 1 and 9999. */
export function parseFlexibleOrUndefined(value: unknown, now: bigint): DateTime | undefined {
  try {
    return parseFlexible(value, now);
  } catch (error) {
    if (error instanceof DateError) return undefined;
    throw error;
  }
}

// What Python takes for an int: booleans too; undefined for anything else.
function wholeNumber(value: unknown): number | bigint | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  return isDigits(value.startsWith('-') ? value.slice(1) : value) ? parseInteger(value) : undefined;
}

function fromSeconds(seconds: number | bigint): DateTime {
  if (seconds < 0) throw new DateError('ValueError', 'Timestamp cannot be negative');
  if (seconds > 9_999_999_999) throw new DateError('ValueError', 'Timestamp value too large');
  return new DateTime(Number(seconds), 0, Zone.utc);
}

function fromDashedDate(text: string): DateTime {
  const [year, month, day] = text.split('-').map(parseInteger) as [number | bigint, number | bigint, number | bigint];
  if (BigInt(year) >= C_LONG_LIMIT || BigInt(year) < -C_LONG_LIMIT) {
    throw new DateError('OverflowError', 'Python int too large to convert to C long');
  }
  return new DateTime(CalendarDate.of(Number(year), Number(month), Number(day)).days * DAY, 0, Zone.utc);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function describe(value: unknown): string {
  return value instanceof Float ? value.toString() : String(value);
}
