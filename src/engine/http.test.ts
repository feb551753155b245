import { describe, expect, it } from 'vitest';
import { createAdaptiveRate } from '../http/adaptive-rate.ts';
import { createHostPauses } from '../http/pauses.ts';
import { serveHttp, testTransport } from '../http/testing/local-server.ts';
import { createSecrets } from '../lib/secrets.ts';
import { ConfigError } from '../protocol/failure.ts';
import { testRun } from '../testing/build-from-yaml.ts';
import { createHttp, type Exchange, type Http, type HttpOptions, type RequestParts } from './http.ts';

const SECRET = 'k3y-0f-the-shop';

function httpWith(options: Partial<HttpOptions> = {}): Http {
  const secrets = createSecrets();
  secrets.add(SECRET);
  const sleep = async (): Promise<void> => {};
  return createHttp({
    transport: testTransport().send,
    cache: undefined,
    pauses: createHostPauses({ now: () => 0, sleep }),
    log: testRun().log,
    secrets,
    signal: new AbortController().signal,
    nowMs: () => 0,
    sleep,
    random: () => 0,
    onRateLimited() {},
    retries: true,
    ...options,
  });
}

function exchangeOf(parts: RequestParts): Exchange {
  return {
    name: 'items',
    handler: {
      maxRetries: undefined,
      readsBody: false,
      hasBackoff: false,
      actions: new Set(),
      interpret: ({ error }) => (error === undefined ? { action: 'SUCCESS' } : { action: 'RETRY', message: error.message }),
      backoffSeconds: () => undefined,
    },
    prepare: async () => parts,
  };
}

describe('a redirect to another host', () => {
  async function servers(): Promise<{ url: string; taken: Record<string, unknown>[] }> {
    const taken: Record<string, unknown>[] = [];
    const target = await serveHttp((request, response) => {
      taken.push({ ...request.headers });
      response.end('{}');
    });
    const server = await serveHttp((_request, response) => response.writeHead(307, { location: `${target.url}/` }).end());
    return { url: server.url, taken };
  }
  const headers = { 'X-Shop': SECRET, 'X-Auth-Token': 'another', 'X-Other': 'plain' };

  it('takes no header along that holds a known secret or says that it does', async () => {
    const { url, taken } = await servers();
    await httpWith().send(exchangeOf({ method: 'GET', url, headers }));
    expect(taken[0]).toMatchObject({ 'x-other': 'plain' });
    expect(Object.keys(taken[0] as object).filter((name) => name.startsWith('x-'))).toEqual(['x-other']);
  });

  it('takes them along where the guard says so', async () => {
    const { url, taken } = await servers();
    await httpWith({ keepsRedirectedCredentials: true }).send(exchangeOf({ method: 'GET', url, headers }));
    expect(taken[0]).toMatchObject({ 'x-shop': SECRET, 'x-auth-token': 'another' });
  });

  it('is an error of the config, without the secret, when the body holds one', async () => {
    const { url, taken } = await servers();
    const sending = httpWith().send(exchangeOf({ method: 'POST', url, data: { client_secret: SECRET } }));
    const error = await sending.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain('redirects a request with credentials in its body');
    expect((error as Error).message).not.toContain(SECRET);
    expect(taken).toEqual([]);
  });
});

/** A clock that sleepers move, the one that wakes first being the next, as soon as no request is under way. */
function createClock() {
  let [now, underWay] = [0, 0];
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms: number): Promise<void> => new Promise((wake) => void sleepers.push({ at: now + ms, wake })),
    /** Counts a request until it has ended. */
    async request<T>(answer: Promise<T>): Promise<T> {
      underWay += 1;
      return answer.finally(() => {
        underWay -= 1;
      });
    },
    async run(work: Promise<unknown>): Promise<void> {
      let isDone = false;
      void work.then(() => {
        isDone = true;
      });
      while (!isDone) {
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        if (underWay > 0 || isDone) continue;
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers.shift();
        if (next === undefined) continue;
        now = Math.max(now, next.at);
        next.wake();
      }
    },
  };
}

