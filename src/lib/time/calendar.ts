/** Seconds in a day. */
export const DAY = 86_400;
/** Days since 1970-01-01 of 0001-01-01 and of 9999-12-31. */
export const MIN_DAYS = -719_162;
export const MAX_DAYS = 2_932_896;

const MONTH_DAYS = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the proleptic Gregorian year has a February 29th. */
export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** The length of a month (1-12) in days. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (MONTH_DAYS[month] as number);
}

/** Days since 1970-01-01 of a valid date of the proleptic Gregorian calendar. */
export function daysFromDate(year: number, month: number, day: number): number {
  // Years are counted from March, so that the leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = ((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1) | 0;
  return era * 146_097 + yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear - 719_468;
}

/** The date of a day number as one integer: `year << 9 | month << 5 | day`, to be taken apart by the three functions below. */
export function dateFromDays(days: number): number {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36_524) | 0) - ((dayOfEra / 146_096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0;
  const day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return ((yearOfEra + era * 400 + (month <= 2 ? 1 : 0)) << 9) | (month << 5) | day;
}

/** The year of a packed date. */
export function yearOf(date: number): number {
  return date >> 9;
}

/** The month (1-12) of a packed date. */
export function monthOf(date: number): number {
  return (date >> 5) & 15;
}

/** The day of the month of a packed date. */
export function dayOf(date: number): number {
  return date & 31;
}

/** The day of the week of a day number, Monday being 0. */
export function weekdayOf(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

/** The ISO 8601 year, week (1-53) and weekday (1-7) of a day number. */
export function isoCalendar(days: number): [year: number, week: number, weekday: number] {
  const weekday = weekdayOf(days);
  // The week belongs to the year of its Thursday.
  const thursday = days - weekday + 3;
  const year = yearOf(dateFromDays(thursday));
  const week = Math.floor((thursday - daysFromDate(year, 1, 1)) / 7) + 1;
  return [year, week, weekday + 1];
}

/** The day number of the Monday of week 1 of an ISO year. */
export function isoYearStart(year: number): number {
  const fourth = daysFromDate(year, 1, 4);
  return fourth - weekdayOf(fourth);
}
