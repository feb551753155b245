/** A clock that stands still but for waits, which take no time; `now` is in microseconds since 1970. */
export interface VirtualClock {
  readonly now: () => bigint;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Puts the clock to a time in epoch milliseconds. */
  set(ms: number): void;
}

/** A clock that shows the present. */
export function createVirtualClock(): VirtualClock {
  let now = BigInt(Date.now()) * 1000n;
  return {
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      now += BigInt(Math.ceil(ms * 1000));
    },
    set(ms) {
      now = BigInt(ms) * 1000n;
    },
  };
}
