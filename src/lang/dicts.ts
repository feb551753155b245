import { Dict, hashKey, type PlainDict, PythonError, type Value } from './values.ts';

/** A dict in either of its forms. */
export type AnyDict = PlainDict | Map<Value, Value>;

/** The value under a key, undefined when there is none; raises TypeError for an unhashable key. */
export function dictGet(dict: AnyDict, key: Value): Value | undefined {
  if (dict instanceof Map) {
    if (typeof key !== 'string') hashKey(key);
    return dict.get(key);
  }
  if (typeof key === 'string') return plainGet(dict, key);
  hashKey(key);
  return undefined;
}

/** The value of an own key of a plain dict; nothing of Object.prototype is seen. */
export function plainGet(dict: PlainDict, key: string): Value | undefined {
  const value: unknown = dict[key];
  // What an object inherits is a function or `__proto__`, and no value of the language is a function.
  if (value === undefined || (typeof value !== 'function' && key !== '__proto__')) return value as Value | undefined;
  return Object.hasOwn(dict, key) ? (value as Value) : undefined;
}

/** Whether a dict has a key; raises TypeError for an unhashable key. */
export function dictHas(dict: AnyDict, key: Value): boolean {
  return dictGet(dict, key) !== undefined;
}

/** The number of keys. */
export function dictSize(dict: AnyDict): number {
  return dict instanceof Map ? dict.size : Object.keys(dict).length;
}

/** The keys in order. */
export function dictKeys(dict: AnyDict): Iterable<Value> {
  return dict instanceof Map ? dict.keys() : Object.keys(dict);
}

/** The values in the order of their keys. */
export function dictValues(dict: AnyDict): Iterable<Value> {
  return dict instanceof Map ? dict.values() : Object.values(dict);
}

/** The pairs of key and value in order. */
export function dictEntries(dict: AnyDict): Iterable<[Value, Value]> {
  return dict instanceof Map ? dict.entries() : Object.entries(dict);
}

/** A new dict of the given pairs, plain when every key is a string that keeps its place in an object. */
export function makeDict(pairs: readonly (readonly [Value, Value])[]): AnyDict {
  if (!pairs.every(([key]) => isPlainKey(key))) return Dict.from(pairs);
  const dict: PlainDict = {};
  for (const [key, value] of pairs) dict[key as string] = value;
  return dict;
}

// Objects list integer-like keys first, and `__proto__` is no ordinary key.
function isPlainKey(key: Value): key is string {
  if (typeof key !== 'string') return false;
  const code = key.charCodeAt(0);
  return !(code >= 48 && code <= 57) && key !== '__proto__';
}

/** Sets a key of a dict in place; raises TypeError for an unhashable key, NotImplementedError for one that a plain dict cannot hold. */
export function dictSet(dict: AnyDict, key: Value, value: Value): void {
  if (dict instanceof Map) {
    hashKey(key);
    dict.set(key, value);
  } else if (typeof key === 'string') {
    Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    hashKey(key);
    throw new PythonError('NotImplementedError', 'a dict that came as JSON takes text keys only');
  }
}

/** Removes a key of a dict; false when it was not there. */
export function dictDelete(dict: AnyDict, key: Value): boolean {
  if (dict instanceof Map) return dict.delete(key);
  if (typeof key !== 'string' || !Object.hasOwn(dict, key)) return false;
  return delete dict[key];
}
