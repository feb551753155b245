import { compare, same, truth } from '../comparison.ts';
import { toList } from '../sequence.ts';
import { Callable, NO_KEYWORDS, PythonError, type Tuple, typeName, type Value } from '../values.ts';
import { boundArgument, intArgument, type Members, type Method, named, positional } from './method.ts';

function clamp(index: number, size: number): number {
  return Math.min(index < 0 ? Math.max(index + size, 0) : index, size);
}

function indexOfItem(items: readonly Value[], args: readonly Value[]): number {
  const start = clamp(boundArgument(args[1], 0), items.length);
  const stop = clamp(boundArgument(args[2], items.length), items.length);
  for (let i = start; i < stop; i++) if (same(items[i] as Value, args[0] as Value)) return i;
  throw new PythonError('ValueError', 'the item is not in the sequence');
}

function countItem(items: readonly Value[], item: Value): number {
  return items.filter((other) => same(other, item)).length;
}

/** Sorts a copy of the items by Python's `<`, stable, by a key when there is one; raises TypeError for items without an order. */
export function sortItems(items: readonly Value[], key: ((item: Value) => Value) | undefined, reverse: boolean): Value[] {
  const keyed = items.map((item) => ({ item, key: key ? key(item) : item }));
  const direction = reverse ? -1 : 1;
  keyed.sort((a, b) => {
    if (compare(a.key, b.key, '<')) return -direction;
    return compare(b.key, a.key, '<') ? direction : 0;
  });
  return keyed.map((entry) => entry.item);
}

function keyFunction(key: Value | undefined): ((item: Value) => Value) | undefined {
  if (key === undefined || key === null) return undefined;
  if (!(key instanceof Callable)) throw new PythonError('TypeError', `'${typeName(key)}' object is not callable`);
  return (item) => key.call([item], NO_KEYWORDS);
}

function pop(list: Value[], at: number): Value {
  if (list.length === 0) throw new PythonError('IndexError', 'pop from empty list');
  const index = at < 0 ? at + list.length : at;
  if (index < 0 || index >= list.length) throw new PythonError('IndexError', 'pop index out of range');
  return list.splice(index, 1)[0] as Value;
}

function sort(list: Value[], key: Value | undefined, reverse: Value): null {
  const sorted = sortItems(list, keyFunction(key), truth(reverse));
  list.splice(0, list.length, ...sorted);
  return null;
}

function changing(run: (list: Value[], args: readonly Value[]) => void): (list: Value[], args: readonly Value[]) => null {
  return (list, args) => {
    run(list, args);
    return null;
  };
}

const searches: Record<string, Method<Value[]>> = {
  count: positional(1, 1, (items, [item]) => countItem(items, item as Value)),
  index: positional(1, 3, indexOfItem),
};

const methods: Record<string, Method<Value[]>> = {
  ...searches,
  append: positional(
    1,
    1,
    changing((list, [item]) => list.push(item as Value)),
  ),
  clear: positional(
    0,
    0,
    changing((list) => list.splice(0)),
  ),
  copy: positional(0, 0, (list) => list.slice()),
  extend: positional(
    1,
    1,
    changing((list, [items]) => list.push(...toList(items as Value))),
  ),
  insert: positional(
    2,
    2,
    changing((list, [at, item]) => list.splice(clamp(intArgument(at as Value), list.length), 0, item as Value)),
  ),
  pop: positional(0, 1, (list, [at]) => pop(list, at === undefined ? -1 : intArgument(at))),
  remove: positional(
    1,
    1,
    changing((list, args) => list.splice(indexOfItem(list, args), 1)),
  ),
  reverse: positional(
    0,
    0,
    changing((list) => list.reverse()),
  ),
  sort: (list, args, keywords) => {
    if (args.length > 0) throw new PythonError('TypeError', 'sort() takes no positional arguments');
    return named<Value[]>(['key', 'reverse'], 0, (self, [key, reverse = false]) => sort(self, key, reverse))(list, args, keywords);
  },
};

/** What a list offers. */
export const listMembers: Members<Value[]> = { methods: new Map(Object.entries(methods)) };

/** What a tuple offers. */
export const tupleMembers: Members<Tuple> = { methods: new Map(Object.entries(searches)) };
