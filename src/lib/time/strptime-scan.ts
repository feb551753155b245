import { BLANKS } from '../trim.ts';
import { DAY, daysFromDate, daysInMonth } from './calendar.ts';
import { DateTime } from './date-time.ts';
import { abbreviate, MONTHS, WEEKDAYS } from './names.ts';
import { Zone } from './zone.ts';

// The steps of a scan: the code of a literal character, or one of these. Constants, as the loop over them is the hottest one there is.
const YEAR = -1;
const SHORT_YEAR = -2;
const MONTH = -3;
const DAY_OF_MONTH = -4;
const HOUR = -5;
const HALF_DAY_HOUR = -6;
const MINUTE = -7;
const SECOND = -8;
const FRACTION = -9;
const OFFSET = -10;
const MONTH_NAME = -11;
const SHORT_MONTH_NAME = -12;
const WEEKDAY_NAME = -13;
const SHORT_WEEKDAY_NAME = -14;
const MERIDIEM = -15;
const ZONE_NAME = -16;

const STEPS: Readonly<Record<string, number>> = {
  Y: YEAR,
  y: SHORT_YEAR,
  m: MONTH,
  d: DAY_OF_MONTH,
  H: HOUR,
  I: HALF_DAY_HOUR,
  M: MINUTE,
  S: SECOND,
  f: FRACTION,
  z: OFFSET,
  B: MONTH_NAME,
  b: SHORT_MONTH_NAME,
  A: WEEKDAY_NAME,
  a: SHORT_WEEKDAY_NAME,
  p: MERIDIEM,
  Z: ZONE_NAME,
};

const BLANK = new RegExp(`[${BLANKS}]`);
const LONG_MONTHS = numbersByName(MONTHS);
const SHORT_MONTHS = numbersByName(MONTHS.map(abbreviate));
const LONG_WEEKDAYS = numbersByName(WEEKDAYS);
const SHORT_WEEKDAYS = numbersByName(WEEKDAYS.map(abbreviate));

/**
 * The fast way to parse: ASCII text read once from left to right, each directive taking the most it can. What it gives is what the exact way
 * gives; undefined means that only the exact way can tell. Undefined itself for a format with a directive that it does not know.
 */
export function compileScan(format: string): ((text: string) => DateTime | undefined) | undefined {
  const steps = scanSteps(format);
  return steps === undefined ? undefined : (text) => scan(steps, text);
}

function scanSteps(format: string): readonly number[] | undefined {
  const steps: number[] = [];
  for (let i = 0; i < format.length; i++) {
    const character = format[i] as string;
    if (character !== '%') {
      // One blank of any kind may stand for many.
      const blank = BLANK.test(character);
      if (blank && (character !== ' ' || BLANK.test(format[i + 1] ?? ''))) return undefined;
      steps.push(character.charCodeAt(0));
      continue;
    }
    i += 1;
    const letter = format[i] ?? '';
    const step = Object.hasOwn(STEPS, letter) ? (STEPS[letter] as number) : undefined;
    if (step === undefined || steps.includes(step)) return undefined;
    steps.push(step);
  }
  const clash = (one: number, other: number): boolean => steps.includes(one) && steps.includes(other);
  return clash(HOUR, HALF_DAY_HOUR) || clash(OFFSET, ZONE_NAME) ? undefined : steps;
}

