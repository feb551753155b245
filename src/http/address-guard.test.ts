import dns from 'node:dns';
import { describe, expect, it } from 'vitest';
import { createCloudGuard, isPrivateAddress } from './address-guard.ts';
import { TransportError } from './errors.ts';
import { followRedirects } from './redirects.ts';
import { serveHttp, testTransport } from './testing/local-server.ts';
import type { AddressGuard } from './transport.ts';

describe('isPrivateAddress', () => {
  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.168.1.1',
    '100.100.100.200',
    '0.0.0.0',
    '::1',
    'fe80::1%eth0',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::7f00:1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '3fff::1',
    'fec0::1',
    'ff02::1',
    '100::1',
    '224.0.0.1',
    '255.255.255.255',
    '192.88.99.1',
  ])('%s is', (address) => expect(isPrivateAddress(address)).toBe(true));
  it.each([
    '8.8.8.8',
    '172.32.0.1',
    '1.1.1.1',
    '2606:4700::1111',
    '2a00:1450::1',
    '2001:4860:4860::8888',
    '::ffff:8.8.8.8',
    '::ffff:808:808',
  ])('%s is not', (address) => expect(isPrivateAddress(address)).toBe(false));
});

describe('createCloudGuard', () => {
  const resolver =
    (...rounds: string[][]) =>
    async () =>
      (rounds.length > 1 ? rounds.shift() : rounds[0])?.map((address) => ({ address, family: 4 })) ?? [];

  it('allows https to public addresses only', async () => {
    const check = (url: string, ...addresses: string[]) => createCloudGuard(resolver(addresses)).check(new URL(url));
    await expect(check('https://h/', '8.8.8.8')).resolves.toBeUndefined();
    await expect(check('http://h/', '8.8.8.8')).rejects.toMatchObject({ kind: 'invalid_schema' });
    await expect(check('https://h/', '8.8.8.8', '10.0.0.1')).rejects.toMatchObject({ kind: 'forbidden_address' });
    await expect(createCloudGuard(() => Promise.reject(new Error('ENOTFOUND'))).check(new URL('https://h/'))).rejects.toMatchObject({
      kind: 'dns',
    });
    await expect(createCloudGuard().check(new URL('https://[::1]/'))).rejects.toMatchObject({ kind: 'forbidden_address' });
  });

  it('looks at every host that the API redirects to', async () => {
    const checked: string[] = [];
    const inner = await serveHttp((_request, response) => response.end('inner'));
    const outer = await serveHttp((_request, response) => response.writeHead(302, { location: `${inner.url}/secrets` }).end());
    const guard = {
      async check({ port }: URL): Promise<void> {
        checked.push(port);
        if (port === String(inner.port)) throw new TransportError({ kind: 'forbidden_address', what: 'It is private' });
      },
      lookup: dns.lookup as AddressGuard['lookup'],
    };
    const send = followRedirects(testTransport({ guard }).send);
    await expect(send({ method: 'GET', url: `${outer.url}/`, headers: {}, body: null })).rejects.toMatchObject({
      kind: 'forbidden_address',
    });
    expect([checked, inner.connections()]).toEqual([[String(outer.port), String(inner.port)], 0]);
  });

  it('looks again when the connection opens', async () => {
    const guard = createCloudGuard(resolver(['8.8.8.8'], ['127.0.0.1']));
    const { send } = testTransport({ guard });
    await expect(send({ method: 'GET', url: 'https://rebinding.example/', headers: {}, body: null })).rejects.toMatchObject({
      kind: 'forbidden_address',
    });
  });
});
