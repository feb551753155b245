import { PythonError, type Value } from './values.ts';

/** The variables a template is evaluated with: config, parameters, record, response, headers, stream_slice and so on. */
export interface Context {
  readonly [name: string]: Value;
}

/** What a run gives its templates. */
export interface Environment {
  /** The present in microseconds since the epoch. */
  now(): bigint;
  /** Told about what works but is probably a mistake. */
  warn?(message: string): void;
}

/** The variables of one activation while it runs; an unset one is undefined. */
export class Slots {
  readonly values: (Value | undefined)[];
  readonly parent: Slots | undefined;

  constructor(size: number, parent?: Slots) {
    this.values = new Array<Value | undefined>(size).fill(undefined);
    this.parent = parent;
  }
}

/** The slots of a template that has no variables of its own. */
export const NO_SLOTS = new Slots(0);

/** A compiled expression. */
export type Evaluate = (context: Context, slots: Slots) => Value;

/** A compiled statement or body, giving the text it prints. */
export type Render = (context: Context, slots: Slots) => string;

const MAX_STEPS = 10_000_000;
const MAX_ITEMS = 10_000_000;
const MAX_TEXT = 64 * 1024 * 1024;
const MAX_CALLS = 200;

/** What evaluation shares within a run: the environment, the escaping in force, and the bounds that stop hostile templates. */
export class Runtime {
  readonly environment: Environment;
  /** Whether `{% autoescape %}` is in force. */
  autoescape = false;
  #steps = 0;
  #calls = 0;
  /** What was printed without being a text; raised where the parts are put together. */
  #misprint: PythonError | undefined;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Begins an evaluation, with all of the bounds before it. */
  reset(): void {
    this.#steps = 0;
    this.#calls = 0;
    this.autoescape = false;
    this.#misprint = undefined;
  }

  /** Notes that a block prints something that is no text; the error is raised when the text around it is complete. */
  misprint(error: PythonError): void {
    this.#misprint ??= error;
  }

  /** Completes a text whose parts are printed by `render`; raises TypeError when one of them is no text. */
  complete(render: () => string): string {
    const outer = this.#misprint;
    this.#misprint = undefined;
    const text = render();
    if (this.#misprint !== undefined) throw this.#misprint;
    this.#misprint = outer;
    return text;
  }

  /** Counts one step of a loop; raises MemoryError after ten million of one evaluation. */
  step(): void {
    if (++this.#steps > MAX_STEPS) throw new PythonError('MemoryError', `the template takes more than ${MAX_STEPS} steps`);
  }

  /** Runs a call of a macro or recursive loop; raises RecursionError when 200 of them are under way. */
  call<T>(body: () => T): T {
    if (++this.#calls > MAX_CALLS) throw new PythonError('RecursionError', 'maximum recursion depth exceeded');
    this.step();
    const result = body();
    this.#calls--;
    return result;
  }
}

/** Returns a text or list as it is, unless it is beyond 64 MB or ten million items; raises MemoryError then. */
export function bounded<T extends Value>(value: T): T {
  if (typeof value === 'string') {
    if (value.length > MAX_TEXT) throw new PythonError('MemoryError', 'the template makes a text of more than 64 MB');
  } else if (Array.isArray(value) && value.length > MAX_ITEMS) {
    throw new PythonError('MemoryError', `the template makes a list of more than ${MAX_ITEMS} items`);
  }
  return value;
}

const MAX_INDEX = 2n ** 63n - 1n;

/** Raises MemoryError when repeating something of the given size would go beyond the bounds, OverflowError for a count beyond 64 bits. */
export function checkRepetition(size: number, count: number | bigint): void {
  if (typeof count === 'bigint' && (count > MAX_INDEX || count < -MAX_INDEX - 1n)) {
    throw new PythonError('OverflowError', "cannot fit 'int' into an index-sized integer");
  }
  if (size > 0 && Number(count) * size > MAX_ITEMS) {
    throw new PythonError('MemoryError', `the template repeats something to more than ${MAX_ITEMS} items`);
  }
}
