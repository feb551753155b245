import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AnalyticsApi, type Fault, startAnalyticsApi } from '../../src/testing/analytics-api.ts';
import { readManifest } from '../../src/testing/read-manifest.ts';
import { runConnector } from '../scenarios/connector.ts';
import { errorsOf, lastStateOf, lastStates, type Result, readResult, recordsOf, statusesOf } from '../scenarios/messages.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUNDLED = path.join(ROOT, 'manifest.yaml');
const CONFIGS = path.join(ROOT, 'integration_tests/dlt');
const START = Date.UTC(2025, 0, 1);
const END = Date.UTC(2026, 0, 1) + 999;

async function startApi(rows: number, faults: readonly Fault[] = []): Promise<AnalyticsApi> {
  const api = await startAnalyticsApi({ rows, resources: 1200, seed: 1, faults });
  onTestFinished(() => api.close());
  return api;
}

/** Runs a command of the built connector on some manifest. */
async function run(command: string, manifest: string, config: object, stream?: string, state: unknown[] = []): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'dlt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, value: unknown): string => {
    writeFileSync(path.join(folder, name), JSON.stringify(value));
    return path.join(folder, name);
  };
  const args = [command, '--manifest-path', manifest, '--config', file('config.json', config)];
  if (stream !== undefined) {
    const streams = [
      {
        stream: { name: stream, json_schema: {}, supported_sync_modes: ['full_refresh'] },
        sync_mode: 'full_refresh',
        destination_sync_mode: 'append',
      },
    ];
    args.push('--catalog', file('catalog.json', { streams }), '--state', file('state.json', state));
  }
  return readResult(await runConnector({ args }));
}

function bundledConfig(api: AnalyticsApi): object {
  return {
    base_url: api.url,
    dataset_id: 'machines',
    start_date: '2025-01-01T00:00:00Z',
    end_date: '2026-01-01T00:00:00Z',
    credentials: { auth_type: 'access_token', access_token: 'analytics-token' },
  };
}

/** Rows in the order of their times: windows are read at the same time, and come as they are answered. */
function rowsOf(result: Result): unknown[] {
  const keyOf = (row: unknown): string => {
    const { timestamp, id } = row as Record<string, unknown>;
    return `${timestamp} ${id}`;
  };
  return sortBy(recordsOf(result, 'dataset'), keyOf);
}

function sortBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

