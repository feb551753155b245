import { daysFromDate } from './calendar.ts';
import { CalendarDate, checkDate, daysFromIsoCalendar } from './calendar-date.ts';
import { checkTime } from './clock-time.ts';
import { DateTime } from './date-time.ts';
import { DateError } from './errors.ts';
import { Zone } from './zone.ts';

const DAY_SECONDS = 86_400;
const CALENDAR_DATE = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const WEEK_DATE = /^(\d{4})(-?)W(\d{2})(?:\2(\d))?$/;
const EXTENDED_TIME = /^(\d{2})(?::(\d{2})(?::(\d{2}))?)?(?:(?<=:\d{2}:\d{2}):(\d+)|[.,](\d+))?$/;
const BASIC_TIME = /^(\d{2})(?:(\d{2})(\d{2})?)?(?:(?<=^\d{6})(\d{2,})|[.,](\d+))?$/;

interface Clock {
  readonly seconds: number;
  readonly microsecond: number;
}

/** Python's `datetime.fromisoformat`: a date, with a time behind any one character; throws ValueError for another text. */
// parity: datetime.fromisoformat of CPython 3.11
export function dateTimeFromIsoFormat(text: string): DateTime {
  if (text.length < 7) throw invalid(text);
  const separator = separatorPosition(text);
  const days = readDate(text.slice(0, separator), text);
  if (text.length === separator) return new DateTime(days * DAY_SECONDS, 0, null);
  const rest = text.slice(separator + 1);
  const sign = rest.search(/[-+Z]/);
  const clock = readClock(sign < 0 ? rest : withoutTail(rest.slice(0, sign)), text);
  const time = new DateTime(days * DAY_SECONDS + clock.seconds, clock.microsecond, null);
  return sign < 0 ? time : time.withZone(readZone(rest.slice(sign), text));
}

/** Python's `date.fromisoformat`; throws ValueError for another text. */
export function calendarDateFromIsoFormat(text: string): CalendarDate {
  return new CalendarDate(readDate(text, text));
}

// Digits behind a basic week leave open whether the first is a weekday; an even number of them is a time.
function separatorPosition(text: string): number {
  if (text.length === 7) return 7;
  if (text[4] === '-') {
    if (text[5] !== 'W') return 10;
    return text[8] === '-' && !/^\d$/.test(text[10] ?? '') ? 10 : 8;
  }
  if (text[4] !== 'W') return 8;
  const digitsEnd = 7 + (/^\d*/.exec(text.slice(7))?.[0].length ?? 0);
  if (digitsEnd < 9) return digitsEnd;
  return digitsEnd % 2 === 0 ? 7 : 8;
}

function readDate(date: string, text: string): number {
  const calendar = CALENDAR_DATE.exec(date);
  if (calendar !== null) {
    const [year, month, day] = [Number(calendar[1]), Number(calendar[3]), Number(calendar[4])];
    checkDate(year, month, day);
    return daysFromDate(year, month, day);
  }
  const week = WEEK_DATE.exec(date);
  if (week === null) throw invalid(text);
  return daysFromIsoCalendar(Number(week[1]), Number(week[3]), Number(week[4] ?? 1));
}

function readClock(clock: string, text: string): Clock {
  const [hour, minute, second, microsecond] = clockParts(clock, text);
  checkTime(hour, minute, second, microsecond);
  return { seconds: hour * 3600 + minute * 60 + second, microsecond };
}

function clockParts(clock: string, text: string): [hour: number, minute: number, second: number, microsecond: number] {
  const match = EXTENDED_TIME.exec(clock) ?? BASIC_TIME.exec(clock);
  if (match === null) throw invalid(text);
  const fraction = match[4] ?? match[5] ?? '0';
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0), Number(fraction.slice(0, 6).padEnd(6, '0'))];
}

// Before an offset, one character too many is passed over, and any number behind six digits of a fraction.
function withoutTail(clock: string): string {
  if (/^\d{2}(?::?\d{2}){0,2}.$/s.test(clock)) return clock.slice(0, -1);
  return clock.replace(/^(.*[.,]\d{6,}|\d{12,})\D.*$/s, '$1');
}

function readZone(zone: string, text: string): Zone {
  if (zone === 'Z') return Zone.utc;
  const [hour, minute, second, microsecond] = clockParts(zone.slice(1), text);
  return Zone.fixed((zone[0] === '-' ? -1 : 1) * (((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond));
}

function invalid(text: string): DateError {
  return new DateError('ValueError', `Invalid isoformat string: '${text}'`);
}
