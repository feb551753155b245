import type { Run } from './run.ts';

/** The places for jobs that an API works on at a time, for all streams of a run together. */
export interface JobSlots {
  /** Takes a place; false when none is free. */
  take(): boolean;
  /** Gives a place back. */
  release(): void;
  /** Resolves when a place is free, which another may take first. */
  available(): Promise<void>;
}

interface LimitedSlots extends JobSlots {
  limit: number;
}

/** The places of a run; one unless `limitJobs` says otherwise. */
// parity: async_job/job_tracker.py:JobTracker
export function jobSlots(run: Run): JobSlots {
  return slotsOf(run);
}

/** Says how many jobs an API may work on at a time. */
export function limitJobs(run: Run, limit: number): void {
  slotsOf(run).limit = limit;
}

function slotsOf(run: Run): LimitedSlots {
  return run.shared.once('job slots', createSlots);
}

function createSlots(): LimitedSlots {
  let used = 0;
  let waiting: (() => void)[] = [];
  const slots: LimitedSlots = {
    limit: 1,
    take() {
      if (used >= slots.limit) return false;
      used += 1;
      return true;
    },
    release() {
      used -= 1;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    available: () => (used < slots.limit ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
  return slots;
}
