/**
 * A tour of the connector, `npm start`: it serves an analytics API on a loopback port and runs check, discover, a first read and a second,
 * incremental one through the built command. Airbyte messages go to stdout, what people read to stderr.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { type AnalyticsApi, DATASET_ID, startAnalyticsApi } from '../src/testing/analytics-api.ts';
import type { Config } from '../src/testing/config.gen.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const ROWS = 60_000;
const RESOURCES = 2_000;
const NEW_ROWS = 500;
/** Records of a stream that a terminal shows; a pipe or a file gets all of them. */
const SHOWN_ON_A_TERMINAL = 3;
/** Milliseconds between two lines of progress. */
const PROGRESS_EVERY = 1000;
const RECORD = /^\{"type":"RECORD","record":\{"stream":"([^"]+)"/;

const colours = process.stderr.isTTY === true && !process.env['NO_COLOR'];
const isTerminal = process.stdout.isTTY === true;

function say(text = ''): void {
  process.stderr.write(`${text}\n`);
}

function styled(style: 'bold' | 'dim' | 'green' | 'red', text: string): string {
  return colours ? styleText(style, text, { validateStream: false }) : text;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

interface Message {
  type: string;
  state?: { stream: { stream_descriptor: { name: string }; stream_state: unknown } };
  catalog?: { streams: { name: string; supported_sync_modes: string[] }[] };
  connectionStatus?: { status: string; message?: string };
}

/** What one command did. */
interface Outcome {
  readonly exitCode: number | null;
  readonly seconds: number;
  readonly records: ReadonlyMap<string, number>;
  readonly states: ReadonlyMap<string, unknown>;
  /** The last message that is neither a record, a state nor a log. */
  readonly answer: Message | undefined;
}

/** Runs one command of the built connector, passes its messages on and tells how far it is. */
async function run(command: string, args: readonly string[], api: AnalyticsApi): Promise<Outcome> {
  const begin = performance.now();
  const pagesBefore = api.requests.length;
  const records = new Map<string, number>();
  const states = new Map<string, unknown>();
  let answer: Message | undefined;
  const progress = setInterval(() => {
    const total = [...records.values()].reduce((sum, number) => sum + number, 0);
    if (total > 0) say(styled('dim', `  … ${count(total)} records from ${api.requests.length - pagesBefore} pages`));
  }, PROGRESS_EVERY);
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/main.js'), command, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });

  /** Notes what a line says; false for one that a terminal does not show. */
  function take(line: string): boolean {
    const stream = RECORD.exec(line)?.[1];
    if (stream !== undefined) {
      const number = (records.get(stream) ?? 0) + 1;
      records.set(stream, number);
      return !isTerminal || number <= SHOWN_ON_A_TERMINAL;
    }
    const message = JSON.parse(line) as Message;
    if (message.state !== undefined) states.set(message.state.stream.stream_descriptor.name, message.state);
    else if (message.type === 'CATALOG' || message.type === 'CONNECTION_STATUS') answer = message;
    return true;
  }

  let rest = '';
  child.stdout.setEncoding('utf8');
  for await (const chunk of child.stdout as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    const shown = lines.filter(take);
    if (shown.length > 0 && !process.stdout.write(`${shown.join('\n')}\n`)) await once(process.stdout, 'drain');
  }
  clearInterval(progress);
  return { exitCode: await exited, seconds: (performance.now() - begin) / 1000, records, states, answer };
}

function tellRead({ records, states, seconds }: Outcome, pages: ReadonlyMap<string, number>): void {
  let total = 0;
  for (const [name, number] of records) {
    total += number;
    const state = JSON.stringify((states.get(name) as Message['state'])?.stream.stream_state);
    say(`  ${name.padEnd(9)} ${count(number).padStart(7)} records, ${String(pages.get(name) ?? 0).padStart(2)} pages, state ${state}`);
  }
  say(
    `  ${styled('bold', `${count(Math.round(total / seconds))} records/s`)} (${count(total)} in ${seconds.toFixed(2)} s, start of the process included)`,
  );
}

/** The pages that the API served since `from`, by stream. */
function pagesSince(api: AnalyticsApi, from: number): Map<string, number> {
  const pages = new Map<string, number>();
  for (const { path: place } of api.requests.slice(from)) {
    const name = place.startsWith('/api/dataset') ? 'dataset' : 'resource';
    pages.set(name, (pages.get(name) ?? 0) + 1);
  }
  return pages;
}

function requireSuccess(what: string, { exitCode }: Outcome): void {
  if (exitCode !== 0) throw new Error(`${what} ended with exit code ${exitCode}`);
}

async function tour(api: AnalyticsApi, folder: string): Promise<void> {
  const file = (name: string, value: unknown): string => {
    const place = path.join(folder, name);
    writeFileSync(place, JSON.stringify(value));
    return place;
  };
  const config: Config = {
    base_url: api.url,
    dataset_id: DATASET_ID,
    start_date: '2025-01-01T00:00:00Z',
    end_date: '2026-02-01T00:00:00Z',
    credentials: { auth_type: 'access_token', access_token: 'analytics-token' },
  };
  const manifest = ['--manifest-path', path.join(ROOT, 'manifest.yaml')];
  const source = ['--config', file('config.json', config), ...manifest];
  const catalog = path.join(ROOT, 'integration_tests/configured_catalog.json');

  say(styled('bold', `An analytics API listens on ${api.url}: ${count(ROWS)} rows, ${count(RESOURCES)} resources.`));
  const check = await run('check', source, api);
  requireSuccess('check', check);
  const { status, message = '' } = check.answer?.connectionStatus ?? {};
  if (status !== 'SUCCEEDED') throw new Error(`check: ${status} ${message}`);
  say(`${styled('green', 'check')}     ${status}`);

  const discover = await run('discover', source, api);
  requireSuccess('discover', discover);
  const streams = discover.answer?.catalog?.streams ?? [];
  say(`${styled('green', 'discover')}  ${streams.map(({ name, supported_sync_modes: modes }) => `${name} (${modes.at(-1)})`).join(', ')}`);

  let seen = api.requests.length;
  const first = await run('read', [...source, '--catalog', catalog], api);
  requireSuccess('the first read', first);
  say(`${styled('green', 'read')}      from the beginning`);
  tellRead(first, pagesSince(api, seen));

  api.addRows(NEW_ROWS);
  seen = api.requests.length;
  const onlyDataset = JSON.parse(readFileSync(catalog, 'utf8')) as { streams: unknown[] };
  const second = [
    '--catalog',
    file('dataset.json', { streams: onlyDataset.streams.slice(0, 1) }),
    '--state',
    file('state.json', [...first.states.values()]),
  ];
  const incremental = await run('read', [...source, ...second], api);
  requireSuccess('the second read', incremental);
  say(`${styled('green', 'read')}      from that state on, the API having ${NEW_ROWS} more rows (the row at the cursor comes once more)`);
  tellRead(incremental, pagesSince(api, seen));
  const read = incremental.records.get('dataset') ?? 0;
  if (read < NEW_ROWS || read > NEW_ROWS + 10) throw new Error(`the second read gave ${read} records, not just the ${NEW_ROWS} new ones`);
}

const folder = mkdtempSync(path.join(tmpdir(), 'source-declarative-'));
const api = await startAnalyticsApi({ rows: ROWS, resources: RESOURCES, seed: 1 });
// Whoever reads the messages may have seen enough: `npm start | head`.
process.stdout.on('error', () => process.exit(0));
try {
  await tour(api, folder);
} catch (error) {
  say(styled('red', error instanceof Error ? error.message : String(error)));
  process.exitCode = 1;
} finally {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
}
