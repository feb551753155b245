import type { Log } from '../protocol/log.ts';

/** Does something beside a run, such as writing its summary: a failure there is worth one warning, and the run goes on. */
export async function besideRun<T>(log: Log, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    warnBesideRun(log, error as Error);
    return undefined;
  }
}

/** Warns of what failed beside a run. */
export function warnBesideRun(log: Log, error: Error): void {
  log.warn(`${error.message} The run goes on without it.`);
}
