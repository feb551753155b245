import { createHttp, type Http } from '../engine/http.ts';
import { createAdaptiveRate } from '../http/adaptive-rate.ts';
import { createCloudGuard } from '../http/address-guard.ts';
import { createResponseCache } from '../http/cache.ts';
import { DEFAULT_BODY_LIMITS } from '../http/content-encoding.ts';
import { combineObservers, type ExchangeObserver } from '../http/exchange-log.ts';
import { createHostPauses } from '../http/pauses.ts';
import { proxySecrets, readProxySettings } from '../http/proxy.ts';
import { createRetryBudget } from '../http/retry-budget.ts';
import { type AddressGuard, createTransport } from '../http/transport.ts';
import { isCloud } from './guard-ceilings.ts';
import type { CommandOptions } from './program.ts';
import type { RequestSettings } from './run.ts';
import type { Session } from './session.ts';
import { userAgent } from './version.ts';

/** The way in which a run sends its requests; its connections are closed when the command ends. */
export function createRequests(
  { log, secrets, options, onEnd, observer, world = {} }: Session,
  { limits, guards, signal, now, steady, sleep, onRateLimited, origins }: RequestSettings,
): Http {
  for (const secret of proxySecrets(readProxySettings(process.env))) secrets.add(secret);
  const epochMs = (): number => Number(now() / 1000n);
  const nowMs = (): number => Number(steady() / 1000n);
  const debugging: ExchangeObserver = {
    end: ({ request, status, totalMs, bytes, attempt }) =>
      log.debug(
        () =>
          `${request.method} ${secrets.redactUrl(request.url)} -> ${status} in ${Math.round(totalMs ?? 0)} ms, ${bytes} bytes, attempt ${attempt}`,
      ),
    error: ({ request, error, attempt }) =>
      log.debug(() => `${request.method} ${secrets.redactUrl(request.url)} failed: ${error?.message ?? ''} (attempt ${attempt})`),
  };
  const watching = combineObservers([debugging, ...(world.observers ?? [])]);
  const network =
    world.transport?.(watching) ??
    createTransport({
      connections: 256,
      readTimeoutMs: toTimeout(guards.silence),
      longestRequestMs: toTimeout(guards.max_request_time),
      leastBytesPerSecond: Number.isFinite(guards.min_speed) ? guards.min_speed : 0,
      bodyLimits: { ...DEFAULT_BODY_LIMITS, ratio: guards.max_expansion, heldBytes: guards.max_response_bytes },
      userAgent: userAgent(),
      redact: secrets.redact,
      observer: watching,
      ...guardOf(options, process.env),
    });
  const cache = createResponseCache({ onDiskFailure: (error) => log.warn(`Responses cannot be cached on disk: ${error.message}`) });
  onEnd(() => {
    cache.close();
    // Sockets take long to close one by one: where the process ends first, the system closes them.
    setImmediate(() => void network.close());
  });
  return createHttp({
    transport: world.wrapSend?.(network.send) ?? network.send,
    cache: limits.retries === false ? undefined : cache,
    pauses: createHostPauses({ now: nowMs, sleep }),
    log,
    secrets,
    signal,
    nowMs,
    epochMs,
    isAwaited: limits.isAwaited === true,
    sleep,
    random: Math.random,
    onRateLimited,
    onWait: world.onWait,
    retries: limits.retries !== false,
    observer,
    rate: guards.adaptive_rate === 'on' ? createAdaptiveRate({ now: nowMs, sleep }) : undefined,
    retryBudget: createRetryBudget(guards.retry_budget),
    maxWaitSeconds: guards.max_wait,
    origins,
    keepsRedirectedCredentials: guards.redirected_credentials === 'keep',
  });
}

/** What a transport may ask: everything, or https and public addresses only with `--cloud` or in an environment of Airbyte's cloud. */
export function guardOf(options: Pick<CommandOptions, 'cloud'>, environment: NodeJS.ProcessEnv): { readonly guard?: AddressGuard } {
  return isCloud(options, environment) ? { guard: createCloudGuard() } : {};
}

/** Seconds as the timeouts of the transport, for which 0 is no bound. */
function toTimeout(seconds: number): number {
  return Number.isFinite(seconds) ? Math.max(1, seconds * 1000) : 0;
}
