import { describe, expect, it } from 'vitest';
import { originText, parseHostRule, ruleFor } from './hosts.ts';

describe('the rule of a host', () => {
  it.each([
    ['api.example.com', 'https://API.example.com/x', true],
    ['api.example.com', 'https://api.example.com.:8443/', true],
    ['api.example.com', 'https://x.api.example.com/', false],
    ['api.example.com', 'https://api.example.com@evil.example/', false],
    ['api.example.com', 'http://api.example.com/', false],
    ['http://api.example.com', 'http://api.example.com/', true],
    ['http://api.example.com', 'https://api.example.com/', false],
    ['https://api.example.com/', 'https://api.example.com/', true],
    ['api.example.com:8443', 'https://api.example.com:8443/', true],
    ['api.example.com:8443', 'https://api.example.com/', false],
    ['api.example.com:443', 'https://api.example.com/', true],
    ['*.example.com', 'https://a.b.example.com/', true],
    ['*.example.com', 'https://example.com/', false],
    ['*.example.com', 'https://evilexample.com/', false],
    ['*', 'https://anything.example/', true],
    ['*', 'http://anything.example/', false],
    ['localhost', 'http://localhost:8080/', true],
    ['localhost:8080', 'http://localhost:9090/', false],
    ['127.0.0.1', 'http://127.0.0.1:1/', true],
    ['[::1]:80', 'http://[0:0:0:0:0:0:0:1]/', true],
    ['bücher.example', 'https://xn--bcher-kva.example/', true],
  ])('%s for %s: %s', (rule, url, matches) => {
    expect(parseHostRule(rule)?.matches(new URL(url))).toBe(matches);
  });

  it.each(['', 'https://', 'a/b', 'a b', 'a?b', 'user@host', '*.*', '*.', 'a*b', 'ftp://a', 'a:b', '::1'])('is none of %j', (text) => {
    expect(parseHostRule(text)).toBeUndefined();
  });

  it.each([
    'https://api.example.com/',
    'http://api.example.com/',
    'https://api.example.com:8443/',
    'http://[::1]:9/',
    'http://10.0.0.1:8080/',
  ])('is written so that it matches %s', (text) => {
    const url = new URL(text);
    expect(parseHostRule(ruleFor(url))?.matches(url)).toBe(true);
  });
});

describe('the text of an origin', () => {
  it('is the same however the origin is written', () => {
    const texts = ['https://API.example.com:443/a', 'https://u:p@api.example.com.', 'https://api.example.com?x'].map((url) =>
      originText(new URL(url)),
    );
    expect(new Set(texts)).toEqual(new Set(['https://api.example.com:443']));
  });
});
