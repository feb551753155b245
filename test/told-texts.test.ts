import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../src/lib/json.ts';
import { type Answer, localApi, type Received } from '../src/testing/local-api.ts';
import { catalogOf, readByPeople, runWithFiles } from './fuzz/run-case.ts';
import { itemsManifest } from './items-manifest.ts';
import { runConnector } from './scenarios/connector.ts';

const LINKED: JsonObject = {
  paginator: {
    type: 'DefaultPaginator',
    pagination_strategy: { type: 'CursorPagination', cursor_value: "{{ response['next'] }}" },
    page_token_option: { type: 'RequestPath' },
  },
};

/** Reads the stream of an API, whose address is in the config, and gives the exit code and all that people read. */
async function readOf(
  answer: (request: Received, url: string) => Answer,
  {
    requester = {},
    config = {},
    args = [],
    env = {},
  }: { requester?: JsonObject; config?: JsonObject; args?: string[]; env?: Record<string, string> } = {},
): Promise<{ exit: number | null; told: string }> {
  const api: { url: string } = await localApi((request) => answer(request, api.url));
  const manifest = itemsManifest({ requester: { url_base: "{{ config['url'] }}", ...requester }, retriever: LINKED });
  const files = { manifest, config: { url: api.url, ...config }, catalog: catalogOf(['items']) };
  const ended = await runWithFiles('read', files, ['--debug', ...args], env);
  return { exit: ended.exit, told: readByPeople(ended) };
}

describe('what people read of a run', () => {
  it('holds no session that the API has set in a cookie and repeats', async () => {
    const { exit, told } = await readOf(({ headers }, url) =>
      headers.cookie === undefined
        ? { headers: { 'set-cookie': 'SID="s3ssion-VALUE"; Path=/' }, body: { data: [{ id: 1 }], next: `${url}/items?p=2` } }
        : { status: 400, body: { message: `No session s3ssion-VALUE (${Buffer.from('s3ssion-VALUE').toString('hex')})` } },
    );
    expect(exit).toBe(1);
    expect(told).toContain('No session ****');
    expect(told).not.toMatch(/s3ssion-value|733373/i);
  });

  it.each([
    ['of the manifest', (url: string) => ({ requester: { url_base: url } })],
    ['of the config', (url: string) => ({ config: { url } })],
  ])('holds no password in a URL %s, nor what the API says of it', async (_where, settings) => {
    const api = await localApi(({ headers }) => ({
      status: 401,
      body: { message: `Not ${Buffer.from(String(headers.authorization).slice(6), 'base64').toString()}, nor HUNTER2PASS` },
    }));
    const given = settings(api.url.replace('://', '://user:hunter2pass@'));
    const { exit, told } = await readOf(() => ({}), given);
    expect([exit, told.includes('nor ****')]).toEqual([1, true]);
    expect(told).not.toMatch(/hunter2pass/i);
  });

  it('holds no password in a link that the API gives', async () => {
    const { told } = await readOf((request, url) =>
      request.path === '/items'
        ? { body: { data: [{ id: 1 }], next: `${url.replace('://', '://user:hunter2pass@')}/more` } }
        : { status: 404, body: { message: 'unknown: hunter2pass' } },
    );
    expect(told).toContain('unknown: ****');
    expect(told).not.toContain('hunter2pass');
  });

  it('holds no user and password of a proxy that cannot be used', async () => {
    const env = { HTTP_PROXY: 'ftp://joe:hunter2pass@proxy.invalid:1', NO_PROXY: '' };
    const args = ['--guard', 'max_wait=0.01'];
    const { exit, told } = await readOf(() => ({}), { env, args, config: { url: 'http://api.invalid' } });
    expect(exit).toBe(1);
    expect(told).toContain("The proxy 'ftp://****@proxy.invalid:1' cannot be used");
    expect(told).not.toMatch(/joe|hunter2pass/);
  });

  it('shows control characters in place of sending them', async () => {
    const said = '\u001b[2J\u001b]0;title\u0007\u009b31m\u202egood\rforged\u007f';
    const api = await localApi(() => ({ status: 400, body: { message: said } }));
    const work = mkdtempSync(path.join(tmpdir(), 'told-'));
    onTestFinished(() => rmSync(work, { recursive: true }));
    const [manifest, config] = [path.join(work, 'manifest.json'), path.join(work, 'config.json')];
    writeFileSync(manifest, JSON.stringify(itemsManifest({ requester: { url_base: "{{ config['url'] }}" } })));
    writeFileSync(config, JSON.stringify({ url: api.url }));
    const args = ['--manifest-path', manifest, '--config', config, '--debug'];
    for (const command of [['sync', '--to', `jsonl:${path.join(work, 'out')}`, '--summary', '-'], ['check'], ['typegen']]) {
      const { stdout, stderr } = await runConnector({ args: [...command, ...args] });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
      expect(`${stdout}${stderr}`).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/);
      if (command[0] === 'sync') expect(stderr).toContain('\\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u202egood\\u000dforged\\u007f');
    }
  });

  it('holds no secret of an error that custom code leaves unhandled', async () => {
    const api = await localApi(() => ({ body: { data: [{ id: 1 }] } }));
    const work = mkdtempSync(path.join(tmpdir(), 'told-'));
    onTestFinished(() => rmSync(work, { recursive: true }));
    const code = path.join(work, 'components.mjs');
    writeFileSync(
      code,
      `export function Late(spec, b) {
        Promise.reject(new Error('token ' + b.config.api_key));
        return { reads: 'all', changesInPlace: true, transform() {} };
      }`,
    );
    const transformations = [{ type: 'CustomTransformation', class_name: 'source_declarative_manifest.components.Late' }];
    const manifest = itemsManifest({ requester: { url_base: "{{ config['url'] }}" }, stream: { transformations } });
    const files = { manifest, config: { url: api.url, api_key: 'SeCrEt-k3y-900' }, catalog: catalogOf(['items']) };
    const ended = await runWithFiles('read', files, ['--components-path', code], { AIRBYTE_ENABLE_UNSAFE_CODE: 'true' });
    const told = readByPeople(ended);
    expect(ended.exit).toBe(1);
    expect(told).toContain('token ****');
    expect(told).not.toContain('SeCrEt-k3y-900');
  });
});
