import { DAY, daysInMonth, weekdayOf } from './calendar.ts';
import { DateTime, type DateTimeParts } from './date-time.ts';
import { Decimal } from './decimal.ts';
import { Delta } from './delta.ts';
import { DateError } from './errors.ts';
import { isDigits, splitTokens } from './general-tokens.ts';
import { abbreviate, MONTHS, WEEKDAYS } from './names.ts';
import { asciiDigits, parseInteger, readFloat } from './numerals.ts';
import { Zone } from './zone.ts';

const JUMPS = new Set([' ', '.', ',', ';', '-', '/', "'", 'at', 'on', 'and', 'ad', 'm', 't', 'of', 'st', 'nd', 'rd', 'th']);
const UNITS: ReadonlyMap<string, Unit> = new Map([
  ['h', 0],
  ['hour', 0],
  ['hours', 0],
  ['m', 1],
  ['minute', 1],
  ['minutes', 1],
  ['s', 2],
  ['second', 2],
  ['seconds', 2],
]);
const MERIDIEMS: ReadonlyMap<string, 'am' | 'pm'> = new Map([
  ['am', 'am'],
  ['a', 'am'],
  ['pm', 'pm'],
  ['p', 'pm'],
]);
const UTC_NAMES = new Set(['utc', 'gmt', 'z']);
const MONTH_NUMBERS = nameNumbers(MONTHS, { sept: 8 });
const WEEKDAY_NUMBERS = nameNumbers(WEEKDAYS, {});
const C_INT_MAX = 2 ** 31 - 1;

/** Hour, minute or second. */
type Unit = 0 | 1 | 2;
type DateLabel = 'year' | 'month' | 'day';

/** What the tokens said; undefined where they said nothing. */
interface Found {
  weekday?: number;
  hour?: number;
  minute?: number | undefined;
  second?: number | undefined;
  microsecond?: number;
  meridiem?: true;
  zoneName?: string | undefined;
  /** Seconds east of UTC. */
  offset?: number | undefined;
}

/** The text is no date: told apart from errors in building it. */
class Unreadable extends Error {}

/**
 * Reads a date in nearly any notation, as dateutil's `parse` does; what the text leaves out is taken from midnight of `today` (microseconds
 * since 1970). Naive without an offset or with a zone name other than UTC. Throws ValueError, or OverflowError for absurdly large parts.
 */
// parity: dateutil/parser/_parser.py:parser.parse
export function generalParse(text: string, today: bigint): DateTime {
  const midnight = DateTime.fromEpochMicroseconds(today, Zone.utc)
    .withZone(null)
    .replace({ hour: 0, minute: 0, second: 0, microsecond: 0 });
  const { found, date } = readTokens(text, midnight.year);
  if (Object.values(found).every((value) => value === undefined) && Object.values(date).every((value) => value === undefined)) {
    throw new DateError('ValueError', `String does not contain a date: ${text}`);
  }
  return assignZone(buildTime(found, date, midnight), found);
}

function readTokens(text: string, thisYear: number): { found: Found; date: ResolvedDate } {
  try {
    const reading = new Reading(splitTokens(text), thisYear);
    reading.run();
    const date = reading.dates.resolve();
    const year = date.year === undefined ? undefined : fullYear(date.year, thisYear, reading.dates.centurySeen);
    return { found: completeZone(reading.found), date: { ...date, year } };
  } catch (error) {
    const unreadable = error instanceof Unreadable || (error instanceof DateError && error.type === 'ValueError');
    if (!unreadable) throw error;
    throw new DateError('ValueError', `Unknown string format: ${text}`);
  }
}

/** One pass over the tokens. */
class Reading {
  readonly found: Found = {};
  readonly dates = new DateNumbers();
  readonly #tokens: string[];
  readonly #thisYear: number;
  #index = 0;

  constructor(tokens: string[], thisYear: number) {
    this.#tokens = tokens;
    this.#thisYear = thisYear;
  }

