import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isValidToken } from './json-web-token.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const NOW = 1_768_480_496;
const HEADER = { alg: 'HS256', typ: 'JWT' };

function token(header: unknown, claims: unknown, secret = SECRET): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

function accepts(claims: unknown, header: unknown = HEADER): boolean {
  return isValidToken(token(header, claims), SECRET, NOW);
}

describe('a bearer token', () => {
  it.each<[string, unknown]>([
    ['without claims', {}],
    ['that expires later', { exp: NOW + 1 }],
    ['whose expiry is text', { exp: String(NOW + 5) }],
    ['that began', { nbf: NOW, iat: NOW }],
    ['of any issuer', { iss: 'airbyte-server', sub: 'someone', jti: '1' }],
    ['for an empty audience', { aud: [] }],
  ])('%s is good', (_, claims) => {
    expect(accepts(claims)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['that has expired', { exp: NOW }],
    ['whose expiry is no number', { exp: 'soon' }],
    ['whose expiry is null', { exp: null }],
    ['that begins later', { nbf: NOW + 1 }],
    ['issued in the future', { iat: NOW + 1 }],
    ['for somebody else', { aud: 'another' }],
    ['whose subject is no text', { sub: 5 }],
    ['whose id is no text', { jti: 5 }],
    ['that is no object', [1]],
  ])('%s is refused', (_, claims) => {
    expect(accepts(claims)).toBe(false);
  });

  it.each<[string, unknown]>([
    ['none', { alg: 'none' }],
    ['another', { alg: 'HS512' }],
    ['no', { typ: 'JWT' }],
  ])('that states %s algorithm is refused', (_, header) => {
    expect(accepts({}, header)).toBe(false);
  });

  it('with extensions that must be understood is refused', () => {
    expect(accepts({}, { ...HEADER, crit: ['x'], x: 1 })).toBe(false);
  });

  it('of another secret, or changed on its way, is refused', () => {
    expect(isValidToken(token(HEADER, {}, 'another'), SECRET, NOW)).toBe(false);
    const [head = '', , signature = ''] = token(HEADER, { sub: 'a' }).split('.');
    const other = Buffer.from(JSON.stringify({ sub: 'b' })).toString('base64url');
    expect(isValidToken(`${head}.${other}.${signature}`, SECRET, NOW)).toBe(false);
    expect(isValidToken(`${head}.${other}.`, SECRET, NOW)).toBe(false);
  });

  it.each(['', 'a.b', 'a.b.c', '..', `${token(HEADER, {})}.x`, `${token(HEADER, {})}\n`, `ä${token(HEADER, {})}`])(
    '%j is refused',
    (text) => {
      expect(isValidToken(text, SECRET, NOW)).toBe(false);
    },
  );
});
