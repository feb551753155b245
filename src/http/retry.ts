import { excerptOf } from '../lib/excerpt.ts';
import type { AdaptiveRate } from './adaptive-rate.ts';
import { errorMessageOf } from './error-message.ts';
import { TransportError } from './errors.ts';
import { type HostPauses, hostOf, type Waiting } from './pauses.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';
import { rateLimitResetSeconds, retryAfterSeconds } from './retry-after.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Send, SendOptions } from './transport.ts';

/** Who has to act on a failure. */
export type FailureType = 'config_error' | 'system_error' | 'transient_error';

// parity: error_handlers/response_models.py:ResponseAction
/** What is done about a response or a failure. */
export type ResponseAction =
  | 'SUCCESS'
  | 'RETRY'
  | 'FAIL'
  | 'IGNORE'
  | 'RESET_PAGINATION'
  | 'RATE_LIMITED'
  | 'REFRESH_TOKEN_THEN_RETRY'
  | 'REDUCE_PAGE_SIZE'
  | 'SPLIT_REQUEST_WINDOW';

/** An error handler's verdict; `failureType` and `message` are used when the request fails for good. */
export interface Resolution {
  action: ResponseAction;
  /** Whether an ignored response counts as none: it has no records, and no page comes after it. */
  dropsResponse?: boolean;
  failureType?: FailureType | null;
  message?: string | null;
}

/** What one attempt came to: a response, or the error that took its place. */
export type Outcome =
  | { readonly response: HttpResponse; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: TransportError };

type RetryAction = 'RETRY' | 'RATE_LIMITED' | 'REFRESH_TOKEN_THEN_RETRY';

/** How a request ended without failing; `response` is null where a failure was ignored. */
export interface SendResult {
  action: Exclude<ResponseAction, RetryAction | 'FAIL'>;
  response: HttpResponse | null;
  resolution: Resolution;
}

/** A request that failed for good. `message` is for the user, `internalMessage` holds the details; both are redacted. */
export class RequestFailure extends Error {
  readonly failureType: FailureType;
  readonly internalMessage: string;
  readonly outcome: Outcome | undefined;

  constructor(message: string, failureType: FailureType, internalMessage = message, outcome?: Outcome) {
    super(message, { cause: outcome?.error });
    this.name = 'RequestFailure';
    this.failureType = failureType;
    this.internalMessage = internalMessage;
    this.outcome = outcome;
  }
}

/** What a token refresh came to: a new token, one that somebody else got already, or a refusal of the credentials. */
export type RefreshOutcome = 'refreshed' | 'already_replaced' | 'rejected';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface RetryInput extends Waiting {
  send: Send;
  /** Builds the request of the next attempt, with the credentials of that moment. */
  request: () => HttpRequest | Promise<HttpRequest>;
  interpret: (outcome: Outcome) => Resolution | Promise<Resolution>;
  /** The wait that the manifest's strategies ask for, in seconds; null or 0 when they have no answer. */
  backoffSeconds?: ((outcome: Outcome, attempt: number) => number | null) | undefined;
  /** Default 5. */
  maxRetries?: number | undefined;
  /** What the waits that nobody states are multiplied by; default 1. */
  backoffFactor?: number | undefined;
  /** The longest of those waits. */
  longestBackoffSeconds?: number | undefined;
  /** When repeated failures (rate limits apart) end in giving up, in seconds; default 600. */
  maxTimeSeconds?: number | undefined;
  /** The longest single wait, whoever asks for it; without a bound unless told. */
  maxWaitSeconds?: number | undefined;
  /** Whether somebody waits for the answer: then a connection that cannot be made is tried once more, soon, and no longer. */
  isAwaited?: boolean | undefined;
  /** The date, in epoch milliseconds, for headers that name one; `now` unless told, which only goes on. */
  epochMs?: (() => number) | undefined;
  /** Counts rate limits against the time bound too. */
  exitOnRateLimit?: boolean | undefined;
  /** Gets a new token; a RequestFailure with a config error that it throws ends the request, other errors do not. */
  refresh?: ((sent: HttpRequest) => Promise<RefreshOutcome>) | undefined;
  /** True when the next attempt would use other credentials than `sent`, which are not rate limited. */
  hasOtherCredential?: ((sent: HttpRequest) => boolean) | undefined;
  /** Told each time the API limits the rate. */
  onRateLimited?: (() => void) | undefined;
  log?: ((level: LogLevel, message: string) => void) | undefined;
  redact?: ((text: string) => string) | undefined;
  /** Pauses that the requests to a host share. */
  pauses?: HostPauses | undefined;
  /** How fast requests to a host may follow each other. */
  rate?: AdaptiveRate | undefined;
  /** What the whole run may repeat; rate limits cost nothing. */
  budget?: RetryBudget | undefined;
  /** Leaves the body to be streamed by the caller; otherwise it is loaded here, so that a body that breaks off is retried. */
  stream?: boolean | undefined;
  /** Bytes of a streamed body that are loaded here all the same, and asked for again when it breaks off within them. */
  beginning?: number | undefined;
  /** A number in [0, 1) for the jitter. */
  random?: (() => number) | undefined;
  options?: SendOptions | undefined;
}