  run(): void {
    for (; this.#index < this.#tokens.length; this.#index++) this.#readToken(this.#required(0));
  }

  #readToken(token: string): void {
    const lower = token.toLowerCase();
    const weekday = WEEKDAY_NUMBERS.get(lower);
    const month = MONTH_NUMBERS.get(lower);
    if (readFloat(token) !== undefined) this.#readNumber(token);
    else if (weekday !== undefined) this.found.weekday = weekday;
    else if (month !== undefined) this.#readMonth(month + 1);
    else if (MERIDIEMS.has(lower)) this.#readMeridiem(MERIDIEMS.get(lower) as 'am' | 'pm');
    else if (this.#couldBeZone(token)) this.#readZone(token);
    else if (this.found.hour !== undefined && (token === '+' || token === '-')) this.#readOffset(token === '+' ? 1 : -1);
    else if (!JUMPS.has(lower)) throw new Unreadable();
  }

  // The token that many places on, or undefined beyond the end.
  #peek(distance: number): string | undefined {
    return this.#tokens[this.#index + distance];
  }

  #required(distance: number): string {
    const token = this.#peek(distance);
    if (token === undefined) throw new Unreadable();
    return token;
  }

  // Jan-01[-99], or Jan of 01
  #readMonth(month: number): void {
    this.dates.addNumber(month, 'month');
    const separator = this.#peek(1);
    if (separator === '-' || separator === '/') {
      this.dates.addText(this.#required(2));
      if (this.#peek(3) === separator) {
        this.dates.addText(this.#required(4));
        this.#index += 2;
      }
      this.#index += 2;
    } else if (separator === ' ' && this.#peek(3) === ' ' && this.#peek(4) !== undefined && this.#peek(2)?.toLowerCase() === 'of') {
      const year = this.#required(4);
      if (isDigits(year)) this.dates.addText(String(fullYear(Number(parseInteger(year)), this.#thisYear, false)), 'year');
      this.#index += 4;
    }
  }

  #readMeridiem(meridiem: 'am' | 'pm'): void {
    const { hour } = this.found;
    if (hour === undefined || hour < 0 || hour > 12) throw new Unreadable();
    this.found.hour = hourOf(hour, meridiem);
    this.found.meridiem = true;
  }

  #couldBeZone(token: string): boolean {
    const { hour, zoneName, offset } = this.found;
    if (hour === undefined || zoneName !== undefined || offset !== undefined) return false;
    return token.length <= 5 && (/^[A-Z]*$/.test(token) || token === 'z');
  }

  // In "GMT+3" the sign is turned around: it is the time that is 3 hours behind.
  #readZone(name: string): void {
    this.found.zoneName = name;
    this.found.offset = UTC_NAMES.has(name) ? 0 : undefined;
    const sign = this.#peek(1);
    if (sign !== '+' && sign !== '-') return;
    this.#tokens[this.#index + 1] = sign === '+' ? '-' : '+';
    this.found.offset = undefined;
    if (UTC_NAMES.has(name.toLowerCase())) this.found.zoneName = undefined;
  }

  // -0300, -03:00, -03; then perhaps " (BRST)"
  #readOffset(sign: 1 | -1): void {
    const digits = this.#required(1);
    const length = Array.from(digits).length;
    let hours: number;
    let minutes = 0;
    if (length === 4) {
      hours = integer(digits.slice(0, 2));
      minutes = integer(digits.slice(2));
    } else if (this.#peek(2) === ':') {
      hours = integer(digits);
      minutes = integer(this.#required(3));
      this.#index += 2;
    } else if (length <= 2) {
      hours = integer(digits);
    } else {
      throw new Unreadable();
    }
    this.found.offset = sign * (hours * 3600 + minutes * 60);
    const name = this.#peek(4);
    const bracketed = this.#peek(3) === '(' && this.#peek(5) === ')' && JUMPS.has((this.#peek(2) ?? '').toLowerCase());
    if (bracketed && name !== undefined && /^[A-Z]{3,5}$/.test(name) && this.found.zoneName === undefined) {
      this.found.zoneName = name;
      this.#index += 4;
    }
    this.#index += 1;
  }

  #readNumber(token: string): void {
    const value = decimalOf(token);
    const length = Array.from(token).length;
    const next = this.#peek(1);
    if (this.#isBareTime(length, next)) {
      // 19990101T23[59]
      this.found.hour = integer(token.slice(0, 2));
      if (length === 4) this.found.minute = integer(token.slice(2));
    } else if (length === 6 || (length > 6 && token.indexOf('.') === 6)) {
      this.#readSixDigits(token);
    } else if (length === 8 || length === 12 || length === 14) {
      this.#readLongDate(token, length);
    } else if (this.#readUnit(token)) {
      return;
    } else if (next === ':' && this.#peek(2) !== undefined) {
      this.#readClock(value);
    } else if (next === '-' || next === '/' || next === '.') {
      this.#readSeparatedDate(token, next);
    } else if (next === undefined || JUMPS.has(next.toLowerCase())) {
      this.#readLoneNumber(value);
    } else if (MERIDIEMS.has(next.toLowerCase()) && value.compare(Decimal.zero) >= 0 && value.truncate() < 24n) {
      // 12am
      this.found.hour = hourOf(Number(value.truncate()), MERIDIEMS.get(next.toLowerCase()) as 'am' | 'pm');
      this.#index += 1;
    } else if (this.dates.couldBeDay(value)) {
      this.dates.addDecimal(value);
    } else {
      throw new Unreadable();
    }
  }

  #isBareTime(length: number, next: string | undefined): boolean {
    if (this.dates.count !== 3 || (length !== 2 && length !== 4) || this.found.hour !== undefined) return false;
    return next === undefined || (next !== ':' && !UNITS.has(next.toLowerCase()));
  }

  // YYMMDD, or HHMMSS[.ss] after a date
  #readSixDigits(token: string): void {
    const first = token.slice(0, 2);
    const second = token.slice(2, 4);
    if (this.dates.count === 0 && !token.includes('.')) {
      this.dates.addText(first);
      this.dates.addText(second);
      this.dates.addText(token.slice(4));
    } else {
      this.found.hour = integer(first);
      this.found.minute = integer(second);
      this.#assignSeconds(token.slice(4));
    }
  }

  // YYYYMMDD[hhmm[ss]]
  #readLongDate(token: string, length: number): void {
    this.dates.addText(token.slice(0, 4), 'year');
    this.dates.addText(token.slice(4, 6));
    this.dates.addText(token.slice(6, 8));
    if (length === 8) return;
    this.found.hour = integer(token.slice(8, 10));
    this.found.minute = integer(token.slice(10, 12));
    if (length > 12) this.found.second = integer(token.slice(12));
  }

  // 12h, 12 h; or 04 in "12h04", whose unit is the one after that of the number before. False when there is no unit.
  #readUnit(token: string): boolean {
    const following = this.#unitAt(1) !== undefined ? 1 : this.#peek(1) === ' ' && this.#unitAt(2) !== undefined ? 2 : undefined;
    if (following !== undefined) {
      this.#assignUnit(this.#unitAt(following) as Unit, token);
      this.#index += following;
      return true;
    }
    const last = this.#index === this.#tokens.length - 1;
    const before = this.#index > 0 ? this.#unitAt(-1) : undefined;
    const earlier = this.#index > 1 && last && this.#peek(-1) === ' ' ? this.#unitAt(-2) : undefined;
    const unit = before ?? earlier;
    if (unit === undefined) return false;
    if (unit < 2) this.#assignUnit((unit + 1) as Unit, token);
    return true;
  }

  #unitAt(distance: number): Unit | undefined {
    return UNITS.get((this.#peek(distance) ?? '').toLowerCase());
  }

  #assignUnit(unit: Unit, token: string): void {
    const value = decimalOf(token);
    if (unit === 0) {
      this.found.hour = Number(value.truncate());
      if (!value.isInteger()) this.found.minute = sixtieths(value);
    } else if (unit === 1) {
      this.#assignMinutes(value);
    } else {
      this.#assignSeconds(token);
    }
  }

  // HH:MM[:SS[.ss]]
  #readClock(hours: Decimal): void {
    this.found.hour = Number(hours.truncate());
    this.#assignMinutes(decimalOf(this.#required(2)));
    if (this.#peek(3) === ':' && this.#peek(4) !== undefined) {
      this.#assignSeconds(this.#required(4));
      this.#index += 2;
    }
    this.#index += 2;
  }

  // 01-01[-01], 01-Jan[-01]
  #readSeparatedDate(token: string, separator: string): void {
    this.dates.addText(token);
    const second = this.#peek(2);
    if (second !== undefined && !JUMPS.has(second.toLowerCase())) {
      if (isDigits(second)) this.dates.addText(second);
      else this.#addMonthName(second);
      if (this.#peek(3) === separator) {
        const third = this.#required(4);
        if (MONTH_NUMBERS.has(third.toLowerCase())) this.#addMonthName(third);
        else this.dates.addText(third);
        this.#index += 2;
      }
      this.#index += 1;
    }
    this.#index += 1;
  }

  #addMonthName(name: string): void {
    const month = MONTH_NUMBERS.get(name.toLowerCase());
    if (month === undefined) throw new Unreadable();
    this.dates.addNumber(month + 1, 'month');
  }

  // A number before a blank or the end: an hour before am or pm, else part of a date.
  #readLoneNumber(value: Decimal): void {
    const meridiem = MERIDIEMS.get((this.#peek(2) ?? '').toLowerCase());
    if (meridiem === undefined) {
      this.dates.addDecimal(value);
    } else {
      this.found.hour = hourOf(Number(value.truncate()), meridiem);
      this.#index += 1;
    }
    this.#index += 1;
  }

  #assignMinutes(value: Decimal): void {
    this.found.minute = Number(value.truncate());
    this.found.second = value.isInteger() ? undefined : sixtieths(value);
  }

  #assignSeconds(text: string): void {
    const parts = text.split('.');
    if (parts.length > 2) throw new Unreadable();
    const seconds = integer(parts[0] as string);
    this.found.microsecond = parts[1] === undefined ? 0 : integer(parts[1].padEnd(6, '0').slice(0, 6));
    this.found.second = seconds;
  }
}

