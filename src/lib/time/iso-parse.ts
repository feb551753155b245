import { daysFromDate, isLeapYear, isoYearStart, MAX_DAYS, MIN_DAYS } from './calendar.ts';
import { checkDate } from './calendar-date.ts';
import { DateTime } from './date-time.ts';
import { Delta } from './delta.ts';
import { DateError } from './errors.ts';
import { readInteger } from './numerals.ts';
import { compileScan } from './strptime-scan.ts';
import { Zone } from './zone.ts';

// A day as its number, and the position behind its text.
interface DatePart {
  readonly days: number;
  readonly end: number;
}

const scanDate = compileScan('%Y-%m-%d');
const scanNaive = compileScan('%Y-%m-%dT%H:%M:%S');
const scanSeconds = compileScan('%Y-%m-%dT%H:%M:%S%z');
const scanFraction = compileScan('%Y-%m-%dT%H:%M:%S.%f%z');
const DAY_SECONDS = 86_400;

/**
 * Reads an ISO 8601 date, alone or with a time after any one character: `2022`, `2022-01`, `20220114`, week and ordinal dates, `T24:00`.
 * Naive without an offset. Throws ValueError for another text, OverflowError for 24:00 on the last day there is, TypeError for no text.
 */
// parity: dateutil/parser/isoparser.py:isoparser.isoparse
export function isoParse(text: unknown): DateTime {
  if (typeof text !== 'string') throw new DateError('TypeError', 'isoparse() takes a text');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
  if (!/^[\x00-\x7f]*$/.test(text)) throw invalid('ISO-8601 strings should contain only ASCII characters');
  const date = parseDatePart(text);
  if (text.length <= date.end) return new DateTime(date.days * DAY_SECONDS, 0, null);
  const { hour, minute, second, microsecond, zone } = parseTimePart(text.slice(date.end + 1));
  const midnight = DateTime.of(1970, 1, 1, hour === 24 ? 0 : hour, minute, second, microsecond);
  const time = new DateTime(date.days * DAY_SECONDS + midnight.seconds, microsecond, zone);
  return hour === 24 ? time.add(new Delta(1, 0, 0)) : time;
}

/** `isoParse` in UTC, which is also taken for the zone of a text without an offset. */
// parity: airbyte_cdk/sources/declarative/interpolation/macros.py:str_to_datetime
export function isoParseUtc(text: unknown): DateTime {
  const time = (typeof text === 'string' ? quickScan(text) : undefined) ?? isoParse(text);
  return time.zone === null ? time.withZone(Zone.pytzUtc) : time.astimezone(Zone.pytzUtc);
}

// The usual notations in one go, with zones that are as good as dateutil's once the time is in UTC; undefined for others.
function quickScan(text: string): DateTime | undefined {
  if (text.length === 10) return scanDate?.(text);
  if (text.length === 19) return scanNaive?.(text);
  return text[19] === '.' ? scanFraction?.(text) : scanSeconds?.(text);
}

function parseDatePart(text: string): DatePart {
  if (text.length < 4) throw invalid('ISO string too short');
  const year = integer(text.slice(0, 4));
  const common = parseCommonDate(text, year);
  if (common === undefined) return parseUncommonDate(text, year);
  checkDate(common.year, common.month, common.day);
  return { days: daysFromDate(common.year, common.month, common.day), end: common.end };
}

// Undefined when the text is no calendar date; its month and day are not checked yet.
function parseCommonDate(text: string, year: number): { year: number; month: number; day: number; end: number } | undefined {
  if (text.length === 4) return { year, month: 1, day: 1, end: 4 };
  const dashed = text[4] === '-';
  const monthAt = dashed ? 5 : 4;
  if (text.length - monthAt < 2) return undefined;
  const month = readShortInteger(text.slice(monthAt, monthAt + 2));
  if (month === undefined) return undefined;
  const afterMonth = monthAt + 2;
  if (afterMonth >= text.length) return dashed ? { year, month, day: 1, end: afterMonth } : undefined;
  if (dashed && text[afterMonth] !== '-') return undefined;
  const dayAt = dashed ? afterMonth + 1 : afterMonth;
  if (text.length - dayAt < 2) return undefined;
  const day = readShortInteger(text.slice(dayAt, dayAt + 2));
  return day === undefined ? undefined : { year, month, day, end: dayAt + 2 };
}

