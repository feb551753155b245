import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { toInteger } from '../../engine/conversion.ts';
import { either, integer, list, number, type Slot, slot, slots, template, text, withDefault } from '../../engine/fields.ts';
import type { HttpRequest } from '../../engine/http.ts';
import type { QuotaStatusSource, TokenQuota } from '../../engine/kinds.ts';
import { shareByDeclaration } from '../../engine/share-by-declaration.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { DateError, type Delta, Duration, parseDuration, parseFlexibleOrUndefined } from '../../lib/time/index.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { createTokenPools, type PoolState, type TokenState } from './token-pools.ts';

const DEFAULT_WAIT = 'PT2H';

/** parity: auth/rate_limited_multiple_token.py:RateLimitedMultipleTokenAuthenticator */
export const RateLimitedMultipleTokenAuthenticator = component({
  type: 'RateLimitedMultipleTokenAuthenticator',
  kind: 'authenticator',
  summary: 'Uses several tokens in turn, each as long as it has calls left, and waits when none has.',
  example: `
    type: RateLimitedMultipleTokenAuthenticator
    tokens: "{{ config['tokens'] }}"
    quota_status_source:
      type: QuotaStatusSource
      url: https://api.example.com/rate_limit
    quotas:
      - type: TokenQuota
        name: core
        remaining_path: [resources, core, remaining]
        reset_path: [resources, core, reset]
        limit_path: [resources, core, limit]`,
  fields: () => ({
    tokens: either(template('config'), list(template('config'))),
    token_delimiter: withDefault(text(), ','),
    auth_method: withDefault(text('What stands before the token.'), 'Bearer'),
    header: withDefault(text(), 'Authorization'),
    quota_status_source: slot('quotaStatusSource', { defaultType: 'QuotaStatusSource' }),
    quotas: slots('tokenQuota', { defaultType: 'TokenQuota' }),
    max_wait_time: withDefault(template('config'), DEFAULT_WAIT),
    budget_reserve_fraction: withDefault(number(), 0.1),
    budget_min_reserve: withDefault(integer(), 50),
  }),
  build(spec, b) {
    const tokens = readTokens(b, spec.tokens, spec.token_delimiter || ',');
    for (const token of tokens) b.run.secrets.add(token);
    const [first, ...others] = b.buildAll('tokenQuota', spec.quotas, { defaultType: 'TokenQuota' });
    if (first === undefined) return b.fail('RateLimitedMultipleTokenAuthenticator needs at least one quota.', 'quotas');
    const quotas = [first, ...others] as const;
    const source = b.build('quotaStatusSource', spec.quota_status_source, { defaultType: 'QuotaStatusSource' });
    const maxWaitSeconds = readWait(b, spec.max_wait_time || DEFAULT_WAIT);
    const header = spec.header || 'Authorization';
    const prefix = `${spec.auth_method || 'Bearer'} `;

    const pools = shareByDeclaration(b, { ...spec, type: 'RateLimitedMultipleTokenAuthenticator' }, () =>
      createTokenPools({
        run: b.run,
        tokens,
        quotas,
        fetchState: compileFetch(b, source, quotas, (token) => ({ [header]: prefix + token })),
        maxWaitSeconds,
        reserveFraction: spec.budget_reserve_fraction,
        minReserve: spec.budget_min_reserve,
      }),
    );
    const tokenOf = ({ headers }: HttpRequest): string | undefined => {
      const value = headers[header];
      return value?.startsWith(prefix) ? value.slice(prefix.length).trim() : undefined;
    };
    return {
      contribute(options) {
        options.headers[header] = prefix + pools.activeToken;
      },
      async sign(request) {
        return { ...request, headers: { ...request.headers, [header]: prefix + (await pools.acquire(request)) } };
      },
      observe(sent, response) {
        const token = tokenOf(sent);
        if (token !== undefined) pools.observe(token, sent, response);
      },
      hasOtherCredential(sent) {
        const token = tokenOf(sent);
        return token !== undefined && pools.hasOther(token, sent);
      },
    };
  },
});

