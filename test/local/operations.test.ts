import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serveHttp } from '../../src/http/testing/local-server.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { createOutput } from '../../src/protocol/output.ts';
import { watchOutput } from '../../src/protocol/watch-output.ts';
import { type Message, type Result, recordsOf } from '../scenarios/messages.ts';
import { CLIENT_SECRET, type OrdersApi, order, ordersConfig, startOrdersApi } from './orders-api.ts';
import { catalogOf, ORDERS_MANIFEST, runMessages, type Work, workFolder } from './run.ts';
import { beginSync, FEB, MAR } from './sync-course.ts';
import { SQLITE } from './warehouse.ts';

interface Reading {
  readonly api: OrdersApi;
  readonly work: Work;
  read(...more: string[]): Promise<Result>;
}

async function beginRead(data: Record<string, JsonObject[]>): Promise<Reading> {
  const api = await startOrdersApi(data);
  const work = workFolder();
  const args = ['read', '--manifest-path', ORDERS_MANIFEST, '--config', work.file('config.json', ordersConfig(api))];
  args.push('--catalog', work.file('catalog.json', catalogOf({ orders: 'incremental', readings: 'full_refresh' })));
  return { api, work, read: (...more) => runMessages([...args, ...more]) };
}

const ORDERS = { '/orders': [order(1, FEB), order(2, FEB), order(3, MAR)], '/readings': [] };

function logged({ messages }: { messages: readonly Message[] }, level: string): string[] {
  return messages.flatMap(({ log }) => (log?.level === level ? [log.message] : []));
}

