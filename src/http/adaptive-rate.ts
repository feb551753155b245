import { hostOf, type Waiting } from './pauses.ts';

/** Slows the requests to a host down after it said repeatedly that there are too many, and lets them grow faster again by and by. */
export interface AdaptiveRate {
  /** Resolves when the next request to the URL's host may go out; rejects when the signal aborts. */
  ready(url: string, signal?: AbortSignal): Promise<void>;
  /**
   * Told that the URL's host limits the rate and does not say for how long; gives the requests a second that it gets from now on when that
   * is news. A single limit changes nothing.
   */
  sawLimit(url: string): number | undefined;
  /** Told of an answer that is none of a limit. */
  sawSuccess(url: string): void;
}

/** Requests whose times are remembered, to tell how fast they were. */
const REMEMBERED = 64;
/** How long the times of requests tell how fast they are, in milliseconds. */
const MEMORY = 10_000;
/** What is left of the rate after a limit, and how much of the rate at that time comes back each second. */
const [DECREASE, RECOVERY] = [0.5, 0.1];
/** A host that gives this many times the rate of its last limit is not held back any more. */
const FREE_AGAIN = 2;
/** The slowest rate, in requests a second: hosts that take less are left to the waits of each request. */
const SLOWEST = 1;

interface Host {
  /** Times of the last requests, oldest first. */
  readonly times: number[];
  /** Requests a second; undefined while the host is not held back. */
  rate: number | undefined;
  /** The rate at the last limit. */
  limitRate: number;
  /** When the host last limited the rate, when the rate last grew, and when the next request may go out. */
  limitedAt: number;
  grewAt: number;
  nextAt: number;
}

/** Adaptive rates over a clock: additive increase, multiplicative decrease. */
export function createAdaptiveRate({ now, sleep }: Waiting): AdaptiveRate {
  const hosts = new Map<string, Host>();

  function stateOf(url: string): Host {
    const key = hostOf(url);
    let host = hosts.get(key);
    if (host === undefined) {
      host = { times: [], rate: undefined, limitRate: 0, limitedAt: Number.NEGATIVE_INFINITY, grewAt: 0, nextAt: 0 };
      hosts.set(key, host);
    }
    return host;
  }

  /** Requests a second lately; undefined when there were too few to tell. */
  function presentRate({ times }: Host): number | undefined {
    const since = now() - MEMORY;
    const first = times.findIndex((time) => time >= since);
    if (first < 0 || times.length - first < 2) return undefined;
    const elapsed = Math.max(now() - (times[first] as number), 1);
    return ((times.length - first) * 1000) / elapsed;
  }

  return {
    async ready(url, signal) {
      const host = stateOf(url);
      if (host.rate !== undefined) {
        const at = Math.max(host.nextAt, now());
        host.nextAt = at + 1000 / host.rate;
        if (at > now()) await sleep(at - now(), signal);
      }
      host.times.push(now());
      if (host.times.length > REMEMBERED) host.times.shift();
    },
    sawLimit(url) {
      const host = stateOf(url);
      const since = now() - host.limitedAt;
      // Requests that were under way together tell of the same limit.
      if (since < 1000) return undefined;
      host.limitedAt = now();
      const seen = presentRate(host);
      if (seen === undefined || since > MEMORY) return undefined;
      host.limitRate = host.rate === undefined ? seen : Math.min(host.rate, seen);
      host.rate = Math.max(host.limitRate * DECREASE, SLOWEST);
      host.grewAt = now();
      host.nextAt = 0;
      return host.rate;
    },
    sawSuccess(url) {
      const host = hosts.get(hostOf(url));
      if (host?.rate === undefined) return;
      const seconds = (now() - host.grewAt) / 1000;
      if (seconds < 1) return;
      host.rate += host.limitRate * RECOVERY * seconds;
      host.grewAt = now();
      if (host.rate > host.limitRate * FREE_AGAIN) host.rate = undefined;
    },
  };
}
