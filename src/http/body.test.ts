import { describe, expect, it } from 'vitest';
import { Float } from '../lib/json.ts';
import { dumpsJson, formText, jsonBody } from './body.ts';
import { buildRequest } from './request.ts';

describe('JSON bodies', () => {
  it('are written as json.dumps writes them', () => {
    const value = {
      a: [1, 1.5, new Float(2), null, true, 2n ** 70n],
      'ü\u007f': '"\\\n😀/',
      e: {},
      l: [],
      m: new Map<unknown, unknown>([
        [1, 'x'],
        [null, 2],
        [true, 3],
      ]),
    };
    expect(dumpsJson(value)).toBe(
      '{"a": [1, 1.5, 2.0, null, true, 1180591620717411303424], "\\u00fc\\u007f": "\\"\\\\\\n\\ud83d\\ude00/", "e": {}, "l": [], "m": {"1": "x", "null": 2, "true": 3}}',
    );
    expect(dumpsJson([Number.NaN, Number.POSITIVE_INFINITY, new Float(Number.NEGATIVE_INFINITY), 1e-7, new Float(1e22)])).toBe(
      '[NaN, Infinity, -Infinity, 1e-07, 1e+22]',
    );
    expect(() => dumpsJson(undefined)).toThrow('not JSON serializable');
  });

  it('have no infinities and no NaN', () => {
    const refusal = (value: unknown): unknown => {
      try {
        return jsonBody(value);
      } catch (error) {
        return error;
      }
    };
    const filters = [{ value: 1 }, { value: new Float(Number.NEGATIVE_INFINITY) }];
    expect(refusal({ filters })).toMatchObject({
      kind: 'invalid_body',
      what: "The field filters.1.value of the request's JSON body is -Infinity, which JSON does not have",
      hint: expect.stringContaining('verbatim: true'),
    });
    expect(refusal(new Map([['key', Number.NaN]]))).toMatchObject({ what: expect.stringMatching(/^The field key .* is NaN/) });
    expect(refusal(Number.POSITIVE_INFINITY)).toMatchObject({ what: expect.stringMatching(/^The request's JSON body is Infinity/) });
    expect(refusal(new Map([[Number.NaN, 1]]))).toMatchObject({ what: expect.stringMatching(/^A key of the request's JSON body is NaN/) });
  });
});

describe('buildRequest', () => {
  const url = 'http://h/p?a=1';
  it('sends JSON or data with their content type', () => {
    expect(buildRequest({ method: 'post', url, json: ['é'] })).toEqual({
      method: 'POST',
      url,
      headers: { 'Content-Type': 'application/json' },
      body: '["\\u00e9"]',
    });
    expect(buildRequest({ method: 'GET', url, data: { x: 'a b', y: [1, 2] } })).toMatchObject({
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'x=a+b&y=1&y=2',
    });
    expect(buildRequest({ method: 'PUT', url, data: 'raw', headers: { 'content-type': 'text/x' } })).toMatchObject({
      headers: { 'content-type': 'text/x' },
      body: 'raw',
    });
    expect(formText({ a: 'ü' })).toBe('a=%C3%BC');
  });

  it('leaves out empty bodies, and any body of DELETE', () => {
    expect(buildRequest({ method: 'POST', url, json: {}, data: '' })).toMatchObject({ headers: {}, body: null });
    expect(buildRequest({ method: 'DELETE', url, json: { a: 1 } })).toMatchObject({ headers: {}, body: null });
    expect(() => buildRequest({ method: 'POST', url, json: { a: 1 }, data: 'x' })).toThrow('only one of');
  });

  it('adds parameters, without those of the URL when told so', () => {
    const params = { a: '1', b: '2' };
    expect(buildRequest({ method: 'GET', url, params }).url).toBe('http://h/p?a=1&a=1&b=2');
    expect(buildRequest({ method: 'GET', url, params, dedupeParams: true }).url).toBe('http://h/p?a=1&b=2');
  });

  it('refuses invalid headers and keeps one of each name', () => {
    expect(buildRequest({ method: 'GET', url, headers: { 'x-a': '1', 'X-A': '2' } }).headers).toEqual({ 'X-A': '2' });
    for (const headers of [{ 'X-A': ' leading' }, { 'X-A': 'a\nb' }, { 'X:A': 'b' }]) {
      expect(() => buildRequest({ method: 'GET', url, headers: headers as Record<string, string> })).toThrow(
        expect.objectContaining({ kind: 'invalid_header' }),
      );
    }
  });
});
