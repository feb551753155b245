import { describe, expect, it, vi } from 'vitest';
import { MemorySource } from './byte-source.ts';
import { TransportError, type TransportErrorKind } from './errors.ts';
import { HttpHeaders } from './headers.ts';
import { createHostPauses } from './pauses.ts';
import type { HttpRequest } from './request.ts';
import { HttpResponse } from './response.ts';
import { type Outcome, RequestFailure, type Resolution, type ResponseAction, type RetryInput, sendWithRetries } from './retry.ts';
import { createRetryBudget } from './retry-budget.ts';

const START = Date.parse('2026-01-15T12:00:00Z');

type Answer = { status: number; headers?: Record<string, string>; body?: string } | TransportErrorKind;

// The reference's default mapping, as far as these tables need it.
const ACTIONS: Record<number, ResponseAction> = {
  200: 'SUCCESS',
  204: 'RESET_PAGINATION',
  400: 'FAIL',
  401: 'REFRESH_TOKEN_THEN_RETRY',
  404: 'IGNORE',
  413: 'REDUCE_PAGE_SIZE',
  422: 'SPLIT_REQUEST_WINDOW',
  429: 'RATE_LIMITED',
  500: 'RETRY',
  503: 'RETRY',
};

function resolve(outcome: Outcome): Resolution {
  if (outcome.error) return { action: 'RETRY', failureType: 'transient_error', message: `failed: ${outcome.error.kind}` };
  return { action: ACTIONS[outcome.response.status] ?? 'FAIL', failureType: 'transient_error', message: null };
}

// Plays answers in order (the last one for ever) on a clock that only sleeping moves.
function play(answers: readonly Answer[], options: Partial<RetryInput> = {}) {
  let clock = START;
  const waits: number[] = [];
  const logs: string[] = [];
  const requests: HttpRequest[] = [];
  const input: RetryInput = {
    now: () => clock,
    sleep: async (ms) => {
      waits.push(ms / 1000);
      clock += ms;
    },
    random: () => 0,
    request: () => ({ method: 'GET', url: 'http://h/p?key=s3cret', headers: {}, body: null }),
    interpret: resolve,
    log: (level, message) => logs.push(`${level}: ${message}`),
    redact: (text) => text.replaceAll('s3cret', '****'),
    send: async (request) => {
      const answer = answers[Math.min(requests.length, answers.length - 1)] as Answer;
      requests.push(request);
      if (typeof answer === 'string') throw new TransportError({ kind: answer, what: 'It broke', where: 'GET http://h/p' });
      const body = new MemorySource(Buffer.from(answer.body ?? ''));
      const headers = HttpHeaders.from(Object.entries(answer.headers ?? {}));
      return new HttpResponse({ status: answer.status, statusText: '', headers, url: request.url, request, elapsedMs: 0, body });
    },
    ...options,
  };
  return { waits, logs, requests, input, result: sendWithRetries(input) };
}

async function failureOf(run: { result: Promise<unknown> }): Promise<RequestFailure> {
  const error = await run.result.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof RequestFailure)) throw error ?? new Error('it did not fail');
  return error;
}

const OK: Answer = { status: 200 };

