import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepConfigIn } from '../src/cli/keep-config.ts';
import type { JsonObject } from '../src/lib/json.ts';
import { localApi } from '../src/testing/local-api.ts';
import { runConnector } from './scenarios/connector.ts';

const CONFIG = { access_token: '', refresh_token: 'first-refresh-token', expires_at: '2026-01-01T00:00:00Z' };

function manifestOf(url: string): JsonObject {
  const authenticator = {
    type: 'OAuthAuthenticator',
    token_refresh_endpoint: `${url}/token`,
    client_id: 'client',
    client_secret: 'secret-of-the-client',
    refresh_token_updater: {
      access_token_config_path: ['access_token'],
      refresh_token_config_path: ['refresh_token'],
      token_expiry_date_config_path: ['expires_at'],
    },
  };
  const requester = { type: 'HttpRequester', url_base: url, path: '/items', authenticator };
  return {
    type: 'DeclarativeSource',
    version: '6.0.0',
    check: { type: 'CheckStream', stream_names: ['items'] },
    streams: [
      {
        type: 'DeclarativeStream',
        name: 'items',
        schema_loader: {
          type: 'DynamicSchemaLoader',
          schema_type_identifier: { key_pointer: ['name'], schema_pointer: ['fields'] },
          retriever: {
            type: 'SimpleRetriever',
            requester: { ...requester, path: '/fields' },
            record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
          },
        },
        retriever: {
          type: 'SimpleRetriever',
          requester,
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
        },
      },
    ],
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
  };
}

/** An API that takes each refresh token once, and the files of a run. */
async function begin() {
  let valid = CONFIG.refresh_token;
  let used = 0;
  const api = await localApi(({ path: asked, body }) => {
    if (asked === '/fields') return { body: { fields: [{ name: 'id' }] } };
    if (asked !== '/token') return { body: { data: [{ id: 1 }] } };
    if (new URLSearchParams(body).get('refresh_token') !== valid) return { status: 400, body: { error: 'invalid_grant' } };
    used += 1;
    valid = `refresh-token-number-${used}`;
    return { body: { access_token: `access-token-number-${used}`, refresh_token: valid, expires_in: 3600 } };
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'saved-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [manifest, config] = [path.join(folder, 'manifest.json'), path.join(folder, 'config.json')];
  writeFileSync(manifest, JSON.stringify(manifestOf(api.url)));
  writeFileSync(config, JSON.stringify(CONFIG));
  const to = `jsonl:${path.join(folder, 'out')}`;
  return {
    folder,
    config,
    uses: () => used,
    saved: () => (JSON.parse(readFileSync(config, 'utf8')) as typeof CONFIG).refresh_token,
    sync: (given: string, more: readonly string[] = [], stdin?: string) =>
      runConnector({
        args: ['sync', '--manifest-path', manifest, '--config', given, '--to', to, ...more],
        ...(stdin === undefined ? {} : { stdin }),
      }),
    catalog: () => runConnector({ args: ['catalog', '--manifest-path', manifest, '--config', config] }),
  };
}

describe('a refresh token that is replaced with each use', () => {
  it('is saved behind a link, which stays one', async () => {
    const { folder, config, sync, saved, uses } = await begin();
    const link = path.join(folder, 'link.json');
    symlinkSync(config, link);
    const { exit, stderr } = await sync(link);
    expect([exit, stderr, saved(), uses()]).toEqual([0, '', 'refresh-token-number-1', 1]);
    expect([lstatSync(link).isSymbolicLink(), existsSync(`${config}.new`)]).toEqual([true, false]);
  });

  it('is not used by a sync that cannot save the next one', async () => {
    const { sync, uses } = await begin();
    const { exit, stderr } = await sync('-', [], JSON.stringify(CONFIG));
    expect([exit, uses()]).toEqual([1, 0]);
    expect(stderr).toContain('there is no file to save the new one in: give the config as a file. The token was not used.');
  });

  it('is used all the same when a guard says so, with a warning', async () => {
    const { sync, uses } = await begin();
    const { exit, stderr } = await sync('-', ['--guard', 'unsaved_config=warn'], JSON.stringify(CONFIG));
    expect([exit, uses()]).toEqual([0, 1]);
    expect(stderr).toContain('WARN The run has changed the config, and there is no file to save it in.');
  });

  it('is saved by commands that ask the API for schemas', async () => {
    const { catalog, saved, uses } = await begin();
    const { exit } = await catalog();
    expect([exit, uses(), saved()]).toEqual([0, 1, 'refresh-token-number-1']);
  });
});

describe('keepConfigIn', () => {
  it('names a file that cannot take a new config, before and after', () => {
    const keeper = keepConfigIn('/proc/version');
    expect(() => keeper.prove()).toThrow('/proc/version cannot take the new one');
    expect(() => keeper.keep({ token: 'x' })).toThrow('/proc/version cannot be written');
  });
});
