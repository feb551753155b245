import type { Log } from '../protocol/log.ts';

/** Milliseconds of silence after which a state is printed again: the platform ends a sync that prints neither records nor states for three hours. */
const MOST_SILENCE = 3_600_000;

/** Keeps a sync alive that waits for long, such as for a rate limit or a report. */
export interface Heartbeat {
  /** Follows a stream while it is read, by its number of records and what prints its state; the function given ends that. */
  follow(records: () => number, printState: () => void): () => void;
}

/** A heartbeat that looks after the streams whenever `whileWaiting` has it do so; `now` gives microseconds of a clock that never goes back. */
export function createHeartbeat(log: Log, now: () => bigint, whileWaiting: (look: () => void) => void): Heartbeat {
  const streams = new Set<{ readonly records: () => number; readonly printState: () => void }>();
  let seen = 0;
  let quietSince = now();

  function look(): void {
    const records = [...streams].reduce((sum, stream) => sum + stream.records(), 0);
    const time = now();
    const isQuiet = records === seen && time - quietSince >= BigInt(MOST_SILENCE) * 1000n;
    if (records !== seen || isQuiet) quietSince = time;
    seen = records;
    const [first] = streams;
    if (!isQuiet || first === undefined) return;
    log.info('There was no record for an hour, so the state is printed again: the sync is waiting, not dead.');
    first.printState();
  }

  whileWaiting(look);
  return {
    follow(records, printState) {
      const stream = { records, printState };
      streams.add(stream);
      return () => streams.delete(stream);
    },
  };
}
