import type { Value } from '../lang/index.ts';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';
import { jsonKey } from './mappings.ts';

/** A result of a template as a record can hold it, changed in place; tuples stay tuples, which are written as lists. Throws TypeError for what JSON has no form for. */
export function jsonValue(value: Value): Json {
  if (typeof value !== 'object' || value === null || value instanceof Float) return value as Json;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) value[i] = jsonValue(value[i] as Value);
    return value as Json[];
  }
  if (value instanceof Map) {
    const object: JsonObject = {};
    for (const [key, item] of value) setOwnProperty(object, jsonKey(key as Value), jsonValue(item as Value));
    return object;
  }
  if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) setOwnProperty(value, key, jsonValue(item as Value));
    return value as JsonObject;
  }
  throw new TypeError(`A record cannot hold a value of the type ${value.constructor.name}`);
}