interface ResolvedDate {
  year?: number | undefined;
  month?: number | undefined;
  day?: number | undefined;
}

/** The numbers of a date in the order in which they came, some of them known for a year, month or day. */
// parity: dateutil/parser/_parser.py:_ymd
class DateNumbers {
  readonly #values: number[] = [];
  readonly #places: Partial<Record<DateLabel, number>> = {};
  centurySeen = false;

  get count(): number {
    return this.#values.length;
  }

  /** Adds digits; more than two of them are a year. Throws ValueError for another text. */
  addText(text: string, label?: DateLabel): void {
    this.#add(integer(text), isDigits(text) && Array.from(text).length > 2, label);
  }

  addDecimal(value: Decimal): void {
    this.#add(Number(value.truncate()), value.compare(HUNDRED) > 0, undefined);
  }

  addNumber(value: number, label: DateLabel): void {
    this.#add(value, false, label);
  }

  couldBeDay(value: Decimal): boolean {
    const { year, month, day } = this.#places;
    if (day !== undefined) return false;
    // Without a year it may be a leap year.
    const days = month === undefined ? 31 : daysInMonth(year === undefined ? 2000 : this.#at(year), this.#at(month));
    return value.compare(ONE) >= 0 && value.compare(new Decimal(BigInt(days), 0)) <= 0;
  }

  /** Decides which number is what; throws when there are too many. */
  resolve(): ResolvedDate {
    const labels = (['year', 'month', 'day'] as const).filter((label) => this.#places[label] !== undefined);
    const count = this.#values.length;
    if ((count > 0 && labels.length === count) || (count === 3 && labels.length === 2)) return this.#resolveLabelled(labels);
    if (count > 3) throw new Unreadable();
    const month = this.#places.month;
    if (count === 1 || (count === 2 && month !== undefined)) return this.#resolveShort(month);
    if (count === 2) return this.#resolveTwo();
    return count === 3 ? this.#resolveThree(month) : {};
  }

  #add(value: number, century: boolean, label: DateLabel | undefined): void {
    if (century) {
      if (label !== undefined && label !== 'year') throw new Unreadable();
      this.centurySeen = true;
    }
    const known = century ? 'year' : label;
    this.#values.push(value);
    if (known === undefined) return;
    if (this.#places[known] !== undefined) throw new Unreadable();
    this.#places[known] = this.#values.length - 1;
  }

  #at(place: number): number {
    return this.#values[place] as number;
  }

  #resolveLabelled(labels: readonly DateLabel[]): ResolvedDate {
    const places = { ...this.#places };
    if (labels.length < this.#values.length) {
      const missing = (['year', 'month', 'day'] as const).find((label) => places[label] === undefined) as DateLabel;
      places[missing] = [0, 1, 2].find((place) => !Object.values(places).includes(place)) as number;
    }
    const value = (label: DateLabel): number | undefined => (places[label] === undefined ? undefined : this.#at(places[label]));
    return { year: value('year'), month: value('month'), day: value('day') };
  }

  #resolveShort(monthPlace: number | undefined): ResolvedDate {
    if (monthPlace === undefined) return yearOrDay(this.#at(0));
    const month = this.#at(monthPlace);
    return this.#values.length === 1 ? { month } : { month, ...yearOrDay(this.#at(monthPlace === 0 ? 1 : 0)) };
  }

  #resolveTwo(): ResolvedDate {
    const [first, second] = this.#values as [number, number];
    if (first > 31) return { year: first, month: second };
    if (second > 31) return { month: first, year: second };
    return { month: first, day: second };
  }

  #resolveThree(monthPlace: number | undefined): ResolvedDate {
    const [a, b, c] = this.#values as [number, number, number];
    if (monthPlace === 0) return b > 31 ? { month: a, year: b, day: c } : { month: a, day: b, year: c };
    if (monthPlace === 1) return a > 31 ? { year: a, month: b, day: c } : { day: a, month: b, year: c };
    if (monthPlace === 2) return b > 31 ? { day: a, year: b, month: c } : { year: a, day: b, month: c };
    if (a > 31 || this.#places.year === 0) return { year: a, month: b, day: c };
    return a > 12 ? { day: a, month: b, year: c } : { month: a, day: b, year: c };
  }
}

const ONE = new Decimal(1n, 0);
const HUNDRED = new Decimal(100n, 0);

function yearOrDay(value: number): ResolvedDate {
  return value > 31 ? { year: value } : { day: value };
}

// A year of two digits is the one within fifty years of this year.
function fullYear(year: number, thisYear: number, centurySeen: boolean): number {
  if (year >= 100 || centurySeen) return year;
  const sameCentury = Math.floor(thisYear / 100) * 100 + year;
  if (sameCentury >= thisYear + 50) return sameCentury - 100;
  return sameCentury < thisYear - 50 ? sameCentury + 100 : sameCentury;
}

function completeZone(found: Found): Found {
  const { zoneName, offset } = found;
  if ((offset === 0 && !zoneName) || zoneName === 'Z' || zoneName === 'z') return { ...found, zoneName: 'UTC', offset: 0 };
  return offset !== 0 && zoneName && UTC_NAMES.has(zoneName.toLowerCase()) ? { ...found, offset: 0 } : found;
}

function buildTime(found: Found, date: ResolvedDate, midnight: DateTime): DateTime {
  const parts: DateTimeParts = Object.fromEntries(
    Object.entries({ ...date, hour: found.hour, minute: found.minute, second: found.second, microsecond: found.microsecond }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  const time = midnight.replace(checkParts({ ...parts, ...(date.day === undefined ? lastFittingDay(date, midnight) : {}) }));
  if (found.weekday === undefined || date.day) return time;
  const ahead = (found.weekday - weekdayOf(Math.floor(time.seconds / DAY)) + 7) % 7;
  return time.add(new Delta(ahead, 0, 0));
}

// Today's day of the month, or the month's last.
function lastFittingDay(date: ResolvedDate, midnight: DateTime): { day: number } {
  const month = date.month ?? midnight.month;
  if (month < 1 || month > 12) throw new DateError('ValueError', `bad month number ${month}; must be 1-12`);
  return { day: Math.min(midnight.day, daysInMonth(date.year ?? midnight.year, month)) };
}

function checkParts(parts: DateTimeParts): DateTimeParts {
  for (const value of Object.values(parts)) {
    if (typeof value === 'number' && value > C_INT_MAX) throw new DateError('OverflowError', 'signed integer is greater than maximum');
  }
  return parts;
}

function assignZone(time: DateTime, found: Found): DateTime {
  const { zoneName, offset } = found;
  if (zoneName === 'UTC' || offset === 0) return time.withZone(Zone.dateutilUtc);
  return offset === undefined ? time : time.withZone(Zone.dateutilOffset(offset * 1_000_000, zoneName ?? null));
}

function hourOf(hour: number, meridiem: 'am' | 'pm'): number {
  if (meridiem === 'pm' && hour < 12) return hour + 12;
  return meridiem === 'am' && hour === 12 ? 0 : hour;
}

// The fraction of an hour in minutes, or of a minute in seconds.
function sixtieths(value: Decimal): number {
  return Number(value.subtract(new Decimal(value.truncate(), 0)).multiply(60n).truncate());
}

function integer(text: string): number {
  return Number(parseInteger(text));
}

function decimalOf(token: string): Decimal {
  const digits = asciiDigits(token);
  if (!/^(?:\d+(?:\.\d*)?|\.\d+)$/.test(digits)) throw new Unreadable();
  return Decimal.parse(digits);
}

function nameNumbers(names: readonly string[], others: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const numbers = new Map(Object.entries(others));
  for (const [number, name] of names.entries()) {
    numbers.set(name.toLowerCase(), number);
    numbers.set(abbreviate(name).toLowerCase(), number);
  }
  return numbers;
}