describe('the dlt configs of the documents', () => {
  it('000.1 000.2 000.3 000.6 000.7 000.8 000.9: the resource gives the rows of the bundled connector, by the same requests', async () => {
    const api = await startApi(10);
    const theirs = await run('read', BUNDLED, bundledConfig(api), 'resource');
    const asked = api.requests.map(({ query }) => query);
    const before = api.requests.length;
    const config = { base_url: api.url, api_key: 'analytics-key' };
    const ours = await run('read', path.join(CONFIGS, 'resource.py'), config, 'resource_name');
    expect(errorsOf(ours)).toEqual([]);
    expect(statusesOf(ours, 'resource_name')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
    expect(recordsOf(ours, 'resource_name')).toHaveLength(1200);
    expect(recordsOf(ours, 'resource_name')).toEqual(recordsOf(theirs, 'resource'));
    const own = api.requests.slice(before);
    expect(own.map(({ query }) => query)).toEqual(asked);
    expect(own.every(({ path: at, headers }) => at === '/v1/resource' && headers['api_key'] === 'analytics-key')).toBe(true);
    expect(ours.stdout).not.toContain('analytics-key');
  });

  it('000.3: a secret that is missing is named by the check', async () => {
    const api = await startApi(10);
    const result = await run('check', path.join(CONFIGS, 'resource.py'), { base_url: api.url });
    const status = result.messages.find(({ type }) => type === 'CONNECTION_STATUS')?.connectionStatus;
    expect(status).toMatchObject({ status: 'FAILED', message: expect.stringContaining('is missing the key "api_key"') });
    expect(api.requests).toEqual([]);
  });

  it('001.1 001.2 001.3 001.4 001.5 001.6: the dataset gives the rows of the bundled connector', async () => {
    const api = await startApi(25_000);
    const theirs = await run('read', BUNDLED, bundledConfig(api), 'dataset');
    const before = api.requests.length;
    const config = { base_url: api.url, access_token: 'analytics-token', dataset_id: 'machines', start_time: START, end_time: END };
    const ours = await run('read', path.join(CONFIGS, 'dataset.py'), config, 'dataset');
    expect(errorsOf(ours)).toEqual([]);
    const expected = rowsOf(theirs).map((record) => {
      const { airbyte_cursor: _, ...rest } = record as Record<string, unknown>;
      return rest;
    });
    expect(rowsOf(ours)).toEqual(expected);
    const own = api.requests.slice(before);
    expect(own.map(({ query }) => query)).toEqual(
      [0, 10_000, 20_000, 30_000].map((offset) => ({ offset: String(offset), limit: '10000' })),
    );
    for (const { method, headers, body } of own) {
      expect([method, headers['authorization'], headers['content-type']]).toEqual(['POST', 'Bearer analytics-token', 'application/json']);
      expect(JSON.parse(body)).toEqual([
        {
          clause: { type: 'timestamp', operator: 10, parameters: [{ value: START }, { value: END }] },
          orderBy: 1,
          columnName: 'Timestamp',
        },
      ]);
    }
  });

  it('001.7: windows of time over a made field give the same rows, requests and states, and a second read takes only what is new', async () => {
    const api = await startApi(300);
    const theirs = await run('read', BUNDLED, bundledConfig(api), 'dataset');
    const asked = sortBy(
      api.requests.map(({ query, body }) => ({ query, body })),
      ({ body }) => body,
    );
    const before = api.requests.length;
    const config = { ...bundledConfig(api), access_token: 'analytics-token' };
    const manifest = path.join(CONFIGS, 'dataset-incremental.yaml');
    const ours = await run('read', manifest, config, 'dataset');
    expect(errorsOf(ours)).toEqual([]);
    expect(rowsOf(ours)).toEqual(rowsOf(theirs));
    expect(lastStateOf(ours, 'dataset')).toEqual(lastStateOf(theirs, 'dataset'));
    // An offset paginator of dlt asks until a page is empty.
    const own = api.requests.slice(before).flatMap(({ query, body }) => (query['offset'] === '0' ? [{ query, body }] : []));
    expect(sortBy(own, ({ body }) => body)).toEqual(asked);
    api.addRows(40);
    const later = { ...config, end_date: '2026-03-01T00:00:00Z' };
    const second = await run('read', manifest, later, 'dataset', lastStates(ours));
    expect(recordsOf(second, 'dataset')).toHaveLength(41);
  });

  it('000.10 001.8: what the API refuses for a while is asked for again, 2, 4 and 8 seconds later at the soonest', async () => {
    const text = (attempts: number) =>
      JSON.stringify({
        client: { base_url: 'https://api.example.com', auth: { type: 'api_key', name: 'api_key', api_key: 'dlt.secrets["api_key"]' } },
        runtime: { request_max_attempts: attempts, request_backoff_factor: 2 },
        resources: [{ name: 'resource', endpoint: { path: 'v1/resource', paginator: 'single_page' } }],
      });
    // Each fault meets one request, the first that none before it takes.
    const api = await startApi(
      10,
      [429, 500, 502].map((status) => ({ status })),
    );
    const config = { base_url: api.url, api_key: 'analytics-key' };
    const outcome = await readManifest(text(4), { config });
    expect(outcome.errors).toEqual([]);
    expect(api.requests.map(({ status }) => status)).toEqual([429, 500, 502, 200]);
    for (const status of [429, 500, 502, 503, 504]) {
      const failing = await startApi(10, [{ status, times: 100 }]);
      const given = await readManifest(text(4), { config: { ...config, base_url: failing.url } });
      expect(given.waits).toEqual([2, 4, 8]);
      expect(failing.requests).toHaveLength(4);
      expect(given.failed).toEqual(['resource']);
    }
    for (const status of [400, 404, 422]) {
      const refusing = await startApi(10, [{ status, times: 100 }]);
      expect((await readManifest(text(4), { config: { ...config, base_url: refusing.url } })).failed).toEqual(['resource']);
      expect(refusing.requests).toHaveLength(1);
    }
  });
});
