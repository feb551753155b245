import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { type Answer, type LocalApi, localApi, type Received } from '../../testing/local-api.ts';
import { ask, requesters } from './authenticators.fixture.ts';

const START = 1_768_480_496;
const RESET = START + 600;

type Calls = Record<string, { remaining: number; limit?: number; reset?: number | string }>;

/** Serves `/quota` from the calls by token, and the rest by a function. */
function quotas(calls: Calls, items: (request: Received) => Answer = () => ({})): (request: Received) => Answer {
  return (request) => {
    if (request.path !== '/quota') return items(request);
    const found = calls[tokenOf(request)];
    return found === undefined ? { status: 404 } : { body: { core: { limit: 100, reset: RESET, ...found } } };
  };
}

const tokenOf = ({ headers }: Received): string => headers.authorization?.split(' ')[1] ?? '';
const used = (api: LocalApi): string[] => api.received.filter(({ path }) => path !== '/quota').map(tokenOf);
const asked = (api: LocalApi): number => api.received.length - used(api).length;

const core: JsonObject = {
  type: 'TokenQuota',
  name: 'core',
  remaining_path: ['core', 'remaining'],
  reset_path: ['core', 'reset'],
  limit_path: ['core', 'limit'],
};

function declared(api: LocalApi, more: JsonObject = {}): JsonObject {
  return {
    type: 'RateLimitedMultipleTokenAuthenticator',
    tokens: 'a, b',
    quota_status_source: { type: 'QuotaStatusSource', url: `${api.url}/quota` },
    quotas: [core],
    budget_reserve_fraction: 0,
    budget_min_reserve: 0,
    ...more,
  };
}

const RETRY_429 = {
  error_handler: {
    type: 'DefaultErrorHandler',
    max_retries: 3,
    backoff_strategies: [{ type: 'WaitTimeFromHeader', header: 'Retry-After' }],
  },
};

async function askTimes(requester: ReturnType<ReturnType<typeof requesters>>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await ask(requester);
}

describe('the tokens', () => {
  it('are used one after the other, each while it has calls', async () => {
    const api = await localApi(quotas({ a: { remaining: 2 }, b: { remaining: 2 } }));
    await askTimes(requesters(api)(declared(api)), 4);
    expect(used(api)).toEqual(['a', 'a', 'b', 'b']);
    expect(asked(api)).toBe(2);
  });

  it('are counted together for all streams and all workers', async () => {
    const api = await localApi(quotas({ a: { remaining: 3 }, b: { remaining: 3 } }));
    const make = requesters(api);
    const [one, other] = [make(declared(api)), make({ ...declared(api), name: 'x', $parameters: { name: 'x' } })];
    await Promise.all([one, other, one, other, one].map(ask));
    expect(used(api).sort()).toEqual(['a', 'a', 'a', 'b', 'b']);
    expect(asked(api)).toBe(2);
  });

  it('come from the config, as a list or with a delimiter, in a header of choice', async () => {
    const api = await localApi(({ path, headers }) =>
      path === '/quota' ? { body: { core: { remaining: 9, reset: '2027-01-01T00:00:00Z', limit: 9 } } } : { body: headers['x-key'] },
    );
    const setting = { config: { t: 'a;b', none: '' } };
    await ask(
      requesters(api, setting)(declared(api, { tokens: "{{ config['t'] }}", token_delimiter: ';', header: 'X-Key', auth_method: 'Token' })),
    );
    expect(api.received.map(({ headers }) => headers['x-key'])).toEqual(expect.arrayContaining(['Token a', 'Token b']));
    await ask(requesters(api, setting)(declared(api, { tokens: ['c', "{{ config['none'] }}"] })));
    expect(tokenOf(api.received.at(-1) as Received)).toBe('c');
    expect(() => requesters(api, setting)(declared(api, { tokens: "{{ config['none'] }}" }))).toThrow('no token');
  });

  it('wait for new calls when all are used up', async () => {
    const calls: Calls = { a: { remaining: 1 }, b: { remaining: 0, reset: START + 60 } };
    const api = await localApi(quotas(calls));
    const requester = requesters(api)(declared(api));
    await ask(requester);
    Object.assign(calls, { a: { remaining: 0 }, b: { remaining: 5 } });
    const before = api.run.clock.now();
    await ask(requester);
    expect(api.run.clock.now() - before).toBeGreaterThan(59_000_000n);
    expect(used(api)).toEqual(['a', 'b']);
    expect(asked(api)).toBe(4);
  });

  it('give up when that takes too long', async () => {
    const api = await localApi(quotas({ a: { remaining: 0 }, b: { remaining: 0 } }));
    await expect(ask(requesters(api)(declared(api, { max_wait_time: 'PT5M' })))).rejects.toMatchObject({ failureType: 'transient_error' });
    // Resets that lie in the past do not make it ask for ever.
    const stale = await localApi(quotas({ a: { remaining: 0, reset: START }, b: { remaining: 0, reset: START } }));
    await expect(ask(requesters(stale)(declared(stale, { max_wait_time: 'PT12S' })))).rejects.toMatchObject({
      failureType: 'transient_error',
    });
    expect(asked(stale)).toBe(8);
    expect(() => requesters(api)(declared(api, { max_wait_time: 'P1M' }))).toThrow('fixed length');
  });

  it('are throttled when few calls are left', async () => {
    const api = await localApi(quotas({ a: { remaining: 10 }, b: { remaining: 51 } }));
    const requester = requesters(api)(declared(api, { budget_min_reserve: 50 }));
    const before = api.run.clock.now();
    await ask(requester);
    expect(api.run.clock.now()).toBe(before);
    const low = await localApi(quotas({ a: { remaining: 41 }, b: { remaining: 40 } }));
    await ask(requesters(low)(declared(low, { budget_reserve_fraction: 0.5 })));
    expect(Number(low.run.clock.now() - before) / 1e6).toBeCloseTo(7.5, 1);
  });

  it('are used in turn where the API counts no calls', async () => {
    const api = await localApi(quotas({}));
    const source = { type: 'QuotaStatusSource', url: `${api.url}/quota`, unavailable_status_codes: [404] };
    await askTimes(requesters(api)(declared(api, { quota_status_source: source })), 3);
    expect(used(api)).toEqual(['a', 'b', 'a']);
  });
});