/** How often a request is repeated unless told. */
export const DEFAULT_MAX_RETRIES = 5;
const DEFAULT_MAX_TIME_SECONDS = 600;
const EXTRA_WAIT_SECONDS = 1;
const OTHER_CREDENTIAL_WAIT_SECONDS = 0.1;
const LONGEST_ASKED_SECONDS = 10_800;
/** How often a connection is tried again that is not likely to come about, and after how long. */
const UNLIKELY_RETRIES = 1;
const UNLIKELY_WAIT_SECONDS = 1;
const DAY_SECONDS = 86_400;
const JITTER = 0.25;

/** Seconds to wait before a try that nobody states the time of: twice as long each time, and a little more by chance. */
export function usualWait(
  tries: number,
  { backoffFactor = 1, longestBackoffSeconds = Number.POSITIVE_INFINITY, random }: UsualWait,
): number {
  return Math.min(backoffFactor * 2 ** (tries - 1), longestBackoffSeconds) * (1 + JITTER * random());
}

/** How waits grow. */
export interface UsualWait {
  readonly backoffFactor?: number | undefined;
  readonly longestBackoffSeconds?: number | undefined;
  /** A number in [0, 1). */
  readonly random: () => number;
}

const SHOWN_BODY_CHARS = 2_000;
const RETRY_ACTIONS: ReadonlySet<ResponseAction> = new Set(['RETRY', 'RATE_LIMITED', 'REFRESH_TOKEN_THEN_RETRY']);
const RETRIED_BUILD_ERRORS = new Set([
  'ConnectTimeout',
  'ReadTimeout',
  'ConnectionError',
  'ProxyError',
  'SSLError',
  'ChunkedEncodingError',
]);

// One attempt that is to be repeated; it rises to the layer that waits for its kind.
class Backoff extends Error {
  readonly layer: Layer;
  readonly seconds: number;
  readonly failureType: FailureType | null;
  readonly outcome: Outcome;
  readonly isRateLimit: boolean;

  constructor(layer: Layer, seconds: number, resolution: Resolution, message: string, outcome: Outcome, isRateLimit: boolean) {
    super(message);
    this.layer = layer;
    this.seconds = seconds;
    this.failureType = resolution.failureType ?? null;
    this.outcome = outcome;
    this.isRateLimit = isRateLimit;
  }
}

type Layer = 'stated' | 'rateLimit' | 'default';

// parity: http_client.py:HttpClient._send_with_retry
/**
 * Sends a request until it succeeds, is ignored or given up. Three layers wait, each with its own count: waits that strategies state,
 * exponential waits for rate limits, exponential waits bounded in time for the rest. A failure that no repetition can mend is not
 * repeated. Throws RequestFailure, TransportError `aborted`, or what `request` threw.
 */
export async function sendWithRetries(input: RetryInput): Promise<SendResult> {
  const run = new RetryRun(input);
  const startedAt = input.now();
  try {
    return await run.attempt();
  } catch (error) {
    return repeat(run, startedAt, error);
  }
}

