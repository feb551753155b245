import type { AdaptiveRate } from '../http/adaptive-rate.ts';
import { type BudgetOptions, type CallBudget, createCallBudget } from '../http/budget.ts';
import type { ResponseCache } from '../http/cache.ts';
import { type CookieJar, createCookieJar } from '../http/cookies.ts';
import { errorMessageOf } from '../http/error-message.ts';
import { TransportError } from '../http/errors.ts';
import type { RequestedPage } from '../http/exchange-log.ts';
import { ChangedBody } from '../http/mended-body.ts';
import type { HostPauses, Waiting } from '../http/pauses.ts';
import type { RequestParts } from '../http/request.ts';
import type { HttpResponse } from '../http/response.ts';
import {
  DEFAULT_MAX_RETRIES,
  RequestFailure,
  type Resolution,
  type ResponseAction,
  type SendResult,
  sendWithRetries,
  type UsualWait,
  usualWait,
} from '../http/retry.ts';
import type { RetryBudget } from '../http/retry-budget.ts';
import { composeSender } from '../http/sender.ts';
import type { Send } from '../http/transport.ts';
import { excerptOf } from '../lib/excerpt.ts';
import { likenessOf } from '../lib/likeness.ts';
import type { Secrets } from '../lib/secrets.ts';
import { ConfigError, failureOf } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';
import { createCredentialGuard, type MayHold, withheldHint } from './credential-guard.ts';
import type { Authenticator, ErrorHandler } from './kinds.ts';
import { type Purpose, type RunObserver, refusedPurpose } from './observer.ts';
import type { Origins } from './origins.ts';
import { isUsersFault, transportFailure } from './transport-failure.ts';

export { type BudgetOptions, type CallRatePolicy, matchesRequest, type Rate, type RequestMatcher } from '../http/budget.ts';
export { HttpHeaders } from '../http/headers.ts';
export type { HttpRequest, RequestParts } from '../http/request.ts';
export { HttpResponse } from '../http/response.ts';
export type { FailureType, Outcome, RefreshOutcome, Resolution, ResponseAction } from '../http/retry.ts';
export { joinUrl, type Params } from '../http/url.ts';
export { ChangedBody, errorMessageOf, TransportError };

/** Thrown when an error handler asks to begin the slice anew. */
export class PaginationResetNeeded extends Error {}

/** Thrown when an error handler says that the page was too large for the API; the message is the handler's own. */
export class PageSizeTooLarge extends Error {}

/** Thrown when an error handler says that the window of the slice was too large for the API; the message is the handler's own. */
export class WindowTooLarge extends Error {}

/** One request with everything that decides how it is sent, repeated and understood. */
export interface Exchange {
  /** The stream or the part that asks, for messages. */
  readonly name: string;
  /**
   * Makes the request of each attempt, with the credentials of that moment where they may go: `mayHold` tells it of a URL. What holds a
   * known secret is taken out of other requests again.
   */
  readonly prepare: (mayHold: MayHold) => Promise<RequestParts>;
  /**
   * The URL, or its beginning, that manifest and config alone give; undefined when the API may have a part in it. Where this is left out, whoever asks
   * answers for the URL: requests go there with all that they hold.
   */
  readonly named?: (() => string | undefined) | undefined;
  readonly handler: ErrorHandler;
  readonly authenticator?: Authenticator | undefined;
  /** What the responses so far have asked to be sent back. */
  readonly cookies?: CookieJar | undefined;
  /** Answers from the responses of this run where it can. */
  readonly useCache?: boolean;
  /** Gives the body as it arrives, unless the handler must look into it. */
  readonly stream?: boolean;
  /** Bytes of a streamed body that are loaded before it is given, and asked for again when it breaks off within them. */
  readonly beginning?: number | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly readTimeoutMs?: number | undefined;
  /** How many characters of a refusing response's body an error shows, with 0 nothing that the API says; its message alone unless told. */
  readonly shownBodyCharacters?: number | undefined;
  /** Treats rate limits as failures that end in giving up. */
  readonly exitOnRateLimit?: boolean;
  /** Costs no call of the budget, as requests for tokens do. */
  readonly outsideBudget?: boolean;
  /** Repeats failures that may pass even where the run shows failures rather than repeating them. */
  readonly alwaysRepeats?: boolean;
  /** What the run's observer is told of it; nothing when absent. */
  readonly purpose?: Purpose | undefined;
  /** Whether the response is expected to hold credentials. */
  readonly obtainsCredentials?: boolean;
  /** The page that is asked for, for those who watch. */
  readonly page?: (() => RequestedPage) | undefined;
}

