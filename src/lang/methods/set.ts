import { isSubset } from '../comparison.ts';
import { repr } from '../repr.ts';
import { iterate } from '../sequence.ts';
import { PySet, PythonError, type Value } from '../values.ts';
import { type Members, type Method, positional } from './method.ts';

const ANY_NUMBER = Number.MAX_SAFE_INTEGER;

function toSet(value: Value): PySet {
  return value instanceof PySet ? value : new PySet(iterate(value));
}

function union(set: PySet, others: readonly Value[]): PySet {
  const result = new PySet(set);
  for (const other of others) for (const item of iterate(other)) result.add(item);
  return result;
}

function intersection(set: PySet, others: readonly Value[]): PySet {
  let result = new PySet(set);
  for (const other of others.map(toSet)) result = new PySet(Array.from(result).filter((item) => other.has(item)));
  return result;
}

function difference(set: PySet, others: readonly Value[]): PySet {
  const result = new PySet(set);
  for (const other of others) for (const item of iterate(other)) result.delete(item);
  return result;
}

function symmetricDifference(set: PySet, others: readonly Value[]): PySet {
  const other = toSet(others[0] as Value);
  return union(difference(set, [other]), [difference(other, [set])]);
}

function remove(set: PySet, item: Value): null {
  if (!set.delete(item)) throw new PythonError('KeyError', repr(item));
  return null;
}

function pop(set: PySet): Value {
  for (const item of set) {
    set.delete(item);
    return item;
  }
  throw new PythonError('KeyError', "'pop from an empty set'");
}

type Combination = (set: PySet, others: readonly Value[]) => PySet;

/** The method that keeps the combined items in the set itself. */
function inPlace(combine: Combination): (set: PySet, others: readonly Value[]) => null {
  return (set, others) => {
    const result = combine(set, others);
    set.clear();
    for (const item of result) set.add(item);
    return null;
  };
}

const methods: Record<string, Method<PySet>> = {
  add: positional(1, 1, (set, [item]) => {
    set.add(item as Value);
    return null;
  }),
  clear: positional(0, 0, (set) => {
    set.clear();
    return null;
  }),
  copy: positional(0, 0, (set) => new PySet(set)),
  difference: positional(0, ANY_NUMBER, difference),
  difference_update: positional(0, ANY_NUMBER, inPlace(difference)),
  discard: positional(1, 1, (set, [item]) => {
    set.delete(item as Value);
    return null;
  }),
  intersection: positional(0, ANY_NUMBER, intersection),
  intersection_update: positional(0, ANY_NUMBER, inPlace(intersection)),
  isdisjoint: positional(1, 1, (set, [other]) => intersection(set, [other as Value]).size === 0),
  issubset: positional(1, 1, (set, [other]) => isSubset(set, toSet(other as Value))),
  issuperset: positional(1, 1, (set, [other]) => isSubset(toSet(other as Value), set)),
  pop: positional(0, 0, pop),
  remove: positional(1, 1, (set, [item]) => remove(set, item as Value)),
  symmetric_difference: positional(1, 1, symmetricDifference),
  symmetric_difference_update: positional(1, 1, inPlace(symmetricDifference)),
  union: positional(0, ANY_NUMBER, union),
  update: positional(0, ANY_NUMBER, inPlace(union)),
};

/** What a set offers. */
export const setMembers: Members<PySet> = { methods: new Map(Object.entries(methods)) };
