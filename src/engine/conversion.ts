import { parseFloatText, parseIntText } from '../lang/numbers.ts';
import type { Value } from '../lang/values.ts';
import { Float } from '../lib/json.ts';

/** What Python's float() makes of a value; undefined where it raises. */
export function toFloat(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return Number(value);
  if (value instanceof Float) return value.value;
  return typeof value === 'string' ? parseFloatText(value) : undefined;
}

/** What Python's int() makes of a value, as a number; undefined where it raises. */
export function toInteger(value: Value): number | undefined {
  if (typeof value === 'string') {
    const parsed = parseIntText(value);
    return parsed === undefined ? undefined : Number(parsed);
  }
  const number = toFloat(value);
  return number === undefined || !Number.isFinite(number) ? undefined : Math.trunc(number);
}