describe('the rate of requests to a host with an HTTPAPIBudget', () => {
  const BUDGET = 20;

  /** Ten workers ask an API that takes so many requests a second; gives how many each second brought, and how many were refused. */
  async function play(taken: number, isAdaptive: boolean): Promise<{ seconds: number[]; refused: number }> {
    const clock = createClock();
    const seconds: number[] = [];
    let refused = 0;
    const server = await serveHttp((_request, response) => {
      const second = Math.floor(clock.now() / 1000);
      seconds[second] = (seconds[second] ?? 0) + 1;
      const isRefused = seconds[second] > taken;
      if (isRefused) refused += 1;
      response.writeHead(isRefused ? 429 : 200).end('{}');
    });
    const { send } = testTransport({ connections: 20 });
    const http = httpWith({
      transport: (...request) => clock.request(send(...request).then(async (response) => response.load().then(() => response))),
      sleep: clock.sleep,
      nowMs: clock.now,
      pauses: createHostPauses(clock),
      rate: isAdaptive ? createAdaptiveRate(clock) : undefined,
    });
    http.useBudget({ policies: [{ kind: 'movingWindow', rates: [{ limit: BUDGET, intervalMs: 1000 }], matchers: [] }] });
    const exchange = exchangeOf({ method: 'GET', url: server.url });
    const interpret: Exchange['handler']['interpret'] = ({ response }) => ({
      action: response?.status === 429 ? 'RATE_LIMITED' : 'SUCCESS',
    });
    const ask = async (): Promise<void> => {
      for (let count = 0; count < 40; count += 1) {
        await http.send({ ...exchange, handler: { ...exchange.handler, maxRetries: 100, interpret, backoffSeconds: () => undefined } });
      }
    };
    await clock.run(Promise.all(Array.from({ length: 10 }, ask)));
    return { seconds, refused };
  }

  it('is never higher than the budget, which is the same for an API that takes more', async () => {
    const adaptive = await play(1000, true);
    expect(Math.max(...adaptive.seconds.filter(Boolean))).toBeLessThanOrEqual(BUDGET);
    expect(adaptive).toEqual(await play(1000, false));
  });

  it('adapts to an API that takes less than the budget says', async () => {
    const [adaptive, plain] = [await play(8, true), await play(8, false)];
    expect(Math.max(...adaptive.seconds.filter(Boolean))).toBeLessThanOrEqual(BUDGET);
    expect(plain.refused).toBeGreaterThan(80);
    expect(adaptive.refused).toBeLessThan(plain.refused * 0.7);
    expect(adaptive.seconds.length).toBeLessThan(100);
  });
});

describe('a rate limit', () => {
  it('holds all workers back once, for as long as the API asks', async () => {
    let [now, count] = [0, 0];
    const slept: number[] = [];
    const arrivals: number[] = [];
    const sleep = async (ms: number): Promise<void> => {
      slept.push(ms);
      const until = now + ms;
      await new Promise((resolve) => setImmediate(resolve));
      now = Math.max(now, until);
    };
    const server = await serveHttp((_request, response) => {
      count += 1;
      arrivals.push(now);
      if (count === 1) response.writeHead(429, { 'x-ratelimit-reset-after': '30' }).end('{}');
      else response.end('{}');
    });
    const limited: Exchange['handler']['interpret'] = ({ response }) =>
      response?.status === 429 ? { action: 'RATE_LIMITED' } : { action: 'SUCCESS' };
    const http = httpWith({ sleep, nowMs: () => now, pauses: createHostPauses({ now: () => now, sleep }) });
    const exchange = exchangeOf({ method: 'GET', url: server.url });
    const ask = () => http.send({ ...exchange, handler: { ...exchange.handler, interpret: limited } });
    const first = ask();
    while (slept.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, ...Array.from({ length: 4 }, ask)]);
    expect(count).toBe(6);
    expect(arrivals.slice(1).every((time) => time >= 30_000)).toBe(true);
    expect(now).toBeLessThan(31_000);
  });
});
