import { trimEnd } from '../lib/trim.ts';
import type { HttpHeaders } from './headers.ts';
import type { Waiting } from './pauses.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';
import type { Send } from './transport.ts';
import { parseQuery, splitUrl } from './url.ts';

/** Which requests a policy holds for: everything stated must match. `weight` is what such a request costs, 1 by default. */
export interface RequestMatcher {
  method?: string;
  /** Scheme and host, e.g. `https://api.example.com`. */
  urlBase?: string;
  /** Tried anywhere in the path, which has lost its trailing slashes. */
  urlPathPattern?: { test(path: string): boolean };
  params?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  weight?: number;
}

/** So many calls in so many milliseconds. */
export interface Rate {
  limit: number;
  intervalMs: number;
}

/** A limit for the requests that one of its matchers takes, or for all when it has none. */
export type CallRatePolicy = { matchers: readonly RequestMatcher[] } & (
  | { kind: 'unlimited' }
  | { kind: 'fixedWindow'; limit: number; periodMs: number; nextResetMs: number }
  | { kind: 'movingWindow'; rates: readonly Rate[] }
);

export interface BudgetOptions extends Waiting {
  policies: readonly CallRatePolicy[];
  /** The date in epoch milliseconds, for headers that name one; `now` unless told, which only goes on. */
  epochMs?: () => number;
  /** The longest that a reset may lie ahead, in milliseconds, and what is told of one that lies further; without a bound unless told. */
  longestResetMs?: number;
  onLongReset?: (aheadMs: number) => void;
  /** Default `ratelimit-reset`: epoch seconds. */
  resetHeader?: string;
  /** Default `ratelimit-remaining`. */
  remainingHeader?: string;
  /** Statuses that say the limit is reached; default 429. */
  limitStatuses?: readonly number[];
}

/** The calls that an API allows: `acquire` waits for one, `update` learns from a response. */
export interface CallBudget {
  acquire(request: HttpRequest, signal?: AbortSignal): Promise<void>;
  update(request: HttpRequest, response: HttpResponse): void;
}

// parity: call_rate.py:LimiterMixin.send
/** A `send` that waits for the budget before every request and tells it every response. */
export function withBudget(send: Send, budget: CallBudget): Send {
  return async (request, options) => {
    await budget.acquire(request, options?.signal);
    const response = await send(request, options);
    budget.update(request, response);
    return response;
  };
}

// parity: call_rate.py:HttpAPIBudget
/**
 * The budget of a list of policies; the first that matches a request counts. Unlike the reference, a limit status without a reset header
 * leaves the budget alone (the retry waits), and windows that passed unused are skipped at once. Throws RangeError for impossible weights.
 */
export function createCallBudget(options: BudgetOptions): CallBudget {
  const resetHeader = options.resetHeader ?? 'ratelimit-reset';
  const remainingHeader = options.remainingHeader ?? 'ratelimit-remaining';
  const longestResetMs = options.longestResetMs ?? Number.POSITIVE_INFINITY;
  const limitStatuses = new Set(options.limitStatuses ?? [429]);
  const limiters = options.policies.map((policy) => ({ matchers: policy.matchers, limiter: createLimiter(policy) }));
  let waitedUntil = Number.NEGATIVE_INFINITY;
  // A wait that was slept through has passed, even for a clock that stands still.
  const now = (): number => Math.max(options.now(), waitedUntil);

  const find = (request: HttpRequest): { limiter: Limiter; weight: number } | null => {
    for (const { matchers, limiter } of limiters) {
      if (matchers.length === 0) return { limiter, weight: 1 };
      const matcher = matchers.find((candidate) => matchesRequest(candidate, request));
      if (matcher) return { limiter, weight: matcher.weight ?? 1 };
    }
    return null;
  };

  /** When the limit is reset, by our clock: a header names the date, in milliseconds when it is too large for seconds. */
  const resetAt = (stated: number): number => {
    const epochMs = stated < EPOCH_MILLISECONDS ? stated * 1000 : stated;
    const ahead = epochMs - (options.epochMs?.() ?? now());
    if (ahead > longestResetMs) options.onLongReset?.(ahead);
    return now() + Math.min(ahead, longestResetMs);
  };

  return {
    async acquire(request, signal) {
      const found = find(request);
      if (!found) return;
      for (let wait = found.limiter.acquire(found.weight, now()); wait > 0; wait = found.limiter.acquire(found.weight, now())) {
        const end = now() + wait;
        await options.sleep(wait, signal);
        waitedUntil = Math.max(waitedUntil, end);
      }
    },
    update(request, response) {
      const found = find(request);
      if (!found || response.fromCache) return;
      const resetSeconds = integerHeader(response.headers, resetHeader);
      const limited = limitStatuses.has(response.status) && resetSeconds !== null;
      const remaining = integerHeader(response.headers, remainingHeader) ?? (limited ? 0 : null);
      found.limiter.update(remaining, resetSeconds === null ? null : resetAt(resetSeconds), now());
    },
  };
}