/** The rates that the API allows, without the clock that they are kept by. */
export type BudgetRules = Omit<BudgetOptions, keyof Waiting | 'epochMs' | 'longestResetMs' | 'onLongReset'>;

/** The HTTP side of a run. */
export interface Http {
  /**
   * Sends a request until it succeeds; null when the handler ignores a failure without a response, or drops the response.
   * Throws a Failure when it fails for good, and the signals above when the handler asks for them.
   */
  send(exchange: Exchange): Promise<HttpResponse | null>;
  /** An empty jar for the requests of one requester. */
  cookieJar(): CookieJar;
  /** Holds all further requests to the rates that the API allows. */
  useBudget(rules: BudgetRules): void;
}

/** What the HTTP side is made of. */
export interface HttpOptions {
  /** Sends one request and follows no redirect. */
  readonly transport: Send;
  /** The responses of this run that may be given again; undefined where every request is to be seen. */
  readonly cache: ResponseCache | undefined;
  readonly pauses: HostPauses;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that only goes on. */
  readonly nowMs: () => number;
  /** The date in epoch milliseconds, for headers that name one; `nowMs` unless told. */
  readonly epochMs?: () => number;
  /** Whether somebody waits for the answer, so that a connection that cannot be made is not tried for long. */
  readonly isAwaited?: boolean;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly onRateLimited: (name: string) => void;
  /** Told of each wait between two attempts of a request, in milliseconds. */
  readonly onWait?: ((name: string, ms: number) => void) | undefined;
  /** False where failures are shown rather than repeated. */
  readonly retries: boolean;
  /** Told of every response whose request has a purpose. */
  readonly observer?: RunObserver | undefined;
  /** How fast requests to a host may follow each other; as fast as they come unless told. */
  readonly rate?: AdaptiveRate | undefined;
  /** What the whole run may repeat; without a bound unless told. */
  readonly retryBudget?: RetryBudget | undefined;
  /** The longest wait before a request is repeated; without a bound unless told. */
  readonly maxWaitSeconds?: number;
  /** Whether credentials go along when the API redirects to another host, but for those of which Python's requests knows. */
  readonly keepsRedirectedCredentials?: boolean;
  /** Where credentials may go; anywhere unless told, but along redirects. */
  readonly origins?: Origins | undefined;
}