function parseUncommonDate(text: string, year: number): DatePart {
  const dashed = text[4] === '-';
  const start = dashed ? 5 : 4;
  if (text[start] === 'W') return parseWeekDate(text, year, dashed, start + 1);
  if (text.length - start < 3) throw invalid('Invalid ordinal day');
  const ordinal = integer(text.slice(start, start + 3));
  if (ordinal < 1 || ordinal > (isLeapYear(year) ? 366 : 365)) throw invalid(`Invalid ordinal day ${ordinal} for year ${year}`);
  checkDate(year, 1, 1);
  return { days: daysFromDate(year, 1, 1) + ordinal - 1, end: start + 3 };
}

function parseWeekDate(text: string, year: number, dashed: boolean, start: number): DatePart {
  const week = integer(text.slice(start, start + 2));
  let end = start + 2;
  let weekday = 1;
  if (text.length > end) {
    if ((text[end] === '-') !== dashed) throw invalid('Inconsistent use of dash separator');
    if (dashed) end += 1;
    weekday = integer(text.slice(end, end + 1));
    end += 1;
  }
  if (week < 1 || week > 53) throw invalid(`Invalid week: ${week}`);
  if (weekday < 1 || weekday > 7) throw invalid(`Invalid weekday: ${weekday}`);
  checkDate(year, 1, 4);
  const days = isoYearStart(year) + (week - 1) * 7 + weekday - 1;
  if (days < MIN_DAYS || days > MAX_DAYS) throw new DateError('OverflowError', 'date value out of range');
  return { days, end };
}

interface TimePart {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly zone: Zone | null;
}

function parseTimePart(text: string): TimePart {
  if (text.length < 2) throw invalid('ISO time too short');
  const parts: [hour: number, minute: number, second: number, microsecond: number] = [0, 0, 0, 0];
  let zone: Zone | null = null;
  let position = 0;
  let colons = false;
  for (let part = 0; position < text.length && part <= 5; part++) {
    if ('-+Zz'.includes(text[position] as string)) {
      zone = parseOffset(text.slice(position));
      position = text.length;
      break;
    }
    if (part === 1 && text[position] === ':') {
      colons = true;
      position += 1;
    } else if (part === 2 && colons) {
      if (text[position] !== ':') throw invalid('Inconsistent use of colon separator');
      position += 1;
    }
    if (part < 3) {
      parts[part] = integer(text.slice(position, position + 2));
      position += 2;
    } else if (part === 3) {
      const fraction = /^[.,]([0-9]+)/.exec(text.slice(position));
      if (fraction === null) continue;
      parts[3] = Number((fraction[1] as string).slice(0, 6).padEnd(6, '0'));
      position += fraction[0].length;
    }
  }
  if (position < text.length) throw invalid('Unused components in ISO string');
  const [hour, minute, second, microsecond] = parts;
  if (hour === 24 && (minute !== 0 || second !== 0 || microsecond !== 0)) throw invalid('Hour may only be 24 at 24:00:00.000');
  return { hour, minute, second, microsecond, zone };
}

function parseOffset(text: string): Zone {
  if (text === 'Z' || text === 'z') return Zone.dateutilUtc;
  if (![3, 5, 6].includes(text.length)) throw invalid('Time zone offset must be 1, 3, 5 or 6 characters');
  if (text[0] !== '-' && text[0] !== '+') throw invalid('Time zone offset requires sign');
  const hours = integer(text.slice(1, 3));
  const minutes = text.length === 3 ? 0 : integer(text.slice(text[3] === ':' ? 4 : 3));
  if (hours === 0 && minutes === 0) return Zone.dateutilUtc;
  if (minutes > 59) throw invalid('Invalid minutes in time zone offset');
  if (hours > 23) throw invalid('Invalid hours in time zone offset');
  return Zone.dateutilOffset((text[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000_000, null);
}

function integer(text: string): number {
  const value = readShortInteger(text);
  if (value === undefined) throw invalid(`invalid literal for int() with base 10: '${text}'`);
  return value;
}

// No integer of so few digits is a bigint.
function readShortInteger(text: string): number | undefined {
  return readInteger(text) as number | undefined;
}

function invalid(message: string): DateError {
  return new DateError('ValueError', message);
}
