import { describe, expect, it } from 'vitest';
import { createExchangeIndex } from './find-exchange.ts';
import { FORMAT, type RecordedExchange } from './format.ts';
import type { Recording, StoredExchange } from './read-recording.ts';

const START = '2026-03-01T12:00:00.000Z';
const HOST = 'https://api.test';

interface Given {
  readonly url: string;
  readonly body?: string;
  readonly stream?: string;
  /** Milliseconds after the start of the run. */
  readonly after?: number;
  readonly credentials?: boolean;
}

function indexOf(given: readonly Given[]) {
  const exchanges = given.map(({ url, body = null, stream = 'a', after = 0, credentials = false }, index): StoredExchange => {
    const exchange: RecordedExchange = {
      id: index,
      at: new Date(Date.parse(START) + after).toISOString(),
      credentials,
      request: { method: 'GET', url: `${HOST}${url}` },
    };
    return { stream, place: `file:${index}`, exchange, requestBody: body, body: [] };
  });
  const recording: Recording = {
    folder: '',
    run: { format: FORMAT, version: 1, started_at: START },
    exchanges,
    spool: { add: () => Promise.reject(new Error()), read: () => Promise.reject(new Error()), close() {} },
  };
  const index = createExchangeIndex(recording);
  return (
    url: string,
    { body = null, stream = 'a', credentials = false }: { body?: string | null; stream?: string; credentials?: boolean } = {},
  ) => {
    const found = index.take({ method: 'GET', url: `${HOST}${url}`, body }, { name: stream, obtainsCredentials: credentials });
    return typeof found === 'string' ? found : found.exchange.id;
  };
}

describe('createExchangeIndex', () => {
  it.each<[string, Given, string, string | undefined]>([
    ['parameters in another order', { url: '/x?a=1&b=2' }, '/x?b=2&a=1', undefined],
    ['another way to write a parameter', { url: '/x?a=%2A%2a+b' }, '/x?a=**%20b', undefined],
    ['keys in another order', { url: '/x', body: '{"a": 1, "b": [1.0]}' }, '/x', '{"b":[1.0],"a":1}'],
    ['fields of a form in another order', { url: '/x', body: 'a=1&b=%20' }, '/x', 'b=+&a=1'],
    ['another case of the host', { url: '/x' }, '/x#part', undefined],
  ])('finds %s', (_, given, url, body) => {
    expect(indexOf([given])(url, { body: body ?? null })).toBe(0);
  });

  it.each<[string, Given, string, string | undefined]>([
    ['another parameter', { url: '/x?a=1' }, '/x?a=2', undefined],
    ['another path', { url: '/x' }, '/y', undefined],
    ['another body', { url: '/x', body: '{"a":1}' }, '/x', '{"a":1.0}'],
    ['a time that no clock explains', { url: '/x?since=2026-01-01T00:00:00Z', after: 60_000 }, '/x?since=2026-01-02T00:00:00Z', undefined],
    ['a number that is no time', { url: '/x?id=1000000001', after: 60_000 }, '/x?id=1000000002', undefined],
  ])('does not take for the same %s', (_, given, url, body) => {
    expect(indexOf([given])(url, { body: body ?? null })).toMatch(/^The recording has no response to GET/);
  });

  it('gives each of several responses once, in their order, and then the last one again', () => {
    const take = indexOf([{ url: '/x' }, { url: '/x' }, { url: '/x' }]);
    expect([take('/x'), take('/x'), take('/x'), take('/x')]).toEqual([0, 1, 2, 2]);
  });

  it('prefers the responses of the stream that asks', () => {
    const take = indexOf([{ url: '/x' }, { url: '/x', stream: 'b' }]);
    expect([take('/x', { stream: 'b' }), take('/x', { stream: 'c' }), take('/x')]).toEqual([1, 0, 0]);
  });

  it.each<[string, string, string]>([
    ['ISO 8601', 'until=2026-03-01T12:01:30Z', 'until=2026-03-01T12:00:00Z'],
    ['seconds', 'until=1772366490', 'until=1772366400'],
    ['milliseconds', 'until=1772366490123', 'until=1772366400000'],
    [
      'two times that depend on the present',
      'from=2026-02-01T12:01:30Z&until=2026-03-01T12:01:30Z',
      'from=2026-02-01T12:00:00Z&until=2026-03-01T12:00:00Z',
    ],
    ['a parameter set at two moments', 'until=2026-03-01T12:00:00Z&until=2026-03-01T12:00:01Z', 'until=2026-03-01T12:00:00Z'],
  ])('follows the clock of the recorded run (%s)', (_, recorded, asked) => {
    expect(indexOf([{ url: `/x?${recorded}`, after: 90_000 }])(`/x?${asked}`)).toBe(0);
  });

  it('takes the nearest of several times, and the exact one first', () => {
    const urls = ['12:00:30', '12:00:10', '12:00:20'].map((time) => ({ url: `/x?at=2026-03-01T${time}Z`, after: 40_000 }));
    const take = indexOf(urls);
    expect([take('/x?at=2026-03-01T12:00:20Z'), take('/x?at=2026-03-01T12:00:00Z'), take('/x?at=2026-03-01T12:00:00Z')]).toEqual([2, 1, 0]);
  });

  it('tells requests for credentials apart by their place alone', () => {
    const take = indexOf([{ url: '/token', body: 'assertion=abc', credentials: true }]);
    expect(take('/token', { body: 'assertion=xyz', credentials: true })).toBe(0);
    expect(take('/token', { body: 'assertion=xyz' })).toMatch(/no response/);
  });

  it('names the nearest request and in what it differs', () => {
    const take = indexOf([{ url: '/x?a=1&b=2' }, { url: '/x?a=1' }, { url: '/y' }]);
    expect(take('/x?a=3')).toBe(
      `The recording has no response to GET ${HOST}/x?a=3: the nearest request in it (file:1) has the query parameter a 1 instead of 3`,
    );
    expect(take('/z')).toContain('what it holds went to GET api.test/x, GET api.test/y');
    expect(indexOf([])('/z')).toContain('it is empty');
  });
});
