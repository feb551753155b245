import { parseJson, stringifyJson } from '../lib/json.ts';
import { setOwnProperty } from '../lib/objects.ts';
import { type CopiedClass, type Outline, type References, Wire } from './wire.ts';

/** How a member of an object of the other side is called. */
export interface How {
  /** On whose behalf: objects that come of it are called on the same one's behalf. */
  readonly owner: number;
  /** The parameter, by its index, that the member changes in place. */
  readonly inPlace?: number | undefined;
  /** Whether the caller goes on meanwhile, with a promise. */
  readonly later?: boolean | undefined;
}

/** A call that was made and what became of it. */
export interface Call {
  readonly id: number;
  readonly owner: number;
  readonly later: boolean;
  /** Whether the other side has asked for something since. */
  usedUs: boolean;
  /** Whether the other side has said that it works on it. */
  begun: boolean;
  /** Ends it with an error. */
  fail(error: unknown): void;
}

/** What a side does beyond talking. */
export interface Side {
  /** Sends a message. */
  send(text: string): void;
  /** Takes messages in until something holds. */
  waitUntil(isDone: () => boolean): void;
  /** Sends a call that may wait for its turn; at once where it is left out. */
  enqueue?(call: Call, send: () => void): void;
  onSent?(call: Call): void;
  onAnswered?(call: Call): void;
  /** Told when a promise of a call is waited for, and when it is settled. */
  onSuspended?(call: Call): void;
  onResumed?(call: Call): void;
  /** Runs what the other side asks for. */
  serve?<T>(owner: number, work: () => T): T;
  /** Any other message. */
  onNotice?(notice: readonly unknown[]): void;
}

type Message = readonly [kind: string, ...rest: unknown[]];
type Settle = { resolve(value: unknown, changes: Changes): void; reject(error: unknown): void };
type Changes = readonly (readonly [index: number, copy: unknown])[];

/** Objects that an exported object holds of a call, and are let go with it. */
type Scope = Set<number>;

interface Exported {
  readonly target: object;
  readonly scope: Scope | undefined;
}

interface Imported {
  readonly id: number;
  readonly owner: number;
}

interface Open extends Call {
  readonly parameters: readonly unknown[];
  readonly scope: Scope;
  isAnswered: boolean;
  result: unknown;
  error: { readonly thrown: unknown } | undefined;
  readonly settle: Settle | undefined;
}

/** One side of a conversation in which each calls what the other has handed it. */
export class Peer {
  readonly #side: Side;
  readonly #wire: Wire;
  readonly #exported = new Map<number, Exported>();
  readonly #imported = new WeakMap<object, Imported>();
  readonly #calls = new Map<number, Open>();
  readonly #promises = new Map<number, { readonly settle: Settle; readonly call: Open | undefined }>();
  readonly #finalized: number[] = [];
  readonly #registry = new FinalizationRegistry<number>((id) => this.#finalized.push(id));
  #ids = 0;
  #owner = 0;
  #scope: Scope | undefined;
  readonly #owing = new Set<(error: unknown) => void>();
  /** What is done about each kind of message. */
  readonly #takers: Readonly<Record<string, (...rest: never[]) => void>> = {
    call: (id: number, target: number, member: string | null, parameters: unknown[], inPlace: number, owner: number) =>
      this.#serveCall(id, target, member, parameters, inPlace, owner),
    get: (id: number, target: number, member: string, owner: number) => this.#serveGet(id, target, member, owner),
    answer: (id: number, result: unknown, changes: Changes) => this.#answered(id, (call) => this.#finish(call, result, changes)),
    error: (id: number, error: unknown) => this.#answered(id, (call) => this.#finishFailed(call, error)),
    settled: (id: number, value: unknown, changes: Changes) => this.#settled(true, id, value, changes),
    failed: (id: number, error: unknown) => this.#settled(false, id, error, []),
    free: (ids: number[]) => {
      for (const id of ids) this.#exported.delete(id);
    },
    begun: (owner: number) => {
      for (const call of this.#calls.values()) if (call.owner === owner) call.begun = true;
    },
  };
  /** The call whose result is being taken apart: promises in it belong to it. */
  #resulting: Open | undefined;
  /** How many objects of the other side came in. */
  imports = 0;

