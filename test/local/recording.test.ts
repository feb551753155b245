import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { RecordedExchange, RunFile } from '../../src/recording/format.ts';
import { recordsOf } from '../scenarios/messages.ts';
import { CLIENT_SECRET, type OrdersApi, order, ordersConfig, startOrdersApi } from './orders-api.ts';
import { catalogOf, ORDERS_MANIFEST, runMessages, runText, type Work, workFolder } from './run.ts';

const ORDERS = [order(1, '2026-02-01T00:00:00Z'), order(2, '2026-02-02T00:00:00Z'), order(3, '2026-02-03T00:00:00Z')];
const READINGS = [
  { sensor: 'a', value: 1 },
  { sensor: 'b', value: null },
  { sensor: 'a', value: 1 },
];

interface Recorded {
  readonly api: OrdersApi;
  readonly work: Work;
  /** The folder that --raw named, and the one of the run in it. */
  readonly raw: string;
  readonly folder: string;
  readonly stdout: string;
}

/** Reads both streams of the API with --raw. */
async function record(arrange: (api: OrdersApi) => void = () => {}): Promise<Recorded> {
  const api = await startOrdersApi({ '/orders': [...ORDERS], '/readings': [...READINGS] });
  arrange(api);
  const work = workFolder();
  const raw = work.at('raw');
  const { stdout } = await runMessages([
    'read',
    ...['--manifest-path', ORDERS_MANIFEST],
    ...['--config', work.file('config.json', ordersConfig(api))],
    ...['--catalog', work.file('catalog.json', catalogOf({ orders: 'incremental', readings: 'full_refresh' }))],
    ...['--raw', raw],
  ]);
  const folder = path.join(raw, readdirSync(raw).at(-1) ?? '');
  api.seen.length = 0;
  return { api, work, raw, folder, stdout };
}

function linesOf(file: string): RecordedExchange[] {
  return gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RecordedExchange)
    .slice(1);
}

function rewrite(file: string, change: (line: RecordedExchange) => unknown): void {
  const [head, ...rest] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  const lines = rest.map((line) => JSON.stringify(change(JSON.parse(line) as RecordedExchange)));
  writeFileSync(file, gzipSync([head, ...lines].join('\n')));
}