describe('actions', () => {
  it.each([
    [200, 'SUCCESS'],
    [204, 'RESET_PAGINATION'],
    [404, 'IGNORE'],
    [413, 'REDUCE_PAGE_SIZE'],
    [422, 'SPLIT_REQUEST_WINDOW'],
  ])('status %i ends with %s', async (status, action) => {
    const run = play([{ status }]);
    expect(await run.result).toMatchObject({ action, response: { status } });
    expect(run.requests).toHaveLength(1);
  });

  it('an ignored failure has no response', async () => {
    const run = play(['reset'], { interpret: () => ({ action: 'IGNORE' }) });
    expect(await run.result).toMatchObject({ action: 'IGNORE', response: null });
    expect(run.logs[0]).toMatch(/^info: Ignoring response for 'GET' request to 'http:\/\/h\/p\?key=\*\*\*\*' with exception 'It broke/);
  });

  it('a failing response fails at once, with what the API said and no secret', async () => {
    const failure = await failureOf(play([{ status: 400, body: '{"error": {"message": "no s3cret"}}' }]));
    expect(failure.failureType).toBe('transient_error');
    expect(failure.message).toContain("failed with status code '400' and error message: 'no ****'");
    expect(failure.message).not.toContain('s3cret');
    const named = await failureOf(play([{ status: 400 }], { interpret: () => ({ action: 'FAIL', message: 'in words' }) }));
    expect(named).toMatchObject({ message: 'in words', failureType: 'system_error' });
  });
});

describe('waits', () => {
  it('double from one second, and the last failure names its cause', async () => {
    const run = play([{ status: 500 }]);
    const failure = await failureOf(run);
    expect(run.waits).toEqual([1, 2, 4, 8, 16]);
    expect(failure.failureType).toBe('transient_error');
    expect(failure.message).toContain('Exhausted available request attempts.');
    expect(run.logs[0]).toBe(
      "info: Caught retryable error 'Request to http://h/p?key=**** failed with failure type transient_error, response action RETRY.' after 1 tries. Waiting 1 seconds then retrying...",
    );
  });

  it.each([
    [0, 1],
    [-3, 1],
    [2, 3],
    [undefined, 6],
  ])('max retries of %s make %i attempts', async (maxRetries, attempts) => {
    const run = play([{ status: 500 }], maxRetries === undefined ? {} : { maxRetries });
    await failureOf(run);
    expect(run.requests).toHaveLength(attempts);
  });

  it('end after the time bound, the last wait cut to it', async () => {
    const run = play(['reset'], { maxRetries: 50, maxTimeSeconds: 10 });
    expect((await failureOf(run)).message).toContain('failed: reset');
    expect(run.waits).toEqual([1, 2, 4, 3]);
  });

  it('jitter only lengthens', async () => {
    const run = play([{ status: 500 }, { status: 500 }, OK], { random: () => 0.5 });
    await run.result;
    expect(run.waits).toEqual([1.125, 2.25]);
  });

  it('stated by a strategy get one more second and no doubling', async () => {
    const backoffSeconds = vi.fn((_outcome: Outcome, attempt: number) => attempt * 10);
    const run = play([{ status: 503 }, 'read_timeout', OK], { backoffSeconds });
    await run.result;
    expect(run.waits).toEqual([11, 21]);
    expect(backoffSeconds.mock.calls.map(([, attempt]) => attempt)).toEqual([1, 2]);
    expect(run.logs).toEqual([
      expect.stringMatching(/^info: Request to .* \(HTTP 503\) Retrying in 11 seconds, as the backoff strategy says\.$/),
      expect.stringMatching(/^info: .*read_timeout.* Retrying in 21 seconds, as the backoff strategy says\.$/),
    ]);
  });

  it('of each kind are counted on their own', async () => {
    const answers: Answer[] = [{ status: 429 }, { status: 500 }, { status: 429 }, { status: 500 }, OK];
    const run = play(answers, { maxRetries: 2 });
    await run.result;
    expect(run.waits).toEqual([1, 1, 1, 2]);
  });

  it.each([
    ['7', 7],
    ['0.5', 1],
    ['Thu, 15 Jan 2026 12:00:30 GMT', 30],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 1],
    ['soon', 1],
    ['9999999', 1],
  ])('follow Retry-After: %s', async (value, seconds) => {
    const run = play([{ status: 429, headers: { 'Retry-After': value } }, OK]);
    await run.result;
    expect(run.waits).toEqual([seconds]);
  });

  it.each([
    [{ 'RateLimit-Reset': '25' }, 25],
    [{ 'X-RateLimit-Reset': String(START / 1000 + 40) }, 40],
    [{ 'X-Rate-Limit-Reset': String(START + 50_000) }, 50],
    [{ 'X-RateLimit-Reset': '40', 'Retry-After': '3' }, 3],
    [{ 'X-RateLimit-Reset': 'tomorrow' }, 1],
  ])('follow the usual headers of rate limits: %j', async (headers, seconds) => {
    const run = play([{ status: 429, headers }, { status: 503, headers: { 'RateLimit-Reset': '25' } }, OK]);
    await run.result;
    expect(run.waits).toEqual([seconds, 1]);
  });

  it('measure a Retry-After date from the date, which need not be that of the waits', async () => {
    const headers = { 'retry-after': 'Thu, 15 Jan 2026 09:00:30 GMT' };
    const run = play([{ status: 503, headers }, OK], { epochMs: () => Date.parse('2026-01-15T09:00:00Z') });
    await run.result;
    expect(run.waits).toEqual([30]);
  });

  it('measure a Retry-After date from the Date header', async () => {
    const headers = { 'retry-after': 'Thu, 15 Jan 2026 09:00:30 GMT', date: 'Thu, 15 Jan 2026 09:00:00 GMT' };
    const run = play([{ status: 503, headers }, OK]);
    await run.result;
    expect(run.waits).toEqual([30]);
  });
});

