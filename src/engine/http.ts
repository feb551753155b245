import type { AdaptiveRate } from '../http/adaptive-rate.ts';
import { type BudgetOptions, type CallBudget, createCallBudget } from '../http/budget.ts';
import type { ResponseCache } from '../http/cache.ts';
import { type CookieJar, createCookieJar } from '../http/cookies.ts';
import { errorMessageOf } from '../http/error-message.ts';
import { TransportError } from '../http/errors.ts';
import type { HostPauses, Waiting } from '../http/pauses.ts';
import type { RedirectOptions } from '../http/redirects.ts';
import { buildRequest, type HttpRequest, type RequestParts } from '../http/request.ts';
import type { HttpResponse } from '../http/response.ts';
import { RequestFailure, type ResponseAction, type SendResult, sendWithRetries } from '../http/retry.ts';
import type { RetryBudget } from '../http/retry-budget.ts';
import { composeSender } from '../http/sender.ts';
import type { Send } from '../http/transport.ts';
import { excerptOf } from '../lib/excerpt.ts';
import { looksSecret, type Secrets } from '../lib/secrets.ts';
import { ConfigError, type Failure, SystemError, TransientError } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';
import type { Authenticator, ErrorHandler } from './kinds.ts';

export { type BudgetOptions, type CallRatePolicy, matchesRequest, type Rate, type RequestMatcher } from '../http/budget.ts';
export { HttpHeaders } from '../http/headers.ts';
export type { HttpRequest, RequestParts } from '../http/request.ts';
export { HttpResponse } from '../http/response.ts';
export type { Outcome, RefreshOutcome, Resolution, ResponseAction } from '../http/retry.ts';
export { joinUrl, type Params } from '../http/url.ts';
export { errorMessageOf, TransportError };

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
  /** Makes the request of each attempt, with the credentials of that moment. */
  readonly prepare: () => Promise<RequestParts>;
  readonly handler: ErrorHandler;
  readonly authenticator?: Authenticator | undefined;
  /** What the responses so far have asked to be sent back. */
  readonly cookies?: CookieJar | undefined;
  /** Answers from the responses of this run where it can. */
  readonly useCache?: boolean;
  /** Gives the body as it arrives, unless the handler must look into it. */
  readonly stream?: boolean;
  readonly connectTimeoutMs?: number | undefined;
  readonly readTimeoutMs?: number | undefined;
  readonly tcpKeepAlive?: boolean;
  /** Treats rate limits as failures that end in giving up. */
  readonly exitOnRateLimit?: boolean;
  /** Costs no call of the budget, as requests for tokens do. */
  readonly outsideBudget?: boolean;
}

/** The rates that the API allows, without the clock that they are kept by. */
export type BudgetRules = Omit<BudgetOptions, keyof Waiting>;

/** The HTTP side of a run. */
export interface Http {
  /**
   * Sends a request until it succeeds; null when the handler ignores a failure without a response.
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
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly onRateLimited: (name: string) => void;
  /** False where failures are shown rather than repeated. */
  readonly retries: boolean;
  /** How fast requests to a host may follow each other; as fast as they come unless told. */
  readonly rate?: AdaptiveRate | undefined;
  /** What the whole run may repeat; without a bound unless told. */
  readonly retryBudget?: RetryBudget | undefined;
  /** The longest wait before a request is repeated; without a bound unless told. */
  readonly maxWaitSeconds?: number;
  /** Whether credentials go along when the API redirects to another host, but for those of which Python's requests knows. */
  readonly keepsRedirectedCredentials?: boolean;
}

