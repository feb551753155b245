/** What one request may take, in milliseconds of the other side's time; 0 is no bound. */
export interface PaceLimits {
  /** From the moment that it is sent to the end of its response. */
  readonly totalMs: number;
  /** Bytes of the body that each window must bring, for every second of it. */
  readonly bytesPerSecond: number;
  readonly windowMs: number;
}

/** Which bound a request has broken: that of its speed, or that of its whole time. */
export type Lapse = 'slow' | 'late';

/** The time that one request takes, told in steps: a server that is never silent may still never end. */
export class Pace {
  readonly #limits: PaceLimits;
  #total = 0;
  #window = 0;
  #bytesBefore = 0;

  constructor(limits: PaceLimits) {
    this.#limits = limits;
  }

  /** Counts time that has passed, after which so many bytes of the body are there; gives the bound that is broken. */
  pass(elapsedMs: number, bytes: number): Lapse | undefined {
    const { totalMs, bytesPerSecond, windowMs } = this.#limits;
    this.#total += elapsedMs;
    if (totalMs > 0 && this.#total >= totalMs) return 'late';
    if (bytesPerSecond === 0 || windowMs === 0) return undefined;
    this.#window += elapsedMs;
    if (this.#window < windowMs) return undefined;
    const isSlow = (bytes - this.#bytesBefore) * 1000 < bytesPerSecond * this.#window;
    this.#window = 0;
    this.#bytesBefore = bytes;
    return isSlow ? 'slow' : undefined;
  }
}

/** The shortest window in which speed is measured. */
const SHORTEST_WINDOW_MS = 20_000;
/** A window is this many times the longest silence, so that silence is told as such. */
const SILENCES = 2;

/** The window for a request that may be silent for so long; 0, which is no bound, stays. */
export function windowOf(silenceMs: number): number {
  return silenceMs === 0 ? 0 : Math.max(SHORTEST_WINDOW_MS, SILENCES * silenceMs);
}

/** Has a function told now and then how many milliseconds have passed; the function given ends that. */
export type Beat = (tick: (elapsedMs: number) => void) => () => void;

const BEAT_MS = 1_000;
/** What counts of a beat that came late: this process was busy or stopped, not the server. */
const MOST_OF_A_BEAT_MS = 2_000;

/** A beat once a second, which keeps no process alive; `now` is in milliseconds of a clock that never goes back. */
export function beatOver(now: () => number): Beat {
  return (tick) => {
    let last = now();
    const timer = setInterval(() => {
      const time = now();
      const elapsed = time - last;
      last = time;
      tick(Math.min(elapsed, MOST_OF_A_BEAT_MS));
    }, BEAT_MS);
    timer.unref();
    return () => clearInterval(timer);
  };
}

/** What a watch tells of time that passes; `beatPlace` is the watch's own. */
export interface Paced {
  beatPlace: number;
  pass(elapsedMs: number): void;
}

/** Tells requests under way of each beat. */
export interface PaceWatch {
  add(one: Paced): void;
  remove(one: Paced): void;
  close(): void;
}

/** A watch over a beat, which begins with the first request. */
export function watchPace(beat: Beat): PaceWatch {
  const active: Paced[] = [];
  let end: (() => void) | undefined;
  const tick = (elapsedMs: number): void => {
    for (const one of [...active]) one.pass(elapsedMs);
  };
  return {
    add(one) {
      end ??= beat(tick);
      one.beatPlace = active.length;
      active.push(one);
    },
    remove(one) {
      if (active[one.beatPlace] !== one) return;
      const last = active.pop() as Paced;
      if (last === one) return;
      active[one.beatPlace] = last;
      last.beatPlace = one.beatPlace;
    },
    close() {
      end?.();
      end = undefined;
    },
  };
}
