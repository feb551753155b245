import { describe, expect, it } from 'vitest';
import { createCookieJar, withCookies } from './cookies.ts';
import { serveHttp, testTransport } from './testing/local-server.ts';

const NOW = Date.parse('2026-01-15T12:00:00Z');
const URL_A = new URL('http://api.example.com/v1/items');

function headerAfter(lines: string[], url: string): string | null {
  const jar = createCookieJar(() => NOW);
  jar.store(URL_A, lines);
  return jar.header(new URL(url));
}

describe('createCookieJar', () => {
  it.each([
    [['a=1', 'b=2; Path=/'], 'http://api.example.com/v1/x', 'a=1; b=2'],
    [['a=1', 'b=2; Path=/'], 'http://api.example.com/other', 'b=2'],
    [['a=1; Path=/'], 'http://www.example.com/', null],
    [['a=1; Path=/; Domain=.example.com'], 'http://www.example.com/', 'a=1'],
    [['a=1; Path=/; Domain=com'], 'http://www.example.com/', null],
    [['a=1; Path=/; Domain=other.com'], 'http://other.com/', null],
    [['a=1; Path=/; Secure'], 'http://api.example.com/', null],
    [['a=1; Path=/; Secure'], 'https://api.example.com/', 'a=1'],
    [['a=1; Path=/', 'a=; Path=/; Max-Age=0'], 'http://api.example.com/', null],
    [['a=1; Path=/; Expires=Wed, 14-Jan-2026 12:00:00 GMT'], 'http://api.example.com/', null],
    [['a=1; Path=/; Expires=Fri, 16 Jan 2026 12:00:00 GMT'], 'http://api.example.com/', 'a=1'],
    [['a=x=y; Path=/', 'a=2; Path=/', '=z'], 'http://api.example.com/', 'a=2'],
  ])('%j at %s', (lines, url, expected) => {
    expect(headerAfter(lines, url)).toBe(expected);
  });
});

describe('withCookies', () => {
  it('sends back what was set, unless the request has its own', async () => {
    const server = await serveHttp((request, response) => {
      response.setHeader('Set-Cookie', ['session=1; Path=/', 'other=2; Path=/x']);
      response.end(request.headers.cookie ?? '');
    });
    const send = withCookies(
      testTransport().send,
      createCookieJar(() => NOW),
    );
    const read = async (headers: Record<string, string> = {}) => {
      const response = await send({ method: 'GET', url: `${server.url}/`, headers, body: null });
      await response.load();
      return response.text;
    };
    expect([await read(), await read(), await read({ cookie: 'mine=3' })]).toEqual(['', 'session=1', 'mine=3']);
  });
});