describe('the pools', () => {
  it('are chosen by matchers, else the one without any', async () => {
    const body = { core: { remaining: 0, reset: START + 5, limit: 1 }, items: { left: 1, reset: RESET } };
    const api = await localApi(({ path }) => (path === '/quota' ? { body } : {}));
    const items = {
      type: 'TokenQuota',
      name: 'items',
      remaining_path: ['items', 'left'],
      reset_path: ['items', 'reset'],
      matchers: [{ url_path_pattern: '^/items$', method: 'get', params: { n: 1 } }],
    };
    const authenticator = declared(api, { quotas: [core, items], max_wait_time: 'PT1S' });
    const make = requesters(api, { fields: { request_parameters: { n: '1' } } });
    await ask(make(authenticator));
    expect(used(api)).toEqual(['a']);
    await expect(ask(requesters(api)(authenticator))).rejects.toMatchObject({ failureType: 'transient_error' });
  });

  it.each([
    [{ core: { remaining: 1 } }, /nothing at core.reset/],
    [{ core: { remaining: 'x', reset: RESET } }, /whole number at core.remaining/],
    [{ core: { remaining: 1, reset: 'x', limit: 1 } }, /no time at core.reset/],
    ['no JSON', /no JSON/],
  ])('must be in the status: %j', async (body, message) => {
    const api = await localApi(() => ({ body }));
    await expect(ask(requesters(api)(declared(api)))).rejects.toMatchObject({
      failureType: 'system_error',
      message: expect.stringMatching(message),
    });
  });
});

describe('responses', () => {
  const aware = { ...core, remaining_header: 'X-Left', reset_header: 'X-Reset', limit_header: 'X-Limit', exhaustion_status_codes: [429] };

  /** Uses the tokens for as many requests as there are answers; gives the token of each. */
  async function usage(answers: Answer[], calls: Calls = { a: { remaining: 9 }, b: { remaining: 9 } }): Promise<string[]> {
    const left = [...answers];
    const api = await localApi(quotas(calls, () => left.shift() ?? {}));
    await askTimes(requesters(api)(declared(api, { quotas: [aware] })), answers.length + 1);
    return used(api);
  }

  it.each<[string, Answer, string]>([
    ['a count of the same window lowers ours', { headers: { 'X-Left': '0' } }, 'b'],
    ['a count with an equal reset', { headers: { 'X-Left': '0', 'X-Reset': String(RESET) } }, 'b'],
    ['a higher count does not raise ours', { headers: { 'X-Left': '50' } }, 'a'],
    ['a count of an older window is ignored', { headers: { 'X-Left': '0', 'X-Reset': String(RESET - 61) } }, 'a'],
    ['a slightly older reset is of the same window', { headers: { 'X-Left': '0', 'X-Reset': String(RESET - 60) } }, 'b'],
    ['a new window brings new calls', { headers: { 'X-Left': '3', 'X-Reset': String(RESET + 1) } }, 'a'],
    ['what cannot be read is ignored', { headers: { 'X-Left': 'none', 'X-Reset': 'later' } }, 'a'],
  ])('are followed: %s', async (_rule, answer, next) => {
    expect((await usage([answer]))[1]).toBe(next);
  });

  it('give back a whole limit with a new window alone', async () => {
    const answer = { headers: { 'X-Reset': String(RESET + 1), 'X-Limit': '2' } };
    expect(await usage([answer, {}, {}], { a: { remaining: 1 }, b: { remaining: 9 } })).toEqual(['a', 'a', 'a', 'b']);
  });

  it('that refuse a call make the next attempt use another token at once', async () => {
    const api = await localApi(
      quotas({ a: { remaining: 9 }, b: { remaining: 9 } }, (request) =>
        tokenOf(request) === 'a' ? { status: 429, headers: { 'Retry-After': '500' } } : {},
      ),
    );
    const before = api.run.clock.now();
    expect(await ask(requesters(api, { fields: RETRY_429 })(declared(api, { quotas: [aware] })))).toBe(200);
    expect(used(api)).toEqual(['a', 'b']);
    expect(Number(api.run.clock.now() - before) / 1e6).toBeLessThan(5);
  });

  it('that refuse a call are waited for when no other token has calls', async () => {
    let refused = false;
    const api = await localApi(
      quotas({ a: { remaining: 9 } }, () => {
        if (refused) return {};
        refused = true;
        return { status: 429, headers: { 'Retry-After': '500', 'X-Left': '5' } };
      }),
    );
    const before = api.run.clock.now();
    expect(await ask(requesters(api, { fields: RETRY_429 })(declared(api, { tokens: 'a', quotas: [aware] })))).toBe(200);
    expect(Number(api.run.clock.now() - before) / 1e6).toBeGreaterThan(499);
  });
});
