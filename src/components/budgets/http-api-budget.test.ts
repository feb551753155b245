import { describe, expect, it } from 'vitest';
import { type HttpRequest, matchesRequest } from '../../engine/http.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const NOW_MS = 1_768_480_496_789;

function request(changes: Partial<HttpRequest> = {}): HttpRequest {
  return { method: 'GET', url: 'https://api.test/v1/items/7/?a=1&b=x', headers: { 'X-Kind': 'test' }, body: null, ...changes };
}

describe('HttpRequestRegexMatcher', () => {
  it.each([
    [{}, true],
    [{ method: 'get' }, true],
    [{ method: 'POST' }, false],
    [{ url_base: 'https://api.test/' }, true],
    [{ url_base: 'https://api.test/v1' }, false],
    [{ url_path_pattern: String.raw`items/\d+$` }, true],
    [{ url_path_pattern: '^items' }, false],
    [{ params: { a: 1 } }, true],
    [{ params: { a: '2' } }, false],
    [{ headers: { 'x-kind': 'test' } }, true],
    [{ headers: { 'x-kind': 'other' } }, false],
    [{ method: 'GET', params: { c: '1' } }, false],
  ])('takes requests: %j %s', (declared: JsonObject, expected) => {
    const matcher = buildFromYaml('requestMatcher', { type: 'HttpRequestRegexMatcher', ...declared });
    expect(matchesRequest(matcher, request())).toBe(expected);
  });

  it('evaluates its weight', () => {
    const weight = (value: string | number, config: JsonObject = {}) =>
      buildFromYaml('requestMatcher', { type: 'HttpRequestRegexMatcher', weight: value }, { config }).weight;
    expect([weight(3), weight('2'), weight("{{ config['w'] }}", { w: 5 })]).toEqual([3, 2, 5]);
    expect(() => weight(0)).toThrow('from 1 on');
    expect(() => weight('many')).toThrow('from 1 on');
  });

  it('refuses what is no regular expression', () => {
    expect(() => buildFromYaml('requestMatcher', { type: 'HttpRequestRegexMatcher', url_path_pattern: '(' })).toThrow(
      'no regular expression',
    );
  });
});

describe('HTTPAPIBudget', () => {
  it('hands its rules to the run', () => {
    const { budget } = buildFromYaml(
      'apiBudget',
      `
      type: HTTPAPIBudget
      ratelimit_reset_header: X-Reset
      status_codes_for_ratelimit_hit: [420, 429]
      policies:
        - type: UnlimitedCallRatePolicy
          matchers: [{url_path_pattern: ^/health}]
        - type: FixedWindowCallRatePolicy
          period: P1DT1H
          call_limit: 10
          matchers: [{method: GET, weight: 2}]
        - type: MovingWindowCallRatePolicy
          rates:
            - {limit: "{{ config['limit'] }}", interval: PT0.5S}
            - {type: Rate, limit: 100, interval: P1M}
          matchers: []`,
      { config: { limit: 4 } },
    );
    expect(budget).toMatchObject({
      resetHeader: 'X-Reset',
      remainingHeader: 'ratelimit-remaining',
      limitStatuses: [420, 429],
      policies: [
        { kind: 'unlimited', matchers: [{ urlPathPattern: expect.anything() }] },
        {
          kind: 'fixedWindow',
          limit: 10,
          periodMs: 90_000_000,
          nextResetMs: NOW_MS + 864_000_000,
          matchers: [{ method: 'GET', weight: 2 }],
        },
        {
          kind: 'movingWindow',
          rates: [
            { limit: 4, intervalMs: 500 },
            { limit: 100, intervalMs: 2_592_000_000 },
          ],
          matchers: [],
        },
      ],
    });
  });

  it.each([
    [{ type: 'MovingWindowCallRatePolicy', rates: [], matchers: [] }, 'at least one rate'],
    [{ type: 'MovingWindowCallRatePolicy', rates: [{ limit: 'many', interval: 'PT1S' }], matchers: [] }, 'whole number'],
    [{ type: 'FixedWindowCallRatePolicy', period: '1 hour', call_limit: 1, matchers: [] }, 'ISO 8601'],
  ])('refuses %j', (policy: JsonObject, message) => {
    expect(() => buildFromYaml('callRatePolicy', policy)).toThrow(message);
  });
});
