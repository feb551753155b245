/** A command whose work can never be done says so: it does not end in silence with exit code 0. */
import { describe, expect, it } from 'vitest';
import { serveHttp } from '../src/http/testing/local-server.ts';
import type { JsonObject } from '../src/lib/json.ts';
import { itemsManifest } from './items-manifest.ts';
import { catalogOf, runMessages, runText, type Work, workFolder } from './local/run.ts';
import type { Result } from './scenarios/messages.ts';

/** Makes a connector whose connections to one port are never made, and never fail, and are nothing to wait for. */
const deafTo = (port: number): Record<string, string> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `import net from 'node:net';
    const { connect } = net;
    net.connect = (options, ...more) => Number(options.port) === ${port} ? new net.Socket() : connect(options, ...more);`,
  )}`,
});

const REASON = /nothing left to wait for/;

interface Setting {
  readonly work: Work;
  readonly inputs: string[];
  readonly env: Record<string, string>;
}

/** A source of the streams `items`, from an API that is never reached, and `others`, from one that is. */
async function setting(parts: JsonObject = {}): Promise<Setting> {
  const unreached = await serveHttp((_request, response) => response.end());
  const reached = await serveHttp((_request, response) => response.end('{"data": [{"id": 1}]}'));
  const streamOf = (url: string): JsonObject =>
    (itemsManifest({ requester: { url_base: url }, stream: parts })['streams'] as JsonObject[])[0] ?? {};
  const manifest = itemsManifest({
    requester: { url_base: unreached.url },
    source: { streams: [streamOf(unreached.url), { ...streamOf(reached.url), name: 'others' }] },
  });
  const work = workFolder();
  const inputs = ['--manifest-path', work.file('manifest.json', manifest), '--config', work.file('config.json', {})];
  return { work, inputs, env: deafTo(unreached.port) };
}

/** The port of an API that only schemas are asked of. */
const UNREACHED = 9;

const DYNAMIC: JsonObject = {
  schema_loader: {
    type: 'DynamicSchemaLoader',
    retriever:
      (itemsManifest({ requester: { url_base: `http://127.0.0.1:${UNREACHED}` } })['streams'] as JsonObject[])[0]?.['retriever'] ?? {},
    schema_type_identifier: { type: 'SchemaTypeIdentifier', key_pointer: ['id'] },
  },
};

function errorsOf({ messages }: Result): string[] {
  return messages.flatMap(({ trace }) => trace?.error?.message ?? []);
}

function statusesOf({ messages }: Result, stream: string): string[] {
  return messages.flatMap(({ trace }) => (trace?.stream_status?.stream_descriptor.name === stream ? trace.stream_status.status : []));
}

describe('work that can never be done', () => {
  it('fails its stream of a read, and leaves the others', async () => {
    const { work, inputs, env } = await setting();
    const catalog = work.file('catalog.json', catalogOf({ items: 'full_refresh', others: 'full_refresh' }));
    const result = await runMessages(['read', ...inputs, '--catalog', catalog], { env });
    expect(result.exit).toBe(1);
    expect(errorsOf(result)[0]).toMatch(REASON);
    expect(statusesOf(result, 'items')).toEqual(['STARTED', 'INCOMPLETE']);
    expect(statusesOf(result, 'others')).toEqual(['STARTED', 'RUNNING', 'COMPLETE']);
  });

  it('fails a check', async () => {
    const { inputs, env } = await setting();
    const result = await runMessages(['check', ...inputs], { env });
    expect(result.exit).toBe(1);
    const [status] = result.messages.flatMap(({ connectionStatus }) => connectionStatus ?? []);
    expect(status).toEqual({ status: 'FAILED', message: expect.stringMatching(REASON) });
    expect(errorsOf(result)[0]).toMatch(REASON);
  });

  it('fails a sync, which prints its table all the same', async () => {
    const { work, inputs, env } = await setting();
    const ended = await runText(['sync', ...inputs, '--to', `jsonl:${work.at('out')}`], { env });
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toMatch(REASON);
    expect(ended.stdout).toMatch(/^items .*INCOMPLETE\nothers .*complete$/m);
  });

  it('fails a discover', async () => {
    const { inputs } = await setting(DYNAMIC);
    const result = await runMessages(['discover', ...inputs], { env: deafTo(UNREACHED) });
    expect([result.exit, errorsOf(result)]).toEqual([1, [expect.stringMatching(REASON)]]);
  });

  it('fails a command for people', async () => {
    const { inputs } = await setting(DYNAMIC);
    const ended = await runText(['catalog', ...inputs], { env: deafTo(UNREACHED) });
    expect(ended.exit).toBe(1);
    expect(ended.stderr).toMatch(REASON);
    expect(ended.stdout).toBe('');
  });

  it('is custom code whose promise never settles', async () => {
    const { url } = await serveHttp((_request, response) => response.end('{"data": [{"id": 1}]}'));
    const work = workFolder();
    const authenticator = { type: 'CustomAuthenticator', class_name: 'source_x.components.Never' };
    const args = ['read', '--manifest-path', work.file('manifest.json', itemsManifest({ requester: { url_base: url, authenticator } }))];
    args.push('--config', work.file('config.json', {}), '--catalog', work.file('catalog.json', catalogOf({ items: 'full_refresh' })));
    args.push(
      '--components-path',
      work.file('components.mjs', 'export const Never = () => ({ contribute: () => new Promise(() => {}) });'),
    );
    const result = await runMessages(args, { env: { AIRBYTE_ENABLE_UNSAFE_CODE: 'true' } });
    expect(result.exit).toBe(1);
    expect(errorsOf(result)[0]).toBeTruthy();
    expect(statusesOf(result, 'items')).toEqual(['STARTED', 'INCOMPLETE']);
  });
});
