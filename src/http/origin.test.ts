import { describe, expect, it } from 'vitest';
import { originOf } from './origin.ts';

describe('originOf', () => {
  it.each([
    'http://example.com',
    'https://example.com:8443/a b?x=http://other.com#f',
    'HTTPS://EXAMPLE.com?x',
    'http://user:pass@example.com/x@y',
    'http://example.com\\evil.com/x',
    'http://exa mple.com/',
    'http://example.com\n/x',
    ' http://example.com/',
    'http:/example.com/x',
    'http:///example.com/x',
    'http://[::1]:80/x',
    'http://[::1/x',
    'http://example.com:port/',
    'ftp://example.com/x',
    'file:///etc/passwd',
    'no url',
    '',
  ])('gives the host of %j as parsing all of it does', (text) => {
    for (const _time of [1, 2]) {
      expect(originOf(text)?.host).toBe(URL.canParse(text) ? new URL(text).host : undefined);
      expect(originOf(text)?.protocol).toBe(URL.canParse(text) ? new URL(text).protocol : undefined);
    }
  });
});
