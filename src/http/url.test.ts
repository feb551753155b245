import { describe, expect, it } from 'vitest';
import { Float } from '../lib/json.ts';
import { TransportError } from './errors.ts';
import { dedupeParams, encodeParams, joinUrl, parseQuery, prepareUrl, requoteUri, splitUrl, unquotePlus, unsplitUrl } from './url.ts';

// What Python's urllib.parse and requests answer.
describe('joinUrl', () => {
  it.each([
    ['http://a/b/c/', 'd', 'http://a/b/c/d'],
    ['http://a/b/c', 'd', 'http://a/b/d'],
    ['http://a/b/', '../x', 'http://a/x'],
    ['http://a/b/', '../../../x', 'http://a/x'],
    ['http://a/b/', './', 'http://a/b/'],
    ['http://a/b//', 'c//d', 'http://a/b/c/d'],
    ['http://a/b/', 'c/d.json', 'http://a/b/c/d.json'],
    ['http://a/b/../', 'c/d', 'http://a/c/d'],
    ['http://a/b;p/', 'c/', 'http://a/b;p/c/'],
    ['http://a/./', 'c/..', 'http://a/'],
    ['HTTP://a/', 'c', 'http://a/c'],
    ['http://a/b?x=1#f', '?y=2', 'http://a/b?y=2'],
    ['http://a/b?x=1#f', '#g', 'http://a/b?x=1#g'],
    ['http://a/b/', '//other/x', 'http://other/x'],
    ['http://a/b/', 'https://o/x?y#z', 'https://o/x?y#z'],
    ['http://a/b/', 'items:batch', 'items:batch'],
    ['http://a/b;p', ';q', 'http://a/;q'],
    ['', 'x', 'x'],
    ['http://a/', '', 'http://a/'],
  ])('%s and %s', (base, path, expected) => {
    expect(joinUrl(base, path)).toBe(expected);
  });
});

describe('prepareUrl', () => {
  it.each([
    ['http://API.Example.com', {}, 'http://api.example.com/'],
    ['  http://a/b c', {}, 'http://a/b%20c'],
    ['http://a/%7euser/%2f/%e9', {}, 'http://a/~user/%2F/%E9'],
    ['http://a/100%', {}, 'http://a/100%25'],
    ['http://a/x/../y/./z', {}, 'http://a/y/z'],
    ['http://a/p?x=1&y={"a"}#frag ment', { z: 'ü' }, 'http://a/p?x=1&y=%7B%22a%22%7D&z=%C3%BC#frag%20ment'],
    ['http://u%20:p@münchen.de:080/', {}, 'http://u%20:p@xn--mnchen-3ya.de:80/'],
    ['http://[::1]:8080/a[1]', {}, 'http://[::1]:8080/a%5B1%5D'],
    ['http://API.Example.com:080/v1/items_2.json', { a: 1 }, 'http://api.example.com:80/v1/items_2.json?a=1'],
    ['https://u:p@a/x/', {}, 'https://u:p@a/x/'],
    ['mailto:someone', { a: 1 }, 'mailto:someone'],
    ['httpx://a/b c', {}, 'httpx://a/b c'],
  ] as const)('%s', (url, params, expected) => {
    expect(prepareUrl(url, params)).toBe(expected);
  });

  it.each([
    ['example.com/x', 'missing_schema'],
    ['http://', 'invalid_url'],
    ['http://*.example.com', 'invalid_url'],
    ['http://a b/', 'invalid_url'],
    ['http://a:99999/', 'invalid_url'],
    ['http://[::g]/', 'invalid_url'],
    ['http://a:b/', 'invalid_url'],
  ])('refuses %s', (url, kind) => {
    expect(() => prepareUrl(url)).toThrow(TransportError);
    expect(() => prepareUrl(url)).toThrow(expect.objectContaining({ kind }));
  });
});

describe('encodeParams', () => {
  it.each(['http://user:pass\\word@a/', 'http://user:99999/pass@a/', 'http://user:pa[ss@a/x'.replace('@a', '/@a')])(
    'shows no part of a password that breaks %s',
    (url) => {
      expect(() => prepareUrl(url)).toThrow(/^Invalid URL '[^']*': its user and password hold characters that end a host/);
    },
  );

  it('writes values as Python does, repeats keys of lists and drops null', () => {
    expect(encodeParams(new Map())).toBe('');
    expect(
      encodeParams({
        a: 'x y',
        b: true,
        c: null,
        d: [1, null, 'é'],
        e: 1.5,
        f: new Float(1),
        g: 2n ** 70n,
        'h[]': "~-._!*()'/&=",
        i: '',
        j: [],
        k: [[1, 2]],
      }),
    ).toBe('a=x+y&b=True&d=1&d=%C3%A9&e=1.5&f=1.0&g=1180591620717411303424&h%5B%5D=~-._%21%2A%28%29%27%2F%26%3D&i=&k=1&k=2');
  });
});

describe('queries', () => {
  it('are parsed without blank values and decoded with replacement', () => {
    expect(parseQuery('a=1&b=&c&d=x+y%20z&e=%C3%A9&f=%ff&=v')).toEqual([
      ['a', '1'],
      ['d', 'x y z'],
      ['e', 'é'],
      ['f', '\ufffd'],
      ['', 'v'],
    ]);
    expect(unquotePlus('100%+%zz')).toBe('100% %zz');
  });

  it('drop parameters that the URL has with the same text, by its first value', () => {
    const params = { a: 1, b: 'True', c: true, d: 'other', e: '2' };
    expect([...dedupeParams('http://h/?a=1&b=True&c=True&d=one&e=1&e=2', params).keys()]).toEqual(['d', 'e']);
  });

  it('drop parameters that a link has, by any of its values, and lists by their name', () => {
    const params = { a: '2', b: '', c: ['x', 'y'], d: ['z'], e: ['new'], f: 'new', g: '' };
    const link = 'http://h/?a=1&a=2&b=&c=y&c=x&d=z%2Cw&f=old&page=2';
    expect([...dedupeParams(link, params, true).keys()]).toEqual(['e', 'f', 'g']);
    expect([...dedupeParams(link, params).keys()]).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});

describe('splitting', () => {
  it('keeps what it cuts', () => {
    expect(splitUrl(' \thttp://u@h:1/p;x?q#f')).toEqual({ scheme: 'http', netloc: 'u@h:1', path: '/p;x', query: 'q', fragment: 'f' });
    expect(splitUrl('1a:b')).toMatchObject({ scheme: '', path: '1a:b' });
    expect(unsplitUrl({ scheme: 'http', netloc: 'h', path: 'p', query: '', fragment: '' })).toBe('http://h/p');
    expect(() => splitUrl('http://[x/')).toThrow('Invalid URL');
  });

  it('quotes again only what must be', () => {
    expect(requoteUri('http://h/%41 %e9 é')).toBe('http://h/A%20%e9%20%C3%A9');
    expect(requoteUri('http://h/%zz%41')).toBe('http://h/%25zz%2541');
  });
});
