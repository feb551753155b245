import { originOf } from './origin.ts';

/** Waits that all requests to a host share, so that one Retry-After pauses every worker once. Times in milliseconds. */
export interface HostPauses {
  /** Keeps requests to the URL's host back for so long; a longer pause under way stays. */
  pause(url: string, ms: number): void;
  /** Resolves when no pause is left for the URL's host; rejects when the signal aborts. */
  ready(url: string, signal?: AbortSignal): Promise<void>;
  /** Milliseconds that requests to the URL's host must still wait. */
  remaining(url: string): number;
}

/** How waiting is done; `sleep` rejects with the signal's reason when it aborts. */
export interface Waiting {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Host pauses over a clock. */
export function createHostPauses({ now, sleep }: Waiting): HostPauses {
  const until = new Map<string, number>();

  const remaining = (url: string): number => {
    if (until.size === 0) return 0;
    const host = hostOf(url);
    const end = until.get(host);
    if (end === undefined) return 0;
    const left = end - now();
    if (left <= 0) until.delete(host);
    return Math.max(left, 0);
  };

  return {
    remaining,
    pause(url, ms) {
      const host = hostOf(url);
      until.set(host, Math.max(until.get(host) ?? 0, now() + ms));
    },
    async ready(url, signal) {
      for (let left = remaining(url); left > 0; ) {
        const end = until.get(hostOf(url));
        await sleep(left, signal);
        // A pause that was waited out is over, even for a clock that stands still.
        if (until.get(hostOf(url)) === end) until.delete(hostOf(url));
        left = remaining(url);
      }
    },
  };
}

/** The host and port of a URL, or the text itself when it is none. */
export function hostOf(url: string): string {
  return originOf(url)?.host ?? url;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits on the global timers; wakes with the signal's reason when it aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  for (let left = ms; left > 0; left -= LONGEST_TIMER_MS) await sleepOnce(Math.min(left, LONGEST_TIMER_MS), signal);
}

function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const wake = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', wake);
      resolve();
    }, ms);
    signal?.addEventListener('abort', wake, { once: true });
  });
}

/** The wall clock and the global timers. */
export const realWaiting: Waiting = { now: () => Date.now(), sleep };
