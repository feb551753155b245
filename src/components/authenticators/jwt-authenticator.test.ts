import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RequestOptions } from '../../engine/request-options.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

async function credential(declared: JsonObject, config: JsonObject = {}): Promise<string> {
  const authenticator = buildFromYaml(
    'authenticator',
    { type: 'JwtAuthenticator', algorithm: 'HS256', secret_key: 'secret', ...declared },
    { config },
  );
  return (await authenticator.credential?.()) ?? '';
}

async function parts(
  declared: JsonObject,
  config?: JsonObject,
): Promise<{ header: string; claims: string; input: string; signature: Buffer }> {
  const [header = '', claims = '', signature = ''] = (await credential(declared, config)).split('.');
  const text = (part: string): string => Buffer.from(part, 'base64url').toString();
  return { header: text(header), claims: text(claims), input: `${header}.${claims}`, signature: Buffer.from(signature, 'base64url') };
}

const NOW = 1_768_480_496;
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

describe('the header', () => {
  it.each([
    ['{"alg":"HS256","typ":"JWT"}', {}],
    ['{"alg":"HS256","kid":"123","typ":"JWT"}', { jwt_headers: { kid: '123' } }],
    ['{"alg":"HS256","cty":"a","typ":"b"}', { jwt_headers: { typ: 'b', cty: 'a' } }],
    ['{"alg":"HS256"}', { jwt_headers: { typ: "{{ config.get('x', '') }}" } }],
    ['{"A":1,"alg":"HS256","n":null,"typ":"JWT","z":"\\u00e9"}', { additional_jwt_headers: { z: 'é', A: 1, n: '{{ none }}' } }],
  ])('is %s', async (expected, declared) => {
    expect((await parts(declared)).header).toBe(expected);
  });

  it('refuses names that it sets itself', async () => {
    await expect(credential({ additional_jwt_headers: { alg: 'none' } })).rejects.toThrow('must not set alg');
  });
});

describe('the claims', () => {
  it.each([
    [`{"iat":${NOW},"exp":${NOW + 1200},"nbf":${NOW}}`, {}],
    [
      `{"iss":"42","sub":7,"aud":["a","b"],"iat":${NOW},"exp":${NOW + 60},"nbf":${NOW}}`,
      { token_duration: 60, jwt_payload: { iss: "{{ config['id'] }}", sub: '7', aud: '["a", "b"]' } },
    ],
    [`{"scope":"a b","n":1.5,"iat":${NOW},"exp":${NOW + 1200},"nbf":${NOW}}`, { additional_jwt_payload: { scope: 'a b', n: '{{ 1.5 }}' } }],
  ])('are %s', async (expected, declared) => {
    expect((await parts(declared as JsonObject, { id: 42 })).claims).toBe(expected);
  });

  it('refuses names that it sets itself', async () => {
    await expect(credential({ additional_jwt_payload: { exp: 1 } })).rejects.toThrow('must not set exp');
  });
});

describe('the signature', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])('is made by RSA for %s', async (algorithm) => {
    const { input, signature } = await parts({ algorithm, secret_key: pem(rsa.privateKey) });
    const hash = `sha${algorithm.slice(2)}`;
    const key = algorithm.startsWith('PS') ? { key: rsa.publicKey, padding: 6, saltLength: Number(algorithm.slice(2)) / 8 } : rsa.publicKey;
    expect(verify(hash, Buffer.from(input), key, signature)).toBe(true);
  });

  it.each([
    ['ES256', 'P-256', 64],
    ['ES256K', 'secp256k1', 64],
    ['ES384', 'P-384', 96],
    ['ES512', 'P-521', 132],
  ])('is made by elliptic curves for %s', async (algorithm, curve, length) => {
    const { privateKey, publicKey } = ec(curve);
    const { input, signature } = await parts({ algorithm, secret_key: privateKey.export({ type: 'sec1', format: 'pem' }).toString() });
    expect(signature).toHaveLength(length);
    expect(verify(`sha${algorithm.slice(2, 5)}`, Buffer.from(input), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it('is made by Edwards curves for EdDSA', async () => {
    for (const { privateKey, publicKey } of [generateKeyPairSync('ed25519'), generateKeyPairSync('ed448')]) {
      const { input, signature } = await parts({ algorithm: 'EdDSA', secret_key: pem(privateKey) });
      expect(verify(null, Buffer.from(input), publicKey, signature)).toBe(true);
    }
  });

  it('takes secrets as they are written, or encoded as base64', async () => {
    const [plain, encoded] = [
      await credential({ secret_key: '{{ config["key"] }}' }, { key: '1_000' }),
      await credential({ secret_key: 'MV8wMDA=' }),
    ];
    expect(await credential({ secret_key: '1_000' })).toBe(plain);
    expect(await credential({ secret_key: '1_000', base64_encode_secret_key: true })).toBe(encoded);
  });

  it('takes private keys in any form that people paste', async () => {
    const expected = await credential({ algorithm: 'RS256', secret_key: pem(rsa.privateKey) });
    const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    const encrypted = rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' }).toString();
    const traditional = rsa.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'open' }).toString();
    for (const [secret_key, passphrase] of [
      [pkcs1],
      [pem(rsa.privateKey).replaceAll('\n', ' ')],
      [pem(rsa.privateKey).replaceAll('\n', '\\n')],
      [encrypted, 'open'],
      [traditional, 'open'],
    ] as const) {
      expect(await credential({ algorithm: 'RS256', secret_key, ...(passphrase === undefined ? {} : { passphrase }) })).toBe(expected);
    }
  });

  it.each([
    ['is empty', { secret_key: "{{ config.get('none', '') }}" }],
    ['PEM key', { secret_key: pem(rsa.privateKey) }],
    ['cannot be read', { algorithm: 'RS256', secret_key: 'no key' }],
    [
      'cannot be read',
      {
        algorithm: 'RS256',
        secret_key: rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' }).toString(),
      },
    ],
    ['curve', { algorithm: 'ES256', secret_key: ec('P-384').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }],
    ['RSA key', { algorithm: 'RS256', secret_key: ec('P-256').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }],
    ['Ed25519', { algorithm: 'EdDSA', secret_key: pem(rsa.privateKey) }],
  ])('needs a key that fits: %s', async (message, declared) => {
    await expect(credential(declared)).rejects.toMatchObject({ failureType: 'config_error', message: expect.stringContaining(message) });
  });
});

describe('the token', () => {
  it('004.2: stands in the Authorization header, after its prefix', async () => {
    const authenticator = buildFromYaml('authenticator', {
      type: 'JwtAuthenticator',
      algorithm: 'HS256',
      secret_key: 's',
      header_prefix: 'Bearer',
    });
    const options = new RequestOptions();
    await authenticator.contribute(options, () => '');
    expect(options.headers['Authorization']).toMatch(/^Bearer eyJ/);
  });

  it('stands where a request option says', async () => {
    const request_option = { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'jwt' };
    const authenticator = buildFromYaml('authenticator', { type: 'JwtAuthenticator', algorithm: 'HS256', secret_key: 's', request_option });
    const options = new RequestOptions();
    await authenticator.contribute(options, () => '');
    expect(options.params['jwt']).toMatch(/^eyJ/);
    expect(options.headers).toEqual({});
  });
});