/** Goes on after the first attempt, which most requests end with: as if it had been made within the layers. */
async function repeat(run: RetryRun, startedAt: number, firstError: unknown): Promise<SendResult> {
  let first: { readonly error: unknown } | undefined = { error: firstError };
  const attempt = async (): Promise<SendResult> => {
    if (first === undefined) return run.attempt();
    const { error } = first;
    first = undefined;
    throw error;
  };
  const layer = (name: Layer, call: () => Promise<SendResult>) => run.layer(name, call, first === undefined ? undefined : startedAt);
  try {
    return await layer('default', () => layer('rateLimit', () => layer('stated', attempt)));
  } catch (error) {
    throw error instanceof Backoff ? run.exhausted(error) : error;
  }
}

class RetryRun {
  readonly #input: RetryInput;
  readonly #maxTries: number;
  readonly #maxTimeSeconds: number;
  readonly #maxWaitSeconds: number;
  #attempts = 0;
  #tokenRefreshed: boolean | undefined;
  #unlikelyRetries = 0;

  constructor(input: RetryInput) {
    this.#input = input;
    this.#maxTries = Math.max(0, input.maxRetries ?? DEFAULT_MAX_RETRIES) + 1;
    this.#maxTimeSeconds = input.maxTimeSeconds ?? DEFAULT_MAX_TIME_SECONDS;
    this.#maxWaitSeconds = input.maxWaitSeconds ?? Number.POSITIVE_INFINITY;
  }

