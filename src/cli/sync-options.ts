import { DateError, Delta, parseDuration } from '../lib/time/index.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { SyncWishes } from '../warehouse/plan-streams.ts';
import type { CommandOptions } from './program.ts';

/** DuckDB does little with less. */
const LEAST_MEGABYTES = 128;

/** The options of a sync as they are given. */
export interface SyncCommandOptions extends CommandOptions {
  readonly to: string;
  readonly streams?: string;
  readonly key?: readonly string[];
  readonly fullRefresh?: boolean;
  readonly fullRefreshEvery?: string;
  readonly overlap?: string;
  readonly commitEvery?: string;
  readonly duckdbMemory?: string;
}

/** The options of a sync. */
export interface SyncOptions extends SyncWishes {
  readonly to: string;
  readonly catalog: string | undefined;
  readonly streams: readonly string[] | undefined;
  readonly overlap: string | undefined;
  /** Milliseconds. */
  readonly commitEvery: number | undefined;
  /** Bytes. */
  readonly duckdbMemory: number | undefined;
}

/** Reads the options of a sync; throws ConfigError for those that say nothing sensible. */
export function readSyncOptions(options: SyncCommandOptions): SyncOptions {
  const { to, catalog, streams, key = [], fullRefresh = false, fullRefreshEvery, overlap, commitEvery, duckdbMemory } = options;
  if (overlap !== undefined) milliseconds('--overlap', overlap);
  return {
    to,
    catalog,
    streams: streams?.split(',').map((name) => name.trim()),
    keys: new Map(key.map(readKey)),
    fullRefresh,
    fullRefreshEvery: fullRefreshEvery === undefined ? undefined : milliseconds('--full-refresh-every', fullRefreshEvery),
    overlap,
    commitEvery: commitEvery === undefined ? undefined : milliseconds('--commit-every', commitEvery),
    duckdbMemory: duckdbMemory === undefined ? undefined : megabytes('--duckdb-memory', duckdbMemory),
  };
}

function readKey(text: string): [string, string[]] {
  const [, stream, fields = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (stream === undefined) throw new ConfigError(`--key "${text}" must be STREAM=FIELD, or STREAM=FIELD,FIELD.`);
  return [stream, fields.split(',').map((name) => name.trim())];
}

/** The bytes of a number of megabytes. */
function megabytes(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < LEAST_MEGABYTES)
    throw new ConfigError(`${option} "${text}" must be a whole number of megabytes, ${LEAST_MEGABYTES} or more.`);
  return number * 1024 ** 2;
}

function milliseconds(option: string, text: string): number {
  const duration = readDuration(text);
  if (duration === undefined)
    throw new ConfigError(`${option} "${text}" must be an ISO 8601 duration in weeks, days and hours, such as P7D or PT6H.`);
  return duration;
}

/** The length of a duration without years and months, whose lengths differ; undefined when it is none. */
function readDuration(text: string): number | undefined {
  try {
    const duration = parseDuration(text);
    if (!(duration instanceof Delta)) return undefined;
    return duration.days * 86_400_000 + duration.seconds * 1000 + duration.microseconds / 1000;
  } catch (error) {
    if (error instanceof DateError) return undefined;
    throw error;
  }
}
