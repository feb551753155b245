import { existsSync, readFileSync, statSync } from 'node:fs';
import { isPlainObject } from '../lib/objects.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { StreamResult } from './summary.ts';

/** How many runs a history remembers of each stream. */
const MOST_RUNS = 20;

/** A run of a stream. */
interface PastRun {
  readonly at: string;
  readonly whole: boolean;
  readonly records: number;
}

/** The numbers of records of past runs, in a file. */
export interface History {
  /** Those of runs that read the stream as this one did, the latest last. */
  before(stream: string, whole: boolean): readonly number[];
  /** Adds the streams that came to their end, and writes the file. */
  add(at: string, results: readonly StreamResult[]): void;
}

/** Opens a history, empty where there is no file; throws ConfigError for a file that is none. */
export function openHistory(file: string): History {
  const streams = existsSync(file) ? readStreams(file) : new Map<string, PastRun[]>();
  return {
    before: (stream, whole) => (streams.get(stream) ?? []).filter((run) => run.whole === whole).map(({ records }) => records),
    add(at, results) {
      for (const { name, status, whole, records } of results) {
        if (status !== 'COMPLETE') continue;
        streams.set(name, [...(streams.get(name) ?? []), { at, whole, records }].slice(-MOST_RUNS));
      }
      try {
        replaceFile(file, `${JSON.stringify(Object.fromEntries(streams), null, 2)}\n`);
      } catch (error) {
        throw new ConfigError(`The history "${file}" cannot be written: ${(error as Error).message}.`, { cause: error });
      }
    },
  };
}

function readStreams(file: string): Map<string, PastRun[]> {
  // A device or a pipe may be read for ever.
  if (!statSync(file).isFile()) throw new ConfigError(`The history "${file}" is no file. Name another one by --history.`);
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`The history "${file}" cannot be read: ${(error as Error).message}. Remove it to begin a new one.`, {
      cause: error,
    });
  }
  if (isPlainObject(content) && Object.values(content).every(isRuns)) return new Map(Object.entries(content as Record<string, PastRun[]>));
  throw new ConfigError(`The file "${file}" is no history of runs. Name another one by --history.`);
}

function isRuns(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((run) => isPlainObject(run) && typeof run['records'] === 'number' && typeof run['whole'] === 'boolean')
  );
}
