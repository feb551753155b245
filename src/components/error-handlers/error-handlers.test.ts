import { describe, expect, it } from 'vitest';
import { createGuards } from '../../engine/guards.ts';
import type { Outcome, Resolution } from '../../engine/http.ts';
import type { StreamScope } from '../../engine/kinds.ts';
import { TransportError, type TransportErrorKind } from '../../http/errors.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { type ResponseParts, responseOutcome } from '../../testing/http-outcome.ts';

const CONFIG = { plan: 'free', retries: '7' };

async function meaningOf(parts: ResponseParts | Outcome, yaml = 'type: DefaultErrorHandler'): Promise<Resolution> {
  const outcome = 'error' in parts ? (parts as Outcome) : await responseOutcome(parts as ResponseParts);
  return buildFromYaml('errorHandler', yaml, { config: CONFIG }).interpret(outcome);
}

function failed(kind: TransportErrorKind): Outcome {
  return { error: new TransportError({ kind, what: 'boom' }) };
}

const filtered = (...filters: string[]): string =>
  `type: DefaultErrorHandler\nresponse_filters:\n${filters.map((filter) => `  - ${filter}`).join('\n')}`;

describe('the meaning of a response that no filter matches', () => {
  it.each([
    [200, 'SUCCESS', undefined],
    [304, 'SUCCESS', undefined],
    [400, 'FAIL', 'system_error'],
    [401, 'FAIL', 'config_error'],
    [403, 'FAIL', 'config_error'],
    [404, 'FAIL', 'system_error'],
    [409, 'RETRY', 'system_error'],
    [429, 'RATE_LIMITED', 'transient_error'],
    [500, 'RETRY', 'transient_error'],
    [501, 'RETRY', 'system_error'],
    [503, 'RETRY', 'transient_error'],
  ])('%i is %s', async (status, action, failureType) => {
    expect(await meaningOf({ status })).toMatchObject({ action, ...(failureType === undefined ? {} : { failureType }) });
  });

  it('repeats what the API said of a status without a meaning of its own', async () => {
    expect((await meaningOf({ status: 409, body: { errors: [{ detail: 'locked' }] } })).message).toBe(
      'The API answered with HTTP status 409: locked',
    );
    expect((await meaningOf({ status: 409 })).message).toBe('The API answered with HTTP status 409: no message');
    const { message } = await meaningOf({ status: 409, body: `<html>${'x'.repeat(100_000)}</html>` });
    expect(message).toBe(`The API answered with HTTP status 409: <html>${'x'.repeat(494)}...`);
  });

  it.each([
    ['reset', 'RETRY', 'system_error'],
    ['read_timeout', 'RETRY', 'system_error'],
    ['invalid_url', 'RETRY', 'transient_error'],
    ['invalid_schema', 'FAIL', 'config_error'],
  ] as const)('a request that ended in %s is %s', async (kind, action, failureType) => {
    expect(await meaningOf(failed(kind))).toMatchObject({ action, failureType, message: 'boom.' });
  });
});

describe('the guard permanent_errors', () => {
  const FAIL = createGuards({ metadata: { guards: { streams: { orders: { permanent_errors: 'fail' } } } } });
  const stream = (name: string) => ({ name }) as StreamScope;

  async function actionOf(parts: ResponseParts, name = 'orders', yaml = 'type: DefaultErrorHandler'): Promise<Resolution> {
    const setting = { stream: stream(name), run: { guards: FAIL } };
    return buildFromYaml('errorHandler', yaml, setting).interpret(await responseOutcome(parts));
  }

  it('fails at once what would be refused again, with the message of the API', async () => {
    const permanent = [402, 406, 407, 410, 411, 413, 414, 415, 417, 422, 426, 428, 431, 451];
    for (let status = 400; status < 600; status++) {
      const { action } = await actionOf({ status });
      const isFinal = [400, 401, 403, 404, 405, ...permanent].includes(status);
      expect([status, action]).toEqual([status, isFinal ? 'FAIL' : status === 429 ? 'RATE_LIMITED' : 'RETRY']);
    }
    expect(await actionOf({ status: 422, body: { message: 'limit is too large' } })).toEqual({
      action: 'FAIL',
      failureType: 'system_error',
      message: 'The API answered with HTTP status 422: limit is too large',
    });
  });

  it('repeats what the API says a time for, what a filter speaks of, and what other streams get', async () => {
    expect((await actionOf({ status: 413, headers: { 'Retry-After': '5' } })).action).toBe('RETRY');
    expect((await actionOf({ status: 422 }, 'orders', filtered('{http_codes: [422], action: RETRY}'))).action).toBe('RETRY');
    expect((await actionOf({ status: 422 }, 'items')).action).toBe('RETRY');
    const composite =
      'type: CompositeErrorHandler\nerror_handlers:\n  - type: DefaultErrorHandler\n  - response_filters: [{http_codes: [422], action: IGNORE}]';
    expect((await actionOf({ status: 422 }, 'orders', composite)).action).toBe('IGNORE');
  });
});

