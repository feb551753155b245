import { toInteger } from '../../engine/conversion.ts';
import { type HttpRequest, type HttpResponse, matchesRequest } from '../../engine/http.ts';
import type { TokenQuota } from '../../engine/kinds.ts';
import type { Run } from '../../engine/run.ts';
import { parseFlexibleOrUndefined } from '../../lib/time/index.ts';
import { TransientError } from '../../protocol/failure.ts';

/** The calls that one token has left in one pool; times in microseconds since 1970. */
export interface PoolState {
  remaining: number;
  resetAt: bigint;
  limit: number;
  /** Whether the API counts the calls at all. */
  readonly tracked: boolean;
}

/** The states of one token by the names of the pools. */
export type TokenState = ReadonlyMap<string, PoolState>;

/** What the pools are kept by. */
export interface TokenPoolsOptions {
  readonly run: Run;
  readonly tokens: readonly string[];
  readonly quotas: readonly [TokenQuota, ...TokenQuota[]];
  /** Asks the API for the state of a token. */
  readonly fetchState: (token: string) => Promise<TokenState>;
  /** The longest, in seconds, that one request waits for calls. */
  readonly maxWaitSeconds: number;
  /** The share of its limit, and the calls, that each token keeps back before requests are spread over the time left. */
  readonly reserveFraction: number;
  readonly minReserve: number;
}

/** Several tokens with the calls that each has left. */
export interface TokenPools {
  /** The token that the next request would probably use. */
  readonly activeToken: string;
  /** Takes a call for a request and gives its token; waits where all are used up, and throws TransientError where that takes too long. */
  acquire(request: HttpRequest): Promise<string>;
  /** Learns from the response to a request that was sent with a token. */
  observe(token: string, request: HttpRequest, response: HttpResponse): void;
  /** Whether the token has no calls left for such a request while another one has. */
  hasOther(token: string, request: HttpRequest): boolean;
}

const MICROSECONDS = 1_000_000;
const HEARTBEAT_SECONDS = 60;
const LONGEST_DELAY_SECONDS = 10;
const SHORTEST_DELAY_SECONDS = 0.1;
/** Waits at least so long, lest a reset in the past leads to asking for the quotas over and over. */
const SHORTEST_WAIT_SECONDS = 5;
/** How far a response's reset may lie before the known one and still be of the same window. */
const RESET_TOLERANCE = 60_000_000n;

