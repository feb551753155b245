import { equals, length } from './operators.ts';
import { repr } from './repr.ts';
import { Callable, PythonError, PythonObject, tupleFrom, Undefined, type Value } from './values.ts';

/** Renders the body of a recursive loop for other items, one level deeper. */
export type Recurse = (items: Value, depth: number) => Value;

/** The variable `loop` of a `for`, which also walks through the items. */
// parity: jinja2/runtime.py:LoopContext
export class LoopContext extends Callable {
  override readonly typeName = 'LoopContext';
  readonly #iterable: Value | undefined;
  #iterator: Iterator<Value>;
  readonly #depth: number;
  #index = -1;
  #length: number | undefined;
  #ahead: IteratorResult<Value> | undefined;
  #before: Value | undefined;
  #current: Value | undefined;
  #changed: Value | undefined;

  /** `iterable` is the value that `items` come from, when its length can be asked. */
  constructor(items: Iterable<Value>, iterable: Value | undefined, recurse: Recurse | undefined, depth: number) {
    super('loop', (args) => {
      if (!recurse) throw new PythonError('TypeError', "The loop must have the 'recursive' marker to be called recursively.");
      const [inner] = args;
      if (inner === undefined || args.length > 1) throw new PythonError('TypeError', 'loop() takes one iterable');
      return recurse(inner, this.#depth + 1);
    });
    this.#iterable = iterable;
    this.#iterator = items[Symbol.iterator]();
    this.#depth = depth;
  }

  /** Goes to the next item; undefined at the end. */
  advance(): Value | undefined {
    const next = this.#ahead ?? this.#iterator.next();
    this.#ahead = undefined;
    if (next.done) return undefined;
    this.#index++;
    this.#before = this.#current;
    this.#current = next.value;
    return next.value;
  }

  #peek(): IteratorResult<Value> {
    this.#ahead ??= this.#iterator.next();
    return this.#ahead;
  }

  override length(): number {
    this.#length ??= this.#measure();
    return this.#length;
  }

  #measure(): number {
    if (this.#iterable !== undefined) {
      const known = knownLength(this.#iterable);
      if (known !== undefined) return known;
    }
    const ahead = this.#ahead && !this.#ahead.done ? 1 : 0;
    const rest = [...{ [Symbol.iterator]: () => this.#iterator }];
    this.#iterator = rest[Symbol.iterator]();
    return rest.length + this.#index + 1 + ahead;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.#index + 1;
      case 'index0':
        return this.#index;
      case 'length':
        return this.length();
      case 'revindex':
        return this.length() - this.#index;
      case 'revindex0':
        return this.length() - this.#index - 1;
      case 'first':
        return this.#index === 0;
      case 'last':
        return this.#peek().done ?? false;
      case 'depth':
        return this.#depth + 1;
      case 'depth0':
        return this.#depth;
      case 'previtem':
        return this.#index === 0 ? new Undefined(null, undefined, 'there is no previous item') : (this.#before ?? null);
      case 'nextitem': {
        const next = this.#peek();
        return next.done ? new Undefined(null, undefined, 'there is no next item') : next.value;
      }
      case 'cycle':
        return new Callable('cycle', (args) => this.#cycle(args));
      case 'changed':
        return new Callable('changed', (args) => this.#hasChanged(args));
      default:
        return undefined;
    }
  }

  #cycle(args: Value[]): Value {
    if (args.length === 0) throw new PythonError('TypeError', 'no items for cycling given');
    return args[this.#index % args.length] as Value;
  }

  #hasChanged(args: Value[]): Value {
    const value = tupleFrom(args);
    if (this.#changed !== undefined && equals(this.#changed, value)) return false;
    this.#changed = value;
    return true;
  }

  override iterate(): Iterable<Value> | undefined {
    return undefined;
  }

  override repr(): string {
    return `<LoopContext ${this.#index + 1}/${this.length()}>`;
  }
}

function knownLength(value: Value): number | undefined {
  try {
    return length(value);
  } catch (error) {
    if (error instanceof PythonError && error.type === 'TypeError') return undefined;
    throw error;
  }
}

/** What `namespace()` makes: attributes that `{% set ns.name = … %}` changes, also from inside loops. */
// parity: jinja2/utils.py:Namespace
export class Namespace extends PythonObject {
  readonly typeName = 'Namespace';
  readonly #attributes: Map<string, Value>;

  constructor(attributes: Iterable<readonly [string, Value]>) {
    super();
    this.#attributes = new Map(attributes);
  }

  set(name: string, value: Value): void {
    this.#attributes.set(name, value);
  }

  override attribute(name: string): Value | undefined {
    return this.#attributes.get(name);
  }

  override repr(): string {
    const pairs = [...this.#attributes].map(([name, value]) => `'${name}': ${repr(value)}`);
    return `<Namespace {${pairs.join(', ')}}>`;
  }
}
