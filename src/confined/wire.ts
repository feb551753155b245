import { Float } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';

/** A class whose objects are copied to the other side, where they are of the same class. */
export interface CopiedClass {
  readonly name: string;
  readonly type: abstract new (...parameters: never[]) => object;
  /** The values that an object is made of. */
  pack(object: never): readonly unknown[];
  unpack(values: readonly unknown[]): object;
  /** Brings an object to the content of its changed copy; there when the other side may change what it is given. */
  update?(object: never, copy: never): void;
}

/** JSON that is handed over without being looked into. */
export class PlainJson {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** What stands for a value that JSON does not have. */
interface Tag {
  readonly $: string;
  readonly id?: number;
  readonly name?: string;
  readonly value?: unknown;
}

/** How an object that stays where it is looks from the other side. */
export interface Outline {
  readonly id: number;
  /** Members that do not change, with their values. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly methods: readonly string[];
  /** Members that are asked for when they are read: once, or, where they are computed, each time. */
  readonly read: readonly string[];
  readonly computed: readonly string[];
  readonly iterates: 'async' | 'sync' | undefined;
}

/** What the two sides do about values that cannot be copied. */
export interface References {
  /** The number of an object that is this side's own. */
  export(object: object): number;
  /** The number that the other side knows one of its objects by; undefined for this side's own. */
  theirs(object: object): number | undefined;
  ours(id: number): unknown;
  importFunction(id: number): unknown;
  /** The object of an outline, made of another one where that is given. */
  importObject(outline: Outline, as?: object): object;
  exportPromise(promise: Promise<unknown>): number;
  importPromise(id: number): unknown;
}

/** An error as it is sent. */
interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: unknown;
  /** The class that it is copied by, if any, and what it is made of. */
  readonly made?: { readonly name: string; readonly value: unknown[] } | undefined;
}

/** Turns values into JSON and back; what JSON does not have is tagged, and what cannot be copied stays and is referred to. */
export class Wire {
  readonly #classes: readonly CopiedClass[];
  readonly #references: References;

  constructor(classes: readonly CopiedClass[], references: References) {
    this.#classes = classes;
    this.#references = references;
  }

  encode(value: unknown): unknown {
    const encoded = this.#encode(value);
    return encoded === value && typeof value === 'object' && value !== null ? tag('json', { value }) : encoded;
  }

  decode(encoded: unknown): unknown {
    if (encoded === null || typeof encoded !== 'object' || encoded instanceof Float) return encoded;
    if (Array.isArray(encoded)) return encoded.map((item) => this.decode(item));
    const { $: kind, id = 0, name, value } = encoded as Tag;
    switch (kind) {
      case undefined:
        return this.#decodeMembers(encoded);
      case 'json':
        return value;
      case 'object':
        return this.#decodeMembers(value as object);
      case 'undefined':
        return undefined;
      case 'number':
        return Number(value);
      case 'bytes':
        return Buffer.from(value as string, 'base64');
      case 'date':
        return new Date(value as number);
      case 'map':
        return new Map(this.decode(value) as [unknown, unknown][]);
      case 'set':
        return new Set(this.decode(value) as unknown[]);
      case 'error':
        return this.#decodeError(id, value as SentError);
      case 'copy':
        return this.#unpack(name as string, value as unknown[]);
      case 'yours':
        return this.#references.ours(id);
      case 'function':
        return this.#references.importFunction(id);
      case 'promise':
        return this.#references.importPromise(id);
      default:
        return this.#references.importObject(value as Outline);
    }
  }

  /** The class that objects of a value are copied by. */
  classOf(value: unknown): CopiedClass | undefined {
    return this.#classes.find(({ type }) => value instanceof type);
  }