describe('connections that cannot be made', () => {
  it('are tried once more, soon, when a certificate is refused, whatever the strategies say', async () => {
    const run = play(['certificate'], { backoffSeconds: () => 60 });
    const failure = await failureOf(run);
    expect(failure.message).toBe('failed: certificate');
    expect(run.waits).toEqual([1]);
  });

  it('have their second try after other failures, too', async () => {
    const run = play([{ status: 500 }, { status: 500 }, 'certificate', OK]);
    await run.result;
    expect(run.waits).toEqual([1, 2, 1]);
  });

  it.each<TransportErrorKind>(['refused', 'dns', 'tls', 'proxy', 'connect_timeout'])('are tried as often as any for %s', async (kind) => {
    const run = play([kind]);
    await failureOf(run);
    expect(run.waits).toEqual([1, 2, 4, 8, 16]);
    const awaited = play([kind], { isAwaited: true });
    await failureOf(awaited);
    expect(awaited.waits).toEqual([1]);
  });

  it('are not other failures of requests', async () => {
    const run = play(['read_timeout', { status: 500 }, 'reset', OK], { isAwaited: true });
    await run.result;
    expect(run.waits).toEqual([1, 2, 4]);
  });
});

describe('a ceiling', () => {
  const DAYS = 86_400;

  it('cuts a wait that a strategy states, and says so', async () => {
    const run = play([{ status: 429 }, OK], { backoffSeconds: () => 99_999_999, maxWaitSeconds: DAYS });
    await run.result;
    expect(run.waits).toEqual([DAYS]);
    expect(run.logs).toContainEqual(
      expect.stringMatching(/^warn: A wait of 1157\.4 days was asked for; it is cut short, as the guard max_wait says/),
    );
  });

  it('lets shorter waits be', async () => {
    const run = play([{ status: 429 }, OK], { backoffSeconds: () => 3_600, maxWaitSeconds: DAYS });
    await run.result;
    expect(run.waits).toEqual([3_601]);
    expect(run.logs.filter((line) => line.startsWith('warn'))).toEqual([]);
  });

  it('is said of a Retry-After that is not waited for', async () => {
    const run = play([{ status: 503, headers: { 'Retry-After': '99999999' } }, OK]);
    await run.result;
    expect(run.logs).toContainEqual(expect.stringContaining('asks to wait for 1157.4 days, longer than 3 hours'));
  });
});

describe('rate limits', () => {
  it('have no time bound, but end with the retries', async () => {
    const onRateLimited = vi.fn();
    const run = play([{ status: 429 }], { maxTimeSeconds: 1, onRateLimited });
    const failure = await failureOf(run);
    expect(failure).toMatchObject({ message: 'API rate limit exceeded.', failureType: 'transient_error' });
    expect(run.waits).toEqual([1, 2, 4, 8, 16]);
    expect(onRateLimited).toHaveBeenCalledTimes(6);
  });

  it('are bounded in time too when the caller wants to leave', async () => {
    const run = play([{ status: 429 }], { maxTimeSeconds: 2, exitOnRateLimit: true });
    await failureOf(run);
    expect(run.waits).toEqual([1, 1]);
  });

  it('do not wait when another credential can serve', async () => {
    const backoffSeconds = vi.fn(() => 3600);
    const run = play([{ status: 429 }, OK], { hasOtherCredential: () => true, backoffSeconds });
    await run.result;
    expect(run.waits).toEqual([1.1]);
    expect(backoffSeconds).not.toHaveBeenCalled();
  });

  it('pause every request to the host', async () => {
    const slept: number[] = [];
    const pauses = createHostPauses({ now: () => START, sleep: async (ms) => void slept.push(ms) });
    const run = play([{ status: 429, headers: { 'Retry-After': '20' } }, OK], { pauses });
    await run.result;
    pauses.pause('http://h/', 5);
    await pauses.ready('http://h/other');
    await pauses.ready('http://elsewhere/');
    expect(slept).toEqual([20_000, 5]);
  });
});

