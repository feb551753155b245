import { BLANKS } from '../trim.ts';
import { cached } from './cache.ts';
import { DAY, dateFromDays, dayOf, daysFromDate, isoYearStart, MAX_DAYS, MIN_DAYS, monthOf, weekdayOf } from './calendar.ts';
import { checkDate } from './calendar-date.ts';
import { checkTime } from './clock-time.ts';
import { DateTime } from './date-time.ts';
import { DateError } from './errors.ts';
import { abbreviate, MONTHS, WEEKDAYS } from './names.ts';
import { asciiDigits } from './numerals.ts';
import { compileScan } from './strptime-scan.ts';
import { Zone } from './zone.ts';

const DIGIT = '\\p{Nd}';
const BLANK_RUN = new RegExp(`[${BLANKS}]+`, 'gu');
const MONTH_NAMES = MONTHS.map((name) => name.toLowerCase());
const WEEKDAY_NAMES = WEEKDAYS.map((name) => name.toLowerCase());

/** Directives that stand for a piece of format in the C locale. */
const COMPOSITES: Readonly<Record<string, string>> = { c: '%a %b %d %H:%M:%S %Y', x: '%m/%d/%y', X: '%H:%M:%S' };

/** What each directive matches, in the order of preference. */
const PATTERNS: Readonly<Record<string, string>> = {
  d: `3[0-1]|[1-2]${DIGIT}|0[1-9]|[1-9]| [1-9]`,
  f: '[0-9]{1,6}',
  H: `2[0-3]|[0-1]${DIGIT}|${DIGIT}`,
  I: '1[0-2]|0[1-9]|[1-9]',
  G: `${DIGIT}{4}`,
  j: `36[0-6]|3[0-5]${DIGIT}|[1-2]${DIGIT}{2}|0[1-9]${DIGIT}|00[1-9]|[1-9]${DIGIT}|0[1-9]|[1-9]`,
  m: '1[0-2]|0[1-9]|[1-9]',
  M: `[0-5]${DIGIT}|${DIGIT}`,
  S: `6[0-1]|[0-5]${DIGIT}|${DIGIT}`,
  U: `5[0-3]|[0-4]${DIGIT}|${DIGIT}`,
  W: `5[0-3]|[0-4]${DIGIT}|${DIGIT}`,
  w: '[0-6]',
  u: '[1-7]',
  V: `5[0-3]|0[1-9]|[1-4]${DIGIT}|${DIGIT}`,
  y: `${DIGIT}{2}`,
  Y: `${DIGIT}{4}`,
  z: `[-+]${DIGIT}{2}:?[0-5]${DIGIT}(?::?[0-5]${DIGIT}(?:\\.${DIGIT}{1,6})?)?|Z`,
  A: namesPattern(WEEKDAY_NAMES),
  a: namesPattern(WEEKDAY_NAMES.map(abbreviate)),
  B: namesPattern(MONTH_NAMES),
  b: namesPattern(MONTH_NAMES.map(abbreviate)),
  p: namesPattern(['am', 'pm']),
  Z: namesPattern(['utc', 'gmt']),
};

/** Parses texts of one format; both give the same times, naive unless the text has an offset. */
export interface Strptime {
  /** Throws ValueError when the text does not match or names no time, or when the format has a directive that cannot be parsed. */
  parse(text: string): DateTime;
  /** Undefined where `parse` throws ValueError; other errors are thrown. */
  tryParse(text: string): DateTime | undefined;
}

/**
 * The parser of a format as Python's `datetime.strptime(text, format)` in the C locale with the local zone UTC. Never throws itself: a bad
 * format is an error of each parse.
 */
// parity: _strptime.py:_strptime of CPython 3.11
export const compileStrptime: (format: string) => Strptime = cached((format) => {
  const scan = compileScan(format);
  let exact: ((text: string) => DateTime | undefined) | undefined;
  // What the scan does not take is read again with going back, which also finds the error.
  const read = (text: string): DateTime | undefined => {
    const scanned = scan?.(text);
    if (scanned !== undefined) return scanned;
    exact ??= compileMatch(format);
    return exact(text);
  };
  return {
    parse: (text) => {
      const time = read(text);
      if (time === undefined) throw new DateError('ValueError', `time data '${text}' does not match format '${format}'`);
      return time;
    },
    tryParse: (text) => undefinedOnValueError(() => read(text)),
  };
});

/** The result of a call, undefined where it throws ValueError; other errors are thrown. */
export function undefinedOnValueError<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof DateError && error.type === 'ValueError') return undefined;
    throw error;
  }
}