describe('004.8 read --raw', () => {
  it('002.6 004.8 keeps every response as it came: one file a stream, with request, page, status, headers, time and hash', async () => {
    const { folder, api } = await record();
    expect(readdirSync(folder).sort()).toEqual(['_.jsonl.gz', 'manifest.yaml', 'orders.jsonl.gz', 'readings.jsonl.gz', 'run.json']);
    const [first, second] = linesOf(path.join(folder, 'orders.jsonl.gz'));
    expect(first).toMatchObject({
      attempt: 1,
      page: { number: 1, slice: { start_time: '2020-01-01T00:00:00Z' }, token: 1 },
      request: { method: 'GET', headers: { Authorization: 'Bearer ****' }, body: null },
      response: { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data: ORDERS.slice(0, 2) }) },
    });
    expect(first?.request.url).toMatch(new RegExp(`^${api.url}/orders\\?.*page=1`));
    expect(first?.at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(first?.response?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(second).toMatchObject({ page: { number: 2, token: 2 }, response: { body: JSON.stringify({ data: ORDERS.slice(2) }) } });
  });

  it('004.8 says what was run and how it ended', async () => {
    const { folder } = await record();
    const run = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunFile;
    expect(run).toMatchObject({
      command: 'read',
      manifest: 'manifest.yaml',
      config: { client_id: 'client-1', client_secret: '****' },
      streams: {
        orders: { status: 'COMPLETE', records: 3, state: { updated_at: '2026-02-03T00:00:00Z' } },
        readings: { status: 'COMPLETE', records: 3 },
      },
    });
    expect(Date.parse(run.ended_at ?? '')).toBeGreaterThanOrEqual(Date.parse(run.started_at ?? ''));
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it('002.21 holds no secret in any file: not of the config, not of the responses', async () => {
    const { folder } = await record((api) => {
      api.data['/readings'] = [{ sensor: 'echo', secret_seen: `Basic ${Buffer.from(`x:${CLIENT_SECRET}`).toString('base64')}` }];
    });
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(path.join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      for (const secret of [CLIENT_SECRET, 'obtained-token-', Buffer.from(CLIENT_SECRET).toString('base64').slice(0, 20)]) {
        expect(text, name).not.toContain(secret);
      }
    }
    expect(linesOf(path.join(folder, '_.jsonl.gz'))[0]).toMatchObject({
      credentials: true,
      response: { redacted: true, body: '{"access_token":"****","token_type":"Bearer","expires_in":3600}' },
    });
    expect(linesOf(path.join(folder, 'readings.jsonl.gz'))[0]?.response?.redacted).toBe(true);
  });

  it('004.8 keeps attempts that failed, and replays them', async () => {
    let asked = 0;
    const { folder, raw } = await record((api) => {
      api.fault = ({ path: place }) => (place === '/orders' && ++asked === 2 ? { breaks: true } : undefined);
    });
    const lines = linesOf(path.join(folder, 'orders.jsonl.gz'));
    expect(lines[1]).toMatchObject({ error: { kind: 'truncated' }, response: { status: 200, incomplete: true }, page: { number: 2 } });
    expect(lines[2]).toMatchObject({ attempt: 2, response: { status: 200 }, page: { number: 2 } });
    const replayed = await runMessages(['replay', raw]);
    expect(replayed.exit).toBe(0);
    expect(replayed.stdout).toContain('The response broke off before its end');
    expect(recordsOf(replayed, 'orders')).toEqual(ORDERS);
  });

  it('004.8 keeps a long body in parts, with no secret in any of them, and replays it', async () => {
    const text = `é${'x'.repeat(50_000)}${CLIENT_SECRET}`;
    const rows = Array.from({ length: 200 }, (_, index) => ({ sensor: `${index}${text}`, value: index }));
    const { folder, raw } = await record((api) => {
      api.data['/readings'] = [];
      api.fault = ({ path: place, query }) =>
        place === '/readings' && query['page'] === '1' ? { body: JSON.stringify({ data: rows }) } : undefined;
    });
    const all = gunzipSync(readFileSync(path.join(folder, 'readings.jsonl.gz'))).toString();
    expect(all).not.toContain(CLIENT_SECRET);
    expect(all.match(/"type":"part"/g)?.length).toBeGreaterThan(1);
    const replayed = await runMessages(['replay', raw]);
    const masked = rows.map(({ sensor, value }) => ({ sensor: sensor.replace(CLIENT_SECRET, '****'), value }));
    expect(recordsOf(replayed, 'readings')).toEqual(masked);
  });

  it('says where responses cannot be kept', async () => {
    const api = await startOrdersApi({});
    const work = workFolder();
    const { exit, stdout } = await runMessages([
      ...['read', '--manifest-path', ORDERS_MANIFEST, '--config', work.file('config.json', ordersConfig(api))],
      ...['--catalog', work.file('catalog.json', catalogOf({ orders: 'full_refresh' }))],
      ...['--raw', work.file('a-file', 'x')],
    ]);
    expect(exit).toBe(1);
    expect(stdout).toContain('The raw responses cannot be written to');
    expect(api.seen).toEqual([]);
  });
});

describe('004.8 replay', () => {
  it('004.8 gives the same records and states without the network, whatever the time', async () => {
    const { api, raw, stdout } = await record();
    const replayed = await runMessages(['replay', raw]);
    expect(replayed.exit).toBe(0);
    expect(api.seen).toEqual([]);
    const essence = (text: string): string[] =>
      text
        .split('\n')
        .filter((line) => /"RECORD"|"STATE"/.test(line))
        .map(withoutTime)
        .sort();
    expect(essence(replayed.stdout)).toEqual(essence(stdout));
  });

  it('004.8 --diff says that nothing differs, exit code 0', async () => {
    const { raw } = await record();
    const { exit, stdout, stderr } = await runText(['replay', raw, '--diff']);
    expect({ exit, stdout, stderr }).toEqual({
      exit: 0,
      stdout: 'orders: 3 records, no difference\nreadings: 3 records, no difference\n',
      stderr: '',
    });
  });

  it('004.8 --diff says what a changed manifest changes, exit code 1', async () => {
    const { work, raw } = await record();
    const text = readFileSync(ORDERS_MANIFEST, 'utf8').replace(
      '    incremental_sync:',
      `    transformations:
      - type: AddFields
        fields:
          - type: AddedFieldDefinition
            path: [status]
            value: "{{ 'shipped' if record['id'] == 2 else record['status'] }}"
    incremental_sync:`,
    );
    const changed = text.replace(
      '        path: /readings\n      record_selector: "#/definitions/selector"',
      `        path: /readings
      record_selector:
        $ref: "#/definitions/selector"
        record_filter:
          type: RecordFilter
          condition: "{{ record['sensor'] != 'b' }}"`,
    );
    const { exit, stdout } = await runText(['replay', raw, '--diff', '--manifest-path', work.file('changed.yaml', changed)]);
    expect(exit).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'orders: 3 records before, 3 after: 1 changed, 0 added, 0 removed',
      '  changed id=2: status: "open" -> "shipped"',
      'readings: 3 records before, 2 after: 0 changed, 0 added, 1 removed',
      '  removed: {"sensor":"b","value":null}',
      '',
    ]);
  });

  it('004.8 names the nearest request when a changed manifest asks for what was not recorded', async () => {
    const { work, raw } = await record();
    const changed = readFileSync(ORDERS_MANIFEST, 'utf8').replace('start_from_page: 1', 'start_from_page: 7');
    const { exit, stdout } = await runMessages(['replay', raw, '--manifest-path', work.file('changed.yaml', changed)]);
    expect(exit).toBe(1);
    expect(stdout).toContain('The recording has no response to GET');
    expect(stdout).toMatch(/has the query parameter page [12] instead of 7/);
  });

  it('004.8 replays what a killed run has left', async () => {
    const { folder, raw } = await record();
    const file = path.join(folder, 'orders.jsonl.gz');
    const run = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as RunFile;
    const { ended_at: _, ...killed } = run;
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify(killed));
    // More than the end of the compressed data, which whole lines may stand before.
    truncateSync(file, statSync(file).size - 30);
    const { exit, messages, stdout } = await runMessages(['replay', raw]);
    expect(exit).toBe(1);
    expect(messages.some(({ log }) => log?.level === 'WARN' && log.message.includes('breaks off'))).toBe(true);
    expect(recordsOf({ messages } as never, 'orders')).toEqual(ORDERS.slice(0, 2));
    expect(stdout).toContain('no response to GET');
  });

  it('warns when a body was changed since', async () => {
    const { folder, raw } = await record();
    rewrite(path.join(folder, 'orders.jsonl.gz'), (line) => ({
      ...line,
      response: { ...line.response, body: line.response?.body?.replace('open', 'shut') },
    }));
    const { exit, messages } = await runMessages(['replay', raw]);
    expect(exit).toBe(0);
    expect(messages.filter(({ log }) => log?.message.includes('not the one that was recorded'))).toHaveLength(1);
  });
});

