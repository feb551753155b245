import { createCache } from '../engine/cache.ts';
import type { CheckpointSettings } from '../engine/checkpoint-settings.ts';
import type { CustomCode } from '../engine/custom-code.ts';
import { createGuards, type RunGuards } from '../engine/guards.ts';
import type { Http } from '../engine/http.ts';
import type { Origins } from '../engine/origins.ts';
import type { Limits, Run } from '../engine/run.ts';
import { createTemplates } from '../lang/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { onDemand } from '../lib/on-demand.ts';
import { createSteadyClock } from '../lib/steady-clock.ts';
import { streamStatus } from '../protocol/messages.ts';
import { createFileStore, filesFolder } from './file-store.ts';
import { createReadBeside } from './read-beside.ts';
import type { Session } from './session.ts';

/** What requests need of the run that they are made in. */
export interface RequestSettings {
  readonly limits: Limits;
  readonly guards: RunGuards;
  readonly signal: AbortSignal;
  /** Microseconds since 1970. */
  readonly now: () => bigint;
  /** Like `now`, but it never goes back. */
  readonly steady: () => bigint;
  /** Waits so many milliseconds. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly onRateLimited: (stream: string) => void;
  readonly origins?: Origins | undefined;
}

/** What differs between the runs of commands. */
export interface RunSettings {
  /** The folder that the manifest lies in; undefined when no file belongs to it. */
  readonly folder: string | undefined;
  readonly limits?: Limits;
  /** Those of the manifest and the command line; the defaults without any. */
  readonly guards?: RunGuards;
  readonly checkpoints?: CheckpointSettings;
  readonly customCode?: CustomCode | undefined;
  readonly saveConfig: (config: JsonObject) => Promise<void>;
  readonly proveConfigSavable?: (() => void) | undefined;
  /** Where credentials may go; anywhere unless told. */
  readonly origins?: Origins;
  /** How requests are sent; a command without it makes none. */
  readonly requests?: (session: Session, settings: RequestSettings) => Http;
}

/** Microseconds since 1970. */
function systemNow(): bigint {
  return BigInt(Math.round(Date.now() * 1000));
}

async function systemSleep(ms: number, signal?: AbortSignal): Promise<void> {
  // Loaded when something waits.
  const { setTimeout: sleep } = process.getBuiltinModule('node:timers/promises');
  await sleep(ms, undefined, signal === undefined ? {} : { signal });
}

/** The clock and the waits of the machine, of which the one counts each other that was waited out. */
function systemTime(): Pick<RequestSettings, 'steady' | 'sleep'> {
  const { now, reach } = createSteadyClock();
  return {
    steady: now,
    async sleep(ms, signal) {
      const end = now() + BigInt(Math.round(ms * 1000) || 0);
      await systemSleep(ms, signal);
      reach(end);
    },
  };
}

/** Milliseconds of a wait after which somebody may look whether it is too long. */
const LONGEST_REST = 1_800_000;

/** Waits in parts, after each of which somebody looks. */
function restInParts(rest: RequestSettings['sleep'], look: () => void): RequestSettings['sleep'] {
  return async (ms, signal) => {
    let left = ms;
    do {
      await rest(Math.min(left, LONGEST_REST), signal);
      look();
      left -= LONGEST_REST;
    } while (left > 0);
  };
}

/** Everything that lasts as long as the command. */
export function createRun(
  session: Session,
  {
    folder,
    limits = {},
    guards = createGuards({}),
    checkpoints,
    customCode,
    saveConfig,
    proveConfigSavable,
    origins,
    requests,
  }: RunSettings,
): Run {
  const { output, log, secrets, onEnd, observer, world = {} } = session;
  const { now = systemNow } = world;
  const { steady, sleep } = world.now === undefined ? systemTime() : { steady: world.now, sleep: systemSleep };
  const looks = new Set<() => void>();
  const rest = restInParts(world.sleep ?? sleep, () => {
    for (const look of looks) look();
  });
  const readBeside = createReadBeside(folder);
  // Made when it is first needed, as Node loads modules for it.
  const abort = onDemand(() => new AbortController());
  const reportRateLimit = (name: string): void => {
    if (name !== '') output.message(streamStatus({ name }, 'RUNNING', [{ type: 'RATE_LIMITED' }]));
  };
  let http: Http | undefined;
  return {
    clock: { now, steady, sleep: (ms) => rest(ms, abort().signal) },
    log,
    get http() {
      if (http === undefined) {
        if (requests === undefined) throw new Error('This command makes no requests.');
        onEnd(() => abort().abort());
        http = requests(session, {
          limits,
          guards,
          signal: abort().signal,
          now,
          steady,
          sleep: rest,
          onRateLimited: reportRateLimit,
          origins,
        });
      }
      return http;
    },
    templates: createTemplates({ now, warn: (message) => log.warn(message) }),
    random: Math.random,
    secrets,
    limits,
    guards,
    checkpoints,
    shared: createCache(),
    get signal() {
      return abort().signal;
    },
    saveConfig,
    proveConfigSavable,
    reportRateLimit,
    whileWaiting: (look) => void looks.add(look),
    readFile: world.wrapReadFile?.(readBeside) ?? readBeside,
    storeFile: limits.retries === false ? undefined : createFileStore(filesFolder(process.env)),
    customCode,
    environment: process.env,
    observer,
  };
}
