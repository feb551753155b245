import { codePointLength, codePoints, isBmp } from './code-points.ts';
import { dictKeys, dictSize } from './dicts.ts';
import {
  HostMapping,
  isDict,
  isInt,
  PySet,
  PythonError,
  PythonObject,
  Tuple,
  tupleFrom,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** Python's `len()`: code points of a text, 0 for undefined; raises TypeError for what has no length. */
export function length(value: Value): number {
  if (typeof value === 'string') return codePointLength(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  if (isDict(value)) return dictSize(value);
  if (value instanceof PySet) return value.size;
  if (value instanceof Undefined) return 0;
  const count = value instanceof PythonObject ? value.length() : undefined;
  if (count === undefined) throw new PythonError('TypeError', `object of type '${typeName(value)}' has no len()`);
  return count;
}

/** The items a `for` loop goes through: characters, items, keys, none for undefined; raises TypeError for what cannot be iterated. */
export function iterate(value: Value): Iterable<Value> {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return codePoints(value);
  if (isDict(value)) return dictKeys(value);
  if (value instanceof PySet || value instanceof Uint8Array) return value;
  if (value instanceof Undefined) return [];
  const items = value instanceof PythonObject ? value.iterate() : undefined;
  if (items === undefined) throw new PythonError('TypeError', `'${typeName(value)}' object is not iterable`);
  return items;
}

/** The items of an iterable as a new list. */
export function toList(value: Value): Value[] {
  return Array.isArray(value) && !(value instanceof Tuple) ? value.slice() : Array.from(iterate(value));
}

/** A position as Python's indexing takes it, an int or a boolean; undefined for other types. */
export function indexOf(value: Value): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (!isInt(value)) return undefined;
  // Beyond every length, so that a bigint acts as the bound that it is.
  return typeof value === 'bigint' ? (value < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER) : value;
}

/** Python's `value[start:stop:step]`; null bounds are open. Raises TypeError for what has no slices, ValueError for a step of zero. */
export function slice(value: Value, start: Value, stop: Value, step: Value): Value {
  if (value instanceof Undefined) return value.fail();
  if (typeof value === 'string') {
    if (isBmp(value)) return sliceItems(value, value.length, start, stop, step, (from, to) => value.slice(from, to)).join('');
    const characters = codePoints(value);
    return sliceItems(characters, characters.length, start, stop, step).join('');
  }
  if (value instanceof Tuple) return tupleFrom(sliceItems(value, value.length, start, stop, step));
  if (Array.isArray(value)) return sliceItems(value, value.length, start, stop, step);
  if (value instanceof Uint8Array) return Uint8Array.from(sliceItems(value, value.length, start, stop, step));
  if (isDict(value) || value instanceof HostMapping) throw new PythonError('TypeError', "unhashable type: 'slice'");
  throw new PythonError('TypeError', `'${typeName(value)}' object is not subscriptable`);
}

// parity: CPython Objects/sliceobject.c:PySlice_AdjustIndices
function sliceItems<T>(
  items: ArrayLike<T>,
  size: number,
  start: Value,
  stop: Value,
  step: Value,
  whole?: (from: number, to: number) => T,
): T[] {
  const by = step === null ? 1 : sliceIndex(step);
  if (by === 0) throw new PythonError('ValueError', 'slice step cannot be zero');
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1];
  const from = start === null ? (by > 0 ? low : high) : clampIndex(sliceIndex(start), size, low, high);
  const to = stop === null ? (by > 0 ? high : low) : clampIndex(sliceIndex(stop), size, low, high);
  if (by === 1 && whole) return from < to ? [whole(from, to)] : [];
  const result: T[] = [];
  if (by > 0) for (let i = from; i < to; i += by) result.push(items[i] as T);
  else for (let i = from; i > to; i += by) result.push(items[i] as T);
  return result;
}

function sliceIndex(value: Value): number {
  const index = indexOf(value);
  if (index === undefined) {
    throw new PythonError('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  return index;
}

function clampIndex(index: number, size: number, low: number, high: number): number {
  return Math.min(Math.max(index < 0 ? index + size : index, low), high);
}
