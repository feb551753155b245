import { Float, type Json, stringifyJson } from '../lib/json.ts';

/** What a column holds. Times are kept to the microsecond, those with a zone as instants. */
export type ColumnType = 'boolean' | 'integer' | 'number' | 'string' | 'json' | 'date' | 'timestamp' | 'timestamptz';

/** A value of a column: JSON as text, dates in days and times in microseconds since 1970. */
export type Cell = null | boolean | number | bigint | string;

const MOST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);
const INTEGER = /^-?(0|[1-9]\d{0,18})$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?( ?Z| ?UTC| ?[+-]\d\d(?::?\d\d)?)?$/i;
const DAY_MS = 86_400_000;
/** Seconds since 1970 of the first moment of the year 1 and of the last one of the year 9999, between which times have the same number of digits. */
const [FIRST_SECOND, LAST_SECOND] = [-62_135_596_800, 253_402_300_799];

/** The value as a column of a type holds it; undefined when it does not fit without loss. */
export function toCell(value: Exclude<Json, null>, type: ColumnType): Cell | undefined {
  switch (type) {
    case 'boolean':
      return toBoolean(value);
    case 'integer':
      return toInteger(value);
    case 'number':
      return toNumber(value);
    case 'date':
      return typeof value === 'string' ? toDays(value) : undefined;
    case 'timestamp':
      return typeof value === 'string' ? toMicroseconds(value, false) : undefined;
    case 'timestamptz':
      return typeof value === 'string' ? toMicroseconds(value, true) : undefined;
    case 'json':
      return stringifyJson(value);
    case 'string':
      return typeof value === 'string' ? value : stringifyJson(value);
  }
}

/** The narrowest type of column that holds the value. */
export function typeOf(value: Exclude<Json, null>): ColumnType {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  if (typeof value === 'bigint') return value >= LEAST && value <= MOST ? 'integer' : 'string';
  if (value instanceof Float) return Number.isFinite(value.value) ? 'number' : 'string';
  if (typeof value !== 'string') return 'json';
  if (toDays(value) !== undefined) return 'date';
  const time = TIME.exec(value);
  if (time === null || toMicroseconds(value, time[6] !== undefined) === undefined) return 'string';
  return time[6] === undefined ? 'timestamp' : 'timestamptz';
}

function toBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : undefined;
}

function toInteger(value: Json): number | bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === 'bigint') return value >= LEAST && value <= MOST ? value : undefined;
  if (value instanceof Float) return Number.isSafeInteger(value.value) ? value.value : undefined;
  return typeof value === 'string' && INTEGER.test(value) ? toInteger(BigInt(value)) : undefined;
}

/** A double; undefined where it would lose digits. */
function toNumber(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return BigInt(Number(value)) === value ? Number(value) : undefined;
  if (value instanceof Float) return Number.isFinite(value.value) ? value.value : undefined;
  return typeof value === 'string' && value !== '' && String(Number(value)) === value && Number.isFinite(Number(value))
    ? Number(value)
    : undefined;
}

function toDays(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  return year === undefined || year === '0000' ? undefined : daysOf(Number(year), Number(month), Number(day));
}

function daysOf(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / DAY_MS;
}

/**
 * Microseconds since 1970, finer digits cut off; undefined for what is no time. One without a zone is UTC where there should be one, and one
 * with another zone than UTC has no place where there should be none.
 */
function toMicroseconds(text: string, withZone: boolean): bigint | undefined {
  const [, date = '', hours = '0', minutes = '0', seconds = '0', fraction = '', zone] = TIME.exec(text) ?? [];
  const days = toDays(date);
  if (days === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  const offset = offsetSeconds(zone ?? 'Z');
  if (!withZone && offset !== 0) return undefined;
  const wholeSeconds = days * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) - offset;
  if (wholeSeconds < FIRST_SECOND || wholeSeconds > LAST_SECOND) return undefined;
  return BigInt(wholeSeconds) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}

function offsetSeconds(zone: string): number {
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):?(\d\d)?/.exec(zone) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

/** The date of a cell as ISO 8601 writes it. */
export function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** The time of a cell as ISO 8601 writes it, always with microseconds, so that texts sort as times do. */
export function timeText(microseconds: bigint, withZone: boolean): string {
  const micros = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const ms = Number((microseconds - micros) / 1000n);
  return `${new Date(ms).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}${withZone ? 'Z' : ''}`;
}

/** Which of two cells of a column comes first: negative, 0 or positive; a null is before all others. */
export function compareCells(a: Cell, b: Cell): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return a < b ? -1 : a > b ? 1 : 0;
}