/** The HTTP side of a run over a transport. */
export function createHttp(options: HttpOptions): Http {
  const { log, secrets, signal } = options;
  const redact = (text: string): string => secrets.redact(text);
  const waiting: Waiting = { now: options.nowMs, sleep: options.sleep };
  const guard = createCredentialGuard(secrets, log, options.origins);
  let budget: CallBudget | undefined;

  const isFamiliar = familiarity();

  const isWatched = (exchange: Exchange): exchange is WatchedExchange => options.observer !== undefined && exchange.purpose !== undefined;

  async function attempt(exchange: Exchange): Promise<SendResult> {
    const { handler, authenticator } = exchange;
    const hasOther = authenticator?.hasOtherCredential;
    const refresh = authenticator?.refresh;
    const requests = guard.begin({
      ...exchange,
      async prepare(mayHold) {
        const parts = await exchange.prepare(mayHold);
        secrets.addLinked(parts.url);
        return parts;
      },
    });
    const send = composeSender({
      send: options.transport,
      budget: exchange.outsideBudget ? undefined : budget,
      cookies: exchange.cookies,
      cache: exchange.useCache ? options.cache : undefined,
      redirects: options.keepsRedirectedCredentials === true ? { redact } : { redact, credentials: guard.tests },
      judge: requests.judge,
      onWithheld: requests.onWithheld,
    });
    return sendWithRetries({
      send: async (request, sendOptions) => {
        const response = await send(request, sendOptions);
        if (!response.fromCache && request.withheld === undefined) authenticator?.observe?.(request, response);
        return response;
      },
      request: async () => {
        const request = await requests.next();
        return exchange.shownBodyCharacters === 0 ? { ...request, hidesAnswer: true } : request;
      },
      interpret: async (outcome) => {
        const { response } = outcome;
        if (response !== undefined && (handler.readsBody || response.status >= 400)) await response.load();
        const resolution = withoutRefresh(handler.interpret(outcome), response);
        if (response !== undefined && isWatched(exchange)) options.observer?.response(response, purposeOf(exchange, resolution.action));
        return resolution;
      },
      backoffSeconds: (outcome, count) => handler.backoffSeconds(outcome, count) ?? null,
      maxRetries: maxRetriesOf(exchange),
      ...backoffOf(exchange),
      maxWaitSeconds: options.maxWaitSeconds ?? Number.POSITIVE_INFINITY,
      exitOnRateLimit: exchange.exitOnRateLimit ?? false,
      refresh: refresh && ((sent) => refresh(sent).catch(toRefreshFailure)),
      hasOtherCredential: hasOther && ((sent) => hasOther(sent)),
      onRateLimited: () => options.onRateLimited(exchange.name),
      log: (level, message) => log[level === 'error' && isFamiliar(exchange.name, message) ? 'debug' : level](message),
      redact,
      pauses: options.pauses,
      rate: options.rate,
      budget: options.retryBudget,
      stream: exchange.stream === true && !isWatched(exchange),
      beginning: exchange.beginning,
      random: options.random,
      now: options.nowMs,
      epochMs: options.epochMs,
      isAwaited: options.isAwaited,
      sleep(ms, waker) {
        options.onWait?.(exchange.name, ms);
        return options.sleep(ms, waker);
      },
      options: {
        signal,
        origin: { name: exchange.name, obtainsCredentials: exchange.obtainsCredentials ?? false, page: exchange.page },
        connectTimeoutMs: exchange.connectTimeoutMs,
        readTimeoutMs: exchange.readTimeoutMs,
      },
    });
  }

  function maxRetriesOf({ handler, alwaysRepeats }: Exchange): number {
    return options.retries || alwaysRepeats ? (handler.maxRetries ?? DEFAULT_MAX_RETRIES) : 0;
  }

  /** Has a body that breaks off after its first records asked for again, as often as the request may be repeated. */
  function mend(exchange: Exchange, response: HttpResponse): void {
    let tries = 0;
    const most = maxRetriesOf(exchange);
    response.mendBy(async (error) => {
      if (tries >= most || options.retryBudget?.take() === false) return undefined;
      tries += 1;
      const wait = usualWait(tries, { ...backoffOf(exchange), random: options.random });
      const seconds = Math.min(wait, options.maxWaitSeconds ?? Number.POSITIVE_INFINITY);
      log.info(redact(`${error.message} Part of it was read already: it is asked for again in ${seconds.toFixed(1)} seconds.`));
      options.onWait?.(exchange.name, seconds * 1000);
      await options.sleep(seconds * 1000, signal);
      try {
        const { response: other, action } = await attempt(exchange);
        if (action === 'SUCCESS' && other?.ok === true) return other;
        other?.discard();
        return undefined;
      } catch (failure) {
        throw toRequestError(failure, exchange, secrets);
      }
    });
  }

  return {
    cookieJar: () => createCookieJar(options.epochMs ?? options.nowMs, secrets.addCookie),
    useBudget(rules) {
      budget = createCallBudget({
        ...rules,
        ...waiting,
        ...(options.epochMs === undefined ? {} : { epochMs: options.epochMs }),
        longestResetMs: Math.max(options.maxWaitSeconds ?? Number.POSITIVE_INFINITY, LONGEST_RESET_SECONDS) * 1000,
        onLongReset: (aheadMs) =>
          log.warn(
            `The API says that its rate limit is reset in ${Math.round(aheadMs / 86_400_000)} days: it is asked again after the guard max_wait. The ratelimit_reset_header may mean another unit.`,
          ),
      });
    },
    async send(exchange) {
      try {
        const result = await attempt(exchange);
        throwSignal(result);
        if (exchange.stream === true && result.response?.ok === true) mend(exchange, result.response);
        if (result.resolution.dropsResponse !== true) return result.response;
        result.response?.discard();
        return null;
      } catch (error) {
        throw toRequestError(error, exchange, secrets);
      }
    },
  };
}

/** Errors of one stream's requests that say the same and are logged as errors; what comes after them is for debugging. */
const LOGGED_ERRORS = 3;

