import { Float } from '../lib/json.ts';
import { CalendarDate, ClockTime, DateTime, Delta, Duration, Zone } from '../lib/time/index.ts';

export { Float } from '../lib/json.ts';

/** A dict whose keys are strings, as JSON gives it; integer-like keys are kept in a `Map` where their order counts. */
export type PlainDict = { [key: string]: Value };

/** A value of Python's datetime module, or isodate's Duration. */
export type Time = DateTime | CalendarDate | ClockTime | Delta | Duration | Zone;

/** Any value of the template language; the representation of each Python type is the one named beside its member. */
export type Value =
  | null // None
  | boolean
  | number // int, or float when it has a fraction or is not finite
  | bigint // int beyond a safe integer
  | Float // float without a fraction
  | string
  | Value[] // list, or tuple when it is a `Tuple`
  | PlainDict
  | Map<Value, Value> // dict; one whose keys are not all strings is a `Dict`
  | Uint8Array // bytes
  | PySet
  | PythonObject
  | Time
  | Undefined;

/** Keyword arguments of a call, by name. */
export type Keywords = ReadonlyMap<string, Value>;

/** No keyword arguments; shared so that calls need not allocate. */
export const NO_KEYWORDS: Keywords = new Map();

/** The names of the Python exceptions that evaluation can end with. */
export type PythonErrorType =
  | 'TypeError'
  | 'ValueError'
  | 'KeyError'
  | 'IndexError'
  | 'LookupError'
  | 'ZeroDivisionError'
  | 'ArithmeticError'
  | 'AttributeError'
  | 'OverflowError'
  | 'MemoryError'
  | 'TimeoutError'
  | 'OSError'
  | 'error'
  | 'RecursionError'
  | 'RuntimeError'
  | 'NotImplementedError'
  | 'StopIteration'
  | 'UnicodeDecodeError'
  | 'UnicodeEncodeError'
  | 'SyntaxError'
  | 'NameError'
  | 'AssertionError'
  | 'UndefinedError'
  | 'SecurityError'
  | 'TemplateSyntaxError'
  | 'TemplateAssertionError'
  | 'TemplateRuntimeError'
  | 'TemplateNotFound'
  | 'FilterArgumentError'
  | 'AirbyteTracedException';

/** A Python exception, named by `type`, as the reference would raise it. */
export class PythonError extends Error {
  readonly type: PythonErrorType;

  constructor(type: PythonErrorType, message: string) {
    super(message);
    this.name = type;
    this.type = type;
  }
}

/** A Python tuple: an array that never changes after it is built. */
export class Tuple extends Array<Value> {
  // Array methods such as map and slice give plain arrays (lists) back.
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}

/** Builds a tuple of the given items. */
export function makeTuple(...items: Value[]): Tuple {
  return tupleFrom(items);
}

/** Builds a tuple of the items of an iterable. */
export function tupleFrom(items: Iterable<Value>): Tuple {
  const tuple = new Tuple();
  for (const item of items) tuple.push(item);
  return tuple;
}

/** A tuple whose items have names, which prints as `LABEL(name=item, ...)`. */
export class NamedTuple extends Tuple {
  readonly label: string;
  readonly fields: readonly string[];

  constructor(label: string, fields: readonly string[], items: readonly Value[]) {
    super();
    this.label = label;
    this.fields = fields;
    for (const item of items) this.push(item);
  }
}

/** A Python object of a type that is none of the plain ones: what it can do beyond identity, each subclass overrides. */
export abstract class PythonObject {
  /** The name of its Python type, as messages print it. */
  abstract readonly typeName: string;

  /** The attribute of that name, or undefined when it has none. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }

  /** What subscribing with the key gives, undefined when there is no such item; a type that is not subscriptable has none. */
  item(_key: Value): Value | undefined {
    return undefined;
  }

  /** Its text in `repr()`. */
  repr(): string {
    return `<${this.typeName} object at ${ADDRESS}>`;
  }

  /** Its text in `str()`, by default that of `repr()`. */
  str(): string {
    return this.repr();
  }

  /** Whether it counts as true; by default by its length, true without one. */
  truth(): boolean {
    return this.length() !== 0;
  }

  /** Its number of items, undefined when it has no `len()`. */
  length(): number | undefined {
    return undefined;
  }

  /** Its items in order, undefined when it cannot be iterated. */
  iterate(): Iterable<Value> | undefined {
    return undefined;
  }

  /** Whether it equals another value; identity unless overridden. */
  equals(other: Value): boolean {
    return this === other;
  }

  /** Whether `set` and `dict` accept it as a key. */
  hashable(): boolean {
    return true;
  }
}

/** The address that objects print: the reference's differ from run to run. */
export const ADDRESS = '0x7f0000000000';

class EllipsisObject extends PythonObject {
  readonly typeName = 'ellipsis';

  override repr(): string {
    return 'Ellipsis';
  }
}

