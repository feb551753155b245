import { compareText } from './code-points.ts';
import { DictView } from './dict-view.ts';
import { dictGet, dictHas, dictSize } from './dicts.ts';
import { iterate } from './sequence.ts';
import { compareTimes, equalTimes, timeTruth } from './times.ts';
import {
  Float,
  Generator,
  HostMapping,
  hashKey,
  isDict,
  isPlainDict,
  isTime,
  PySet,
  PythonError,
  PythonObject,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** The comparison operators that order values. */
export type Ordering = '<' | '<=' | '>' | '>=';

/** Whether a value counts as true in a condition. */
export function truth(value: Value): boolean {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      return value !== 0;
    case 'bigint':
      return true;
    default:
      return value !== null && truthOfObject(value);
  }
}

function truthOfObject(value: Exclude<Value, null | boolean | string | number | bigint>): boolean {
  if (isPlainDict(value)) {
    for (const _ in value) return true;
    return false;
  }
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Map || value instanceof PySet) return value.size > 0;
  if (value instanceof Undefined) return false;
  if (value instanceof Uint8Array) return value.length > 0;
  if (value instanceof PythonObject) return value.truth();
  return timeTruth(value);
}

/** Whether two values are the same object, or equal: how containers compare their items. */
export function same(a: Value, b: Value): boolean {
  return a === b || equals(a, b);
}

/** Python's `==`: numbers compare by value whatever their types, containers by their items. */
export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'string') return b instanceof PythonObject && b.equals(a);
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number compare by value
    return right !== undefined ? left == right : b instanceof PythonObject && b.equals(a);
  }
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  return equalObjects(a, b);
}

function equalObjects(a: object & Value, b: object & Value): boolean {
  if (a instanceof PythonObject) return a.equals(b);
  if (b instanceof PythonObject) return b.equals(a);
  if (Array.isArray(a)) return Array.isArray(b) && a instanceof Tuple === b instanceof Tuple && equalItems(a, b);
  if (a instanceof Undefined) return b instanceof Undefined;
  if (isDict(a)) return isDict(b) && equalDicts(a, b);
  if (a instanceof PySet) return b instanceof PySet && a.size === b.size && isSubset(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  return isTime(a) && isTime(b) && equalTimes(a, b);
}

function equalItems(a: readonly Value[], b: readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((item, index) => same(item, b[index] as Value));
}

/** Whether two dicts hold equal values under the same keys. */
export function equalDicts(a: Parameters<typeof dictSize>[0], b: Parameters<typeof dictSize>[0]): boolean {
  if (dictSize(a) !== dictSize(b)) return false;
  for (const key of iterate(a)) {
    const right = dictGet(b, key);
    if (right === undefined || !same(dictGet(a, key) as Value, right)) return false;
  }
  return true;
}

/** The number a value counts as in arithmetic and comparison, undefined when it is none. */
export function numberOf(value: Value): number | bigint | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value instanceof Float ? value.value : undefined;
  }
}

/** Whether every item of `a` is in `b`. */
export function isSubset(a: Iterable<Value>, b: PySet): boolean {
  for (const item of a) if (!b.has(item)) return false;
  return true;
}

/** Python's ordering of two values; raises TypeError for types that have no order between them, UndefinedError for undefined. */
export function compare(a: Value, b: Value, operator: Ordering): boolean {
  if (typeof a === 'number' && typeof b === 'number') return holds(a, b, operator);
  if (typeof a === 'string' && typeof b === 'string') return holds(compareText(a, b), 0, operator);
  const left = numberOf(a);
  if (left !== undefined) {
    const right = numberOf(b);
    if (right !== undefined) return holds(left, right, operator);
  }
  if (a instanceof Undefined) return a.fail();
  if (b instanceof Undefined) return b.fail();
  if (Array.isArray(a) && Array.isArray(b) && a instanceof Tuple === b instanceof Tuple) return compareItems(a, b, operator);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return holds(Buffer.compare(a, b), 0, operator);
  const leftSet = setOf(a);
  const rightSet = setOf(b);
  if (leftSet && rightSet) return compareSets(leftSet, rightSet, operator);
  if (isTime(a) && isTime(b)) {
    const order = compareTimes(a, b);
    if (order !== undefined) return holds(order, 0, operator);
  }
  throw new PythonError('TypeError', `'${operator}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`);
}

function holds(a: number | bigint, b: number | bigint, operator: Ordering): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function compareItems(a: readonly Value[], b: readonly Value[], operator: Ordering): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a[i] as Value;
    const right = b[i] as Value;
    if (!same(left, right)) return compare(left, right, operator);
  }
  return holds(a.length, b.length, operator);
}

function compareSets(a: PySet, b: PySet, operator: Ordering): boolean {
  switch (operator) {
    case '<':
      return a.size < b.size && isSubset(a, b);
    case '<=':
      return isSubset(a, b);
    case '>':
      return b.size < a.size && isSubset(b, a);
    default:
      return isSubset(b, a);
  }
}

/** The items of a set or of a set-like view of a dict; undefined for other values. */
export function setOf(value: Value): PySet | undefined {
  if (value instanceof PySet) return value;
  return value instanceof DictView && value.kind !== 'values' ? new PySet(value.iterate()) : undefined;
}

/** Python's `item in container`; raises TypeError where the container has no membership or a text is asked for a non-text. */
export function contains(container: Value, item: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw new PythonError('TypeError', `'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (Array.isArray(container)) return container.some((other) => same(other, item));
  if (isDict(container)) return dictHas(container, item);
  if (container instanceof PySet) return !(item instanceof PySet) && container.has(item);
  if (container instanceof Uint8Array) return bytesContain(container, item);
  if (container instanceof HostMapping) return containsKey(container, item);
  if (container instanceof DictView) return viewContains(container, item);
  if (container instanceof Undefined) return false;
  if (container instanceof Generator) {
    for (const other of container) if (same(other, item)) return true;
    return false;
  }
  const items = container instanceof PythonObject ? container.iterate() : undefined;
  if (!items) throw new PythonError('TypeError', `argument of type '${typeName(container)}' is not iterable`);
  for (const other of items) if (same(other, item)) return true;
  return false;
}

function viewContains(view: DictView, item: Value): boolean {
  if (view.kind === 'values') return Array.from(view.iterate()).some((other) => same(other, item));
  if (view.kind === 'keys') return contains(view.mapping, item);
  if (!(item instanceof Tuple) || item.length !== 2) return false;
  const [key, expected] = item as Value[];
  const value = view.mapping instanceof HostMapping ? view.mapping.item(key as Value) : dictGet(view.mapping, key as Value);
  return value !== undefined && same(value, expected as Value);
}

function containsKey(container: HostMapping, item: Value): boolean {
  hashKey(item);
  return typeof item === 'string' && container.get(item) !== undefined;
}

function bytesContain(container: Uint8Array, item: Value): boolean {
  if (item instanceof Uint8Array) return Buffer.from(container).includes(item);
  if (typeof item === 'boolean') return container.includes(item ? 1 : 0);
  if (typeof item === 'bigint' || (typeof item === 'number' && Number.isInteger(item))) {
    if (item < 0 || item > 255) throw new PythonError('ValueError', 'byte must be in range(0, 256)');
    return container.includes(Number(item));
  }
  throw new PythonError('TypeError', `a bytes-like object is required, not '${typeName(item)}'`);
}