/** Tells whether a stream's requests have failed so often before that once more is no news. */
function familiarity(): (name: string, message: string) => boolean {
  const counts = new Map<string, number>();
  return (name, message) => {
    const key = `${name} ${likenessOf(message)}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > LOGGED_ERRORS;
  };
}

/** How the waits between the tries of a request grow, where its handler says. */
function backoffOf({ handler: { usualBackoff } }: Exchange): Omit<UsualWait, 'random'> {
  return { backoffFactor: usualBackoff?.factor, longestBackoffSeconds: usualBackoff?.longestSeconds };
}

/** A new token changes nothing for a host that did not get the present one. */
function withoutRefresh(resolution: Resolution, response: HttpResponse | undefined): Resolution {
  const isRefused = resolution.action === 'REFRESH_TOKEN_THEN_RETRY' && response?.request.withheld !== undefined;
  return isRefused ? { ...resolution, action: 'FAIL' } : resolution;
}

const SIGNALS: Partial<Record<ResponseAction, new (message: string) => Error>> = {
  RESET_PAGINATION: PaginationResetNeeded,
  REDUCE_PAGE_SIZE: PageSizeTooLarge,
  SPLIT_REQUEST_WINDOW: WindowTooLarge,
};

interface WatchedExchange extends Exchange {
  readonly purpose: Purpose;
}

/** What an exchange was for, once it is known what is made of it. */
function purposeOf({ purpose, name }: WatchedExchange, action: ResponseAction): Purpose {
  if (action === 'REDUCE_PAGE_SIZE') return refusedPurpose(purpose, name, 'page');
  return action === 'SPLIT_REQUEST_WINDOW' ? refusedPurpose(purpose, name, 'window') : purpose;
}

function throwSignal({ action, response, resolution }: SendResult): void {
  const Signal = SIGNALS[action];
  if (Signal === undefined) return;
  response?.discard();
  throw new Signal(resolution.message ?? '');
}

/** Refused credentials end the request whose token was to be refreshed. */
function toRefreshFailure(error: unknown): never {
  if (error instanceof ConfigError) throw new RequestFailure(error.message, 'config_error', error.internalMessage);
  throw error;
}

/** The failure of a request in the user's words, with the API's own. */
function toRequestError(error: unknown, { name, shownBodyCharacters }: Exchange, secrets: Secrets): unknown {
  if (error instanceof TransportError) return transportFailure(error);
  if (!(error instanceof RequestFailure)) return error;
  const failureType = error.outcome?.error && isUsersFault(error.outcome.error) ? 'config_error' : error.failureType;
  const failure = failureOf(failureType, withApiMessage(error, secrets, shownBodyCharacters), {
    internalMessage: error.internalMessage,
    cause: error,
    ...(name === '' ? {} : { stream: { name } }),
  });
  return failure;
}

/** The message with the request it is about and what the API itself said, both redacted. */
function withApiMessage({ message, outcome }: RequestFailure, secrets: Secrets, shownBodyCharacters: number | undefined): string {
  const response = outcome?.response;
  if (response === undefined) return message;
  const { method, url } = response.request;
  const asked = `${message} Request: ${method} ${secrets.redactUrl(url)}.${withheldHint(response)}`;
  if (!response.loaded || shownBodyCharacters === 0) return asked;
  if (shownBodyCharacters !== undefined) return `${asked} Response: ${shortened(secrets.redact(response.text), shownBodyCharacters)}`;
  const said = apiMessageOf(response, secrets);
  return said === undefined || message.includes(said) ? asked : `${asked} The API said: ${said}`;
}

/** The beginning of the API's own message in a loaded error response, redacted; undefined when it has none, or none that may be shown. */
export function apiMessageOf(response: HttpResponse, { redact }: Pick<Secrets, 'redact'>): string | undefined {
  const said = response.request.hidesAnswer ? undefined : errorMessageOf(response);
  return said ? excerptOf(said, LONGEST_API_MESSAGE, redact) : undefined;
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}... (${text.length} characters)` : text;
}

/** How far ahead a rate limit may be reset, whatever the guard of waits says: declared rates hold even where retries do not wait. */
const LONGEST_RESET_SECONDS = 86_400;
const LONGEST_API_MESSAGE = 500;
