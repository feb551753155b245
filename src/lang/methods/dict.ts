import { DictView } from '../dict-view.ts';
import { type AnyDict, dictDelete, dictEntries, dictGet, dictKeys, dictSet, makeDict } from '../dicts.ts';
import { repr } from '../repr.ts';
import { iterate } from '../sequence.ts';
import { Dict, HostMapping, isDict, makeTuple, PySet, PythonError, type Value } from '../values.ts';
import { type Members, type Method, named, positional } from './method.ts';

/** What a lookup gave, which may be None, or what stands in for it. */
function found<T extends Value | undefined>(value: Value | undefined, otherwise: T): Value | T {
  return value === undefined ? otherwise : value;
}

function pop(dict: AnyDict, key: Value, otherwise: Value | undefined): Value {
  const value = found(dictGet(dict, key), otherwise);
  if (value === undefined) throw new PythonError('KeyError', repr(key));
  dictDelete(dict, key);
  return value;
}

function popLast(dict: AnyDict): Value {
  const key = Array.from(dictKeys(dict)).at(-1);
  if (key === undefined) throw new PythonError('KeyError', "'popitem(): dictionary is empty'");
  return makeTuple(key, pop(dict, key, undefined));
}

function setDefault(dict: AnyDict, key: Value, otherwise: Value): Value {
  const value = dictGet(dict, key);
  if (value !== undefined) return value;
  dictSet(dict, key, otherwise);
  return otherwise;
}

/** The pairs that `dict(source)` takes: those of a mapping, or an iterable of pairs; raises TypeError, ValueError. */
export function* pairsOf(source: Value): Iterable<[Value, Value]> {
  if (isDict(source)) yield* dictEntries(source);
  else if (source instanceof HostMapping) for (const key of source.keys()) yield [key, source.get(key) as Value];
  else {
    for (const item of iterate(source)) {
      const pair = Array.from(iterate(item));
      if (pair.length !== 2) {
        throw new PythonError('ValueError', `dictionary update sequence element has length ${pair.length}; 2 is required`);
      }
      yield pair as [Value, Value];
    }
  }
}

const update: Method<AnyDict> = (dict, args, keywords) => {
  if (args.length > 1) throw new PythonError('TypeError', `update expected at most 1 argument, got ${args.length}`);
  if (args[0] !== undefined) for (const [key, value] of Array.from(pairsOf(args[0]))) dictSet(dict, key, value);
  for (const [key, value] of keywords) dictSet(dict, key, value);
  return null;
};

function copy(dict: AnyDict): AnyDict {
  if (!(dict instanceof Map)) return { ...dict };
  return dict instanceof Dict ? Dict.from(dict) : new Map(dict);
}

const methods: Record<string, Method<AnyDict>> = {
  clear: positional(0, 0, (dict) => {
    for (const key of Array.from(dictKeys(dict))) dictDelete(dict, key);
    return null;
  }),
  copy: positional(0, 0, copy),
  fromkeys: positional(1, 2, (_, [keys, value = null]) => makeDict(Array.from(iterate(keys as Value), (key) => [key, value] as const))),
  get: positional(1, 2, (dict, [key, otherwise = null]) => found(dictGet(dict, key as Value), otherwise)),
  items: positional(0, 0, (dict) => new DictView('items', dict)),
  keys: positional(0, 0, (dict) => new DictView('keys', dict)),
  pop: positional(1, 2, (dict, [key, otherwise]) => pop(dict, key as Value, otherwise)),
  popitem: positional(0, 0, popLast),
  setdefault: positional(1, 2, (dict, [key, otherwise = null]) => setDefault(dict, key as Value, otherwise)),
  update,
  values: positional(0, 0, (dict) => new DictView('values', dict)),
};

/** What a dict offers. */
export const dictMembers: Members<AnyDict> = { methods: new Map(Object.entries(methods)) };

const hostMethods: Record<string, Method<HostMapping>> = {
  get: named(['key', 'default'], 1, (mapping, [key, otherwise = null]) => found(mapping.item(key as Value), otherwise)),
  items: positional(0, 0, (mapping) => new DictView('items', mapping)),
  keys: positional(0, 0, (mapping) => new DictView('keys', mapping)),
  values: positional(0, 0, (mapping) => new DictView('values', mapping)),
};

/** What every mapping of the engine offers beside its own attributes. */
export const hostMappingMembers: Members<HostMapping> = { methods: new Map(Object.entries(hostMethods)) };

const viewMethods: Record<string, Method<DictView>> = {
  isdisjoint: positional(1, 1, (view, [other]) => {
    const items = new PySet(view.iterate());
    return !Array.from(iterate(other as Value)).some((item) => items.has(item));
  }),
};

/** What a view of a dict's keys or items offers. */
export const viewMembers: Members<DictView> = { methods: new Map(Object.entries(viewMethods)) };
