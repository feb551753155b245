import { describe, expect, it } from 'vitest';
import { createCallBudget } from './budget.ts';
import { createResponseCache } from './cache.ts';
import { createCookieJar } from './cookies.ts';
import { composeSender } from './sender.ts';
import { serveHttp, testTransport } from './testing/local-server.ts';

describe('composeSender', () => {
  it('caches the end of redirects, each of which costs a call and gets its cookies', async () => {
    const seen: string[] = [];
    const server = await serveHttp((request, response) => {
      seen.push(`${request.url} ${request.headers.cookie ?? '-'}`);
      if (request.url === '/a') response.writeHead(302, { location: '/b', 'set-cookie': 's=1; Path=/' }).end();
      else response.end('end');
    });
    const waits: number[] = [];
    const budget = createCallBudget({
      policies: [{ kind: 'movingWindow', rates: [{ limit: 1, intervalMs: 10 }], matchers: [] }],
      now: () => 0,
      sleep: async (ms) => void waits.push(ms),
    });
    const cache = createResponseCache();
    const send = composeSender({ send: testTransport().send, budget, cookies: createCookieJar(() => 0), cache });
    for (let i = 0; i < 2; i++) {
      const response = await send({ method: 'GET', url: `${server.url}/a`, headers: {}, body: null });
      await response.load();
      expect([response.text, response.url, response.fromCache]).toEqual(['end', `${server.url}/b`, i === 1]);
    }
    expect(seen).toEqual(['/a -', '/b s=1']);
    expect(waits).toHaveLength(1);
  });
});