describe('bodies', () => {
  it('that break off are retried', async () => {
    const broken = {
      next: async () => null,
      upTo: () => Promise.reject(new TransportError({ kind: 'truncated', what: 'cut' })),
      all: () => Promise.reject(new TransportError({ kind: 'truncated', what: 'cut' })),
      discard: () => {},
    };
    let sent = 0;
    const run = play([OK], {
      send: async (request) => {
        const body = sent++ === 0 ? broken : new MemorySource(Buffer.from('whole'));
        return new HttpResponse({ status: 200, statusText: '', headers: new HttpHeaders([]), url: '', request, elapsedMs: 0, body });
      },
    });
    expect((await run.result).response?.text).toBe('whole');
    expect(run.waits).toEqual([1]);
  });

  it('are left alone when they are to be streamed', async () => {
    const run = play([{ status: 200, body: 'x' }], { stream: true });
    expect((await run.result).response?.loaded).toBe(false);
  });

  it('that break off in a handler count as failures', async () => {
    const interpret = vi.fn((outcome: Outcome): Resolution => {
      if (outcome.response) throw new TransportError({ kind: 'truncated', what: 'cut' });
      return { action: 'IGNORE' };
    });
    expect(await play([OK], { stream: true, interpret }).result).toMatchObject({ action: 'IGNORE', response: null });
  });
});

describe('what no repetition mends', () => {
  it.each(['invalid_header', 'too_large', 'invalid_schema'] as const)('%s fails at once', async (kind) => {
    const run = play([kind]);
    await failureOf(run);
    expect(run.requests).toHaveLength(1);
  });

  it('a private address is a config error, an abort stays what it is', async () => {
    expect((await failureOf(play(['forbidden_address']))).failureType).toBe('config_error');
    await expect(play(['aborted']).result).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('the budget of the run', () => {
  it('004.6: ends retries when it is used up, and says so', async () => {
    const run = play([{ status: 500 }], { budget: createRetryBudget(2) });
    expect((await failureOf(run)).message).toMatch(/none is repeated any more, as the guard retry_budget says/);
    expect(run.requests).toHaveLength(3);
  });

  it('gets a retry back for each success, and rate limits cost none', async () => {
    const budget = createRetryBudget(2);
    await failureOf(play([{ status: 500 }], { budget }));
    await play([OK], { budget }).result;
    expect((await play([{ status: 500 }, OK], { budget }).result).action).toBe('SUCCESS');
    const limited = play([{ status: 429 }, { status: 429 }, { status: 429 }, OK], { budget: createRetryBudget(0) });
    expect((await limited.result).action).toBe('SUCCESS');
  });
});

describe('building the request', () => {
  it('happens for every attempt, and its connection errors are retried', async () => {
    let built = 0;
    const request = () => {
      if (++built === 2) throw new TransportError({ kind: 'dns', what: 'no token server' });
      return { method: 'GET', url: 'http://h/', headers: { authorization: `t${built}` }, body: null };
    };
    const run = play([{ status: 500 }, OK], { request });
    await run.result;
    expect(run.requests.map(({ headers }) => headers['authorization'])).toEqual(['t1', 't3']);
    expect(run.waits).toEqual([1, 2]);
  });

  it('fails with its other errors at once', async () => {
    const request = () => Promise.reject(new TypeError('bad template'));
    await expect(play([OK], { request }).result).rejects.toThrow('bad template');
  });
});

describe('token refresh', () => {
  const rejected: Answer = { status: 401 };

  it('happens once, then the request is repeated', async () => {
    const refresh = vi.fn(async () => 'refreshed' as const);
    const run = play([rejected, OK], { refresh });
    await run.result;
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(run.waits).toEqual([1]);
  });

  it('a new token that is rejected is a config error', async () => {
    const failure = await failureOf(play([rejected], { refresh: async () => 'already_replaced' }));
    expect(failure).toMatchObject({ message: 'Refreshed OAuth access token is rejected by the API.', failureType: 'config_error' });
  });

  it('a refresh that failed for a while stays transient', async () => {
    const refresh = () => Promise.reject(new Error('token server is down'));
    const run = play([rejected, rejected], { refresh });
    expect(await failureOf(run)).toMatchObject({ failureType: 'transient_error' });
    expect(run.logs.some((line) => line.startsWith('warn: Failed to refresh OAuth token: token server is down.'))).toBe(true);
  });

  it('refused credentials are a config error', async () => {
    expect(await failureOf(play([rejected], { refresh: async () => 'rejected' }))).toMatchObject({
      message: 'OAuth token refresh request is rejected by the token endpoint.',
      failureType: 'config_error',
    });
    const refused = new RequestFailure('expired', 'config_error');
    await expect(play([rejected], { refresh: () => Promise.reject(refused) }).result).rejects.toBe(refused);
  });

  it('without a refresher it is a plain retry', async () => {
    const run = play([rejected, rejected, OK]);
    await run.result;
    expect(run.waits).toEqual([1, 2]);
  });
});