/** Makes the pools of several tokens. parity: auth/rate_limited_multiple_token.py:RateLimitedMultipleTokenAuthenticator */
export function createTokenPools(options: TokenPoolsOptions): TokenPools {
  const { run, tokens, quotas } = options;
  let states: ReadonlyMap<string, TokenState> = new Map();
  let active = 0;
  let seeding: Promise<void> | undefined;
  let isSeeded = false;
  const told = new Set<string>();

  const activeToken = (): string => tokens[active] as string;
  const stateOf = (token: string, pool: string): PoolState | undefined => states.get(token)?.get(pool);
  const statesOf = (pool: string): PoolState[] => tokens.map((token) => stateOf(token, pool)).filter((state) => state !== undefined);
  const rotate = (): void => {
    active = (active + 1) % tokens.length;
  };
  const tellOnce = (topic: string, tell: () => void): void => {
    if (!told.has(topic)) tell();
    told.add(topic);
  };

  async function fetchAll(): Promise<void> {
    states = new Map(await Promise.all(tokens.map(async (token) => [token, await options.fetchState(token)] as const)));
    isSeeded = true;
    told.delete('throttling');
    const untracked = [...states.values()].filter((pools) => [...pools.values()].some(({ tracked }) => !tracked)).length;
    if (untracked > 0) {
      tellOnce('untracked', () =>
        run.log.info(
          `The API counts no calls for ${untracked} of ${tokens.length} tokens: these are used in turn, without waiting for quotas.`,
        ),
      );
    }
  }

  function seed(): Promise<void> {
    seeding ??= fetchAll().finally(() => {
      seeding = undefined;
    });
    return seeding;
  }

  function quotaOf(request: HttpRequest): TokenQuota {
    const matched = quotas.find(({ matchers }) => matchers.some((matcher) => matchesRequest(matcher, request)));
    const quota = matched ?? quotas.find(({ matchers }) => matchers.length === 0);
    if (quota !== undefined) return quota;
    const [first] = quotas;
    tellOnce('unmatched', () => {
      run.log.warn(
        `No quota is for the request ${run.secrets.redactUrl(request.url)}: "${first.name}" is used. A quota without matchers would be for all others.`,
      );
    });
    return first;
  }

  const isExhausted = (pool: string): boolean => statesOf(pool).every(({ remaining, tracked }) => remaining <= 0 && tracked);

  function secondsUntil(time: bigint): number {
    return Number(time - run.clock.now()) / MICROSECONDS;
  }

  /** Seconds by which the last calls are spread over the time until they are renewed. */
  function throttleSeconds(pool: string, current: PoolState): number {
    const all = statesOf(pool);
    const isLow = ({ tracked, remaining, limit }: PoolState): boolean =>
      tracked && remaining <= Math.max(options.minReserve, limit * options.reserveFraction);
    if (!all.every(isLow)) return 0;
    const left = all.reduce((sum, { remaining }) => sum + Math.max(remaining, 0), 0);
    const seconds = Math.max(secondsUntil(current.resetAt), 0);
    return left <= 0 ? 0 : Math.min(seconds / left, LONGEST_DELAY_SECONDS);
  }

  async function throttle(pool: string, seconds: number): Promise<void> {
    if (seconds < SHORTEST_DELAY_SECONDS) return;
    tellOnce('throttling', () => run.log.info(`Few calls are left for "${pool}": requests wait ${seconds.toFixed(1)} s each.`));
    await run.clock.sleep(seconds * 1000);
  }

  /** Waits until calls are renewed and asks how many there are; gives the seconds waited. */
  async function waitForReset(pool: string, waited: number): Promise<number> {
    const allowed = options.maxWaitSeconds - waited;
    const untilReset = Math.min(...statesOf(pool).map(({ resetAt }) => secondsUntil(resetAt)));
    if (allowed <= 0 || untilReset >= allowed) {
      throw new TransientError(
        `All tokens have used up their calls for "${pool}", and new ones come in ${Math.ceil(untilReset)} s, later than max_wait_time allows.`,
      );
    }
    const seconds = Math.min(Math.max(untilReset, SHORTEST_WAIT_SECONDS), allowed);
    for (let left = seconds; left > 0; left -= HEARTBEAT_SECONDS) {
      run.log.info(`All tokens have used up their calls for "${pool}": waiting ${Math.ceil(left)} s for new ones.`);
      await run.clock.sleep(Math.min(left, HEARTBEAT_SECONDS) * 1000);
    }
    if (isExhausted(pool)) await seed();
    return seconds;
  }

  async function acquire(request: HttpRequest): Promise<string> {
    if (!isSeeded) await seed();
    const { name } = quotaOf(request);
    for (let waited = 0; ; ) {
      const token = activeToken();
      const state = stateOf(token, name);
      if (state === undefined || !state.tracked) {
        rotate();
        return token;
      }
      if (state.remaining > 0) {
        state.remaining -= 1;
        await throttle(name, throttleSeconds(name, state));
        return token;
      }
      if (isExhausted(name)) waited += await waitForReset(name, waited);
      else rotate();
    }
  }

  function observe(token: string, request: HttpRequest, response: HttpResponse): void {
    const quota = quotaOf(request);
    const state = stateOf(token, quota.name);
    if (state === undefined || !state.tracked) return;
    const isRejection = quota.exhaustionStatuses.has(response.status);
    const remaining = headerInteger(response, quota.headers.remaining) ?? (isRejection ? 0 : undefined);
    reconcile(state, {
      remaining,
      limit: headerInteger(response, quota.headers.limit),
      resetAt: headerTime(response, quota.headers.reset, run),
      isRejection,
    });
  }

  return {
    get activeToken() {
      return activeToken();
    },
    acquire,
    observe,
    hasOther(token, request) {
      const { name } = quotaOf(request);
      const state = stateOf(token, name);
      if (state === undefined || !state.tracked || state.remaining > 0) return false;
      return tokens.some((other) => other !== token && (stateOf(other, name)?.remaining ?? 0) > 0);
    },
  };
}

/** What a response tells of the pool that it was taken from. */
interface Report {
  readonly remaining: number | undefined;
  readonly limit: number | undefined;
  readonly resetAt: bigint | undefined;
  /** Whether the API refused the call because there are none left. */
  readonly isRejection: boolean;
}

/**
 * Takes over what a response tells. A later reset means new calls; within a window the count only goes down, since responses come in any
 * order; what an older window left does not matter, unless the API refused the call.
 */
function reconcile(state: PoolState, { remaining, limit, resetAt, isRejection }: Report): void {
  if (limit !== undefined && limit > 0 && (resetAt === undefined || resetAt >= state.resetAt)) state.limit = limit;
  if (resetAt !== undefined && resetAt > state.resetAt) {
    state.resetAt = resetAt;
    state.remaining = remaining ?? state.limit;
    return;
  }
  if (remaining === undefined) return;
  const isOfThisWindow = resetAt === undefined || resetAt >= state.resetAt - RESET_TOLERANCE;
  if (isOfThisWindow || (remaining <= 0 && isRejection)) state.remaining = Math.min(state.remaining, remaining);
}

function headerInteger(response: HttpResponse, name: string | undefined): number | undefined {
  const text = name ? response.headers.get(name) : undefined;
  return text === undefined ? undefined : toInteger(text);
}

function headerTime(response: HttpResponse, name: string | undefined, run: Run): bigint | undefined {
  const text = name ? response.headers.get(name) : undefined;
  return text === undefined ? undefined : parseFlexibleOrUndefined(text, run.clock.now())?.epochMicroseconds();
}
