import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../src/lib/json.ts';
import { localApi } from '../src/testing/local-api.ts';
import { catalogOf, runWithFiles } from './fuzz/run-case.ts';

const STREAMS = ['orders', 'items', 'people', 'places'];

function manifestOf(url: string): JsonObject {
  const authenticator = {
    type: 'OAuthAuthenticator',
    token_refresh_endpoint: `${url}/token`,
    client_id: 'client',
    client_secret: 'secret-of-the-client',
    grant_type: 'refresh_token',
    refresh_token_updater: {
      access_token_config_path: ['access_token'],
      refresh_token_config_path: ['refresh_token'],
      token_expiry_date_config_path: ['expires_at'],
    },
  };
  return {
    type: 'DeclarativeSource',
    version: '6.0.0',
    check: { type: 'CheckStream', stream_names: ['items'] },
    concurrency_level: { type: 'ConcurrencyLevel', default_concurrency: STREAMS.length },
    streams: STREAMS.map((name) => ({
      type: 'DeclarativeStream',
      name,
      schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
      retriever: {
        type: 'SimpleRetriever',
        requester: { type: 'HttpRequester', url_base: url, path: `/${name}`, authenticator },
        record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      },
    })),
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
  };
}

describe('a refresh token that can be used once', () => {
  const config = { access_token: '', refresh_token: 'first-refresh-token', expires_at: '2026-01-01T00:00:00Z' };

  it('is used once for all workers, and the next one is handed over before the new access token is used: a kill at that moment loses nothing', async () => {
    const used = Promise.withResolvers<void>();
    const api = await localApi(({ path }) => {
      if (path === '/token')
        return { body: { access_token: 'second-access-token', refresh_token: 'second-refresh-token', expires_in: 3600 } };
      used.resolve();
      return { body: { data: [] } };
    });
    const files = { manifest: manifestOf(api.url), config, catalog: catalogOf(STREAMS) };
    const { stdout, signal } = await runWithFiles('read', files, [], {}, used.promise);
    const configs = stdout
      .split('\n')
      .filter((line) => line.startsWith('{"type":"CONTROL"'))
      .map((line) => (JSON.parse(line) as { control: { connectorConfig: { config: JsonObject } } }).control.connectorConfig.config);
    expect([signal, configs]).toEqual([
      'SIGKILL',
      [{ access_token: 'second-access-token', refresh_token: 'second-refresh-token', expires_at: expect.any(String) as string }],
    ]);
    expect(api.received.filter(({ path }) => path === '/token').map(({ body }) => new URLSearchParams(body).get('refresh_token'))).toEqual([
      'first-refresh-token',
    ]);
  });

  it('is refreshed by one worker alone, whose token all others use', async () => {
    const api = await localApi(({ path }) =>
      path === '/token'
        ? { body: { access_token: 'second-access-token', refresh_token: 'second-refresh-token', expires_in: 3600 } }
        : { body: { data: [{ id: 1 }] } },
    );
    const { exit } = await runWithFiles('read', { manifest: manifestOf(api.url), config, catalog: catalogOf(STREAMS) });
    const asked = api.received.map(({ path, headers }) => (path === '/token' ? path : headers.authorization));
    expect([exit, asked]).toEqual([0, ['/token', ...STREAMS.map(() => 'Bearer second-access-token')]]);
  });
});