  constructor(side: Side, classes: readonly CopiedClass[]) {
    this.#side = side;
    const references: References = {
      export: (object) => this.#export(object),
      theirs: (object) => this.#imported.get(object)?.id,
      ours: (id) => this.#target(id).target,
      importFunction: (id) => this.#import(id, this.#functionOf(id, this.#owner)),
      importObject: (outline, as) => this.#import(outline.id, as ?? this.#objectOf(outline, this.#owner)),
      exportPromise: (promise) => this.#exportPromise(promise),
      importPromise: (id) => this.#importPromise(id),
    };
    this.#wire = new Wire(classes, references);
  }

  /** The object that the other side begins with. */
  root(object: object): void {
    this.#exported.set(0, { target: object, scope: undefined });
  }

  /** Calls a member of an object of the other side. */
  callMember(object: object, member: string, parameters: readonly unknown[], how: How): unknown {
    const known = this.#imported.get(object);
    if (known === undefined) throw new TypeError(`${member} is asked of an object that is no one else's.`);
    return this.#call(known.id, member, parameters, how);
  }

  /** Promises of the other side that are not settled. */
  get awaited(): number {
    return this.#promises.size;
  }

  /** Promises that this side owes the other. */
  get owed(): number {
    return this.#owing.size;
  }

  /** Fails all promises that this side owes. */
  failOwed(error: Error): void {
    for (const fail of [...this.#owing]) fail(error);
  }

  /** Tells the other side which of its objects nobody here has any more. */
  tellFreed(): void {
    if (this.#finalized.length > 0) this.notify('free', this.#finalized.splice(0));
  }

  /** Calls a member of the object that the other side begins with. */
  callRoot(member: string, parameters: readonly unknown[], how: How): unknown {
    return this.#call(0, member, parameters, how);
  }

  /** Takes a message in. */
  receive(text: string): void {
    const [kind, ...rest] = parseJson(text) as unknown as Message;
    const take = this.#takers[kind];
    if (take === undefined) this.#side.onNotice?.([kind, ...rest]);
    else take(...(rest as never[]));
  }

  /** Sends what is neither a call nor an answer. */
  notify(...notice: readonly [kind: string, ...rest: unknown[]]): void {
    this.#side.send(stringifyJson(notice));
  }

  /** Calls that wait for an answer or for a promise, the oldest first. */
  get open(): readonly Call[] {
    return [...new Set([...this.#calls.values(), ...[...this.#promises.values()].flatMap(({ call }) => call ?? [])])];
  }

  #call(target: number, member: string | null, parameters: readonly unknown[], { owner, inPlace = -1, later = false }: How): unknown {
    const call = this.#open(owner, parameters, later);
    const send = (): void => {
      const encoded = this.#within(owner, call.scope, () => parameters.map((parameter) => this.#wire.encode(parameter)));
      this.#send(call, ['call', call.id, target, member, encoded, inPlace, owner]);
    };
    if (!later) return this.#wait(call, send);
    return new Promise((resolve, reject) => {
      Object.assign(call, { settle: { resolve, reject } });
      if (this.#side.enqueue === undefined) send();
      else this.#side.enqueue(call, send);
    });
  }

  #get(target: number, member: string, owner: number): unknown {
    const call = this.#open(owner, [], false);
    return this.#wait(call, () => this.#send(call, ['get', call.id, target, member, owner]));
  }

  #open(owner: number, parameters: readonly unknown[], later: boolean): Open {
    this.#ids += 1;
    const call: Open = {
      id: this.#ids,
      owner,
      later,
      parameters,
      scope: new Set(),
      usedUs: false,
      begun: false,
      isAnswered: false,
      result: undefined,
      error: undefined,
      settle: undefined,
      fail: (error) => {
        call.error ??= { thrown: error };
        this.#end(call);
        for (const [id, { settle, call: of }] of this.#promises) {
          if (of !== call) continue;
          this.#promises.delete(id);
          this.#side.onResumed?.(call);
          settle.reject(error);
        }
      },
    };
    return call;
  }

  #send(call: Open, message: Message): void {
    this.#calls.set(call.id, call);
    this.tellFreed();
    this.#side.onSent?.(call);
    this.#side.send(stringifyJson(message));
  }

  #wait(call: Open, send: () => void): unknown {
    send();
    this.#side.waitUntil(() => call.isAnswered);
    if (call.error !== undefined) throw call.error.thrown;
    return call.result;
  }

  #answered(id: number, finish: (call: Open) => void): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    finish(call);
    this.#end(call);
  }

  #finish(call: Open, encoded: unknown, changes: Changes): void {
    this.#resulting = call;
    try {
      call.result = this.#within(call.owner, undefined, () => this.#wire.decode(encoded));
      this.#apply(call, changes);
    } finally {
      this.#resulting = undefined;
    }
    // Nothing of a result that holds no objects can lead back to what was handed over.
    if (isPlain(encoded)) this.#release(call.scope);
  }

