import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../engine/http.ts';
import { TransportError } from '../../http/errors.ts';
import { SystemError, TransientError } from '../../protocol/failure.ts';
import type { Log } from '../../protocol/log.ts';
import { buildFromYaml, type TestSetting, testRun } from '../../testing/build-from-yaml.ts';
import { type ResponseParts, responseOutcome } from '../../testing/http-outcome.ts';

const CONFIG = { wait: '12', none: null };
const NOW = 1_768_480_496;

async function secondsOf(yaml: string, parts: ResponseParts = {}, attempt = 1, setting: TestSetting = {}): Promise<number | undefined> {
  const strategy = buildFromYaml('backoffStrategy', yaml, { config: CONFIG, now: BigInt(NOW) * 1_000_000n, ...setting });
  return strategy.seconds(await responseOutcome({ status: 429, ...parts }), attempt);
}

const NO_RESPONSE: Outcome = { error: new TransportError({ kind: 'reset', what: 'boom' }) };

describe('ConstantBackoffStrategy', () => {
  it('waits the same time, from the config where it is a template', async () => {
    expect(await secondsOf('{type: ConstantBackoffStrategy, backoff_time_in_seconds: 2.5}')).toBe(2.5);
    expect(await secondsOf('{type: ConstantBackoff, backoff_time_in_seconds: "{{ config.wait }}"}')).toBe(12);
  });

  it('adds up to twice the jitter', async () => {
    const yaml = '{type: ConstantBackoffStrategy, backoff_time_in_seconds: 10, jitter_range_in_seconds: 3}';
    expect(await secondsOf(yaml, {}, 1, { run: { random: () => 0 } })).toBe(10);
    expect(await secondsOf(yaml, {}, 1, { run: { random: () => 0.5 } })).toBe(13);
  });

  it('fails on a wait that is no number', async () => {
    await expect(secondsOf('{type: ConstantBackoffStrategy, backoff_time_in_seconds: "{{ config.none }}"}')).rejects.toThrow(
      'backoff_time_in_seconds must be a number of seconds.',
    );
  });
});

describe('ExponentialBackoffStrategy', () => {
  it('doubles with each attempt', async () => {
    const wait = (attempt: number): Promise<number | undefined> => secondsOf('{type: ExponentialBackoffStrategy, factor: 3}', {}, attempt);
    expect([await wait(1), await wait(2), await wait(3)]).toEqual([6, 12, 24]);
  });

  it('has a factor of 5 without one', async () => {
    expect(await secondsOf('type: ExponentialBackoffStrategy')).toBe(10);
    expect(await secondsOf('{type: ExponentialBackoffStrategy, factor: 0}')).toBe(10);
  });
});

describe('WaitTimeFromHeader', () => {
  it('reads the number in a header, or in its part that the pattern matches from the start', async () => {
    const read = (value: string, rest = ''): Promise<number | undefined> =>
      secondsOf(`{type: WaitTimeFromHeader, header: retry-after${rest}}`, { headers: { 'Retry-After': value } });
    expect(await read('30')).toBe(30);
    expect(await read(' 1.5 ')).toBe(1.5);
    expect(await read('Wed, 21 Oct 2026 07:28:00 GMT')).toBeUndefined();
    expect(await read('45 seconds', ', regex: "[0-9]+"')).toBe(45);
    expect(await read('in 45', ', regex: "[0-9]+"')).toBeUndefined();
    expect(await secondsOf('{type: WaitTimeFromHeader, header: Other}')).toBeUndefined();
  });

  it('refuses a wait that reaches the longest one allowed', async () => {
    const wait = (value: string, longest: string): Promise<number | undefined> =>
      secondsOf(`{type: WaitTimeFromHeader, header: Retry-After, max_waiting_time_in_seconds: ${longest}}`, {
        headers: { 'Retry-After': value },
      });
    expect(await wait('59', '60')).toBe(59);
    expect(await wait('0', '0')).toBe(0);
    await expect(wait('60', '60')).rejects.toThrow(TransientError);
    await expect(wait('12', '"{{ config.wait }}"')).rejects.toThrow('The API asks to wait 12 s, and the manifest allows less than 12 s');
    await expect(wait('1', '"{{ config.none }}"')).rejects.toThrow(SystemError);
  });

  it('has no answer without a response', () => {
    expect(buildFromYaml('backoffStrategy', '{type: WaitTimeFromHeader, header: A}').seconds(NO_RESPONSE, 1)).toBeUndefined();
  });
});

describe('WaitUntilTimeFromHeader', () => {
  const until = (value: string, rest = ''): Promise<number | undefined> =>
    secondsOf(`{type: WaitUntilTimeFromHeader, header: X-Reset${rest}}`, { headers: { 'X-Reset': value } });

  it('waits until the time in the header, if it is not past', async () => {
    expect(await until(String(NOW + 20))).toBe(20);
    expect(await until(String(NOW - 20))).toBeUndefined();
    expect(await until('soon')).toBeUndefined();
  });

  it('waits the least time in any case', async () => {
    expect(await until(String(NOW + 5), ', min_wait: 10')).toBe(10);
    expect(await until(String(NOW - 5), ', min_wait: "{{ config.wait }}"')).toBe(12);
    expect(await until('soon', ', min_wait: 10')).toBe(10);
    expect(await until(String(NOW + 20), ', min_wait: 0')).toBe(20);
  });

  it('refuses a wait that reaches the longest one allowed', async () => {
    await expect(until(String(NOW + 20), ', max_waiting_time_in_seconds: 20')).rejects.toThrow(TransientError);
  });
});

describe('WaitTimeFromResponse', () => {
  it('finds the wait in the body or the headers', async () => {
    const yaml = '{type: WaitTimeFromResponse, wait_time_in_seconds: "{{ response.error.retry_in or headers[\'x-wait\'] }}"}';
    expect(await secondsOf(yaml, { body: { error: { retry_in: 8 } } })).toBe(8);
    expect(await secondsOf(yaml, { body: { error: {} }, headers: { 'X-Wait': '3.5' } })).toBe(3.5);
    expect(await secondsOf(yaml, { body: { error: { retry_in: -8 } } })).toBeUndefined();
    expect(await secondsOf(yaml, { body: { error: { retry_in: 'soon' } } })).toBeUndefined();
  });

  it('leaves it to the next strategy, with a warning, when the response is of another shape', async () => {
    const warnings: string[] = [];
    const log: Log = { ...testRun().log, warn: (message) => void warnings.push(typeof message === 'string' ? message : message()) };
    const yaml = '{type: WaitTimeFromResponse, wait_time_in_seconds: "{{ response.error.retry_in + 1 }}"}';
    expect(await secondsOf(yaml, { body: 'no json' }, 1, { run: { log } })).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('the wait could not be evaluated on this response (UndefinedError)')]);
  });

  it('knows only config, parameters, response and headers', async () => {
    await expect(secondsOf('{type: WaitTimeFromResponse, wait_time_in_seconds: "{{ record.wait }}"}')).rejects.toThrow(
      'reads "record", which is not available here. It may read config, parameters, response, headers.',
    );
  });
});
