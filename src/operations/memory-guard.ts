import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SystemError } from '../protocol/failure.ts';
import type { Output } from '../protocol/output.ts';
import { watchOutput } from '../protocol/watch-output.ts';

/** Milliseconds between two looks at the memory. */
const LOOK_EVERY = 1000;
/** The share of the limit at which the system is about to end the process. */
const FULL = 0.95;
/** The share of what is used that must be the process's own, rather than cached files, which the system can drop. */
const OWN = 0.85;
/** Files of a container's limits, of both versions; the limit is no number, or one beyond all memory, where there is none. */
const V2 = { used: 'memory.current', limit: 'memory.max', own: 'memory.stat' };
const V1 = { used: 'memory/memory.usage_in_bytes', limit: 'memory/memory.limit_in_bytes', own: undefined };
const NO_LIMIT = 2 ** 60;

/** Where the memory is looked up, and when. */
export interface MemoryGuardOptions {
  /** The folder of the container's limits. */
  readonly folder?: string;
  /** Epoch milliseconds. */
  now(): number;
}

/**
 * The same output, which ends a read at the page after the container's memory is nearly used up: SystemError, so that the state reached and the
 * reason are printed before the system ends the process without a word. Without a container's limit nothing is looked at.
 * parity: utils/memory_monitor.py:MemoryMonitor
 */
export function guardMemory(output: Output, { folder = '/sys/fs/cgroup', now }: MemoryGuardOptions): Output {
  const files = [V2, V1].find(({ used, limit }) => existsSync(path.join(folder, used)) && existsSync(path.join(folder, limit)));
  const limit = files === undefined ? Number.NaN : Number(read(folder, files.limit));
  if (files === undefined || !(limit < NO_LIMIT)) return output;
  let lookedAt = now();

  function look(): void {
    const time = now();
    if (time - lookedAt < LOOK_EVERY) return;
    lookedAt = time;
    const used = Number(read(folder, files?.used ?? ''));
    if (!(used >= limit * FULL)) return;
    const own = files?.own === undefined ? process.memoryUsage.rss() : Number(/^anon (\d+)$/m.exec(read(folder, files.own))?.[1]);
    if (own >= used * OWN) throw outOfMemory(used, limit);
  }

  return watchOutput(output, { page: look });
}

function read(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8');
}

function outOfMemory(used: number, limit: number): SystemError {
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return new SystemError(
    `The connector uses ${megabytes(used)} of the ${megabytes(limit)} that its container may have, so it stops with the state it has reached. Raise the memory limit, or lower the concurrency_level or the page size of the manifest.`,
    { internalMessage: `memory use of the container is at ${Math.round((100 * used) / limit)} %` },
  );
}