/** Python's `...`. */
export const ELLIPSIS: PythonObject = new EllipsisObject();

/** Something templates can call; `call` receives the positional and the keyword arguments. */
export class Callable extends PythonObject {
  readonly typeName: string = 'builtin_function_or_method';
  readonly name: string;
  readonly call: (args: Value[], keywords: Keywords) => Value;

  constructor(name: string, call: (args: Value[], keywords: Keywords) => Value) {
    super();
    this.name = name;
    this.call = call;
  }

  override repr(): string {
    return `<built-in function ${this.name}>`;
  }
}

/** A method bound to the value it was read from. */
export class BoundMethod extends Callable {
  readonly owner: Value;

  constructor(owner: Value, name: string, call: (args: Value[], keywords: Keywords) => Value) {
    super(name, call);
    this.owner = owner;
  }

  override repr(): string {
    return `<built-in method ${this.name} of ${typeName(this.owner)} object at ${ADDRESS}>`;
  }

  override equals(other: Value): boolean {
    return other instanceof BoundMethod && other.owner === this.owner && other.name === this.name;
  }
}

/** A Python iterator: prints as an object, has no length and can be gone through once. */
export class Generator extends PythonObject implements IterableIterator<Value> {
  readonly typeName: string;
  readonly name: string;
  readonly #source: Iterator<Value>;

  /** `name` is that of the generator function; `typeName` another iterator type, which prints without a name. */
  constructor(name: string, source: Iterable<Value>, typeName = 'generator') {
    super();
    this.name = name;
    this.typeName = typeName;
    this.#source = source[Symbol.iterator]();
  }

  next(): IteratorResult<Value> {
    return this.#source.next();
  }

  [Symbol.iterator](): this {
    return this;
  }

  override iterate(): Iterable<Value> {
    return this;
  }

  override repr(): string {
    const name = this.typeName === 'generator' ? ` ${this.name}` : '';
    return `<${this.typeName} object${name} at ${ADDRESS}>`;
  }
}

/** A dict-like of the engine (slice, record, headers), which the language reads through these members only. */
export abstract class HostMapping extends PythonObject {
  /** The value of a key, undefined when it has none. */
  abstract get(key: string): Value | undefined;
  /** Its keys in order. */
  abstract keys(): Iterable<string>;

  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.get(key) : undefined;
  }

  override length(): number {
    let count = 0;
    for (const _ of this.keys()) count++;
    return count;
  }

  override iterate(): Iterable<Value> {
    return this.keys();
  }

  override hashable(): boolean {
    return false;
  }
}

/** Jinja's undefined value; anything but printing, iterating, testing and comparing for equality raises its error. */
export class Undefined {
  readonly hint: string | undefined;
  readonly owner: Value | undefined;
  readonly name: Value | undefined;
  readonly errorType: PythonErrorType;

  /** `owner` is the value that lacks `name` (undefined for a bare name); `hint` replaces the message made from the two. */
  constructor(name?: Value, owner?: Value, hint?: string, errorType: PythonErrorType = 'UndefinedError') {
    this.name = name;
    this.owner = owner;
    this.hint = hint;
    this.errorType = errorType;
  }

  // parity: jinja2/runtime.py:Undefined._undefined_message
  get message(): string {
    if (this.hint) return this.hint;
    const name = typeof this.name === 'string' ? `'${this.name}'` : String(this.name);
    if (this.owner === undefined) return `${name} is undefined`;
    const owner = this.owner === null ? 'None' : `${typeName(this.owner)} object`;
    return typeof this.name === 'string' ? `'${owner}' has no attribute ${name}` : `${owner} has no element ${name}`;
  }

  /** Raises the error of using this value. */
  fail(): never {
    throw new PythonError(this.errorType, this.message);
  }
}

const TIME_TYPES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [DateTime, 'datetime.datetime'],
  [CalendarDate, 'datetime.date'],
  [ClockTime, 'datetime.time'],
  [Delta, 'datetime.timedelta'],
  [Duration, 'Duration'],
  [Zone, 'datetime.timezone'],
]);

/** Whether the value is one of Python's datetime module. */
export function isTime(value: Value): value is Time {
  return typeof value === 'object' && value !== null && TIME_TYPES.has(value.constructor);
}

/** Whether the value is Jinja's undefined. */
export function isUndefined(value: Value): value is Undefined {
  return value instanceof Undefined;
}

/** What `hashKey` gives: equal Python values have the same key in a JavaScript Map. */
export type HashKey = string | number | bigint | null | object;

/** A key under which a JavaScript Map finds Python-equal values; raises TypeError for unhashable ones. */
export function hashKey(value: Value): HashKey {
  switch (typeof value) {
    case 'string':
      return value.charCodeAt(0) === 0 ? `\0s${value}` : value;
    case 'number':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'bigint':
      return value;
    default:
      return hashKeyOfObject(value);
  }
}

