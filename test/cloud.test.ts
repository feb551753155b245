import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { PUBLIC_ADDRESS, TEST_CERTIFICATE } from '../src/http/testing/certificate.ts';
import { serveHttp, serveHttps, serveTunnels } from '../src/http/testing/local-server.ts';
import type { JsonObject } from '../src/lib/json.ts';
import { catalogOf } from './fuzz/run-case.ts';
import { itemsManifest } from './items-manifest.ts';
import { runConnector } from './scenarios/connector.ts';

/** How a command on a public https API that redirects has ended. */
interface Redirected {
  readonly exit: number | null;
  readonly messages: JsonObject[];
  /** Requests to the API, and to what lies within the private network. */
  readonly asked: string[];
  readonly inner: string[];
  /** The hosts to which the proxy was asked for a tunnel. */
  readonly tunnels: string[];
}

const MANIFEST = itemsManifest({ requester: { url_base: `https://${PUBLIC_ADDRESS}` } });

const RECORDS = JSON.stringify({ data: [{ id: 1 }] });

/** Runs a command on the API, which a tunnel leads to; `to` makes the place that it redirects to of the URL of a private server. */
async function redirected(
  command: string,
  to: (inner: string) => string,
  isCloud: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): Promise<Redirected> {
  const [asked, inside]: string[][] = [[], []];
  const inner = await serveHttp((request, response) => {
    inside?.push(request.url ?? '');
    response.end(RECORDS);
  });
  const api = await serveHttps((request, response) => {
    asked?.push(request.url ?? '');
    if (request.url === '/items') response.writeHead(302, { location: to(inner.url) }).end();
    else response.end(RECORDS);
  });
  const proxy = await serveTunnels(api);
  const work = mkdtempSync(path.join(tmpdir(), 'cloud-'));
  onTestFinished(() => rmSync(work, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(work, name), text);
    return path.join(work, name);
  };
  const args = [command, '--manifest-path', file('manifest.yaml', stringify(MANIFEST)), '--config', file('config.json', '{}')];
  if (command === 'read') args.push('--catalog', file('catalog.json', JSON.stringify(catalogOf(['items']))));
  const { exit, stdout } = await runConnector({
    args: [...args, ...(isCloud.args ?? [])],
    env: { HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: file('ca.pem', TEST_CERTIFICATE), ...isCloud.env },
  });
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);
  return { exit, messages, asked: asked ?? [], inner: inside ?? [], tunnels: proxy.tunnels };
}

const WAYS = [
  ['--cloud', { args: ['--cloud'] }],
  ['DEPLOYMENT_MODE=cloud', { env: { DEPLOYMENT_MODE: 'cloud' } }],
] as const;

const REDIRECTS = `(where GET https://${PUBLIC_ADDRESS}/items redirects to)`;

const REFUSED = [
  ['plain http', () => `http://${PUBLIC_ADDRESS}/insecure`, `insecure protocol 'http' ${REDIRECTS}. Valid protocol schemes: https`],
  ['a private address', () => 'https://10.0.0.1/private', `10.0.0.1 belongs to a private network ${REDIRECTS}.`],
  [
    'an address of this machine',
    (inner: string) => inner.replace('http:', 'https:'),
    `127.0.0.1 belongs to a private network ${REDIRECTS}.`,
  ],
  ['an address in another notation', () => 'https://0x7f.1/private', `127.0.0.1 belongs to a private network ${REDIRECTS}.`],
  ['the metadata of the machine', () => 'https://[::ffff:169.254.169.254]/latest', `belongs to a private network ${REDIRECTS}.`],
  ['a name of a private address', () => 'https://localhost/private', `localhost belongs to a private network ${REDIRECTS}.`],
] as const;

describe.each(WAYS)('with %s, a public https API', (_name, isCloud) => {
  it.each(REFUSED)('that redirects to %s is refused at once, by one error', async (_to, to, message) => {
    const { exit, messages, asked, inner, tunnels } = await redirected('check', to, isCloud);
    const errors = messages.filter(({ type }) => type !== 'LOG');
    expect([exit, errors]).toEqual([
      0,
      [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: expect.stringContaining(message) as string } }],
    ]);
    // Nothing but the API itself was asked, and that once.
    expect({ asked, inner, tunnels }).toEqual({ asked: ['/items'], inner: [], tunnels: [`${PUBLIC_ADDRESS}:443`] });
  });

  it('may redirect to another place of itself', async () => {
    const { messages, asked } = await redirected('check', () => `https://${PUBLIC_ADDRESS}/elsewhere`, isCloud);
    expect([messages.filter(({ type }) => type !== 'LOG'), asked]).toEqual([
      [{ type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }],
      ['/items', '/elsewhere'],
    ]);
  });
});

describe('a read with --cloud', () => {
  it('ends with the error of the stream, a mistake of the config', async () => {
    const { exit, messages, inner } = await redirected('read', (url) => url, { args: ['--cloud'] });
    const errors = messages.flatMap(({ trace }) => {
      const { error } = (trace ?? {}) as { error?: JsonObject };
      return error === undefined
        ? []
        : [[error['failure_type'], (error['stream_descriptor'] as JsonObject | undefined)?.['name'], error['message']]];
    });
    expect([exit, inner, errors[0]]).toEqual([1, [], ['config_error', 'items', expect.stringContaining("insecure protocol 'http'")]]);
  });

  it('is what refuses: without it the redirect is followed', async () => {
    const { exit, messages, inner } = await redirected('read', (url) => `${url}/private`, {});
    expect([exit, inner, messages.filter(({ type }) => type === 'RECORD').length]).toEqual([0, ['/private'], 1]);
  });
});
