import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { serveHttp } from '../src/http/testing/local-server.ts';
import type { JsonObject } from '../src/lib/json.ts';
import { catalogOf } from './fuzz/run-case.ts';
import { itemsManifest } from './items-manifest.ts';
import { runConnector } from './scenarios/connector.ts';

const KEY = 'k3y-0f-the-user';

/** An API whose first page links to another server, and what that is asked with. */
async function linkingApi(): Promise<{ url: string; other: string; authorizations: (string | undefined)[] }> {
  const authorizations: (string | undefined)[] = [];
  const other = await serveHttp((request, response) => {
    authorizations.push(request.headers.authorization);
    response.end('{"data": [{"id": 2}]}');
  });
  const { url } = await serveHttp((_request, response) => response.end(JSON.stringify({ data: [{ id: 1 }], next: `${other.url}/items` })));
  return { url, other: other.url, authorizations };
}

/** A manifest that pages by links, with further streams. */
function manifestOf(url: string, others: readonly JsonObject[] = []): JsonObject {
  const manifest = itemsManifest({
    requester: { url_base: url, authenticator: { type: 'BearerAuthenticator', api_token: "{{ config['api_key'] }}" } },
    retriever: {
      paginator: {
        type: 'DefaultPaginator',
        page_token_option: { type: 'RequestPath' },
        pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}', stop_condition: '{{ not response.next }}' },
      },
    },
  });
  return { ...manifest, streams: [...(manifest['streams'] as JsonObject[]), ...others] };
}

/** Reads the stream `items` and gives the warnings. */
async function read(
  manifest: JsonObject,
  { args = [], isPrepared = false }: { args?: readonly string[]; isPrepared?: boolean } = {},
): Promise<string[]> {
  const work = mkdtempSync(path.join(tmpdir(), 'credential-hosts-'));
  onTestFinished(() => rmSync(work, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(work, name), text);
    return path.join(work, name);
  };
  const manifestFile = file('manifest.yaml', stringify(manifest));
  if (isPrepared) expect((await runConnector({ args: ['prepare', manifestFile] })).exit).toBe(0);
  const [config, catalog] = [
    file('config.json', JSON.stringify({ api_key: KEY })),
    file('catalog.json', JSON.stringify(catalogOf(['items']))),
  ];
  const { exit, stdout } = await runConnector({
    args: ['read', '--manifest-path', manifestFile, '--config', config, '--catalog', catalog, ...args],
  });
  expect(exit).toBe(0);
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly log?: { readonly level: string; readonly message: string } });
  return messages.flatMap(({ log }) => (log?.level === 'WARN' ? [log.message] : []));
}

describe('a read that the API leads to another host', () => {
  it('takes credentials along only where the command line lists the host', async () => {
    const { url, other, authorizations } = await linkingApi();
    const warnings = await read(manifestOf(url));
    const host = new URL(other).host;
    expect(warnings).toEqual([expect.stringMatching(`^Stream items: the API leads to ${other}, .* or pass --credential-host ${host}\\.$`)]);
    expect(await read(manifestOf(url), { args: ['--credential-host', 'files.example.com', '--credential-host', host] })).toEqual([]);
    expect(authorizations).toEqual([undefined, `Bearer ${KEY}`]);
  });

  it('knows the hosts of streams that are not read, in a prepared manifest too', async () => {
    const { url, other, authorizations } = await linkingApi();
    const [named] = itemsManifest({ requester: { url_base: other }, stream: { name: 'named' } })['streams'] as JsonObject[];
    expect(await read(manifestOf(url, [named as JsonObject]), { isPrepared: true })).toEqual([]);
    expect(authorizations).toEqual([`Bearer ${KEY}`]);
  });
});