/** The HTTP side of a run over a transport. */
export function createHttp(options: HttpOptions): Http {
  const { log, secrets, signal } = options;
  const redact = (text: string): string => secrets.redact(text);
  const waiting: Waiting = { now: options.nowMs, sleep: options.sleep };
  let budget: CallBudget | undefined;

  async function attempt(exchange: Exchange): Promise<SendResult> {
    const { handler, authenticator } = exchange;
    const hasOther = authenticator?.hasOtherCredential;
    const refresh = authenticator?.refresh;
    const send = composeSender({
      send: options.transport,
      budget: exchange.outsideBudget ? undefined : budget,
      cookies: exchange.cookies,
      cache: exchange.useCache ? options.cache : undefined,
      redirects: options.keepsRedirectedCredentials === true ? { redact } : { redact, ...credentialTests(secrets) },
    });
    return sendWithRetries({
      send: async (request, sendOptions) => {
        const response = await send(request, sendOptions);
        if (!response.fromCache) authenticator?.observe?.(request, response);
        return response;
      },
      request: async () => {
        const request = buildRequest(await exchange.prepare());
        return authenticator?.sign === undefined ? request : authenticator.sign(request);
      },
      interpret: async (outcome) => {
        if (outcome.response !== undefined && (handler.readsBody || outcome.response.status >= 400)) await outcome.response.load();
        return handler.interpret(outcome);
      },
      backoffSeconds: (outcome, count) => handler.backoffSeconds(outcome, count) ?? null,
      maxRetries: options.retries ? (handler.maxRetries ?? 5) : 0,
      maxWaitSeconds: options.maxWaitSeconds ?? Number.POSITIVE_INFINITY,
      exitOnRateLimit: exchange.exitOnRateLimit ?? false,
      ...(refresh === undefined ? {} : { refresh: (sent: HttpRequest) => refresh(sent).catch(toRefreshFailure) }),
      ...(hasOther === undefined ? {} : { hasOtherCredential: (sent: HttpRequest) => hasOther(sent) }),
      onRateLimited: () => options.onRateLimited(exchange.name),
      log: (level, message) => log[level](message),
      redact,
      pauses: options.pauses,
      ...(options.rate === undefined ? {} : { rate: options.rate }),
      ...(options.retryBudget === undefined ? {} : { budget: options.retryBudget }),
      stream: exchange.stream ?? false,
      random: options.random,
      ...waiting,
      options: {
        signal,
        ...(exchange.connectTimeoutMs === undefined ? {} : { connectTimeoutMs: exchange.connectTimeoutMs }),
        ...(exchange.readTimeoutMs === undefined ? {} : { readTimeoutMs: exchange.readTimeoutMs }),
      },
    });
  }

  return {
    cookieJar: () => createCookieJar(options.nowMs),
    useBudget(rules) {
      budget = createCallBudget({ ...rules, ...waiting });
    },
    async send(exchange) {
      try {
        const result = await attempt(exchange);
        throwSignal(result);
        return result.response;
      } catch (error) {
        throw toRequestError(error, exchange.name, secrets);
      }
    },
  };
}

/** Says which headers and bodies hold credentials: by a name that says so, or by a secret that is known. */
function credentialTests({ redact }: Secrets): Pick<RedirectOptions, 'isCredential' | 'holdsCredential'> {
  const holdsCredential = (text: string): boolean => redact(text) !== text;
  return { isCredential: (name, value) => looksSecret(name) || holdsCredential(value), holdsCredential };
}

const SIGNALS: Partial<Record<ResponseAction, new (message: string) => Error>> = {
  RESET_PAGINATION: PaginationResetNeeded,
  REDUCE_PAGE_SIZE: PageSizeTooLarge,
  SPLIT_REQUEST_WINDOW: WindowTooLarge,
};

function throwSignal({ action, response, resolution }: SendResult): void {
  const Signal = SIGNALS[action];
  if (Signal === undefined) return;
  response?.discard();
  throw new Signal(resolution.message ?? '');
}

const FAILURES = { config_error: ConfigError, transient_error: TransientError, system_error: SystemError } as const;

/** Refused credentials end the request whose token was to be refreshed. */
function toRefreshFailure(error: unknown): never {
  if (error instanceof ConfigError) throw new RequestFailure(error.message, 'config_error', error.internalMessage);
  throw error;
}

const USERS_FAULTS: ReadonlySet<TransportError['kind']> = new Set([
  'invalid_url',
  'missing_schema',
  'invalid_schema',
  'invalid_header',
  'forbidden_address',
  'forbidden_redirect',
]);

/** Whether the request itself is wrong, which comes of the config or of the manifest. */
function isUsersFault({ kind }: TransportError): boolean {
  return USERS_FAULTS.has(kind);
}

/** A failure below HTTP as it is told to the user, such as that of a body which breaks off after its first records were read. */
export function transportFailure(error: TransportError): Failure {
  if (isUsersFault(error)) return new ConfigError(error.message, { cause: error });
  return new (error.permanent ? SystemError : TransientError)(error.message, { cause: error });
}

/** The failure of a request in the user's words, with the API's own. */
function toRequestError(error: unknown, name: string, secrets: Secrets): unknown {
  if (error instanceof TransportError) return transportFailure(error);
  if (!(error instanceof RequestFailure)) return error;
  const failureType = error.outcome?.error && isUsersFault(error.outcome.error) ? 'config_error' : error.failureType;
  const failure: Failure = new FAILURES[failureType](withApiMessage(error, secrets), {
    internalMessage: error.internalMessage,
    cause: error,
    ...(name === '' ? {} : { stream: { name } }),
  });
  return failure;
}

/** The message with the request it is about and what the API itself said, both redacted. */
function withApiMessage({ message, outcome }: RequestFailure, secrets: Secrets): string {
  const response = outcome?.response;
  if (response === undefined) return message;
  const { method, url } = response.request;
  const said = response.loaded ? errorMessageOf(response) : undefined;
  const asked = `Request: ${method} ${secrets.redactUrl(url)}.`;
  return !said || message.includes(said)
    ? `${message} ${asked}`
    : `${message} ${asked} The API said: ${excerptOf(said, LONGEST_API_MESSAGE, secrets.redact)}`;
}

const LONGEST_API_MESSAGE = 500;
