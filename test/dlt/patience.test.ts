import { describe, expect, it } from 'vitest';
import type { PageAnswer } from '../../src/testing/paging-api.ts';
import { ids, lastRequest, type Part, read, startApi } from './read-config.ts';

const ONE = { path: 'number', paginator: 'single_page' };

function failing(times: number, answer: PageAnswer = { status: 503 }): PageAnswer[] {
  return Array.from({ length: times }, () => answer);
}

describe('retries', () => {
  it('002.18: five attempts, with waits of 1, 2, 4 and 8 seconds', async () => {
    const api = await startApi(...failing(5));
    const outcome = await read(api, ONE);
    expect([outcome.waits, api.requests.length, outcome.failed]).toEqual([[1, 2, 4, 8], 5, ['posts']]);
  });

  it('002.18: more attempts with other waits, up to the longest', async () => {
    const api = await startApi(...failing(10));
    const runtime = { request_max_attempts: 10, request_backoff_factor: 1.5, request_max_retry_delay: 30 };
    const outcome = await read(api, ONE, { source: { runtime } });
    expect([outcome.waits, api.requests.length]).toEqual([[1.5, 3, 6, 12, 24, 30, 30, 30, 30], 10]);
  });

  it('002.18: a Retry-After in seconds or as a date wins over them', async () => {
    const headers = { Date: 'Thu, 15 Jan 2026 12:00:00 GMT', 'Retry-After': 'Thu, 15 Jan 2026 12:00:11 GMT' };
    const api = await startApi({ status: 429, headers: { 'Retry-After': '7' } }, { status: 503, headers });
    const outcome = await read(api, ONE);
    expect(outcome.errors).toEqual([]);
    expect(outcome.waits.map(Math.floor)).toEqual([7, 11]);
  });

  it('002.20: the session has attempts, statuses and time limits of its own', async () => {
    const api = await startApi(...failing(3, { status: 418 }));
    const session = { request_max_attempts: 1, status_codes: [418], request_timeout: [3.05, 27] };
    const outcome = await read(api, ONE, { client: { session } });
    expect([outcome.waits, api.requests.length, outcome.failed]).toEqual([[], 1, ['posts']]);
  });

  it.each<[runtime: Part, message: string]>([
    [{ request_max_attempt: 3 }, 'Did you mean "request_max_attempts"?'],
    [{ request_timeout: 'long' }, 'must be a number'],
    [{ request_timeout: [] }, '"request_timeout" is a number of seconds, or one to connect and one to read.'],
  ])('002.18 002.20: %j is refused', async (runtime, message) => {
    const api = await startApi();
    await expect(read(api, ONE, { source: { runtime } })).rejects.toThrow(message);
  });

  it('002.20: the time to connect and the time to read stand apart', async () => {
    const api = await startApi();
    const { compileDlt } = await import('../../src/manifest/dlt/index.ts');
    const { manifest } = compileDlt({
      client: { base_url: api.url },
      resources: ['posts'],
      runtime: { request_timeout: [3.5, 27] },
    });
    expect((manifest['definitions'] as Part)['requester']).toMatchObject({
      connect_timeout_in_seconds: 3.5,
      read_timeout_in_seconds: 27,
    });
  });

  it('002.22: an error shows the body of the response on demand, cut', async () => {
    const body = { error: 'quota', detail: 'x'.repeat(10_000) };
    const hidden = await startApi({ status: 400, body });
    const [without] = (await read(hidden, ONE)).errors;
    expect(without).toContain('quota');
    expect(without).not.toContain('xxxx');
    const shown = await startApi({ status: 400, body });
    const runtime = { http_show_error_body: true, http_max_error_body_length: 50 };
    const [error] = (await read(shown, ONE, { source: { runtime } })).errors;
    expect(error).toContain('"detail":"xxxx');
    expect((error ?? '').length).toBeLessThan(400);
  });

  it.each(['api_key', 'token', 'key', 'access_token', 'apikey', 'api-key', 'access-token', 'secret', 'password', 'pwd', 'client_secret'])(
    '002.21: the value of the parameter %s is masked',
    async (name) => {
      const api = await startApi({ status: 400, body: { error: 'no' } });
      const outcome = await read(api, { ...ONE, params: { [name]: 'value-of-it', other: 'shown-value' } });
      expect(lastRequest(api).query).toContain('value-of-it');
      expect(outcome.errors.join()).toContain('shown-value');
      expect(JSON.stringify([outcome.errors, outcome.infos, outcome.warnings])).not.toContain('value-of-it');
    },
  );

  it('002.21: neither errors nor logs show a secret of a URL', async () => {
    const api = await startApi({ status: 400, body: { error: 'no' } });
    const auth = { type: 'api_key', name: 'apikey', api_key: 'secret-of-the-url', location: 'query' };
    const outcome = await read(api, { ...ONE, params: { access_token: 'secret-of-params' } }, { client: { auth } });
    expect(outcome.errors).toHaveLength(1);
    expect(JSON.stringify([outcome.errors, outcome.infos, outcome.warnings])).not.toMatch(/secret-of/);
  });
});

