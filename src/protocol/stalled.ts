import { SystemError } from './failure.ts';

/** Work within work, the outer first. */
const LEVELS = ['program', 'command', 'run', 'streams', 'stream', 'slice'] as const;
/** Where a piece of work lies. */
export type Level = (typeof LEVELS)[number];

/** Work that nothing can finish any more, since the process has nothing left to wait for. */
export class StalledError extends SystemError {}

interface Wait {
  readonly depth: number;
  readonly end: () => void;
}

const waits = new Set<Wait>();

/**
 * What a piece of work comes to; throws StalledError when the process would end before it does, as after a promise that never settles.
 * Of pieces under way the innermost end first, so that those around them can go on or tell of it.
 */
export function unlessStalled<T>(level: Level, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const wait: Wait = { depth: LEVELS.indexOf(level), end: () => reject(stalled()) };
    if (waits.size === 0) process.on('beforeExit', endInnermost);
    waits.add(wait);
    const settled = (): void => {
      waits.delete(wait);
      if (waits.size === 0) process.off('beforeExit', endInnermost);
    };
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}

function endInnermost(): void {
  const depth = Math.max(...[...waits].map((wait) => wait.depth));
  for (const wait of [...waits]) {
    if (wait.depth !== depth) continue;
    waits.delete(wait);
    wait.end();
  }
  // Has Node look again, for the work around, should nothing come of it.
  setImmediate(() => {});
}

function stalled(): StalledError {
  return new StalledError(
    'The connector has nothing left to wait for, and yet its work is not done: custom code may have given a promise that never settles.',
  );
}
