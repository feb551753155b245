import { describe, expect, it } from 'vitest';
import { bypassesProxy, proxyAuthorization, proxyFor, proxySecrets, readProxySettings } from './proxy.ts';

describe('readProxySettings', () => {
  it('prefers lower case, also when it is empty, and falls back to ALL_PROXY', () => {
    expect(readProxySettings({ HTTP_PROXY: 'http://a', http_proxy: 'http://b', NO_PROXY: 'x' })).toEqual({
      http: 'http://b',
      https: undefined,
      noProxy: 'x',
    });
    expect(readProxySettings({ HTTPS_PROXY: 'http://a', https_proxy: '' }).https).toBeUndefined();
    expect(readProxySettings({ ALL_PROXY: 'http://c' })).toMatchObject({ http: 'http://c', https: 'http://c' });
    expect(readProxySettings({ HTTP_PROXY: 'http://a', REQUEST_METHOD: 'GET' }).http).toBeUndefined();
  });
});

describe('proxySecrets', () => {
  it.each([
    ['http://user:p%40ss@proxy:3128', ['p%40ss', 'p@ss']],
    ['user:secret@proxy', ['secret', 'secret']],
    ['http://token@proxy', ['token', 'token']],
    ['socks5://user:a%b@proxy', ['a%b', 'a%b']],
    ['http://proxy:3128', []],
    ['http://user:a@b@proxy', ['a@b', 'a@b']],
    [undefined, []],
  ])('of %s', (https, expected) => {
    expect(proxySecrets({ http: undefined, https, noProxy: '' })).toEqual(expected);
  });
});

describe('bypassesProxy', () => {
  it.each([
    ['http://api.example.com/', '*', true],
    ['http://api.example.com/', 'example.com', true],
    ['http://api.example.com/', ' .example.com , x', true],
    ['http://api.example.com/', 'ample.com', false],
    ['http://API.example.com:8080/', 'api.example.com:8080', true],
    ['http://api.example.com:8080/', 'api.example.com:80', false],
    ['http://127.0.0.1/', '127.0.0.1', true],
    ['http://10.1.2.3/', '10.0.0.0/8', true],
    ['http://11.1.2.3/', '10.0.0.0/8', false],
    ['http://10.1.2.3/', '10.0.0.0/99', false],
    ['http://[::1]/', '::1', true],
    ['http://api.example.com/', '', false],
  ])('%s with %s', (url, noProxy, expected) => {
    expect(bypassesProxy(new URL(url), noProxy)).toBe(expected);
  });
});

describe('proxyFor', () => {
  it('takes the proxy of the scheme, with http:// where it names none', () => {
    const settings = { http: 'proxy:3128', https: 'https://secure:1', noProxy: 'internal' };
    expect(proxyFor(new URL('http://h/'), settings)?.href).toBe('http://proxy:3128/');
    expect(proxyFor(new URL('https://h/'), settings)?.href).toBe('https://secure:1/');
    expect(proxyFor(new URL('https://internal/'), settings)).toBeNull();
    expect(proxyAuthorization(new URL('http://h/'))).toBeUndefined();
  });

  it('takes a bare % in user and password as it stands', () => {
    const proxy = 'http://us%er:50%%41%zz@proxy:3128';
    const authorization = proxyAuthorization(new URL(proxy));
    expect(Buffer.from(authorization?.slice('Basic '.length) ?? '', 'base64').toString()).toBe('us%er:50%A%zz');
    expect(proxySecrets({ http: proxy, https: undefined, noProxy: '' })).toEqual(['50%%41%zz', '50%A%zz']);
  });
});