// Undefined where the text does not match.
function compileMatch(format: string): (text: string) => DateTime | undefined {
  const letters: string[] = [];
  const source = patternOf(format, format, letters);
  const repeated = letters.find((letter, index) => letters.indexOf(letter) !== index);
  if (repeated !== undefined) throw new DateError('error', `redefinition of group name '${repeated}' in format '${format}'`);
  const pattern = new RegExp(`^(?:${source})`, 'iu');
  return (text) => {
    const match = pattern.exec(text);
    if (match === null || match[0].length !== text.length) return undefined;
    const found = new Map(letters.map((letter, index) => [letter, match[index + 1] as string]));
    return found.get('z') === 'z' ? undefined : buildTime(found);
  };
}

function patternOf(format: string, whole: string, letters: string[]): string {
  let pattern = '';
  let rest = format;
  for (let percent = rest.indexOf('%'); percent >= 0; percent = rest.indexOf('%')) {
    pattern += literalPattern(rest.slice(0, percent));
    const letter = rest[percent + 1];
    if (letter === undefined) throw new DateError('ValueError', `stray % in format '${whole}'`);
    pattern += directivePattern(letter, whole, letters);
    rest = rest.slice(percent + 2);
  }
  return pattern + literalPattern(rest);
}

function directivePattern(letter: string, whole: string, letters: string[]): string {
  if (letter === '%') return '%';
  if (Object.hasOwn(COMPOSITES, letter)) return patternOf(COMPOSITES[letter] as string, whole, letters);
  if (!Object.hasOwn(PATTERNS, letter)) throw new DateError('ValueError', `'${letter}' is a bad directive in format '${whole}'`);
  letters.push(letter);
  return `(${PATTERNS[letter]})`;
}

// Any blanks match one or more of them.
function literalPattern(text: string): string {
  return text
    .split(BLANK_RUN)
    .map((word) => Array.from(word, characterPattern).join(''))
    .join(`[${BLANKS}]+`);
}