describe('HttpResponseFilter', () => {
  it('takes a rate limit for one that passes, whatever status it comes with', async () => {
    for (const status of [403, 404, 418]) {
      const rule = filtered(`{http_codes: [${status}], action: RATE_LIMITED, failure_type: config_error}`);
      expect((await meaningOf({ status }, rule)).failureType).toBe('transient_error');
    }
  });

  it('matches by status, by predicate or by the message', async () => {
    const filter = filtered(
      '{http_codes: [404], predicate: "{{ response.code == \'busy\' }}", error_message_contains: slow, action: RETRY}',
    );
    expect((await meaningOf({ status: 404 }, filter)).action).toBe('RETRY');
    expect((await meaningOf({ body: { code: 'busy' } }, filter)).action).toBe('RETRY');
    expect((await meaningOf({ body: { error: 'go slow' } }, filter)).action).toBe('RETRY');
    expect((await meaningOf({ body: { code: 'fine' } }, filter)).action).toBe('SUCCESS');
  });

  it('takes the first filter that matches', async () => {
    const filters = filtered('{http_codes: [403], action: IGNORE}', '{http_codes: [403, 404], action: RETRY}');
    expect((await meaningOf({ status: 403 }, filters)).action).toBe('IGNORE');
    expect((await meaningOf({ status: 404 }, filters)).action).toBe('RETRY');
  });

  it('does nothing without an action, nor when the request had no response', async () => {
    expect((await meaningOf({ status: 404 }, filtered('{http_codes: [404], error_message: never}'))).action).toBe('FAIL');
    expect((await meaningOf(failed('reset'), filtered('{predicate: "{{ true }}", action: IGNORE}'))).action).toBe('RETRY');
  });

  it('makes its message of body, headers, config and address, without what the address keeps secret', async () => {
    const message = "{{ response.code }} {{ headers['x-id'] }} {{ config.plan }} {{ request_url }}";
    const resolution = await meaningOf(
      { status: 400, body: { code: 12 }, headers: { 'X-Id': 'r1' }, url: 'https://user:pw@api.test:8443/a/b?key=secret#part' },
      filtered(`{http_codes: [400], action: FAIL, error_message: "${message}"}`),
    );
    expect(resolution.message).toBe('12 r1 free https://api.test:8443/a/b');
  });

  it('uses the usual message of the status without one of its own', async () => {
    expect(await meaningOf({ status: 404 }, filtered('{http_codes: [404], action: IGNORE, error_message: "{{ response.gone }}"}'))).toEqual(
      {
        action: 'IGNORE',
        failureType: 'system_error',
        message: 'HTTP Status Code: 404. Error: Not found. The requested resource was not found on the server.',
      },
    );
  });

  it('heeds its failure type with FAIL only', async () => {
    const failureType = async (action: string): Promise<unknown> =>
      (await meaningOf({ status: 429 }, filtered(`{http_codes: [429], action: ${action}, failure_type: config_error}`))).failureType;
    expect(await failureType('FAIL')).toBe('config_error');
    expect(await failureType('RETRY')).toBe('transient_error');
  });

  it('knows no config in its predicate', async () => {
    await expect(meaningOf({}, filtered('{predicate: "{{ config.plan == \'free\' }}", action: FAIL}'))).resolves.toMatchObject({
      action: 'SUCCESS',
    });
  });

  it('asks for the body of good responses only when it looks into them', () => {
    const readsBody = (filter: string): boolean => buildFromYaml('errorHandler', filtered(filter)).readsBody;
    expect(readsBody('{http_codes: [404], action: IGNORE}')).toBe(false);
    expect(readsBody('{predicate: "{{ response.error }}", action: FAIL}')).toBe(true);
    expect(readsBody('{error_message_contains: x, action: FAIL}')).toBe(true);
  });
});