  #decodeMembers(encoded: object): object {
    const decoded: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(encoded)) setOwnProperty(decoded, name, this.decode(member));
    return decoded;
  }

  #unpack(name: string, values: unknown[]): unknown {
    const found = this.#classes.find((one) => one.name === name);
    if (found === undefined) throw new TypeError(`There is no class "${name}" here.`);
    return found.unpack(this.decode(values) as unknown[]);
  }

  #encode(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'bigint':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : tag('number', { value: String(value) });
      case 'undefined':
      case 'symbol':
        return tag('undefined', {});
      case 'function':
        return this.#encodeReference(value, (id) => tag('function', { id }));
      default:
        return value === null || value instanceof Float ? value : this.#encodeObject(value as object);
    }
  }

  #encodeObject(value: object): unknown {
    if (Array.isArray(value)) return this.#encodeList(value);
    if (isPlainObject(value) && this.#references.theirs(value) === undefined) {
      if (!hasBehaviour(value)) return this.#encodeMembers(value);
      return this.#encodeReference(value, (id) => this.#outline(value, id));
    }
    if (value instanceof PlainJson) return tag('json', { value: value.value });
    const { constructor: made } = value;
    if (value instanceof Uint8Array) return tag('bytes', { value: Buffer.from(value).toString('base64') });
    if (made === Date) return tag('date', { value: (value as Date).getTime() });
    if (made === Map) return tag('map', { value: this.#encode([...(value as Map<unknown, unknown>)]) });
    if (made === Set) return tag('set', { value: this.#encode([...(value as Set<unknown>)]) });
    if (value instanceof Promise) return tag('promise', { id: this.#references.exportPromise(value) });
    if (value instanceof Error) return this.#encodeReference(value, (id) => this.#encodeError(value, id));
    const copied = this.classOf(value);
    if (copied !== undefined)
      return tag('copy', { name: copied.name, value: copied.pack(value as never).map((item) => this.#encode(item)) });
    return this.#encodeReference(value, (id) => this.#outline(value, id));
  }

  #encodeReference(value: object, encode: (id: number) => unknown): unknown {
    const theirs = this.#references.theirs(value);
    return theirs === undefined ? encode(this.#references.export(value)) : tag('yours', { id: theirs });
  }

  #encodeList(list: readonly unknown[]): unknown {
    let encoded: unknown[] | undefined;
    for (const [index, item] of list.entries()) {
      const next = this.#encode(item);
      if (next !== item) encoded ??= [...list];
      if (encoded !== undefined) encoded[index] = next;
    }
    return encoded ?? list;
  }

  #encodeMembers(value: object): unknown {
    let encoded: Record<string, unknown> | undefined;
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const next = this.#encode(member);
      if (next === member) continue;
      encoded ??= { ...value };
      setOwnProperty(encoded, name, next);
    }
    return Object.hasOwn(value, '$') ? tag('object', { value: encoded ?? value }) : (encoded ?? value);
  }

  #outline(value: object, id: number): unknown {
    const values: Record<string, unknown> = {};
    const [methods, read, computed]: [string[], string[], string[]] = [[], [], []];
    for (const [name, descriptor] of membersOf(value)) {
      if (!('value' in descriptor)) computed.push(name);
      else if (typeof descriptor.value === 'function') methods.push(name);
      else if (descriptor.value === null || typeof descriptor.value !== 'object')
        setOwnProperty(values, name, this.#encode(descriptor.value));
      else read.push(name);
    }
    const iterates = Symbol.asyncIterator in value ? 'async' : Symbol.iterator in value ? 'sync' : undefined;
    const outline: Outline = { id, values, methods, read, computed, iterates };
    return tag('reference', { value: outline });
  }

  #encodeError(error: Error, id: number): unknown {
    const copied = this.classOf(error);
    const ofClass = copied && { name: copied.name, value: copied.pack(error as never).map((item) => this.#encode(item)) };
    const { name, message, stack, code } = error as NodeJS.ErrnoException;
    return tag('error', { id, value: { name, message, stack, code: typeof code === 'string' ? code : undefined, made: ofClass } });
  }

  #decodeError(id: number, { name, message, stack, code, made }: SentError): Error {
    const error = (made === undefined ? new Error(message) : this.#unpack(made.name, made.value)) as Error;
    if (made === undefined) Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
    Object.defineProperty(error, 'stack', { value: stack, configurable: true, writable: true });
    if (typeof code === 'string') Object.assign(error, { code });
    return this.#references.importObject({ id, values: {}, methods: [], read: [], computed: [], iterates: undefined }, error) as Error;
  }
}

function tag(kind: string, rest: Omit<Tag, '$'>): Tag {
  return { $: kind, ...rest };
}

/** Whether a plain object holds functions or computes members, so that a copy would not do. */
function hasBehaviour(value: object): boolean {
  for (const name of Object.keys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, name) as PropertyDescriptor;
    if (typeof descriptor.value === 'function' || descriptor.get !== undefined) return true;
  }
  return false;
}

/** The members of an object and of its classes by their names. */
function membersOf(value: object): Map<string, PropertyDescriptor> {
  const members = new Map<string, PropertyDescriptor>();
  for (
    let level: object | null = value;
    level !== null && level !== Object.prototype;
    level = Object.getPrototypeOf(level) as object | null
  ) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (name !== 'constructor' && !members.has(name)) members.set(name, descriptor);
    }
  }
  return members;
}
