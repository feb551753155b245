import { add } from '../arithmetic.ts';
import { codePoints } from '../code-points.ts';
import { compare, equals, truth } from '../comparison.ts';
import { DictView } from '../dict-view.ts';
import { dictKeys } from '../dicts.ts';
import { Group, itemOf } from '../group.ts';
import { escapeValue, Markup } from '../markup.ts';
import { sortItems } from '../methods/list.ts';
import { callValue, getAttribute, getItem, iterate, length, toList } from '../operators.ts';
import { str } from '../repr.ts';
import { bounded, type Runtime } from '../runtime.ts';
import {
  Callable,
  Generator,
  HostMapping,
  hashKey,
  isDict,
  type Keywords,
  PythonError,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from '../values.ts';
import type { FunctionSpec } from './spec.ts';
import { requireInt } from './text.ts';

type Key = (item: Value) => Value;

/** Calls the filter or test of a name on a value, as `map` and `select` do. */
export interface NamedFunctions {
  filter(name: Value, input: Value, args: readonly Value[], keywords: Keywords): Value;
  test(name: Value, input: Value, args: readonly Value[], keywords: Keywords): Value;
}

function ignoreCase(value: Value): Value {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function identity(value: Value): Value {
  return value;
}

/** Follows a path of attributes such as `address.city` or `items.0`. */
// parity: jinja2/filters.py:make_attrgetter
function attributeGetter(attribute: Value, byDefault: Value = null, finish: Key = identity): Key {
  const parts = attributeParts(attribute);
  return (item) => {
    let value = item;
    for (const part of parts) {
      value = itemOf(value, part);
      if (byDefault !== null && value instanceof Undefined) value = byDefault;
    }
    return finish(value);
  };
}

function attributeParts(attribute: Value): Value[] {
  if (attribute === null) return [];
  if (typeof attribute !== 'string') return [attribute];
  return attribute.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** Like `attributeGetter` for several attributes between commas, as the list of their values. */
// parity: jinja2/filters.py:make_multi_attrgetter
function attributesGetter(attribute: Value, finish: Key): Key {
  const getters = (typeof attribute === 'string' ? attribute.split(',') : [attribute]).map((each) => attributeGetter(each, null, finish));
  return (item) => getters.map((getter) => getter(item));
}

function caseRule(caseSensitive: Value): Key {
  return truth(caseSensitive) ? identity : ignoreCase;
}

function generator(name: string, items: () => Iterable<Value>): Generator {
  return new Generator(name, { [Symbol.iterator]: () => items()[Symbol.iterator]() });
}

function* stepping(runtime: Runtime, value: Value): Iterable<Value> {
  for (const item of iterate(value)) {
    runtime.step();
    yield item;
  }
}

/** The items from the last to the first, undefined for what Python's `reversed` does not take. */
function reversedItems(value: Value): Value[] | undefined {
  if (typeof value === 'string') return codePoints(value).reverse();
  if (Array.isArray(value) || value instanceof Uint8Array) return Array.from<Value>(value).reverse();
  if (value instanceof Undefined) return [];
  if (isDict(value)) return [...dictKeys(value)].reverse();
  if (value instanceof DictView && !(value.mapping instanceof HostMapping)) return [...value.iterate()].reverse();
  return undefined;
}

function reverse(value: Value): Value {
  if (typeof value === 'string') return codePoints(value).reverse().join('');
  if (value instanceof Markup) return new Markup(codePoints(value.text).reverse().join(''));
  const items = reversedItems(value);
  if (items !== undefined) return new Generator('reversed', items, reverseTypeName(value));
  try {
    return toList(value).reverse();
  } catch (error) {
    if (!(error instanceof PythonError) || error.type !== 'TypeError') throw error;
    throw new PythonError('FilterArgumentError', 'argument must be iterable');
  }
}

function reverseTypeName(value: Value): string {
  if (isDict(value)) return 'dict_reversekeyiterator';
  if (value instanceof DictView) return `dict_reverse${value.kind.slice(0, -1)}iterator`;
  return Array.isArray(value) && !(value instanceof Tuple) ? 'list_reverseiterator' : 'reversed';
}

function first(value: Value): Value {
  for (const item of iterate(value)) return item;
  return new Undefined(null, undefined, 'No first item, sequence was empty.');
}

function last(value: Value): Value {
  const items = reversedItems(value);
  if (items === undefined) throw new PythonError('TypeError', `'${typeName(value)}' object is not reversible`);
  const [item] = items;
  return item === undefined ? new Undefined(null, undefined, 'No last item, sequence was empty.') : item;
}

// parity: jinja2/filters.py:_min_or_max
function extreme(value: Value, order: '<' | '>', caseSensitive: Value, attribute: Value): Value {
  const key = attributeGetter(attribute, null, caseRule(caseSensitive));
  let found: { readonly item: Value; readonly key: Value } | undefined;
  for (const item of iterate(value)) {
    const itemKey = key(item);
    if (found === undefined || compare(itemKey, found.key, order)) found = { item, key: itemKey };
  }
  return found ? found.item : new Undefined(null, undefined, 'No aggregated item, sequence was empty.');
}

function* unique(items: Iterable<Value>, key: Key): Iterable<Value> {
  const seen = new Set<unknown>();
  for (const item of items) {
    const hash = hashKey(key(item));
    if (seen.has(hash)) continue;
    seen.add(hash);
    yield item;
  }
}

// parity: jinja2/filters.py:sync_do_sum
function sum(value: Value, attribute: Value, start: Value): Value {
  if (typeof start === 'string') throw new PythonError('TypeError', "sum() can't sum strings [use ''.join(seq) instead]");
  const key = attribute === null ? identity : attributeGetter(attribute);
  let total: Value = start as Value;
  for (const item of iterate(value)) total = bounded(add(total, key(item)));
  return total;
}

// parity: jinja2/filters.py:sync_do_join
function join(runtime: Runtime, value: Value, separator: Value, attribute: Value): Value {
  const key = attribute === null ? identity : attributeGetter(attribute);
  const items = Array.from(iterate(value), key);
  const isSafe = runtime.autoescape && [separator, ...items].some((item) => item instanceof Markup);
  if (!isSafe) return bounded(items.map(str).join(str(separator)));
  const between = getAttribute(escapeValue(separator), 'join');
  return callValue(between, [items]);
}

// parity: jinja2/filters.py:sync_do_slice
function* slices(value: Value, countValue: Value, fill: Value): Iterable<Value> {
  const items = toList(value);
  const count = requireInt(countValue);
  if (count === 0) throw new PythonError('ZeroDivisionError', 'integer division or modulo by zero');
  const size = Math.floor(items.length / count);
  const longer = items.length - size * count;
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const start = offset + i * size;
    if (i < longer) offset++;
    const part = items.slice(start, offset + (i + 1) * size);
    if (fill !== null && i >= longer) part.push(fill);
    yield part;
  }
}

// parity: jinja2/filters.py:do_batch
function* batches(runtime: Runtime, value: Value, size: Value, fill: Value): Iterable<Value> {
  let batch: Value[] = [];
  for (const item of stepping(runtime, value)) {
    if (equals(batch.length, size)) {
      yield batch;
      batch = [];
    }
    batch.push(item);
  }
  if (batch.length === 0) return;
  if (fill !== null && compare(batch.length, size, '<')) {
    const missing = requireInt(size) - batch.length;
    for (let i = 0; i < missing; i++) batch.push(fill);
    bounded(batch);
  }
  yield batch;
}

// parity: jinja2/filters.py:sync_do_groupby
function groupBy(value: Value, attribute: Value, byDefault: Value, caseSensitive: Value): Value {
  const key = attributeGetter(attribute, byDefault, caseRule(caseSensitive));
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sortItems(toList(value), key, false)) {
    const itemKey = key(item);
    const last = groups.at(-1);
    if (last && equals(last.key, itemKey)) last.items.push(item);
    else groups.push({ key: itemKey, items: [item] });
  }
  const shown = attributeGetter(attribute, byDefault);
  return groups.map((group) => {
    const name = truth(caseSensitive) ? group.key : shown(group.items[0] as Value);
    return Group.make(name, group.items);
  });
}

// parity: jinja2/filters.py:do_dictsort
function dictSort(value: Value, caseSensitive: Value, by: Value, backwards: Value): Value {
  if (by !== 'key' && by !== 'value') throw new PythonError('FilterArgumentError', 'You can only sort by either "key" or "value"');
  const finish = caseRule(caseSensitive);
  const position = by === 'key' ? 0 : 1;
  const pairs = toList(callMethod(value, 'items'));
  return sortItems(pairs, (pair) => finish((pair as Tuple)[position] as Value), requireInt(backwards) !== 0);
}

/** Calls a method of a value; raises AttributeError when the value has none of that name. */
export function callMethod(value: Value, name: string): Value {
  const method = isDict(value) || !(value instanceof Undefined) ? getAttribute(value, name) : value.fail();
  if (!(method instanceof Callable)) throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute '${name}'`);
  return callValue(method, []);
}

function* pairsOf(value: Value): Iterable<Value> {
  if (value instanceof Undefined) return;
  if (!isDict(value) && !(value instanceof HostMapping)) throw new PythonError('TypeError', 'Can only get item pairs from a mapping.');
  yield* iterate(callMethod(value, 'items'));
}

function random(value: Value): Value {
  const size = length(value);
  if (size === 0) return new Undefined(null, undefined, 'No random item, sequence was empty.');
  return getItem(value, Math.floor(Math.random() * size));
}

// parity: jinja2/filters.py:prepare_map
function mapFunction(functions: NamedFunctions, args: readonly Value[], keywords: Keywords): Key {
  if (args.length === 0 && keywords.has('attribute')) {
    for (const name of keywords.keys()) {
      if (name !== 'attribute' && name !== 'default') throw new PythonError('FilterArgumentError', `Unexpected keyword argument '${name}'`);
    }
    return attributeGetter(keywords.get('attribute') ?? null, keywords.get('default') ?? null);
  }
  const [name, ...rest] = args;
  if (name === undefined) throw new PythonError('FilterArgumentError', 'map requires a filter argument');
  return (item) => functions.filter(name, item, rest, keywords);
}

// parity: jinja2/filters.py:prepare_select_or_reject
function selectFunction(
  functions: NamedFunctions,
  args: readonly Value[],
  keywords: Keywords,
  byAttribute: boolean,
): (item: Value) => boolean {
  const [attribute] = args;
  if (byAttribute && attribute === undefined) throw new PythonError('FilterArgumentError', 'Missing parameter for attribute name');
  const key = byAttribute ? attributeGetter(attribute as Value) : identity;
  const [name, ...rest] = byAttribute ? args.slice(1) : args;
  if (name === undefined) return (item) => truth(key(item));
  return (item) => truth(functions.test(name, key(item), rest, keywords));
}

function selecting(functions: NamedFunctions, name: string, doc: string, example: readonly [string, string]): FunctionSpec {
  const wanted = name.startsWith('select');
  const byAttribute = name.endsWith('attr');
  return {
    name,
    parameters: [['value'], ['*args'], ['**kwargs']],
    doc,
    examples: [example],
    contextual: true,
    run: (runtime: Runtime, value: Value, args: Tuple, keywords: Keywords) =>
      generator('select_or_reject', function* () {
        if (!truth(value)) return;
        const holds = selectFunction(functions, args, keywords, byAttribute);
        for (const item of stepping(runtime, value)) if (holds(item) === wanted) yield item;
      }),
  };
}

/** The filters on lists, dicts and other things with items. */
export function sequenceFilters(functions: NamedFunctions): readonly FunctionSpec[] {
  return [
    {
      name: 'length',
      aliases: ['count'],
      parameters: [['value']],
      doc: 'The number of items, or of characters of a text.',
      examples: [['{{ [1, 2, 3] | length }}', '3']],
      run: (_runtime, value: Value) => length(value),
    },
    {
      name: 'list',
      parameters: [['value']],
      doc: 'The items as a list.',
      examples: [["{{ 'abc' | list }}", "['a', 'b', 'c']"]],
      run: (runtime: Runtime, value: Value) => [...stepping(runtime, value)],
    },
    {
      name: 'first',
      parameters: [['seq']],
      doc: 'The first item, undefined when there is none.',
      examples: [['{{ [1, 2, 3] | first }}', '1']],
      run: (_runtime, value: Value) => first(value),
    },
    {
      name: 'last',
      parameters: [['seq']],
      doc: 'The last item, undefined when there is none.',
      examples: [['{{ [1, 2, 3] | last }}', '3']],
      run: (_runtime, value: Value) => last(value),
    },
    {
      name: 'random',
      parameters: [['seq']],
      doc: 'Some item, undefined when there is none.',
      examples: [],
      impure: true,
      run: (_runtime, value: Value) => random(value),
    },
    {
      name: 'reverse',
      parameters: [['value']],
      doc: 'The items from the last to the first, or a text backwards.',
      examples: [
        ['{{ [1, 2, 3] | reverse | list }}', '[3, 2, 1]'],
        ["{{ 'abc' | reverse }}", 'cba'],
      ],
      seesMarkup: true,
      run: (_runtime, value: Value) => reverse(value),
    },
    {
      name: 'sort',
      parameters: [['value'], ['reverse', false], ['case_sensitive', false], ['attribute', null]],
      doc: 'The items in order, by an attribute (or several, between commas) when one is given; case counts only when asked for.',
      examples: [
        ["{{ ['b', 'A', 'c'] | sort }}", "['A', 'b', 'c']"],
        ["{{ [{'n': 2}, {'n': 1}] | sort(attribute='n') }}", "[{'n': 1}, {'n': 2}]"],
      ],
      run: (_runtime, value: Value, backwards: Value, caseSensitive: Value, attribute: Value) => {
        const key = attributesGetter(attribute, caseRule(caseSensitive));
        return sortItems(toList(value), key, requireInt(backwards) !== 0);
      },
    },
    {
      name: 'unique',
      parameters: [['value'], ['case_sensitive', false], ['attribute', null]],
      doc: 'Each item once, in the order of their first occurrence.',
      examples: [["{{ ['foo', 'bar', 'Foo'] | unique | list }}", "['foo', 'bar']"]],
      run: (runtime: Runtime, value: Value, caseSensitive: Value, attribute: Value) =>
        generator('sync_do_unique', function* () {
          yield* unique(stepping(runtime, value), attributeGetter(attribute, null, caseRule(caseSensitive)));
        }),
    },
    {
      name: 'min',
      parameters: [['value'], ['case_sensitive', false], ['attribute', null]],
      doc: 'The smallest item, undefined when there is none.',
      examples: [['{{ [3, 1, 2] | min }}', '1']],
      run: (_runtime, value: Value, caseSensitive: Value, attribute: Value) => extreme(value, '<', caseSensitive, attribute),
    },
    {
      name: 'max',
      parameters: [['value'], ['case_sensitive', false], ['attribute', null]],
      doc: 'The greatest item, undefined when there is none.',
      examples: [['{{ [3, 1, 2] | max }}', '3']],
      run: (_runtime, value: Value, caseSensitive: Value, attribute: Value) => extreme(value, '>', caseSensitive, attribute),
    },
    {
      name: 'sum',
      parameters: [['iterable'], ['attribute', null], ['start', 0]],
      doc: 'The sum of the items, or of an attribute of them, added to a start.',
      examples: [
        ['{{ [1, 2, 3] | sum }}', '6'],
        ["{{ [{'n': 2}, {'n': 1}] | sum(attribute='n', start=10) }}", '13'],
      ],
      run: (_runtime, value: Value, attribute: Value, start: Value) => sum(value, attribute, start),
    },
    {
      name: 'join',
      parameters: [['value'], ['d', ''], ['attribute', null]],
      doc: 'The items, or an attribute of them, as one text with a separator between.',
      examples: [
        ["{{ [1, 2, 3] | join('|') }}", '1|2|3'],
        ["{{ [{'n': 2}, {'n': 1}] | join(', ', attribute='n') }}", '2, 1'],
      ],
      seesMarkup: true,
      run: (runtime: Runtime, value: Value, separator: Value, attribute: Value) => join(runtime, value, separator, attribute),
    },
    {
      name: 'slice',
      parameters: [['value'], ['slices'], ['fill_with', null]],
      doc: 'The items in that many lists of about equal length; the shorter ones are filled up when something is given for that.',
      examples: [['{{ [1, 2, 3, 4, 5] | slice(2) | list }}', '[[1, 2, 3], [4, 5]]']],
      run: (_runtime, value: Value, count: Value, fill: Value) => generator('sync_do_slice', () => slices(value, count, fill)),
    },
    {
      name: 'batch',
      parameters: [['value'], ['linecount'], ['fill_with', null]],
      doc: 'The items in lists of that length; the last one is filled up when something is given for that.',
      examples: [['{{ [1, 2, 3, 4, 5] | batch(2) | list }}', '[[1, 2], [3, 4], [5]]']],
      run: (runtime: Runtime, value: Value, size: Value, fill: Value) => generator('do_batch', () => batches(runtime, value, size, fill)),
    },
    {
      name: 'map',
      parameters: [['value'], ['*args'], ['**kwargs']],
      doc: 'What a filter, or an attribute, gives for each item.',
      examples: [
        ["{{ ['a', 'b'] | map('upper') | list }}", "['A', 'B']"],
        ["{{ [{'n': 2}, {}] | map(attribute='n', default=0) | list }}", '[2, 0]'],
      ],
      contextual: true,
      run: (runtime: Runtime, value: Value, args: Tuple, keywords: Keywords) =>
        generator('sync_do_map', function* () {
          if (!truth(value)) return;
          const apply = mapFunction(functions, args, keywords);
          for (const item of stepping(runtime, value)) yield apply(item);
        }),
    },
    selecting(functions, 'select', 'The items for which a test holds, or which are true.', [
      "{{ [1, 2, 3] | select('odd') | list }}",
      '[1, 3]',
    ]),
    selecting(functions, 'reject', 'The items for which a test does not hold, or which are false.', [
      "{{ [1, 2, 3] | reject('odd') | list }}",
      '[2]',
    ]),
    selecting(functions, 'selectattr', 'The items for whose attribute a test holds, or whose attribute is true.', [
      "{{ [{'n': 2}, {'n': 1}] | selectattr('n', 'gt', 1) | list }}",
      "[{'n': 2}]",
    ]),
    selecting(functions, 'rejectattr', 'The items for whose attribute a test does not hold, or whose attribute is false.', [
      "{{ [{'n': 2}, {'n': 1}] | rejectattr('n', 'gt', 1) | list }}",
      "[{'n': 1}]",
    ]),
    {
      name: 'groupby',
      parameters: [['value'], ['attribute'], ['default', null], ['case_sensitive', false]],
      doc: 'The items grouped by an attribute, as pairs `grouper` and `list` in the order of the attribute.',
      examples: [
        ["{% for n, items in [{'n': 2}, {'n': 1}, {'n': 2}] | groupby('n') %}{{ n }}x{{ items | length }} {% endfor %}", '1x1 2x2 '],
      ],
      run: (_runtime, value: Value, attribute: Value, byDefault: Value, caseSensitive: Value) =>
        groupBy(value, attribute, byDefault, caseSensitive),
    },
    {
      name: 'dictsort',
      parameters: [['value'], ['case_sensitive', false], ['by', 'key'], ['reverse', false]],
      doc: 'The pairs of a dict in the order of their keys, or values.',
      examples: [["{{ {'b': 1, 'a': 2} | dictsort }}", "[('a', 2), ('b', 1)]"]],
      run: (_runtime, value: Value, caseSensitive: Value, by: Value, backwards: Value) => dictSort(value, caseSensitive, by, backwards),
    },
    {
      name: 'items',
      parameters: [['value']],
      doc: 'The pairs of key and value of a mapping; nothing when it is undefined.',
      examples: [["{{ {'a': 1} | items | list }}", "[('a', 1)]"]],
      run: (_runtime, value: Value) => generator('do_items', () => pairsOf(value)),
    },
    {
      name: 'attr',
      parameters: [['obj'], ['name']],
      doc: 'An attribute (not an item) of a value, undefined when it has none of that name.',
      examples: [["{{ {'a': 1} | attr('a') is defined }}", 'False']],
      seesMarkup: true,
      run: (_runtime, value: Value, name: Value) => attributeOnly(value, name),
    },
  ];
}

// parity: jinja2/filters.py:do_attr
function attributeOnly(value: Value, name: Value): Value {
  if (typeof name !== 'string') throw new PythonError('TypeError', `attribute name must be string, not '${typeName(value)}'`);
  if (value instanceof Undefined) return value.fail();
  // An empty dict has the attributes of any, and no items that could be found instead.
  const found = getAttribute(isDict(value) ? {} : value, name);
  const isKey = value instanceof HostMapping && value.get(name) === found;
  return found instanceof Undefined || isKey ? new Undefined(name, value, ...unsafeHint(found)) : found;
}

function unsafeHint(found: Value): [] | [hint: string | undefined, errorType: Undefined['errorType']] {
  return found instanceof Undefined ? [found.hint, found.errorType] : [];
}