function scan(steps: readonly number[], text: string): DateTime | undefined {
  let position = 0;
  let year = 1900;
  let month = 1;
  let day = 1;
  let hour = 0;
  let minute = 0;
  let second = 0;
  let microsecond = 0;
  let afternoon = 0;
  let zone: Zone | null = null;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as number;
    switch (step) {
      case YEAR:
        year = twoDigits(text, position) * 100 + twoDigits(text, position + 2);
        if (!(year >= 1)) return undefined;
        position += 4;
        break;
      case MONTH:
        month = twoDigits(text, position);
        if (!(month >= 1 && month <= 12)) return undefined;
        position += 2;
        break;
      case DAY_OF_MONTH:
        day = twoDigits(text, position);
        if (!(day >= 1 && day <= 31)) return undefined;
        position += 2;
        break;
      case HOUR:
        hour = twoDigits(text, position);
        if (!(hour <= 23)) return undefined;
        position += 2;
        break;
      case MINUTE:
        minute = twoDigits(text, position);
        if (!(minute <= 59)) return undefined;
        position += 2;
        break;
      case SECOND:
        second = twoDigits(text, position);
        if (!(second <= 59)) return undefined;
        position += 2;
        break;
      case FRACTION: {
        const start = position;
        microsecond = 0;
        for (let unit = 100_000; unit >= 1; unit = (unit / 10) | 0) {
          const digit = text.charCodeAt(position) - 48;
          if (!(digit >= 0 && digit <= 9)) break;
          microsecond += digit * unit;
          position += 1;
        }
        if (position === start) return undefined;
        break;
      }
      case OFFSET:
        // It is read at the end only, as it may have seconds.
        zone = offsetAtEnd(text, position);
        if (zone === null) return undefined;
        position = text.length;
        break;
      case SHORT_YEAR:
        year = twoDigits(text, position);
        if (!(year >= 0)) return undefined;
        year += year <= 68 ? 2000 : 1900;
        position += 2;
        break;
      case HALF_DAY_HOUR:
        hour = twoDigits(text, position) % 12;
        if (!(twoDigits(text, position) >= 1 && twoDigits(text, position) <= 12)) return undefined;
        position += 2;
        break;
      case MERIDIEM: {
        const meridiem = text.slice(position, position + 2).toUpperCase();
        if (meridiem !== 'AM' && meridiem !== 'PM') return undefined;
        afternoon = meridiem === 'PM' ? 12 : 0;
        position += 2;
        break;
      }
      case MONTH_NAME:
      case SHORT_MONTH_NAME: {
        const end = step === MONTH_NAME ? lettersEnd(text, position) : position + 3;
        const number = (step === MONTH_NAME ? LONG_MONTHS : SHORT_MONTHS).get(text.slice(position, end));
        if (number === undefined) return undefined;
        month = number + 1;
        position = end;
        break;
      }
      case WEEKDAY_NAME:
      case SHORT_WEEKDAY_NAME: {
        const end = step === WEEKDAY_NAME ? lettersEnd(text, position) : position + 3;
        if (!(step === WEEKDAY_NAME ? LONG_WEEKDAYS : SHORT_WEEKDAYS).has(text.slice(position, end))) return undefined;
        position = end;
        break;
      }
      case ZONE_NAME: {
        const name = text.slice(position, position + 3);
        if (name !== 'UTC' && name !== 'GMT') return undefined;
        position += 3;
        break;
      }
      default:
        if (text.charCodeAt(position) !== step || (step === 32 && BLANK.test(text[position + 1] ?? ''))) return undefined;
        position += 1;
    }
  }
  if (position !== text.length || (day > 28 && day > daysInMonth(year, month))) return undefined;
  // A meridiem counts beside an hour of the half day only.
  if (afternoon !== 0 && steps.includes(HALF_DAY_HOUR)) hour += afternoon;
  return new DateTime(daysFromDate(year, month, day) * DAY + hour * 3600 + minute * 60 + second, microsecond, zone);
}

// NaN where there are no two ASCII digits.
function twoDigits(text: string, position: number): number {
  const tens = text.charCodeAt(position) - 48;
  const ones = text.charCodeAt(position + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

function lettersEnd(text: string, start: number): number {
  let end = start;
  while (/[A-Za-z]/.test(text[end] ?? '')) end += 1;
  return end;
}

// Z, +HHMM or +HH:MM up to the end of the text; null for anything else.
function offsetAtEnd(text: string, start: number): Zone | null {
  const sign = text.charCodeAt(start);
  if (sign === 90) return start + 1 === text.length ? Zone.utc : null;
  if (sign !== 43 && sign !== 45) return null;
  const minutesAt = text.charCodeAt(start + 3) === 58 ? start + 4 : start + 3;
  const hours = twoDigits(text, start + 1);
  const minutes = twoDigits(text, minutesAt);
  if (!(hours <= 23 && minutes <= 59) || minutesAt + 2 !== text.length) return null;
  return offsetZone((hours * 60 + minutes) * (sign === 45 ? -1 : 1));
}

const offsetZones = new Map<number, Zone>();

// One object per offset in whole minutes: there are less than 3000.
function offsetZone(minutes: number): Zone {
  if (minutes === 0) return Zone.utc;
  let zone = offsetZones.get(minutes);
  if (zone === undefined) {
    zone = Zone.fixed(minutes * 60_000_000);
    offsetZones.set(minutes, zone);
  }
  return zone;
}

function numbersByName(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.flatMap((name, number) => [name, name.toLowerCase(), name.toUpperCase()].map((text) => [text, number] as const)));
}