describe('DefaultErrorHandler', () => {
  it.each([
    ['2', 2],
    ['"{{ config.retries }}"', 7],
    ['"2.5"', 2],
    ['0', 0],
  ])('takes %s for its number of retries', (written, count) => {
    expect(buildFromYaml('errorHandler', `type: DefaultErrorHandler\nmax_retries: ${written}`, { config: CONFIG }).maxRetries).toBe(count);
  });

  it('refuses a number of retries that is none', () => {
    expect(() => buildFromYaml('errorHandler', 'type: DefaultErrorHandler\nmax_retries: "{{ config.plan }}"', { config: CONFIG })).toThrow(
      'max_retries must evaluate to a whole number.',
    );
  });

  it('waits as the first strategy says that has an answer', async () => {
    const handler = buildFromYaml(
      'errorHandler',
      'type: DefaultErrorHandler\nbackoff_strategies: [{type: WaitTimeFromHeader, header: Retry-After}, {type: ConstantBackoffStrategy, backoff_time_in_seconds: 4}]',
    );
    expect(handler.backoffSeconds(await responseOutcome({ status: 429, headers: { 'Retry-After': '9' } }), 1)).toBe(9);
    expect(handler.backoffSeconds(await responseOutcome({ status: 429, headers: { 'Retry-After': '0' } }), 1)).toBe(4);
    expect(handler.backoffSeconds(await responseOutcome({ status: 429 }), 1)).toBe(4);
  });
});

describe('CompositeErrorHandler', () => {
  const handlers = `type: CompositeErrorHandler
error_handlers:
  - type: DefaultErrorHandler
    max_retries: 2
    response_filters: [{http_codes: [403], action: FAIL}, {http_codes: [418], action: RATE_LIMITED}]
  - type: DefaultErrorHandler
    max_retries: 9
    response_filters: [{http_codes: [403], action: IGNORE}, {http_codes: [500], action: IGNORE}]
    backoff_strategies: [{type: ConstantBackoffStrategy, backoff_time_in_seconds: 3}]`;

  it('asks the next handler while one fails or is limited, and lets the last decide', async () => {
    expect((await meaningOf({ status: 403 }, handlers)).action).toBe('IGNORE');
    expect((await meaningOf({ status: 418 }, handlers)).action).toBe('RETRY');
    expect((await meaningOf({ status: 401 }, handlers)).action).toBe('FAIL');
  });

  it('is decided by the usual meaning in its first handler too', async () => {
    expect((await meaningOf({ status: 500 }, handlers)).action).toBe('RETRY');
  });

  it('retries as often as its first handler and waits as any of them says', async () => {
    const handler = buildFromYaml('errorHandler', handlers);
    expect(handler.maxRetries).toBe(2);
    expect(handler.hasBackoff).toBe(true);
    expect(handler.backoffSeconds(await responseOutcome({ status: 500 }), 1)).toBe(3);
    expect([...handler.actions].sort()).toEqual(['FAIL', 'IGNORE', 'RATE_LIMITED']);
  });

  it('needs a handler', () => {
    expect(() => buildFromYaml('errorHandler', 'type: CompositeErrorHandler\nerror_handlers: []')).toThrow(
      'needs at least one error handler',
    );
  });
});
