import { describe, expect, it } from 'vitest';
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