describe('a recording as a fixture of manifest authors', () => {
  it('is written by hand: lines of requests and responses, with the messages that are expected', async () => {
    const work = workFolder();
    const url = 'https://api.example.com';
    work.file('run.json', {
      format: 'source-declarative recording',
      version: 1,
      started_at: '2026-03-01T00:00:00Z',
      manifest: 'manifest.yaml',
      config: { base_url: url, client_id: 'c', client_secret: '****' },
    });
    copyFileSync(ORDERS_MANIFEST, work.at('manifest.yaml'));
    const window = 'updated_since=2020-01-01T00:00:00Z&updated_until=2026-03-01T00:00:00Z';
    work.file(
      'api.jsonl',
      [
        {
          credentials: true,
          request: { method: 'POST', url: `${url}/token` },
          response: { status: 200, json: { access_token: 'x', expires_in: 9 } },
        },
        { request: { method: 'GET', url: `${url}/orders?page=1&${window}` }, response: { status: 200, json: { data: [{ id: 1 }] } } },
        { request: { method: 'GET', url: `${url}/readings?page=1` }, response: { status: 200, json: { data: [{ sensor: 'a' }] } } },
      ]
        .map((line) => JSON.stringify(line))
        .join('\n'),
    );
    const first = await runMessages(['replay', work.folder]);
    expect(first.exit).toBe(0);
    expect(recordsOf(first, 'orders')).toEqual([{ id: 1 }]);
    work.file('expected.jsonl', first.stdout);
    expect((await runText(['replay', work.folder, '--diff'])).exit).toBe(0);
    work.file('expected.jsonl', first.stdout.replace('"sensor":"a"', '"sensor":"b"'));
    const { exit, stdout } = await runText(['replay', work.folder, '--diff']);
    expect(exit).toBe(1);
    expect(stdout).toContain('readings: 1 records before, 1 after: 0 changed, 1 added, 1 removed');
  });

  it.each<[string, string, string]>([
    ['a line that is no JSON', 'x', 'api.jsonl:1 is no valid JSON'],
    ['a line without a request', '{}', 'api.jsonl:1 must have a "request" with "method" and "url"'],
    [
      'a request without a response',
      '{"request":{"method":"GET","url":"http://a"}}',
      'must have a "response" with a "status", or an "error"',
    ],
  ])('refuses %s by its place', async (_, line, message) => {
    const work = workFolder();
    work.file('api.jsonl', line);
    const { exit, stdout } = await runMessages(['replay', work.folder, '--manifest-path', ORDERS_MANIFEST]);
    expect(exit).toBe(1);
    expect(stdout).toContain(message.replaceAll('"', '\\"'));
  });

  it('says where there is none', async () => {
    const { exit, stdout } = await runMessages(['replay', workFolder().folder]);
    expect(exit).toBe(1);
    expect(stdout).toContain('There is no recording in');
  });
});

function withoutTime(line: string): string {
  return line.replace(/"emitted_at":\d+/, '');
}
