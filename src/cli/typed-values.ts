import { compare } from '../lang/comparison.ts';
import { dictEntries } from '../lang/dicts.ts';
import { repr } from '../lang/text.ts';
import { ELLIPSIS, type Float, isDict, isFloat, isInt, PySet, PythonError, Tuple, typeName, type Value } from '../lang/values.ts';
import type { Json, JsonObject } from '../lib/json.ts';

/** A value with its Python type, in JSON: `{"type", "value"}`, for a dict with keys that are no texts `{"type", "pairs"}`. */
export function typedValue(value: Value): JsonObject {
  if (value === null) return { type: 'null', value: null };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'str', value };
  if (isInt(value)) return { type: 'int', value: typeof value === 'bigint' ? value.toString() : value };
  if (isFloat(value)) return { type: 'float', value: floatValue(value) };
  if (Array.isArray(value)) return { type: value instanceof Tuple ? 'tuple' : 'list', value: value.map(typedValue) };
  if (value instanceof PySet) return { type: 'set', value: [...value].sort(order).map(typedValue) };
  if (value instanceof Uint8Array) return { type: 'bytes', value: Buffer.from(value).toString('base64') };
  if (value === ELLIPSIS) return { type: 'ellipsis', value: null };
  if (isDict(value)) return typedDict([...dictEntries(value)]);
  return { type: typeName(value), value: repr(value) };
}

function typedDict(entries: readonly (readonly [Value, Value])[]): JsonObject {
  if (!entries.every(([key]) => typeof key === 'string')) {
    return { type: 'dict', pairs: entries.map(([key, value]) => [typedValue(key), typedValue(value)]) };
  }
  return { type: 'dict', value: Object.fromEntries(entries.map(([key, value]) => [key as string, typedValue(value)])) };
}

function floatValue(value: number | Float): Json {
  const number = Number(value);
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? 'Infinity' : '-Infinity';
  return Object.is(number, -0) ? '-0.0' : value;
}

function order(a: Value, b: Value): number {
  try {
    if (compare(a, b, '<')) return -1;
    return compare(b, a, '<') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return repr(a) < repr(b) ? -1 : 1;
  }
}