  // parity: http/rate_limiting.py, backoff._sync.retry_exception
  async layer(layer: Layer, call: () => Promise<SendResult>, startedAt = this.#input.now()): Promise<SendResult> {
    const maxTimeSeconds = layer === 'rateLimit' ? Number.POSITIVE_INFINITY : this.#maxTimeSeconds;
    for (let tries = 1; ; tries++) {
      const elapsed = (this.#input.now() - startedAt) / 1000;
      try {
        return await call();
      } catch (error) {
        if (!belongsTo(layer, error)) throw error;
        if (tries === this.#maxTries || elapsed >= maxTimeSeconds) throw error;
        if (this.#isUnlikely(error) && this.#unlikelyRetries++ >= UNLIKELY_RETRIES) throw error;
        const isFree = error instanceof Backoff && error.isRateLimit;
        if (!isFree && this.#input.budget?.take() === false) throw this.#outOfBudget(error);
        const asked = this.#waitSeconds(layer, error, tries, maxTimeSeconds - elapsed);
        const seconds = Math.min(asked, this.#maxWaitSeconds);
        this.#logWait(layer, error, tries, seconds);
        if (seconds < asked) this.#tellOfCeiling(asked);
        await this.#input.sleep(seconds * 1000, this.#input.options?.signal);
      }
    }
  }

  // parity: http_client.py:HttpClient._send
  async attempt(): Promise<SendResult> {
    const request = await this.#input.request();
    const { pauses, rate, options } = this.#input;
    if (pauses !== undefined && pauses.remaining(request.url) > 0) await pauses.ready(request.url, options?.signal);
    if (rate !== undefined) await rate.ready(request.url, options?.signal);
    this.#attempts++;
    const outcome = await this.#exchange(request);
    if (outcome.error?.kind === 'aborted') throw outcome.error;
    if (outcome.error?.refused) throw new RequestFailure(outcome.error.message, 'config_error', outcome.error.message, outcome);
    const [final, resolution] = await this.#interpret(outcome);
    return this.#settle(request, final, resolution);
  }

  exhausted(error: Backoff): RequestFailure {
    this.#log('error', `Retries exhausted: ${error.message}`);
    if (this.#isUnlikely(error)) {
      return new RequestFailure(error.message, error.failureType ?? 'system_error', undefined, error.outcome);
    }
    if (error.outcome.response?.status === 429) {
      return new RequestFailure(
        'API rate limit exceeded.',
        'transient_error',
        `Rate limit retry budget exhausted. Last exception: ${error.message}`,
        error.outcome,
      );
    }
    return new RequestFailure(
      `Exhausted available request attempts. Please see logs for more details. Exception: ${error.message}`,
      error.failureType ?? 'system_error',
      `Exhausted available request attempts. Exception: ${error.message}`,
      error.outcome,
    );
  }

  async #exchange(request: HttpRequest): Promise<Outcome> {
    try {
      const response = await this.#input.send(request, { ...this.#input.options, attempt: this.#attempts });
      if (!this.#input.stream) await response.load();
      else if (this.#input.beginning !== undefined) await response.begin(this.#input.beginning);
      return { response };
    } catch (error) {
      if (error instanceof TransportError) return { error };
      throw error;
    }
  }

  // A handler may load the body of a streamed response, and the body may break off then.
  async #interpret(outcome: Outcome): Promise<[Outcome, Resolution]> {
    try {
      return [outcome, await this.#input.interpret(outcome)];
    } catch (error) {
      if (!(error instanceof TransportError) || error.kind === 'aborted' || !outcome.response) throw error;
      const broken: Outcome = { error };
      return [broken, await this.#input.interpret(broken)];
    }
  }

  // parity: http_client.py:HttpClient._handle_error_resolution
  async #settle(request: HttpRequest, outcome: Outcome, resolution: Resolution): Promise<SendResult> {
    const action = outcome.error?.permanent && RETRY_ACTIONS.has(resolution.action) ? 'FAIL' : resolution.action;
    if (action !== 'FAIL' && !RETRY_ACTIONS.has(action) && outcome.response !== undefined) this.#sawSuccess(request);
    switch (action) {
      case 'FAIL':
        throw await this.#failed(request, outcome, resolution);
      case 'RETRY':
        throw this.#backoff(request, outcome, resolution, action);
      case 'RATE_LIMITED':
        this.#input.onRateLimited?.();
        throw this.#backoff(request, outcome, resolution, action);
      case 'REFRESH_TOKEN_THEN_RETRY':
        await this.#refreshToken(request, outcome, resolution);
        throw this.#backoff(request, outcome, resolution, action);
      case 'IGNORE':
        this.#log('info', resolution.message || `Ignoring response for ${this.#name(request)} with ${describeOutcome(outcome)}`);
        return { action, response: outcome.response ?? null, resolution };
      case 'SUCCESS':
        return { action, response: outcome.response ?? null, resolution };
      default:
        outcome.response?.discard();
        return { action, response: outcome.response ?? null, resolution };
    }
  }

  #sawSuccess({ url }: HttpRequest): void {
    this.#input.budget?.sawSuccess();
    this.#input.rate?.sawSuccess(url);
  }

  #outOfBudget(error: unknown): RequestFailure {
    const text = error instanceof Error ? error.message : String(error);
    return new RequestFailure(
      `So many requests failed in this run that none is repeated any more, as the guard retry_budget says. The last one: ${this.#redact(text)}`,
      'transient_error',
      undefined,
      error instanceof Backoff ? error.outcome : undefined,
    );
  }

  #backoff(request: HttpRequest, outcome: Outcome, resolution: Resolution, action: RetryAction): Backoff {
    const limited = action === 'RATE_LIMITED';
    const message = this.#redact(
      resolution.message ||
        `Request to ${request.url} failed with failure type ${resolution.failureType ?? 'none'}, response action ${action}.`,
    );
    const stated = this.#isUnlikelyOutcome(outcome) ? null : this.#statedSeconds(request, outcome, limited);
    const asked = this.#askedSeconds(outcome);
    outcome.response?.discard();
    const isRateLimit = limited || outcome.response?.status === 429;
    if (stated) return new Backoff('stated', stated, resolution, message, outcome, isRateLimit);
    if (asked > 0) this.#pauseHost(request, asked);
    else if (isRateLimit) this.#slowDown(request);
    const layer = limited && !this.#input.exitOnRateLimit ? 'rateLimit' : 'default';
    return new Backoff(layer, asked, resolution, message, outcome, isRateLimit);
  }

  #slowDown(request: HttpRequest): void {
    const rate = this.#input.rate?.sawLimit(request.url);
    if (rate !== undefined)
      this.#log('info', `${hostOf(request.url)} limits the rate of requests: it gets ${Number(rate.toFixed(2))} a second for now.`);
  }

  /** Whether a failure is one of making a connection that another try seldom mends. */
  #isUnlikely(error: unknown): boolean {
    return error instanceof Backoff
      ? this.#isUnlikelyOutcome(error.outcome)
      : error instanceof TransportError && this.#isUnlikelyOutcome({ error });
  }

