/** Milliseconds of a clock that never goes back; `performance` would load a dozen modules of Node. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * A clock in microseconds since 1970 that shows the present when it is made and only goes on from there, however the clock of the machine is set:
 * for how long something takes, not for dates.
 */
export function createSteadyClock(wallMs: () => number = Date.now, nowMs: () => number = monotonicMs): () => bigint {
  const offset = wallMs() - nowMs();
  return () => BigInt(Math.round((nowMs() + offset) * 1000));
}
