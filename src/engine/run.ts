import type { Templates } from '../lang/index.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Secrets } from '../lib/secrets.ts';
import type { Log } from '../protocol/log.ts';
import type { Cache } from './cache.ts';
import type { CheckpointSettings } from './checkpoint-settings.ts';
import type { CustomCode } from './custom-code.ts';
import type { RunGuards } from './guards.ts';
import type { Http } from './http.ts';
import type { RunObserver } from './observer.ts';

/** Bounds of a run; a bound left out does not hold. */
export interface Limits {
  readonly slices?: number;
  readonly pagesPerSlice?: number;
  readonly records?: number;
  readonly streams?: number;
  /** True where somebody waits for the answer, as in a check: a connection that cannot be made is tried once more and no longer. */
  readonly isAwaited?: boolean;
  /** False where each failure and each request is to be seen: nothing is repeated or cached. */
  readonly retries?: boolean;
}

/** Time as the run sees it. */
export interface Clock {
  /** Microseconds since 1970, UTC. */
  now(): bigint;
  /** Like `now`, but it never goes back: for how long something takes. */
  steady(): bigint;
  /** Waits so many milliseconds; rejects when the run is aborted. */
  sleep(ms: number): Promise<void>;
}

/** A file that was stored for the destination. */
export interface StoredFile {
  readonly path: string;
  /** The path within the folder for files. */
  readonly relativePath: string;
  readonly bytes: number;
}

/** Everything that lasts as long as one command: handed to each component's build, never global. */
export interface Run {
  readonly clock: Clock;
  readonly log: Log;
  readonly http: Http;
  readonly templates: Templates;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  readonly secrets: Secrets;
  readonly limits: Limits;
  readonly guards: RunGuards;
  /** How often streams print states; as their catalog says unless told. */
  readonly checkpoints?: CheckpointSettings | undefined;
  /** Values that components of one run share by key, such as one token of several authenticators. */
  readonly shared: Cache;
  /** Ends all waiting and all requests when it is aborted. */
  readonly signal: AbortSignal;
  /** Has a changed config kept; resolves when it is, or when the platform was told. */
  readonly saveConfig: (config: JsonObject) => Promise<void>;
  /** Throws ConfigError where a changed config could not be kept: to be asked before something is used up; absent where the platform keeps it. */
  readonly proveConfigSavable?: (() => void) | undefined;
  /** Has a function called now and then while something waits; absent where nobody looks. */
  readonly whileWaiting?: (look: () => void) => void;
  /** Tells the platform that a stream waits because the API limits its rate. */
  readonly reportRateLimit: (streamName: string) => void;
  /** The text of a file in the connector's folder, such as a schema; undefined when there is none of that path. */
  readonly readFile: (path: string) => Promise<string | undefined>;
  /** Stores a file for the destination under a relative path; undefined where files are not kept. */
  readonly storeFile?: ((file: string, chunks: AsyncIterable<Uint8Array>) => Promise<StoredFile>) | undefined;
  /** The code that comes with the manifest; undefined when there is none. */
  readonly customCode?: CustomCode | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Told of requests and slices where they are to be shown, as in a test read; then nothing is read ahead. */
  readonly observer?: RunObserver | undefined;
}