// Python takes the dotted and the dotless i for the same letter when it ignores case, JavaScript does not.
function characterPattern(character: string): string {
  if (/[iI\u0130\u0131]/.test(character)) return '[i\u0130\u0131]';
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function namesPattern(names: readonly string[]): string {
  const longestFirst = [...names].sort((a, b) => b.length - a.length);
  return longestFirst.join('|');
}

interface Calendar {
  year: number | undefined;
  isoYear: number | undefined;
  month: number;
  day: number;
  dayOfYear: number | undefined;
  weekday: number | undefined;
  week: number | undefined;
  weekStartsMonday: boolean;
  isoWeek: number | undefined;
}

function buildTime(found: ReadonlyMap<string, string>): DateTime {
  const calendar: Calendar = {
    year: undefined,
    isoYear: undefined,
    month: 1,
    day: 1,
    dayOfYear: undefined,
    weekday: undefined,
    week: undefined,
    weekStartsMonday: false,
    isoWeek: undefined,
  };
  let hour = 0;
  let minute = 0;
  let second = 0;
  let microsecond = 0;
  let offset: number | undefined;
  // A later directive wins over an earlier one for the same part.
  for (const [letter, text] of found) {
    switch (letter) {
      case 'H':
        hour = integerOf(text);
        break;
      case 'I':
        hour = (integerOf(text) % 12) + (found.get('p')?.toLowerCase() === 'pm' ? 12 : 0);
        break;
      case 'M':
        minute = integerOf(text);
        break;
      case 'S':
        second = integerOf(text);
        break;
      case 'f':
        microsecond = integerOf(text.padEnd(6, '0'));
        break;
      case 'z':
        offset = offsetOf(text);
        break;
      default:
        readCalendar(calendar, letter, text);
    }
  }
  const days = resolveDays(calendar);
  checkTime(hour, minute, second, microsecond);
  const zone = offset === undefined ? null : Zone.fixed(offset, found.get('Z'));
  return new DateTime(days * DAY + hour * 3600 + minute * 60 + second, microsecond, zone);
}

function readCalendar(calendar: Calendar, letter: string, text: string): void {
  switch (letter) {
    case 'y': {
      const year = integerOf(text);
      calendar.year = year <= 68 ? 2000 + year : 1900 + year;
      break;
    }
    case 'Y':
      calendar.year = integerOf(text);
      break;
    case 'G':
      calendar.isoYear = integerOf(text);
      break;
    case 'm':
      calendar.month = integerOf(text);
      break;
    case 'B':
    case 'b':
      calendar.month = nameIndex(MONTH_NAMES, text) + 1;
      break;
    case 'd':
      calendar.day = integerOf(text);
      break;
    case 'A':
    case 'a':
      calendar.weekday = nameIndex(WEEKDAY_NAMES, text);
      break;
    case 'w':
      calendar.weekday = (integerOf(text) + 6) % 7;
      break;
    case 'u':
      calendar.weekday = integerOf(text) - 1;
      break;
    case 'j':
      calendar.dayOfYear = integerOf(text);
      break;
    case 'U':
    case 'W':
      calendar.week = integerOf(text);
      calendar.weekStartsMonday = letter === 'W';
      break;
    case 'V':
      calendar.isoWeek = integerOf(text);
      break;
  }
}

// The day number, by the day of the year or the weekday of a week before the month and day; throws ValueError when there is none.
function resolveDays(calendar: Calendar): number {
  checkIsoParts(calendar);
  // A leap day without a year is looked up in a leap year, and only then put into 1900.
  const leapDay = calendar.year === undefined && calendar.month === 2 && calendar.day === 29;
  const year = calendar.year ?? (leapDay ? 1904 : 1900);
  const days = daysByCount(calendar, year);
  if (days === undefined) return dateDays(leapDay ? 1900 : year, calendar.month, calendar.day);
  if (days < MIN_DAYS || days > MAX_DAYS) throw new DateError('ValueError', `year ${days < 0 ? 0 : 10_000} is out of range`);
  const date = dateFromDays(days);
  return leapDay ? dateDays(1900, monthOf(date), dayOf(date)) : days;
}

// Undefined when the directives count neither days nor weeks.
function daysByCount(calendar: Calendar, year: number): number | undefined {
  const { dayOfYear, weekday, week, isoYear, isoWeek } = calendar;
  if (dayOfYear !== undefined) return dateDays(year, 1, 1) + dayOfYear - 1;
  if (weekday === undefined) return undefined;
  if (week !== undefined) return dateDays(year, 1, 1) + dayOfWeek(year, week, weekday, calendar.weekStartsMonday);
  if (isoYear === undefined || isoWeek === undefined) return undefined;
  checkDate(isoYear, 1, 1);
  return isoYearStart(isoYear) + (isoWeek - 1) * 7 + weekday;
}

function dateDays(year: number, month: number, day: number): number {
  checkDate(year, month, day);
  return daysFromDate(year, month, day);
}

function checkIsoParts(calendar: Calendar): void {
  if (calendar.year === undefined && calendar.isoYear !== undefined) {
    if (calendar.isoWeek === undefined || calendar.weekday === undefined) {
      throw new DateError('ValueError', "ISO year directive '%G' must be used with the ISO week directive '%V' and a weekday directive");
    }
    if (calendar.dayOfYear !== undefined) {
      throw new DateError('ValueError', "Day of the year directive '%j' is not compatible with ISO year directive '%G'");
    }
  } else if (calendar.week === undefined && calendar.isoWeek !== undefined) {
    throw new DateError('ValueError', "ISO week directive '%V' must be used with the ISO year directive '%G' and a weekday directive");
  }
}

// Days from January 1st (negative: in the year before) to a weekday in a week counted from the first Sunday or Monday.
function dayOfWeek(year: number, week: number, weekday: number, startsMonday: boolean): number {
  const first = weekdayOf(daysFromDate(year, 1, 1));
  const firstInWeek = startsMonday ? first : (first + 1) % 7;
  const dayInWeek = startsMonday ? weekday : (weekday + 1) % 7;
  if (week === 0) return dayInWeek - firstInWeek;
  return ((7 - firstInWeek) % 7) + 7 * (week - 1) + dayInWeek;
}

// Microseconds east of UTC; throws ValueError where colons are used by halves.
function offsetOf(text: string): number {
  if (text === 'Z') return 0;
  let digits = asciiDigits(text);
  if (digits[3] === ':') {
    digits = digits.slice(0, 3) + digits.slice(4);
    if (digits.length > 5) {
      if (digits[5] !== ':') throw new DateError('ValueError', `Inconsistent use of : in ${text}`);
      digits = digits.slice(0, 5) + digits.slice(6);
    }
  }
  const seconds = pythonSlice(digits, 1, 3) * 3600 + pythonSlice(digits, 3, 5) * 60 + pythonSlice(digits, 5, 7);
  const microseconds = Number(digits.slice(8).padEnd(6, '0'));
  const total = seconds * 1_000_000 + microseconds;
  return digits.startsWith('-') ? -total : total;
}

function pythonSlice(digits: string, from: number, to: number): number {
  const part = digits.slice(from, to);
  if (!/^\d*$/.test(part)) throw new DateError('ValueError', `invalid literal for int() with base 10: '${part}'`);
  return Number(part);
}

function integerOf(text: string): number {
  return Number(asciiDigits(text));
}

// Letters that only ignoring the case makes equal to ASCII ones match the pattern, but are no name.
function nameIndex(names: readonly string[], text: string): number {
  const lower = text.toLowerCase();
  const index = names.findIndex((name) => name === lower || abbreviate(name) === lower);
  if (index < 0) throw new DateError('ValueError', `'${lower}' is not in list`);
  return index;
}
