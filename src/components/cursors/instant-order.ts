import { trimEnd } from '../../lib/trim.ts';

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?(?:[Zz]|([-+])(\d{2})(?::?(\d{2}))?)?)?$/;
/** Characters of a date, before which a sign and the time stand. */
const DATE_LENGTH = 10;
/** Characters of a time without decimals and offset: its last two digits follow a colon. */
const CLOCK_END = 3;
const OFFSET_LENGTH = 6;

/** A moment: seconds since 1970, and the decimals behind them without zeros at their end. */
interface Instant {
  readonly seconds: number;
  readonly decimals: string;
}

/** Whether a text is a date or a date-time of ISO 8601, with dashes and colons. */
export function isInstant(text: string): boolean {
  return instantOf(text) !== undefined;
}

/**
 * Negative, zero or positive as a date or date-time comes before, with or after another; undefined when one of them is none. A date stands for
 * its midnight, and what names no offset for UTC.
 */
export function compareInstants(a: string, b: string): number | undefined {
  const [first, second] = [instantOf(a), instantOf(b)];
  if (first === undefined || second === undefined) return undefined;
  if (first.seconds !== second.seconds) return first.seconds - second.seconds;
  if (first.decimals === second.decimals) return 0;
  return first.decimals < second.decimals ? -1 : 1;
}

/** Whether the order of two texts is sure to be that of their moments, if they are such: they are written alike, with the same offset. */
export function areWrittenAlike(a: string, b: string): boolean {
  const { length } = a;
  if (b.length !== length || a[DATE_LENGTH] !== b[DATE_LENGTH]) return false;
  if (length === DATE_LENGTH || (a.endsWith('Z') && b.endsWith('Z'))) return true;
  if (length <= DATE_LENGTH + OFFSET_LENGTH) return false;
  const offset = a.slice(-OFFSET_LENGTH);
  if (/^[-+]/.test(offset)) return b.endsWith(offset);
  return length === 19 && [a, b].every((text) => text.at(-CLOCK_END) === ':');
}

function instantOf(text: string): Instant | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', decimals = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const parts = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const;
  const time = new Date(0);
  time.setUTCFullYear(parts[0], parts[1], parts[2]);
  time.setUTCHours(parts[3], parts[4], parts[5]);
  const isDate = time.getUTCMonth() === parts[1] && time.getUTCDate() === parts[2] && parts[3] < 24 && parts[4] < 60 && parts[5] < 60;
  if (!isDate) return undefined;
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -60 : 60);
  return { seconds: time.getTime() / 1000 - offset, decimals: trimEnd(decimals, '0') };
}
