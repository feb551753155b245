import { expect, it } from 'vitest';
import { createRegistry } from '../engine/registry.ts';
import type { Outcome } from '../http/retry.ts';
import { serveHttp } from '../http/testing/local-server.ts';
import { createSecrets } from '../lib/secrets.ts';
import { testRun } from '../testing/build-from-yaml.ts';
import { createRequests } from './requests.ts';

it('waits as long as it is told to, though the clock of the machine is set back meanwhile', async () => {
  let asked = 0;
  const server = await serveHttp((_request, response) => {
    asked += 1;
    if (asked === 1) response.writeHead(429, { 'Retry-After': '3' });
    response.end('{}');
  });
  let [wall, steady, slept] = [1_700_000_000_000_000n, 0n, 0];
  const run = testRun();
  const closers: (() => void)[] = [];
  const session = {
    output: {} as never,
    log: run.log,
    secrets: createSecrets(),
    options: {},
    registry: createRegistry([]),
    onEnd: (close: () => void) => void closers.push(close),
  };
  const http = createRequests(session, {
    limits: {},
    guards: run.guards,
    signal: new AbortController().signal,
    now: () => wall,
    steady: () => steady,
    async sleep(ms) {
      slept += ms;
      steady += BigInt(Math.round(ms * 1000));
      wall -= 3_600_000_000n;
    },
    onRateLimited() {},
  });
  const handler = {
    maxRetries: undefined,
    readsBody: false,
    hasBackoff: false,
    actions: new Set<never>(),
    interpret: ({ response }: Outcome) => ({ action: response?.status === 429 ? 'RATE_LIMITED' : 'SUCCESS' }) as const,
    backoffSeconds: () => undefined,
  };
  await http.send({ name: 'items', handler, prepare: async () => ({ method: 'GET', url: server.url }) });
  for (const close of closers) close();
  expect([asked, slept]).toEqual([2, 3_000]);
});