  #isUnlikelyOutcome({ error }: Outcome): boolean {
    return error?.kind === 'certificate' || (this.#input.isAwaited === true && error?.unconnected === true);
  }

  // The wait that the server asks for; one that is too long to be waited for counts as none.
  #askedSeconds({ response }: Outcome): number {
    if (!response) return 0;
    const now = this.#input.epochMs?.() ?? this.#input.now();
    const reset = response.status === 429 ? rateLimitResetSeconds(response.headers, now) : null;
    const seconds = retryAfterSeconds(response.headers, now) ?? reset ?? 0;
    if (seconds <= LONGEST_ASKED_SECONDS) return seconds;
    this.#log(
      'warn',
      `The API asks to wait for ${lengthOf(seconds)}, longer than ${lengthOf(LONGEST_ASKED_SECONDS)}: it is not waited for that long.`,
    );
    return 0;
  }

  // The wait that does not come from us: the strategies' (which pauses the host when the rate is limited), or none to speak of for other credentials.
  #statedSeconds(request: HttpRequest, outcome: Outcome, limited: boolean): number | null {
    if (limited && this.#input.hasOtherCredential?.(request)) {
      this.#log(
        'info',
        'Rate limited on the current credential; retrying with another one instead of waiting for the rate limit to reset.',
      );
      return OTHER_CREDENTIAL_WAIT_SECONDS;
    }
    const seconds = this.#input.backoffSeconds?.(outcome, this.#attempts) ?? null;
    if (seconds && limited) this.#pauseHost(request, seconds + EXTRA_WAIT_SECONDS);
    return seconds;
  }

  #pauseHost(request: HttpRequest, seconds: number): void {
    this.#input.pauses?.pause(request.url, Math.min(seconds, this.#maxWaitSeconds) * 1000);
  }

  #waitSeconds(layer: Layer, error: unknown, tries: number, remaining: number): number {
    if (this.#isUnlikely(error)) return UNLIKELY_WAIT_SECONDS;
    if (layer === 'stated') return (error as Backoff).seconds + EXTRA_WAIT_SECONDS;
    const jittered = usualWait(tries, { ...this.#input, random: this.#input.random ?? Math.random });
    const asked = error instanceof Backoff ? error.seconds : 0;
    return Math.min(Math.max(jittered, asked), remaining);
  }

  #logWait(layer: Layer, error: unknown, tries: number, seconds: number): void {
    const shown = Math.round(seconds * 1000) / 1000;
    const text = error instanceof Error ? error.message : String(error);
    if (layer === 'stated') {
      const status = error instanceof Backoff && error.outcome.response ? ` (HTTP ${error.outcome.response.status})` : '';
      this.#log('info', `${text}${status} Retrying in ${shown} seconds, as the backoff strategy says.`);
    } else {
      this.#log('info', `Caught retryable error '${text}' after ${tries} tries. Waiting ${shown} seconds then retrying...`);
    }
  }

  /** Says that a wait was cut short; where the guard allows less than a day, whoever set it knows. */
  #tellOfCeiling(asked: number): void {
    if (asked <= DAY_SECONDS) return;
    this.#log(
      'warn',
      `A wait of ${lengthOf(asked)} was asked for; it is cut short, as the guard max_wait says. The API or the backoff strategy may mean another unit.`,
    );
  }

  async #failed(request: HttpRequest, outcome: Outcome, resolution: Resolution): Promise<RequestFailure> {
    const details = this.#redact(await this.#failureDetails(request, outcome));
    this.#log('error', details);
    return new RequestFailure(this.#redact(resolution.message || details), resolution.failureType ?? 'system_error', details, outcome);
  }

  async #failureDetails(request: HttpRequest, outcome: Outcome): Promise<string> {
    const { response, error } = outcome;
    if (!response) return `${this.#name(request)} failed with exception: '${error.message}'`;
    if (request.hidesAnswer) return `${this.#name(request)} failed with status code '${response.status}'; what the API said is hidden.`;
    try {
      await response.load();
    } catch (cause) {
      if (!(cause instanceof TransportError)) throw cause;
      return `${this.#name(request)} failed with status code '${response.status}' and its body could not be read: '${cause.message}'`;
    }
    const body = request.body === null ? 'None' : this.#shorten(String(request.body));
    return (
      `${this.#name(request)} failed with status code '${response.status}' and error message: '${this.#shorten(errorMessageOf(response) ?? 'None')}'. ` +
      `Request (body): '${body}'. Response (body): '${this.#shorten(response.text)}'. ` +
      `Response (headers): '${JSON.stringify(response.headers.toObject())}'.`
    );
  }

  async #refreshToken(request: HttpRequest, outcome: Outcome, resolution: Resolution): Promise<void> {
    const rejected = `${this.#name(request)} was rejected with ${describeOutcome(outcome)}`;
    if (this.#tokenRefreshed !== undefined) throw this.#rejectedAgain(rejected, this.#tokenRefreshed, outcome, resolution);
    if (!this.#input.refresh) {
      this.#log(
        'warn',
        'REFRESH_TOKEN_THEN_RETRY action received but authenticator does not support token refresh. Proceeding with normal retry.',
      );
      return;
    }
    this.#tokenRefreshed = false;
    const result = await this.#tryRefresh(request);
    if (result === 'rejected') {
      const details = this.#redact(`${rejected} and the OAuth token endpoint rejected the refresh request`);
      this.#log('error', details);
      throw new RequestFailure('OAuth token refresh request is rejected by the token endpoint.', 'config_error', details, outcome);
    }
    this.#tokenRefreshed = result !== 'failed';
  }

  async #tryRefresh(request: HttpRequest): Promise<RefreshOutcome | 'failed'> {
    try {
      const result = (await this.#input.refresh?.(request)) ?? 'failed';
      if (result === 'refreshed') this.#log('info', 'Refreshed OAuth token due to REFRESH_TOKEN_THEN_RETRY response action');
      if (result === 'already_replaced') {
        this.#log(
          'info',
          'OAuth token was already replaced since this request was sent; retrying with the current token without refreshing again.',
        );
      }
      return result;
    } catch (error) {
      if (error instanceof RequestFailure && error.failureType === 'config_error') throw error;
      const text = error instanceof Error ? error.message : String(error);
      this.#log('warn', `Failed to refresh OAuth token: ${this.#redact(text)}. Proceeding with retry using existing token.`);
      return 'failed';
    }
  }

  #rejectedAgain(rejected: string, refreshed: boolean, outcome: Outcome, resolution: Resolution): RequestFailure {
    const details = this.#redact(
      `${rejected} ${refreshed ? 'again after the OAuth token was refreshed' : 'and the OAuth token could not be refreshed'}; not refreshing again.` +
        (resolution.message ? ` Error handler message: '${resolution.message}'` : ''),
    );
    this.#log('error', details);
    return refreshed
      ? new RequestFailure('Refreshed OAuth access token is rejected by the API.', 'config_error', details, outcome)
      : new RequestFailure('API rejects the current OAuth access token and the token refresh failed.', 'transient_error', details, outcome);
  }

  #name(request: HttpRequest): string {
    return `'${request.method}' request to '${this.#redact(request.url)}'`;
  }

  #redact(text: string): string {
    return this.#input.redact ? this.#input.redact(text) : text;
  }

  #shorten(text: string): string {
    const shown = excerptOf(text, SHOWN_BODY_CHARS, (all) => this.#redact(all));
    return text.length > SHOWN_BODY_CHARS ? `${shown} (${text.length} characters)` : shown;
  }

  #log(level: LogLevel, message: string): void {
    this.#input.log?.(level, this.#redact(message));
  }
}

/** A length of time as people read it, in hours or days. */
function lengthOf(seconds: number): string {
  const [count, unit] = seconds < DAY_SECONDS ? [seconds / 3600, 'hours'] : [seconds / DAY_SECONDS, 'days'];
  return `${Math.round(count * 10) / 10} ${unit}`;
}

function belongsTo(layer: Layer, error: unknown): boolean {
  if (error instanceof Backoff) return error.layer === layer;
  return layer === 'default' && error instanceof TransportError && RETRIED_BUILD_ERRORS.has(error.exceptionName);
}

function describeOutcome({ response, error }: Outcome): string {
  return response ? `status code '${response.status}'` : `exception '${error.message}'`;
}
