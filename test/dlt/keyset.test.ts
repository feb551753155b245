import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openManifest, readManifest } from '../../src/testing/read-manifest.ts';
import { runConnector } from '../scenarios/connector.ts';
import { readResult } from '../scenarios/messages.ts';
import { configText, IDS, ids, queries, startApi } from './read-config.ts';

const EXAMPLE = readFileSync(path.resolve(import.meta.dirname, '../../docs/examples/keyset.yaml'), 'utf8');
/** The example, for posts with the time of their change. */
const POSTS = EXAMPLE.replace('path: /pagination/keyset', 'path: /keyset').replace('cursor_field: updatedAt', 'cursor_field: updated_at');
const START = '0001-01-01T00:00:00Z';

function tokens(requests: readonly string[]): (string | undefined)[] {
  return requests.map((query) => /^\/keyset\?scroll_param=([^&]+)$/.exec(query)?.[1]);
}

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Starts `npm run api -- paging` and gives its address; it ends with the test. */
async function serveApi(): Promise<string> {
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts/serve-api.ts'), 'paging', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill());
  for await (const line of createInterface({ input: child.stderr })) {
    const url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('the API did not start');
}

describe('docs/examples/keyset.yaml', () => {
  it('003.1 003.2: sends the time of the last sync first and the token alone then, until there is none', async () => {
    const api = await startApi();
    const outcome = await readManifest(POSTS, { config: { base_url: api.url } });
    expect([outcome.errors, outcome.warnings]).toEqual([[], []]);
    expect(outcome.records['user']).toHaveLength(25);
    const [first, ...others] = queries(api);
    expect(first).toBe(`/keyset?updated_since=${encodeURIComponent(START)}`);
    expect(tokens(others)).toEqual(others.map(() => expect.any(String)));
    expect(others).toHaveLength(4);
  });

  it('003.2: an empty page ends paging, though it has a token', async () => {
    const page = { data: [{ id: 'a', updated_at: '2024-01-01T00:00:00Z' }], scroll_param: 'x' };
    const api = await startApi({ body: page }, { body: { data: [], scroll_param: 'y' } });
    const outcome = await readManifest(POSTS, { config: { base_url: api.url } });
    expect([outcome.errors, outcome.records['user']?.length, api.requests.length]).toEqual([[], 1, 2]);
  });

  it('003.3: the state is the time of the latest record, and the next sync begins there', async () => {
    const api = await startApi();
    const first = await readManifest(POSTS, { config: { base_url: api.url } });
    expect(first.states['user']).toEqual({ updated_at: '2024-01-02T00:00:00Z' });
    api.added.push({ id: 25, updated_at: '2024-01-02T01:00:00Z' });
    const second = await readManifest(POSTS, { config: { base_url: api.url }, state: first.states });
    expect(second.records['user']?.map(({ id }) => id)).toEqual([24, 25]);
    expect(queries(api).at(-1)).toBe('/keyset?updated_since=2024-01-02T00%3A00%3A00Z');
  });

  it('003.4: a sync that ends after page 3 has the state of page 3, from which the next one loses nothing and repeats one record', async () => {
    const api = await startApi();
    const config = { base_url: api.url };
    const whole = await readManifest(POSTS, { config });
    const hours = whole.allStates.map((state) => new Date(String(state['updated_at'])).getTime() / 3_600_000);
    expect(hours.map((hour) => hour - (hours[0] as number) + 4)).toEqual([4, 9, 14, 19, 24, 24, 24]);
    const third = whole.allStates[2];
    const rest = await readManifest(POSTS, { config, state: { user: third as never } });
    expect(rest.records['user']?.map(({ id }) => id)).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
  });

  it.each(['scanned', 'parsed'])('003.4: the built command moves its state on after every page whose records are %s', async (lane) => {
    const api = await startApi();
    const folder = mkdtempSync(path.join(tmpdir(), 'keyset-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = (name: string, content: string): string => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const stream = { name: 'user', json_schema: {}, supported_sync_modes: ['incremental'] };
    const catalog = JSON.stringify({ streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append_dedup' }] });
    const files = ['--manifest-path', file('manifest.yaml', POSTS), '--config', file('config.json', JSON.stringify({ base_url: api.url }))];
    const args = ['read', ...files, '--catalog', file('catalog.json', catalog)];
    const { exit, messages } = readResult(await runConnector({ args, env: { SOURCE_DECLARATIVE_PAGES: lane } }));
    const shown = messages.flatMap(({ record, state }): unknown[] => {
      if (record !== undefined) return [(record.data as { id: number }).id];
      return state === undefined ? [] : [(state.stream.stream_state as { updated_at: string }).updated_at.slice(8, 13)];
    });
    const pages = ['01T04', '01T09', '01T14', '01T19', '02T00'].map((state, page) => [...IDS.slice(page * 5, page * 5 + 5), state]);
    expect([exit, shown.slice(0, 30)]).toEqual([0, pages.flat()]);
  });

  it('003.4: a page that fails leaves the state of those before it', async () => {
    const page = (id: number) => ({ body: { data: [{ id, updated_at: `2024-01-01T0${id}:00:00Z` }], scroll_param: String(id) } });
    const api = await startApi(page(1), page(2), { status: 400 });
    const outcome = await readManifest(POSTS, { config: { base_url: api.url } });
    expect([outcome.failed, outcome.states['user']]).toEqual([['user'], { updated_at: '2024-01-01T02:00:00Z' }]);
  });

  it('takes the state back, with a warning, when records are out of order', async () => {
    const page = (hour: number, token?: string) => ({
      body: { data: [{ id: hour, updated_at: `2024-01-01T0${hour}:00:00Z` }], scroll_param: token ?? null },
    });
    const api = await startApi(page(5, 'a'), page(3, 'b'), { status: 400 });
    const state = { user: { updated_at: '2024-01-01T01:00:00Z' } };
    const outcome = await readManifest(POSTS, { config: { base_url: api.url }, state });
    expect(outcome.allStates.map((given) => given['updated_at'])).toEqual(['05', '01', '01'].map((hour) => `2024-01-01T${hour}:00:00Z`));
    expect(outcome.warnings.join()).toContain('not in ascending order of "updated_at"');
    const again = await startApi(page(5, 'a'), page(3));
    expect((await readManifest(POSTS, { config: { base_url: again.url } })).states['user']).toEqual({ updated_at: '2024-01-01T05:00:00Z' });
  });

  it('003.5: an empty config fits its spec, which says where the API is looked for', async () => {
    const { source } = await openManifest(EXAMPLE, { config: {} });
    expect((await source.streams()).map(({ name }) => name)).toEqual(['user']);
    expect(EXAMPLE).toContain('default: http://127.0.0.1:5001');
  });

  it.each<[way: string, endpoint: unknown]>([
    ['page numbers', { path: 'number', paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' } }],
    ['offsets', { path: 'offset', paginator: { type: 'offset', limit: 10, total_path: 'meta.total' } }],
    ['a cursor', { path: 'cursor', paginator: 'cursor' }],
    ['links', { path: 'link', paginator: { type: 'json_link', next_url_path: 'links.next' } }],
    ['links in a header', { path: 'header-link', paginator: 'header_link' }],
    ['a cursor in a header', { path: 'header-cursor', paginator: { type: 'header_cursor', cursor_key: 'x-next-cursor' } }],
    ['a keyset', { path: 'keyset', paginator: { type: 'cursor', cursor_path: 'scroll_param', cursor_param: 'scroll_param' } }],
  ])('003.7: npm run api -- paging serves the same posts by %s', async (_way, endpoint) => {
    const url = await serveApi();
    expect(ids(await readManifest(configText({ url }, endpoint)))).toEqual(IDS);
  });

  it('003.6: the stream has a key, texts and times', async () => {
    const { source } = await openManifest(EXAMPLE, {});
    const [stream] = await source.streams();
    const description = await stream?.describe();
    const time = { type: ['string', 'null'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' };
    expect(description).toMatchObject({
      primaryKey: ['id'],
      cursorField: 'updatedAt',
      jsonSchema: { properties: { id: { type: 'string' }, name: { type: ['string', 'null'] }, updatedAt: time, createdAt: time } },
    });
  });

  it('003.8: a failure is told with its status and what the API says; a response without data or token is no failure', async () => {
    const refusing = await startApi({ status: 400, body: { error: 'The time is no time.' } });
    const [error] = (await readManifest(POSTS, { config: { base_url: refusing.url } })).errors;
    expect(error).toMatch(/400[\s\S]*The time is no time\./);
    for (const body of [{ data: [] }, {}, { data: [{ id: 'a', updated_at: START }] }]) {
      const api = await startApi({ body });
      expect((await readManifest(POSTS, { config: { base_url: api.url } })).errors).toEqual([]);
      expect(api.requests).toHaveLength(1);
    }
  });
});