function readTokens(b: Builder, declared: string | readonly string[], delimiter: string): string[] {
  const evaluate = (field: string): string => str(b.string(field).evaluate(b.context()));
  const texts = typeof declared === 'string' ? evaluate(declared).split(delimiter) : declared.map(evaluate);
  const tokens = texts.map((token) => token.trim()).filter((token) => token !== '');
  if (tokens.length === 0) throw new ConfigError('The config holds no token: RateLimitedMultipleTokenAuthenticator needs at least one.');
  return tokens;
}

/** The seconds of max_wait_time. */
function readWait(b: Builder, field: string): number {
  const declared = str(b.string(field).evaluate(b.context()));
  const duration = tryDuration(declared);
  if (duration === undefined || duration instanceof Duration) {
    return b.fail(`max_wait_time must be an ISO 8601 duration of a fixed length, such as PT2H, not "${declared}".`, 'max_wait_time');
  }
  return duration.totalSeconds();
}

function tryDuration(declared: string): Delta | Duration | undefined {
  try {
    return parseDuration(declared);
  } catch (error) {
    if (error instanceof DateError) return undefined;
    throw error;
  }
}

/** Asks the API for the calls that a token has left. */
function compileFetch(
  b: Builder,
  { url, method, headers, unavailableStatuses }: QuotaStatusSource,
  quotas: readonly TokenQuota[],
  credentials: (token: string) => Record<string, string>,
): (token: string) => Promise<TokenState> {
  const ignored = [...unavailableStatuses];
  const filters = ignored.length === 0 ? {} : { response_filters: [{ type: 'HttpResponseFilter', http_codes: ignored, action: 'IGNORE' }] };
  const handler = b.build('errorHandler', { type: 'DefaultErrorHandler', ...filters } as Slot<'errorHandler'>);
  return async (token) => {
    const prepare = async () => ({ method, url, headers: { ...headers, ...credentials(token) } });
    const response = await b.run.http.send({ name: '', handler, outsideBudget: true, prepare });
    if (response === null || unavailableStatuses.has(response.status)) return new Map(quotas.map(({ name }) => [name, untrackedPool(b)]));
    const document = response.json;
    if (document === undefined) throw new SystemError('The status of the quotas is no JSON.');
    return new Map(quotas.map((quota) => [quota.name, readPool(b, document, quota)]));
  };
}

function untrackedPool(b: Builder): PoolState {
  return { remaining: 0, resetAt: b.run.clock.now(), limit: 0, tracked: false };
}

function readPool(b: Builder, document: Json, { name, paths }: TokenQuota): PoolState {
  const integerAt = (path: readonly string[]): number => {
    const value = toInteger(valueAt(document, path, name) as Value);
    if (value === undefined)
      throw new SystemError(`The status of the quotas has no whole number at ${path.join('.')} for the quota "${name}".`);
    return value;
  };
  const remaining = integerAt(paths.remaining);
  const resetAt = parseFlexibleOrUndefined(valueAt(document, paths.reset, name), b.run.clock.now());
  if (resetAt === undefined)
    throw new SystemError(`The status of the quotas has no time at ${paths.reset.join('.')} for the quota "${name}".`);
  const limit = paths.limit === undefined || paths.limit.length === 0 ? remaining : integerAt(paths.limit);
  return { remaining, resetAt: resetAt.epochMicroseconds(), limit, tracked: true };
}

function valueAt(document: Json, path: readonly string[], quota: string): Json {
  let value: Json | undefined = document;
  for (const key of path) {
    value = isPlainObject(value) ? ownProperty(value as JsonObject, key) : undefined;
    if (value === undefined)
      throw new SystemError(`The status of the quotas has nothing at ${path.join('.')}, where the quota "${quota}" looks.`);
  }
  return value as Json;
}
