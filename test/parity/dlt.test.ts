import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { exportDlt } from '../../src/manifest/dlt/export/index.ts';
import { compileDlt } from '../../src/manifest/dlt/index.ts';
import { processManifest } from '../../src/manifest/index.ts';
import { type AskedRequest, type PagingApi, startPagingApi } from '../../src/testing/paging-api.ts';
import { readManifest } from '../../src/testing/read-manifest.ts';
import { CONFIGS, FAILING } from './dlt/configs.ts';

/** A Python that has dlt: the one that is named, or that of the clients' kit. */
const PYTHON = [
  process.env['DLT_PYTHON'],
  path.join(process.env['CLIENTS_WORK'] ?? path.join(tmpdir(), 'clients-work'), 'venv/dlt/bin/python'),
].find((file) => file !== undefined && existsSync(file));

interface Answer {
  readonly rows?: Record<string, Record<string, unknown>[]>;
  readonly error?: string;
}

/** Configs of dlt's own tests, as `dlt/harvest.py` writes them. */
const HARVESTED = process.env['DLT_CONFIGS'];

interface Harvested {
  readonly test: string;
  readonly config: { readonly client?: { readonly base_url?: string } };
}

/** Tests whose configs are read otherwise on purpose. */
const KNOWN: Readonly<Record<string, string>> = {
  'test_dependent_resource_query_string_params[incremental':
    'the start of an incremental moves on in dlt while parents are read, so that it asks less of later ones; here it stays',
  test_dependent_resource_parallelized_with_incremental: 'the same',
  test_client_headers_are_not_interpolated: 'a placeholder in a header of the client is an error here; dlt sends its braces',
  test_headers_in_dependent_resource: 'a header whose name has braces cannot be sent',
  test_resource_hints_are_passed_to_resource_constructor: 'no resource of it is read, which is an error here',
};

function harvested(): [string, unknown][] {
  if (HARVESTED === undefined) return [];
  const lines = readFileSync(HARVESTED, 'utf8').trim().split('\n');
  const cases = lines.map((line) => JSON.parse(line) as Harvested);
  return cases
    .filter(({ test }) => !Object.keys(KNOWN).some((name) => test.includes(name)))
    .map(({ test, config }, index) => {
      const base = config.client?.base_url?.replace(/^https?:\/\/[^/]*/, '$API');
      return [
        `${index} ${test.replace(/^.*::/, '')}`,
        base === undefined ? config : { ...config, client: { ...config.client, base_url: base } },
      ];
    });
}

describe.skipIf(PYTHON === undefined)('dlt reads the same', () => {
  let python: ChildProcessByStdio<Writable, Readable, null>;
  let lines: Interface;
  let api: PagingApi;

  beforeAll(async () => {
    python = spawn(PYTHON as string, [path.join(import.meta.dirname, 'dlt/run_dlt.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    lines = createInterface({ input: python.stdout });
    api = await startPagingApi();
  });

  afterAll(async () => {
    python.kill();
    await api.close();
  });

  async function askDlt(config: unknown, fresh = true): Promise<Answer> {
    const answer = new Promise<string>((resolve) => lines.once('line', resolve));
    python.stdin.write(`${JSON.stringify({ config, fresh })}\n`);
    return JSON.parse(await answer) as Answer;
  }

  /** The config with the API's address, and the requests that reading it makes. */
  async function compare(template: unknown): Promise<{ theirs: Answer; asked: string[]; ours: Answer; own: string[] }> {
    const text = JSON.stringify(template).replaceAll('$API', api.url);
    api.requests.length = 0;
    const theirs = await askDlt(JSON.parse(text));
    const asked = api.requests.splice(0).map(shown).sort();
    const ours = await readOurs(text);
    return { theirs, asked, ours, own: api.requests.splice(0).map(shown).sort() };
  }

  async function readOurs(text: string): Promise<Answer> {
    try {
      const { records, errors } = await readManifest(text);
      return errors.length > 0 ? { error: errors.join('\n') } : { rows: JSON.parse(JSON.stringify(records)) as Answer['rows'] & object };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }

  it.each(Object.entries(CONFIGS))('%s', async (_about, config) => {
    const { theirs, asked, ours, own } = await compare(config);
    expect(theirs.error).toBeUndefined();
    expect(ours.error).toBeUndefined();
    expect(own).toEqual(asked);
    expect(sorted(ours)).toEqual(sorted(theirs));
  });

  it.each(Object.entries(CONFIGS))('there and back: %s', async (_about, template) => {
    const config = JSON.parse(JSON.stringify(template).replaceAll('$API', api.url)) as JsonObject;
    const { config: back } = exportDlt(processManifest(compileDlt(config).manifest), () => true);
    // A session is an object of Python.
    if ((back['client'] as JsonObject)['session'] !== undefined) return;
    const [{ theirs, asked }, again] = [await compare(config), await compare(back)];
    expect(again.theirs.error).toBeUndefined();
    expect(again.asked).toEqual(asked);
    expect(sorted(again.theirs)).toEqual(sorted(theirs));
  });

  it.each(harvested())('of its own tests: %s', async (_about, config) => {
    const { theirs, asked, ours, own } = await compare(config);
    expect([ours.error], theirs.error).toEqual([theirs.error === undefined ? undefined : expect.any(String)]);
    if (theirs.error !== undefined) return;
    expect(own).toEqual(asked);
    expect(sorted(ours)).toEqual(sorted(theirs));
  });

  it.each(Object.entries(FAILING))('fails: %s', async (_about, config) => {
    const { theirs, ours } = await compare(config);
    expect(theirs.error).toBeDefined();
    expect(ours.error).toBeDefined();
  });
});

/** What both must send: method, path, query, body, and the headers that a config can set. */
function shown({ method, path: asked, query, body, headers }: AskedRequest): string {
  const telling = Object.entries(headers).filter(([name]) => /^(?:x-|authorization$|content-type$|cookie$)/.test(name));
  const isForm = headers['content-type'] === 'application/x-www-form-urlencoded';
  const sent = isForm ? [...new URLSearchParams(String(body))].sort() : body;
  return JSON.stringify([method, asked, [...new URLSearchParams(query)].sort(), sent, telling.sort()]);
}

/** Rows in an order of their own, since dlt reads resources by turns. */
function sorted({ rows = {} }: Answer): Record<string, string[]> {
  return Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, list.map((row) => JSON.stringify(inOrder(row))).sort()]));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, inOrder(item)]),
  );
}