  #finishFailed(call: Open, encoded: unknown): void {
    call.error = { thrown: this.#within(call.owner, undefined, () => this.#wire.decode(encoded)) };
    this.#release(call.scope);
  }

  #end(call: Open): void {
    if (call.isAnswered) return;
    call.isAnswered = true;
    this.#calls.delete(call.id);
    this.#side.onAnswered?.(call);
    if (call.error !== undefined) call.settle?.reject(call.error.thrown);
    else call.settle?.resolve(call.result, []);
  }

  #apply(call: Open, changes: Changes): void {
    for (const [index, encoded] of changes) {
      const target = call.parameters[index] as object;
      const copy = this.#within(call.owner, undefined, () => this.#wire.decode(encoded)) as object;
      const copied = this.#wire.classOf(target);
      if (copied?.update !== undefined) copied.update(target as never, copy as never);
      else replaceMembers(target, copy);
    }
  }

  #release(scope: Scope): void {
    for (const id of scope) this.#exported.delete(id);
    scope.clear();
  }

  #serveCall(id: number, target: number, member: string | null, encoded: unknown[], inPlace: number, owner: number): void {
    this.#touch(owner);
    this.#answer(id, owner, target, (scope) => {
      const parameters = this.#within(owner, scope, () => encoded.map((parameter) => this.#wire.decode(parameter)));
      const result = this.#run(owner, () => invoke(this.#target(target).target, member, parameters));
      const changes = (): Changes => this.#changesOf(parameters, inPlace, owner, scope);
      return { result, changes };
    });
  }

  #serveGet(id: number, target: number, member: string, owner: number): void {
    this.#touch(owner);
    this.#answer(id, owner, target, () => {
      const object = this.#target(target).target as Record<string, unknown>;
      return { result: this.#run(owner, () => object[member]), changes: () => [] };
    });
  }

  #run<T>(owner: number, work: () => T): T {
    return this.#side.serve === undefined ? work() : this.#side.serve(owner, work);
  }

  /** Notes that the other side asks for something on behalf of an owner. */
  #touch(owner: number): void {
    for (const call of this.open) if (call.owner === owner) (call as Open).usedUs = true;
  }

  #answer(id: number, owner: number, target: number, work: (scope: Scope | undefined) => { result: unknown; changes(): Changes }): void {
    const scope = this.#exported.get(target)?.scope;
    let message: Message;
    try {
      const { result, changes } = work(scope);
      const encoded = this.#within(owner, scope, () =>
        result instanceof Promise ? this.#owe(result, changes) : this.#wire.encode(result),
      );
      message = ['answer', id, encoded, result instanceof Promise ? [] : changes()];
    } catch (error) {
      message = ['error', id, this.#within(owner, scope, () => this.#wire.encode(error))];
    }
    this.#side.send(stringifyJson(message));
  }

  #changesOf(parameters: readonly unknown[], inPlace: number, owner: number, scope: Scope | undefined): Changes {
    const indices = parameters.flatMap((parameter, index) =>
      index === inPlace || this.#wire.classOf(parameter)?.update !== undefined ? [index] : [],
    );
    return indices.map((index) => [index, this.#within(owner, scope, () => this.#wire.encode(parameters[index]))]);
  }

  #exportPromise(promise: Promise<unknown>): number {
    return (this.#owe(promise, () => []) as { readonly id: number }).id;
  }

  /** Has the other side told when a promise is settled, with the changes that were made until then. */
  #owe(promise: Promise<unknown>, changes: () => Changes): unknown {
    this.#ids += 1;
    const id = this.#ids;
    const [owner, scope] = [this.#owner, this.#scope];
    const encode = (value: unknown): unknown => this.#within(owner, scope, () => this.#wire.encode(value));
    const fail = (error: unknown): void => tell(() => ['failed', id, encode(error)]);
    const tell = (make: () => Message): void => {
      if (!this.#owing.delete(fail)) return;
      let message: Message;
      try {
        message = make();
      } catch (error) {
        message = ['failed', id, encode(error)];
      }
      this.#side.send(stringifyJson(message));
    };
    this.#owing.add(fail);
    promise.then((value) => tell(() => ['settled', id, encode(value), changes()]), fail);
    return { $: 'promise', id };
  }

  #importPromise(id: number): unknown {
    const call = this.#resulting;
    if (call !== undefined) this.#side.onSuspended?.(call);
    return new Promise((resolve, reject) => {
      this.#promises.set(id, { call, settle: { resolve, reject } });
    });
  }

  #settled(isGood: boolean, id: number, encoded: unknown, changes: Changes): void {
    const waiting = this.#promises.get(id);
    if (waiting === undefined) return;
    this.#promises.delete(id);
    const { call, settle } = waiting;
    const value = this.#within(call?.owner ?? 0, undefined, () => this.#wire.decode(encoded));
    if (call !== undefined) {
      this.#side.onResumed?.(call);
      this.#apply(call, changes);
      if (isPlain(encoded)) this.#release(call.scope);
    }
    if (isGood) settle.resolve(value, changes);
    else settle.reject(value);
  }

  #export(object: object): number {
    this.#ids += 1;
    this.#exported.set(this.#ids, { target: object, scope: this.#scope });
    this.#scope?.add(this.#ids);
    return this.#ids;
  }

  #target(id: number): Exported {
    const found = this.#exported.get(id);
    if (found === undefined) throw new TypeError('This object belonged to a call that is over: keep values of it, not the object.');
    return found;
  }

  #import<T extends object>(id: number, object: T): T {
    this.#imported.set(object, { id, owner: this.#owner });
    this.#registry.register(object, id);
    this.imports += 1;
    return object;
  }

  #functionOf(id: number, owner: number): (...parameters: unknown[]) => unknown {
    return (...parameters) => this.#call(id, null, parameters, { owner });
  }

  #objectOf({ id, values, methods, read, computed, iterates }: Outline, owner: number): object {
    const object: Record<string | symbol, unknown> = {};
    for (const [name, value] of Object.entries(values)) setOwnProperty(object, name, this.#wire.decode(value));
    for (const name of methods) setOwnProperty(object, name, (...parameters: unknown[]) => this.#call(id, name, parameters, { owner }));
    const define = (name: string, get: () => unknown): void =>
      void Object.defineProperty(object, name, { get, configurable: true, enumerable: true });
    for (const name of computed) define(name, () => this.#get(id, name, owner));
    for (const name of read) {
      define(name, () => {
        const value = this.#get(id, name, owner);
        Object.defineProperty(object, name, { value, configurable: true, enumerable: true, writable: true });
        return value;
      });
    }
    if (iterates === 'async') object[Symbol.asyncIterator] = () => this.#call(id, ASYNC_ITERATOR, [], { owner });
    if (iterates === 'sync') object[Symbol.iterator] = () => (this.#call(id, ITEMS, [], { owner }) as unknown[])[Symbol.iterator]();
    return object;
  }

  /** Does something on behalf of an owner, with objects that are handed over let go with a scope. */
  #within<T>(owner: number, scope: Scope | undefined, work: () => T): T {
    const [before, beforeScope] = [this.#owner, this.#scope];
    this.#owner = owner;
    this.#scope = scope;
    try {
      return work();
    } finally {
      this.#owner = before;
      this.#scope = beforeScope;
    }
  }
}

const ASYNC_ITERATOR = '@@asyncIterator';
const ITEMS = '@@items';

function invoke(target: object, member: string | null, parameters: readonly unknown[]): unknown {
  if (member === null) return (target as (...parameters: readonly unknown[]) => unknown)(...parameters);
  if (member === ASYNC_ITERATOR) return (target as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  if (member === ITEMS) return [...(target as Iterable<unknown>)];
  const method = (target as Record<string, (...parameters: readonly unknown[]) => unknown>)[member];
  if (typeof method !== 'function') throw new TypeError(`There is no ${member} to call.`);
  return method.apply(target, [...parameters]);
}

/** Whether what was sent holds values alone. */
function isPlain(encoded: unknown): boolean {
  if (encoded === null || typeof encoded !== 'object') return true;
  const { $: kind } = encoded as { $?: unknown };
  return kind === 'json' || kind === 'undefined' || kind === 'copy' || kind === 'bytes';
}

/** Gives an object the members of another, and no others. */
function replaceMembers(target: object, source: object): void {
  for (const name of Object.keys(target)) if (!Object.hasOwn(source, name)) delete (target as Record<string, unknown>)[name];
  for (const [name, value] of Object.entries(source)) setOwnProperty(target as Record<string, unknown>, name, value);
}