describe('response actions', () => {
  it('002.17 002.28: an ignored status ends paging without records and without an error', async () => {
    const page = { body: { data: [{ id: 1 }], next_page: 2 } };
    const api = await startApi(page, { status: 404 });
    const paginator = { type: 'page_number', base_page: 1, total_path: null };
    const outcome = await read(api, { path: 'number', paginator, response_actions: [{ status_code: 404, action: 'ignore' }] });
    expect([ids(outcome), outcome.errors, outcome.failed, api.requests.length]).toEqual([[1], [], [], 2]);
  });

  it.each<[actions: Part[], answer: PageAnswer, isIgnored: boolean]>([
    [[{ content: 'no such', action: 'ignore' }], { status: 200, body: { error: 'no such account' } }, true],
    [[{ content: 'no such', action: 'ignore' }], { status: 400, body: { error: 'no such account' } }, true],
    [[{ content: 'no such', status_code: 404, action: 'ignore' }], { status: 404, body: 'no such account' }, true],
    [[{ content: 'no such', status_code: 404, action: 'ignore' }], { status: 404, body: 'gone' }, false],
    [[{ content: 'no such', status_code: 404, action: 'ignore' }], { status: 400, body: 'no such account' }, false],
    [
      [
        { status_code: 410, action: 'ignore' },
        { status_code: 404, action: 'ignore' },
      ],
      { status: 404 },
      true,
    ],
    [[{ condition: "'error' in response", action: 'ignore' }], { status: 200, body: { error: 1 } }, true],
    [[{ condition: "'error' in response", action: 'fail' }], { status: 200, body: { error: 1 } }, false],
  ])('002.28: %j at %j', async (actions, answer, isIgnored) => {
    const api = await startApi(answer);
    const outcome = await read(api, { ...ONE, response_actions: actions });
    expect([ids(outcome), outcome.failed]).toEqual([[], isIgnored ? [] : ['posts']]);
    expect(api.requests).toHaveLength(1);
  });

  it('002.19: a condition on the response asks for it again', async () => {
    const api = await startApi({ status: 200, body: { error: 'busy' } }, { status: 200, body: { error: 'busy' } });
    const outcome = await read(api, { ...ONE, response_actions: [{ condition: 'response.error is defined', action: 'retry' }] });
    expect([ids(outcome), outcome.errors, outcome.waits]).toEqual([[0, 1, 2, 3, 4], [], [1, 2]]);
  });

  it.each<[action: unknown, message: string]>([
    [{ status_code: 404 }, 'needs "action"'],
    [{ action: 'ignore' }, 'needs "status_code" or "content"'],
    [{ status_code: 404, action: 'skip' }, '"action" cannot be "skip"'],
    [{ status_code: 404, action: { $python: 'set_encoding' } }, 'Python code cannot run here: set_encoding'],
    [{ status_code: 404, action: [{ $python: 'a' }, { $python: 'b' }] }, 'Python code'],
    [{ $python: 'hook' }, 'Python code cannot run here: hook'],
  ])('002.28: %j is refused', async (action, message) => {
    const api = await startApi();
    await expect(read(api, { ...ONE, response_actions: [action] })).rejects.toThrow(message);
  });
});
