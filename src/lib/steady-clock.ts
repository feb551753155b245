/** Milliseconds of a clock that never goes back; `performance` would load a dozen modules of Node. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A clock for how long something takes, not for dates. */
export interface SteadyClock {
  /** Microseconds since 1970. */
  now(): bigint;
  /** Moves it on to a time that a wait has reached, even where the clock beneath it stands still. */
  reach(time: bigint): void;
}

/** A clock that shows the present when it is made and only goes on from there, however the clock of the machine is set. */
export function createSteadyClock(wallMs: () => number = Date.now, nowMs: () => number = monotonicMs): SteadyClock {
  let offset = wallMs() - nowMs();
  const now = (): bigint => BigInt(Math.round((nowMs() + offset) * 1000));
  return {
    now,
    reach(time) {
      const missing = time - now();
      if (missing > 0n) offset += Number(missing) / 1000;
    },
  };
}