function hashKeyOfObject(value: Exclude<Value, string | number | boolean | bigint>): HashKey {
  if (value === null) return null;
  if (value instanceof Float) {
    const number = value.value;
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? BigInt(number) : number + 0;
  }
  if (value instanceof Tuple) return `\0t${value.map(hashPart).join('')}`;
  if (value instanceof Uint8Array) return `\0b${Buffer.from(value).toString('latin1')}`;
  if (value instanceof Undefined) return Undefined;
  if (value instanceof PythonObject && value.hashable()) return value;
  if (value instanceof Zone) return value;
  if (isTime(value)) return `\0d${value.hashKey()}`;
  throw new PythonError('TypeError', `unhashable type: '${typeName(value)}'`);
}

const objectIds = new WeakMap<object, number>();
let nextObjectId = 0;

function hashPart(value: Value): string {
  const key = hashKey(value);
  let text: string;
  if (typeof key === 'object' && key !== null) text = `o${objectId(key)}`;
  else if (typeof key === 'function') text = 'u';
  else text = `${(typeof key)[0]}${key}`;
  return `${text.length}:${text}`;
}

function objectId(object: object): number {
  let id = objectIds.get(object);
  if (id === undefined) {
    id = nextObjectId++;
    objectIds.set(object, id);
  }
  return id;
}

/** A dict with keys of any hashable type: `1`, `1.0` and `true` are one key, tuples are found by their items. */
export class Dict extends Map<Value, Value> {
  readonly #keys = new Map<HashKey, Value>();

  /** A dict of the given pairs; later ones win. */
  static from(pairs: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of pairs) dict.set(key, value);
    return dict;
  }

  override get(key: Value): Value | undefined {
    if (typeof key === 'string') return super.get(key);
    const stored = this.#keys.get(hashKey(key));
    return stored === undefined ? undefined : super.get(stored);
  }

  override has(key: Value): boolean {
    return typeof key === 'string' ? super.has(key) : this.#keys.has(hashKey(key));
  }

  override set(key: Value, value: Value): this {
    if (typeof key === 'string') return super.set(key, value);
    const hash = hashKey(key);
    const stored = this.#keys.get(hash);
    if (stored !== undefined) return super.set(stored, value);
    this.#keys.set(hash, key);
    return super.set(key, value);
  }

  override delete(key: Value): boolean {
    if (typeof key === 'string') return super.delete(key);
    const hash = hashKey(key);
    const stored = this.#keys.get(hash);
    if (stored === undefined) return false;
    this.#keys.delete(hash);
    return super.delete(stored);
  }

  override clear(): void {
    this.#keys.clear();
    super.clear();
  }
}

/** A Python set; it iterates in the order its items were added. */
export class PySet implements Iterable<Value> {
  readonly #items = new Map<HashKey, Value>();

  constructor(items: Iterable<Value> = []) {
    for (const item of items) this.add(item);
  }

  get size(): number {
    return this.#items.size;
  }

  /** Adds an item unless an equal one is there; raises TypeError when it is unhashable. */
  add(item: Value): void {
    const key = hashKey(item);
    if (!this.#items.has(key)) this.#items.set(key, item);
  }

  has(item: Value): boolean {
    return this.#items.has(hashKey(item));
  }

  /** Removes an item; false when it was not there. */
  delete(item: Value): boolean {
    return this.#items.delete(hashKey(item));
  }

  clear(): void {
    this.#items.clear();
  }

  [Symbol.iterator](): IterableIterator<Value> {
    return this.#items.values();
  }
}

/** An int as it is kept: a number when it is a safe integer, a bigint else. */
export function makeInt(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** A float as it is kept: boxed when the plain number would read as an int. */
export function makeFloat(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

/** Whether the value is an int (booleans are not counted here). */
export function isInt(value: Value): value is number | bigint {
  return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'bigint';
}

/** Whether the value is a float. */
export function isFloat(value: Value): value is number | Float {
  return typeof value === 'number' ? !Number.isInteger(value) : value instanceof Float;
}

/** Whether the value is a dict, in either of its forms; the engine's own mappings are not. */
export function isDict(value: Value): value is PlainDict | Map<Value, Value> {
  return isPlainDict(value) || value instanceof Map;
}

/** Whether the value is a dict kept as a plain object. */
export function isPlainDict(value: Value): value is PlainDict {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether the value is a list (a tuple is not). */
export function isList(value: Value): value is Value[] {
  return Array.isArray(value) && !(value instanceof Tuple);
}

/** The name of a value's Python type, as messages print it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    default:
      break;
  }
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return value instanceof Tuple ? 'tuple' : 'list';
  if (value instanceof Float) return 'float';
  if (value instanceof PythonObject) return value.typeName;
  if (value instanceof PySet) return 'set';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Undefined) return 'Undefined';
  return isTime(value) ? (TIME_TYPES.get(value.constructor) as string) : 'dict';
}