/** An epoch time from here on counts milliseconds. */
const EPOCH_MILLISECONDS = 1e12;

function integerHeader(headers: HttpHeaders, name: string): number | null {
  const text = headers.get(name)?.trim() ?? '';
  return /^[-+]?\d+$/.test(text) ? Number(text) : null;
}

// parity: call_rate.py:HttpRequestRegexMatcher.__call__
/** Whether everything that the matcher states holds for the request. */
export function matchesRequest(matcher: RequestMatcher, request: HttpRequest): boolean {
  if (matcher.method !== undefined && matcher.method.toUpperCase() !== request.method) return false;
  const { scheme, netloc, path, query } = splitUrl(request.url);
  if (matcher.urlBase && trimEnd(matcher.urlBase, '/') !== `${scheme}://${netloc}`) return false;
  if (matcher.urlPathPattern && !matcher.urlPathPattern.test(trimEnd(path, '/'))) return false;
  if (matcher.params && !contains(new Map(parseQuery(query)), Object.entries(matcher.params))) return false;
  if (!matcher.headers) return true;
  const present = new Map(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return contains(
    present,
    Object.entries(matcher.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

function contains(present: ReadonlyMap<string, string>, wanted: readonly [string, string][]): boolean {
  return wanted.every(([name, value]) => present.get(name) === value);
}

// Counts calls; `acquire` takes them and gives 0, or gives the milliseconds to wait before trying again.
interface Limiter {
  acquire(weight: number, nowMs: number): number;
  update(remaining: number | null, resetMs: number | null, nowMs: number): void;
}

function createLimiter(policy: CallRatePolicy): Limiter {
  if (policy.kind === 'fixedWindow') return fixedWindow(policy.limit, policy.periodMs, policy.nextResetMs);
  if (policy.kind === 'movingWindow') return movingWindow(policy.rates);
  return { acquire: () => 0, update: () => {} };
}

// parity: call_rate.py:FixedWindowCallRatePolicy
function fixedWindow(limit: number, periodMs: number, firstResetMs: number): Limiter {
  let nextReset = firstResetMs;
  let calls = 0;
  const enterWindow = (nowMs: number): void => {
    if (nowMs <= nextReset) return;
    nextReset += Math.ceil((nowMs - nextReset) / periodMs) * periodMs;
    calls = 0;
  };
  return {
    acquire(weight, nowMs) {
      if (weight > limit) throw new RangeError('Weight can not exceed the call limit');
      enterWindow(nowMs);
      if (calls + weight > limit) return nextReset - nowMs + 1;
      calls += weight;
      return 0;
    },
    update(remaining, resetMs, nowMs) {
      enterWindow(nowMs);
      if (remaining !== null && limit - calls > remaining) calls = limit - remaining;
      if (resetMs !== null) nextReset = resetMs;
    },
  };
}

// parity: call_rate.py:MovingWindowCallRatePolicy, pyrate_limiter.InMemoryBucket
function movingWindow(unordered: readonly Rate[]): Limiter {
  if (unordered.length === 0) throw new RangeError('The list of rates can not be empty');
  const rates = [...unordered].sort((a, b) => a.intervalMs - b.intervalMs);
  const longest = rates.at(-1)?.intervalMs ?? 0;
  const lowestLimit = Math.min(...rates.map((rate) => rate.limit));
  // Times of the calls of the longest interval, ascending.
  const times: number[] = [];
  const countSince = (time: number): number => times.length - firstAtOrAfter(times, time);

  return {
    acquire(weight, nowMs) {
      if (weight > lowestLimit) throw new RangeError(`Weight can not exceed the lowest configured rate limit (${lowestLimit})`);
      const expired = firstAtOrAfter(times, nowMs - longest);
      if (expired > 0) times.splice(0, expired);
      for (const { limit, intervalMs } of rates) {
        if (limit - countSince(nowMs - intervalMs) >= weight) continue;
        const blocking = times.at(-1 - (limit - weight)) ?? nowMs;
        return blocking + intervalMs - nowMs + 1;
      }
      for (let i = 0; i < weight; i++) times.push(nowMs);
      return 0;
    },
    update(remaining, resetMs, nowMs) {
      if (remaining !== 0 || resetMs !== null) return;
      const free = Math.min(...rates.map(({ limit, intervalMs }) => limit - countSince(nowMs - intervalMs)));
      for (let i = 0; i < free; i++) times.push(nowMs);
    },
  };
}

function firstAtOrAfter(times: readonly number[], time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
