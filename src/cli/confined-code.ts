import { realpathSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { GuestEnded, openRoom, type Room } from '../confined/room.ts';
import { PlainJson } from '../confined/wire.ts';
import type { Builder } from '../engine/builder.ts';
import { type CustomCode, type CustomType, exportName, type MemberCall } from '../engine/custom-code.ts';
import type { Together } from '../engine/kinds.ts';
import type { Run } from '../engine/run.ts';
import type { JsonObject } from '../lib/json.ts';
import { ConfigError, SystemError } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';
import { COPIED_CLASSES } from './copied-classes.ts';
import { guestProgram } from './guest-program.ts';

/** What code may use of the machine. */
export interface CodeLimits {
  readonly seconds: number;
  readonly megabytes: number;
}

/** What confined code needs of its session. */
export interface CodeHost {
  readonly log: Log;
  readonly onEnd: (close: () => void) => void;
  readonly limits: CodeLimits;
}

/** Records that are handed over together at most. */
const TOGETHER = 1000;
/** Starts of the process that a run may need. */
const MOST_STARTS = 50;
/** Seconds after which a promise that has nothing to wait for is taken for one that never settles. */
const LONGEST_PATIENCE = 3;
/** The owner of what is done for no component. */
const LOADING = 0;

type Members = Record<string, unknown>;

/** A component that runs in the room. */
interface Owner {
  readonly id: number;
  /** How errors call it. */
  readonly title: string;
  /** Why it is not asked any more. */
  failure: SystemError | undefined;
  /** Whether a call has failed with that. */
  isTold: boolean;
}

/** Loads code into a process of its own; rejects with what loading it failed with. */
export async function confineCode(file: string, { log, onEnd, limits }: CodeHost): Promise<CustomCode> {
  const owners = new Map<number, Owner>();
  let loadFault: string | undefined;
  const room = openRoom({
    program: guestProgram.file,
    parameters: [pathToFileURL(path.resolve(file)).href, String(Math.min(limits.seconds, LONGEST_PATIENCE) * 1000)],
    readable: [...guestProgram.parts, ...foldersOf(file).map((folder) => path.join(folder, '*'))],
    classes: COPIED_CLASSES,
    ...limits,
    onLog: (level, line) => log[level](line),
    onFault(id, what, stack) {
      const owner = owners.get(id);
      if (owner === undefined) loadFault ??= what;
      else owner.failure ??= new SystemError(`${owner.title} ${what}.`, stack === undefined ? {} : { internalMessage: stack });
    },
  });
  onEnd(() => {
    room.close();
    for (const { failure, isTold } of owners.values()) if (failure !== undefined && !isTold) log.error(failure.message);
  });
  const names = await (room.callRoot('names', [], { owner: LOADING, later: true }) as Promise<readonly string[]>).catch(
    (error: unknown) => {
      throw loadFault === undefined ? error : new Error(`it ${loadFault}`);
    },
  );
  return {
    find(className) {
      const name = exportName(className);
      if (!names.includes(name)) return undefined;
      return {
        make(spec, builder, type) {
          const owner: Owner = { id: owners.size + 1, title: titleOf(className, type, builder), failure: undefined, isTold: false };
          owners.set(owner.id, owner);
          return new ConfinedComponent(room, owner, { name, spec, builder: lentBuilder(builder), type }).facade();
        },
      };
    },
  };
}

/** What a component is made of. */
interface Making {
  readonly name: string;
  readonly spec: JsonObject;
  readonly builder: object;
  readonly type: CustomType;
}

/** A component in the room, made again where the process was ended because of another one. */
class ConfinedComponent {
  readonly #room: Room;
  readonly #owner: Owner;
  readonly #making: Making;
  #made: unknown;
  #generation = 0;

  constructor(room: Room, owner: Owner, making: Making) {
    this.#room = room;
    this.#owner = owner;
    this.#making = making;
  }

  /** An object with the members of the component; what the code gave where that is no object. */
  facade(): unknown {
    const made = this.#present();
    if (made === null || typeof made !== 'object') return made;
    const facade: Members = {};
    for (const [member, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(made as Members))) {
      if (typeof value === 'function') facade[member] = (...parameters: unknown[]) => this.#call(member, parameters);
      else if (get === undefined) facade[member] = value;
      else Object.defineProperty(facade, member, { get: () => (this.#present() as Members)[member], enumerable: true, configurable: true });
    }
    for (const [member, { together }] of Object.entries(this.#making.type.calls)) {
      if (together === undefined || typeof facade[member] !== 'function') continue;
      facade[`${member}All`] = (rows: readonly unknown[], ...parameters: unknown[]) => this.#handAll(member, rows, parameters, together);
    }
    return facade;
  }

  /** The component in the present process. */
  #present(): unknown {
    const failure = toldFailure(this.#owner);
    if (failure !== undefined) throw failure;
    if (this.#generation === this.#room.generation) return this.#made;
    const { name, spec, builder } = this.#making;
    const make = (): void => {
      const { generation } = this.#room;
      if (generation > MOST_STARTS)
        throw new SystemError(`The process of custom code has ended ${MOST_STARTS} times: it is not started again.`);
      this.#made = this.#room.callRoot('make', [name, spec, builder], { owner: this.#owner.id });
      this.#generation = generation;
    };
    this.#explaining('its making', () => this.#repeating(make, ({ isGuilty }) => !isGuilty));
    return this.#made;
  }

  #call(member: string, parameters: readonly unknown[]): unknown {
    const { changes, waits }: MemberCall = this.#making.type.calls[member] ?? {};
    const ask = (): unknown =>
      this.#room.callMember(this.#present() as object, member, parameters, { owner: this.#owner.id, inPlace: changes, later: waits });
    return this.#explaining(member, () => this.#repeating(ask));
  }

  /** Hands rows over, many together; gives what came of them, and what one failed with, after those before it. */
  async #handAll(member: string, rows: readonly unknown[], parameters: readonly unknown[], wants: string): Promise<Together<unknown>> {
    const results: unknown[] = [];
    for (let at = 0; at < rows.length; at += TOGETHER) {
      const some = new PlainJson(rows.slice(at, at + TOGETHER));
      const ask = (): unknown =>
        this.#room.callRoot('handTogether', [this.#present(), member, some, parameters, wants], { owner: this.#owner.id, later: true });
      const [made, ...errors] = (await this.#explaining(member, () => this.#repeating(ask))) as [unknown[], ...unknown[]];
      for (const one of made) results.push(one);
      if (errors.length > 0) return { results, failure: this.#explained(member, errors[0]) };
    }
    return { results };
  }

  /** Asks, and once more where the end of the process cut it off because of another component and nothing is done twice by that. */
  #repeating(ask: () => unknown, mayRepeat = ({ isGuilty, usedUs }: GuestEnded): boolean => !isGuilty && !usedUs): unknown {
    const again = (error: unknown): unknown => {
      if (error instanceof GuestEnded && mayRepeat(error)) return ask();
      throw error;
    };
    try {
      const result = ask();
      return result instanceof Promise ? result.catch(again) : result;
    } catch (error) {
      return again(error);
    }
  }

  /** Does something and says whose failure it is when it fails, now or later. */
  #explaining(member: string, work: () => unknown): unknown {
    const explain = (error: unknown): never => {
      throw this.#explained(member, error);
    };
    try {
      const result = work();
      if (result instanceof Promise) return result.catch(explain);
      return isAsyncIterable(result) ? explainedItems(result, explain) : result;
    } catch (error) {
      return explain(error);
    }
  }

  #explained(member: string, error: unknown): unknown {
    const failure = toldFailure(this.#owner);
    if (failure !== undefined) return failure;
    const { title } = this.#owner;
    if (error instanceof GuestEnded) {
      const told = error.isGuilty ? error.reason : `was cut off, as the process of custom code ended: it ${error.reason}`;
      return new SystemError(`${title} ${told}.`);
    }
    if (error instanceof Error && !isPlainError(error)) return error;
    return new SystemError(`${title} failed in ${member}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Why a component is not asked any more, for a call that fails with that. */
function toldFailure(owner: Owner): SystemError | undefined {
  owner.isTold ||= owner.failure !== undefined;
  return owner.failure;
}

const PLAIN_ERRORS = new Set<unknown>([Error, TypeError, RangeError, ReferenceError, SyntaxError].map(({ prototype }) => prototype));

/** Whether an error says nothing of whose it is to mend. */
function isPlainError(error: Error): boolean {
  return PLAIN_ERRORS.has(Object.getPrototypeOf(error));
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value;
}

async function* explainedItems(items: AsyncIterable<unknown>, explain: (error: unknown) => never): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (error) {
    explain(error);
  }
}

function titleOf(className: string, { type }: CustomType, { path: place, stream }: Builder): string {
  return `${className} (${type} at ${place}${stream === undefined ? '' : `, stream ${stream.name}`})`;
}

/** The folders that a file lies in, by its name and by what it is a link to. */
function foldersOf(file: string): string[] {
  const absolute = path.resolve(file);
  return [...new Set([absolute, realpathSync(absolute)].map((one) => path.dirname(one)))];
}

/** The builder as code that is confined gets it: it lends what components need, and nothing of the machine. */
function lentBuilder(builder: Builder): object {
  return {
    config: builder.config,
    parameters: builder.parameters,
    path: builder.path,
    run: lentRun(builder.run),
    stream: builder.stream,
    declaration: builder.declaration,
    string: builder.string,
    template: builder.template,
    condition: builder.condition,
    context: builder.context,
    build: builder.build,
    buildAll: builder.buildAll,
    isKind: builder.isKind,
    within: ({ stream, config }: { readonly stream?: Builder['stream']; readonly config?: JsonObject }) =>
      lentBuilder(builder.within({ ...(stream === undefined ? {} : { stream }), ...(config === undefined ? {} : { config }) })),
    fail: builder.fail,
  };
}

/** The run without its environment, and with the files of the connector's folder alone. */
function lentRun(run: Run): object {
  return {
    clock: run.clock,
    log: run.log,
    get http() {
      return run.http;
    },
    templates: run.templates,
    random: run.random,
    secrets: { add: run.secrets.add, addPassing: run.secrets.addPassing, redact: run.secrets.redact, redactUrl: run.secrets.redactUrl },
    limits: run.limits,
    guards: run.guards,
    shared: run.shared,
    saveConfig: run.saveConfig,
    reportRateLimit: run.reportRateLimit,
    readFile(file: string) {
      const inside = path.normalize(file);
      if (path.isAbsolute(inside) || inside.startsWith('..'))
        throw new ConfigError(`Custom code may read files of the connector's folder only, not "${file}".`);
      return run.readFile(inside);
    },
    environment: {},
  };
}