function json(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

describe('004.10 a run', () => {
  it('004.10 is summed up: requests, retries, waits, bytes, pages, rows and latencies, of each stream and of all', async () => {
    const { api, work, read } = await beginRead(ORDERS);
    let asked = 0;
    api.fault = ({ path }) => (path === '/orders' && ++asked === 1 ? { status: 503, body: '{}' } : undefined);
    const summary = work.at('summary.json');
    const result = await read('--summary', summary);
    expect(result.exit).toBe(0);
    expect(json(summary)).toMatchObject({
      command: 'read',
      status: 'SUCCEEDED',
      records: 3,
      requests: 5,
      retries: 1,
      failed_requests: 1,
      waits: 1,
      errors: [],
      anomalies: [],
      streams: [
        { name: 'orders', status: 'COMPLETE', records: 3, pages: 2, requests: 3, retries: 1, failed_requests: 1, waits: 1 },
        { name: 'readings', status: 'COMPLETE', records: 0, pages: 1, requests: 1, retries: 0 },
      ],
    });
    const { bytes, wait_seconds, p50_ms, p95_ms, seconds, peak_memory_mb } = json(summary) as Record<string, number>;
    expect(bytes).toBeGreaterThan(500);
    expect(wait_seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeGreaterThanOrEqual(wait_seconds as number);
    expect(p95_ms).toBeGreaterThanOrEqual(p50_ms as number);
    expect(peak_memory_mb).toBeGreaterThan(10);
    const lines = logged(result, 'INFO').filter((line) => line.startsWith('Summary'));
    expect(lines[0]).toMatch(
      /^Summary of orders: COMPLETE, 3 records, 2 pages, 3 requests, 1 failed, 1 retried, 1 waits of 1\.\d+ s, [\d,]+ k?B, responses in/,
    );
    expect(lines.at(-1)).toMatch(/^Summary of the run: 3 records in [\d.]+ s/);
  });

  it('004.10 costs nothing per record while nobody watches states', () => {
    const output = createOutput({ now: Date.now, redact: (text) => text });
    const watched = watchOutput(output, { status: () => {}, message: () => {} });
    expect(watched.recordWriter({ name: 'a' })).toBe(output.recordWriter({ name: 'a' }));
  });

  it('004.10 is logged as lines of JSON: requests with stream, page and status, commits with rows and states, errors', async () => {
    const { api, work, sync } = await beginSync(SQLITE, { data: ORDERS });
    api.fault = ({ path }) => (path === '/readings' ? { status: 403, body: `{"message":"not for ${CLIENT_SECRET}"}` } : undefined);
    const file = work.at('log.jsonl');
    expect((await sync('--log-file', file)).exit).toBe(1);
    const text = readFileSync(file, 'utf8');
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(new Set(events.map(({ run }) => run)).size).toBe(1);
    expect(events[0]).toMatchObject({ event: 'run_started', command: 'sync' });
    expect(events.at(-1)).toMatchObject({ event: 'run_ended', status: 'FAILED', records: 3 });
    const of = (event: string): Record<string, unknown>[] => events.filter((one) => one['event'] === event);
    expect(of('request').filter(({ stream }) => stream === 'orders')).toMatchObject([
      { method: 'GET', status: 200, attempt: 1, page: { token: 1 } },
      { method: 'GET', status: 200, attempt: 1, page: { token: 2 } },
    ]);
    expect(of('stream_status')).toContainEqual(expect.objectContaining({ stream: 'readings', status: 'INCOMPLETE' }));
    expect(of('commit').some(({ states }) => (states as Record<string, unknown>)['orders'] !== undefined)).toBe(true);
    expect(of('log').some(({ level, message }) => level === 'ERROR' && String(message).includes('not for ****'))).toBe(true);
    expect(text).not.toContain(CLIENT_SECRET);
    expect(text).not.toContain('obtained-token');
  });
});

describe('004.10 an unusual volume', () => {
  const usual = (records: number): JsonObject => ({
    orders: Array.from({ length: 5 }, (_, day) => ({ at: `2026-01-0${day + 1}T00:00:00.000Z`, whole: true, records })),
  });

  it('004.10 is warned of, and becomes part of the history', async () => {
    const { work, read } = await beginRead(ORDERS);
    const history = work.file('history.json', usual(1000));
    const result = await read('--history', history);
    expect(result.exit).toBe(0);
    expect(logged(result, 'WARN')).toEqual(['Unusual volume: orders: 3 records, where the last 5 runs had 1,000']);
    expect((json(history)['orders'] as { records: number }[]).map(({ records }) => records)).toEqual([1000, 1000, 1000, 1000, 1000, 3]);
    expect((json(history)['readings'] as unknown[]).length).toBe(1);
  });

  it('004.10 is a failure when the user says so, and no part of the history then', async () => {
    const { work, read } = await beginRead(ORDERS);
    const history = work.file('history.json', usual(1000));
    const result = await read('--history', history, '--on-anomaly', 'fail');
    expect(result.exit).toBe(1);
    expect(recordsOf(result, 'orders').length).toBe(3);
    expect(result.stdout).toContain('When this is right, run once with --on-anomaly warn.');
    expect(json(history)).toEqual(usual(1000));
  });

  it('004.10 keeps the table of a sync as it was when it is a failure', async () => {
    const readings = Array.from({ length: 40 }, (_, index) => ({ sensor: `s${index}` }));
    const { api, work, sync } = await beginSync(SQLITE, { data: { '/orders': [], '/readings': readings } });
    await sync('--streams', 'readings');
    pretendRuns(work.at('warehouse'), 'readings', 40);
    api.data['/readings'] = [];
    const failed = await sync('--streams', 'readings', '--on-anomaly', 'fail');
    expect(failed.exit).toBe(1);
    expect(failed.stderr).toContain('Unusual volume: readings: 0 records, where the last 5 runs had 40');
    expect(failed.stdout).toMatch(/readings {2}readings +0 +0 +0 +0 +40 {2}INCOMPLETE/);
    const warned = await sync('--streams', 'readings');
    expect(warned.exit).toBe(0);
    expect(warned.stderr).toContain('WARN Unusual volume');
    expect(await SQLITE.rows(work, 'readings', 'sensor')).toEqual([]);
  });
});

describe('a file beside the run that fails', () => {
  const ROWS = 3;

  it.each([
    ['--log-file', 'The log file'],
    ['--summary', 'The summary'],
    ['--history', 'The history'],
  ])('is one warning: %s into a folder that is not there', async (option, what) => {
    const { work, read } = await beginRead(ORDERS);
    const file = work.at('none/file');
    const result = await read(option, file);
    expect(result.exit).toBe(0);
    expect(recordsOf(result, 'orders').length).toBe(ROWS);
    const [warning = '', ...more] = logged(result, 'WARN');
    expect(warning).toMatch(new RegExp(`^${what} "${file}" cannot be written: ENOENT.* The run goes on without it\\.$`));
    expect(more).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('is one warning: a log file and a summary on a full disk', async () => {
    const { read } = await beginRead(ORDERS);
    const result = await read('--log-file', '/dev/full', '--summary', '/dev/full');
    expect(result.exit).toBe(0);
    expect(recordsOf(result, 'orders').length).toBe(ROWS);
    const warnings = logged(result, 'WARN');
    expect(warnings.length).toBe(2);
    expect(warnings[0]).toContain('The log file "/dev/full" cannot be written: ENOSPC');
    expect(warnings[1]).toContain('The summary "/dev/full" cannot be written: ENOSPC');
  });

  it.runIf(process.platform !== 'win32')('is one warning: a pipe that nobody reads', async () => {
    const { work, read } = await beginRead(ORDERS);
    execFileSync('mkfifo', [work.at('pipe')]);
    const result = await read('--log-file', work.at('pipe'), '--summary', work.at('pipe'));
    expect(result.exit).toBe(0);
    expect(logged(result, 'WARN').map((text) => text.split(' cannot be written: ENXIO')[0])).toEqual([
      `The log file "${work.at('pipe')}"`,
      `The summary "${work.at('pipe')}"`,
    ]);
  });

  it.each([
    ['{"orders": 5}', 'is no history of runs. Name another one by --history.'],
    ['{"orders"', 'cannot be read: '],
  ])('is one warning, and left as it is: a history %s', async (content, message) => {
    const { work, read } = await beginRead(ORDERS);
    const history = work.file('history.json', content);
    const result = await read('--history', history);
    expect(result.exit).toBe(0);
    const [warning, ...more] = logged(result, 'WARN');
    expect(warning).toContain(message);
    expect(more).toEqual([]);
    expect(readFileSync(history, 'utf8')).toBe(content);
  });

  it.runIf(existsSync('/dev/full'))('is one warning: a history that is a device, which stays one', async () => {
    const { read } = await beginRead(ORDERS);
    const result = await read('--history', '/dev/full');
    expect(result.exit).toBe(0);
    expect(logged(result, 'WARN')[0]).toContain('The history "/dev/full" is no file.');
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it('does not keep a sync whose messages nobody reads from loading', async () => {
    const { work, args } = await beginSync(SQLITE, { data: ORDERS, edit: (text) => text.replace('    primary_key: id\n', '') });
    const main = path.resolve(import.meta.dirname, '../../dist/main.js');
    // The shell gives the end of a pipe for stderr whose reader has ended before the first warning.
    const script = 'exec 3>&1; { "$0" "$@" --summary - 2>&1 1>&3; echo "exit $?" >&3; } | true';
    const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, main, ...args]);
    expect(stdout).toContain('exit 0');
    expect((await SQLITE.rows(work, 'orders', 'id')).length).toBe(ROWS);
  });
});

describe('004.10 a failure', () => {
  it('004.10 is posted to a webhook, without secrets, and what succeeds is not', async () => {
    const bodies: string[] = [];
    const hook = await serveHttp(async (request, response) => {
      bodies.push(Buffer.concat((await Array.fromAsync(request)) as Buffer[]).toString());
      response.end();
    });
    const { api, read } = await beginRead(ORDERS);
    const url = `${hook.url}/services/T0K3N-of-the-hook`;
    await read('--notify-url', url);
    expect(bodies).toEqual([]);
    api.fault = ({ path }) => (path === '/readings' ? { status: 403, body: `{"message":"not for ${CLIENT_SECRET}"}` } : undefined);
    const failed = await read('--notify-url', url);
    expect(failed.exit).toBe(1);
    expect(bodies.length).toBe(1);
    const { event, text, summary } = JSON.parse(bodies[0] ?? '') as { event: string; text: string; summary: { status: string } };
    expect({ event, status: summary.status }).toEqual({ event: 'failure', status: 'FAILED' });
    expect(text).toContain('source-declarative: read failed (readings), 3 records read.');
    expect(text).toContain('not for ****');
    expect(bodies[0]).not.toContain(CLIENT_SECRET);
    expect(failed.stdout).not.toContain('T0K3N-of-the-hook');
  });

  it('004.10 is given to a command, also when nothing could be read at all', async () => {
    const { work, read } = await beginRead(ORDERS);
    const file = work.at('told.json');
    writeFileSync(work.at('config.json'), '{}');
    const { exit } = await read('--notify-command', `cat > '${file}'; echo "$NOTIFICATION_EVENT" >> '${file}.event'`);
    expect(exit).toBe(1);
    expect(json(file)['event']).toBe('failure');
    expect(String(json(file)['text'])).toContain('Config validation error');
    expect(readFileSync(`${file}.event`, 'utf8')).toBe('failure\n');
  });

  it('004.10 of the notification is worth a warning and nothing more', async () => {
    const hook = await serveHttp((_request, response) => response.writeHead(500).end());
    const { work, read } = await beginRead(ORDERS);
    const history = work.file('history.json', { orders: Array.from({ length: 5 }, () => ({ at: 'x', whole: true, records: 1000 })) });
    const result = await read('--history', history, '--notify-url', hook.url, '--notify-command', 'exit 3');
    expect(result.exit).toBe(0);
    expect(logged(result, 'WARN').slice(1)).toEqual([
      'The webhook could not be notified: it answered with HTTP status 500',
      'The notification command could not be notified: its exit code was 3',
    ]);
  });
});

/** Makes the ledger tell of five syncs that read so many records. */
function pretendRuns(file: string, stream: string, records: number): void {
  const database = new DatabaseSync(file);
  const { entry } = database.prepare('SELECT entry FROM _airbyte_ledger WHERE stream = ?').get(stream) as { entry: string };
  const runs = Array.from({ length: 5 }, () => ({ at: '2026-01-01T00:00:00.000Z', whole: true, records }));
  database.prepare('UPDATE _airbyte_ledger SET entry = ? WHERE stream = ?').run(JSON.stringify({ ...JSON.parse(entry), runs }), stream);
  database.close();
}
