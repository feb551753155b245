import { Float, type Json } from '../../lib/json.ts';

const DATE = /^(\d{4})(-?)(\d{2})\2(\d{2})$/;
const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2})(?::(\d{2})(?::(\d{2}))?)?(\.\d+)?(Z|[-+]\d{2}:?\d{2})?$/;
const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Whether a text is a date without a time. */
export function isDateOnly(value: Json | undefined): boolean {
  return typeof value === 'string' && DATE.test(value);
}

/**
 * A cursor value moved by a lag: a number by so much, a date by so many days, a time by so many seconds, or by days to the start of the day
 * where `inDays`. It keeps the way it is written. Undefined for a value that cannot be moved.
 */
// parity: dlt/extract/incremental/lag.py:_apply_lag_to_value
export function moveValue(value: Json, by: number, inDays: boolean): Json | undefined {
  if (typeof value === 'bigint') return Number.isInteger(by) ? value + BigInt(by) : undefined;
  if (value instanceof Float) return moveNumber(value.value, by);
  if (typeof value === 'number') return Number.isInteger(value) ? Math.trunc(value + by) : moveNumber(value, by);
  return typeof value === 'string' && Number.isInteger(by) ? moveText(value, by, inDays) : undefined;
}

function moveNumber(value: number, by: number): Json {
  const moved = value + by;
  return Number.isInteger(moved) ? new Float(moved) : moved;
}

function moveText(value: string, by: number, inDays: boolean): string | undefined {
  const date = DATE.exec(value);
  if (date !== null) {
    const [, year, dash, month, day] = date;
    const moved = new Date(Date.parse(`${year}-${month}-${day}T00:00:00Z`) + by * DAY);
    return isInRange(moved)
      ? moved
          .toISOString()
          .slice(0, 10)
          .replaceAll('-', dash ?? '')
      : undefined;
  }
  const time = TIME.exec(value);
  if (time === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = ''] = time;
  // An offset stays as it is, so that the wall clock moves as far as the instant does.
  const clock = Date.parse(`${year}-${month}-${day}T${hour}:${minute ?? '00'}:${second ?? '00'}Z`);
  const moved = new Date(inDays ? Math.floor((clock + by * DAY) / DAY) * DAY : clock + by * SECOND);
  if (!isInRange(moved)) return undefined;
  const shape = second === undefined ? (minute === undefined ? 13 : 16) : 19;
  return `${moved.toISOString().slice(0, shape)}${inDays ? fraction.replace(/\d/g, '0') : fraction}${zone}`;
}

function isInRange(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999;
}
