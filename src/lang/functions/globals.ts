import { makeDict } from '../dicts.ts';
import { Namespace } from '../loop.ts';
import { pairsOf } from '../methods/dict.ts';
import type { Runtime } from '../runtime.ts';
import { Callable, hashKey, type Keywords, PythonError, type Tuple, Undefined, type Value } from '../values.ts';
import type { FunctionSpec } from './spec.ts';

// parity: jinja2/utils.py:Cycler
class Cycler extends Callable {
  override readonly typeName = 'Cycler';
  readonly #items: readonly Value[];
  #position = 0;

  constructor(items: readonly Value[]) {
    super('cycler', () => {
      throw new PythonError('TypeError', "'Cycler' object is not callable");
    });
    this.#items = items;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.#items[this.#position];
      case 'next':
        return new Callable('next', () => this.#next());
      case 'reset':
        return new Callable('reset', () => {
          this.#position = 0;
          return null;
        });
      case 'pos':
        return this.#position;
      default:
        return undefined;
    }
  }

  #next(): Value {
    const item = this.#items[this.#position] as Value;
    this.#position = (this.#position + 1) % this.#items.length;
    return item;
  }
}

function joiner(separator: Value): Callable {
  let used = false;
  return new Callable('joiner', () => {
    const text = used ? separator : '';
    used = true;
    return text;
  });
}

function dictOf(args: Tuple, keywords: Keywords): [Value, Value][] {
  if (args.length > 1) throw new PythonError('TypeError', `dict expected at most 1 argument, got ${args.length}`);
  const [source] = args;
  if (source instanceof Undefined) return source.fail();
  const pairs: [Value, Value][] = [];
  for (const [key, value] of source === undefined ? [] : pairsOf(source)) {
    hashKey(key);
    pairs.push([key, value]);
  }
  return [...pairs, ...keywords];
}

const WORDS = 'lorem ipsum dolor sit amet consectetuer adipiscing elit'.split(' ');

function loremIpsum(count: number): string {
  return Array.from({ length: count }, () => `<p>Lorem ${WORDS.slice(1).join(' ')}.</p>`).join('\n');
}

/** The functions that Jinja itself gives to every template. */
export const globals: readonly FunctionSpec[] = [
  {
    name: 'dict',
    parameters: [['*args'], ['**kwargs']],
    doc: 'A dict of the given keywords, after those of another mapping or of pairs.',
    examples: [["{{ dict({'a': 1}, b=2) }}", "{'a': 1, 'b': 2}"]],
    run: (_runtime, args: Tuple, keywords: Keywords) => makeDict(dictOf(args, keywords)),
  },
  {
    name: 'namespace',
    parameters: [['*args'], ['**kwargs']],
    doc: 'An object whose attributes can be set, also from inside a loop.',
    examples: [['{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', '3']],
    run: (_runtime, args: Tuple, keywords: Keywords) => new Namespace(dictOf(args, keywords).map(([name, value]) => [String(name), value])),
  },
  {
    name: 'cycler',
    parameters: [['*items']],
    doc: 'Gives its arguments one after the other with `next()`, and begins anew after the last.',
    examples: [["{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}", 'aba']],
    run: (_runtime, items: Tuple) => {
      if (items.length === 0) throw new PythonError('RuntimeError', 'at least one item has to be provided');
      return new Cycler(items);
    },
  },
  {
    name: 'joiner',
    parameters: [['sep', ', ']],
    doc: 'A function that gives an empty text the first time and the separator from then on.',
    examples: [["{% set j = joiner('|') %}{% for i in [1, 2, 3] %}{{ j() }}{{ i }}{% endfor %}", '1|2|3']],
    run: (_runtime, separator: Value) => joiner(separator),
  },
  {
    name: 'lipsum',
    parameters: [
      ['n', 5],
      ['html', true],
      ['min', 20],
      ['max', 100],
    ],
    doc: 'Paragraphs of filler text.',
    examples: [],
    impure: true,
    run: (_runtime: Runtime, count: Value) => loremIpsum(Number(count)),
  },
];
