import { Float, type Json } from '../lib/json.ts';

/** Whether Python takes the value as true: null, false, zero and empty texts, lists and objects are not. */
export function isTruthy(value: Json | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'object') return Number.isNaN(value) || Boolean(value);
  if (value instanceof Float) return value.value !== 0;
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}
