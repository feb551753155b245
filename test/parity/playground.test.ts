import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runConnector } from '../scenarios/connector.ts';
import { errorsOf, lastStateOf, type Result, readResult, recordsOf } from '../scenarios/messages.ts';

/** fivetran-api-playground of PyPI, where the clients' kit has installed it. */
const PLAYGROUND = path.join(process.env['CLIENTS_WORK'] ?? path.join(tmpdir(), 'clients-work'), 'venv/playground/bin/playground');
const EXAMPLE = path.resolve(import.meta.dirname, '../../docs/examples/keyset.yaml');
const PATIENCE = 30_000;

interface Page {
  readonly data?: readonly { readonly id: string; readonly updatedAt: string }[];
  readonly scroll_param?: string;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.skipIf(!existsSync(PLAYGROUND))('docs/examples/keyset.yaml on fivetran-api-playground', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'playground-'));
  let url = '';
  let stop = (): void => {};

  beforeAll(async () => {
    const port = await freePort();
    // It looks for a newer version of itself otherwise.
    mkdirSync(path.join(home, '.ft_api_playground'));
    writeFileSync(path.join(home, '.ft_api_playground/_last_version_check'), String(Math.floor(Date.now() / 1000)));
    const env = { ...process.env, HOME: home };
    // It starts a process of its own, so both are ended as a group.
    const child = spawn(PLAYGROUND, ['start', '--port', String(port)], { cwd: home, env, stdio: 'ignore', detached: true });
    stop = () => void process.kill(-(child.pid as number), 'SIGTERM');
    url = `http://127.0.0.1:${port}`;
    await answering(Date.now() + PATIENCE);
  });

  afterAll(() => {
    stop();
    rmSync(home, { recursive: true, force: true });
  });

  async function answering(deadline: number): Promise<void> {
    for (;;) {
      const response = await fetch(`${url}/pagination/keyset?updated_since=9999-01-01T00:00:00Z`).catch((error: Error) => error);
      if (!(response instanceof Error)) return;
      if (Date.now() > deadline) throw response;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** The pages of the API, asked for as Fivetran's own example does. */
  async function pagesSince(since: string): Promise<Page[]> {
    const pages: Page[] = [];
    for (let query = `updated_since=${since}`; ; ) {
      const page = (await (await fetch(`${url}/pagination/keyset?${query}`)).json()) as Page;
      pages.push(page);
      if (page.scroll_param === undefined || page.scroll_param === '' || page.data === undefined || page.data.length === 0) return pages;
      query = new URLSearchParams({ scroll_param: page.scroll_param }).toString();
    }
  }

  /** Reads the example with the built command from a state on. */
  async function read(state: readonly unknown[]): Promise<Result> {
    const file = (name: string, content: unknown): string => {
      writeFileSync(path.join(home, name), JSON.stringify(content));
      return path.join(home, name);
    };
    const stream = { name: 'user', json_schema: {}, supported_sync_modes: ['incremental'] };
    const catalog = { streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append_dedup' }] };
    const files = [
      '--manifest-path',
      EXAMPLE,
      '--config',
      file('config.json', { base_url: url }),
      '--catalog',
      file('catalog.json', catalog),
    ];
    return readResult(await runConnector({ args: ['read', ...files, '--state', file('state.json', state)] }));
  }

  it('003.1 003.3 003.4: reads its rows, with a state after every page, from which another sync goes on', async () => {
    const pages = await pagesSince('0001-01-01T00:00:00Z');
    const rows = pages.flatMap(({ data = [] }) => data);
    expect(rows.length).toBeGreaterThan(100);
    const whole = await read([]);
    expect(errorsOf(whole)).toEqual([]);
    expect(recordsOf(whole, 'user')).toEqual(rows);
    const ends = pages.flatMap(({ data = [] }) => data.at(-1)?.updatedAt ?? []);
    const states = whole.messages.flatMap(({ state }) => (state === undefined ? [] : [state.stream.stream_state]));
    expect(states.slice(0, ends.length)).toEqual(ends.map((updatedAt) => ({ updatedAt })));
    expect(lastStateOf(whole, 'user')).toEqual({ updatedAt: ends.at(-1) });
    const third = { updatedAt: ends[2] as string };
    const rest = await read([{ type: 'STREAM', stream: { stream_descriptor: { name: 'user' }, stream_state: third } }]);
    expect(recordsOf(rest, 'user')).toEqual((await pagesSince(third.updatedAt)).flatMap(({ data = [] }) => data));
    const seen = new Set(
      [...pages.slice(0, 3).flatMap(({ data = [] }) => data), ...(recordsOf(rest, 'user') as NonNullable<Page['data']>)].map(
        ({ id }) => id,
      ),
    );
    expect(seen.size).toBe(rows.length);
  });
});
