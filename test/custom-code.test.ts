import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { localApi } from '../src/testing/local-api.ts';
import { runConnector } from './scenarios/connector.ts';
import { errorsOf, type Result, readResult, recordsOf } from './scenarios/messages.ts';

const GOOD = 'export const Good = () => ({ transform(record) { record.good = true; } });';

/** Reads two streams through the built command: `bad` uses the class of that name, `good` another one. */
async function readWith(components: string, args: readonly string[] = []): Promise<Result> {
  const api = await localApi(() => ({ body: { rows: Array.from({ length: 30 }, (_, id) => ({ id })) } }));
  const folder = mkdtempSync(path.join(tmpdir(), 'custom-code-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const stream = (name: string, className: string): unknown => ({
    type: 'DeclarativeStream',
    name,
    schema_loader: { type: 'InlineSchemaLoader', schema: {} },
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: `${api.url}/${name}` },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } },
    },
    transformations: [{ type: 'CustomTransformation', class_name: `components.${className}` }],
  });
  const manifest = {
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['good'] },
    streams: [stream('bad', 'Bad'), stream('good', 'Good')],
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: { key: { type: 'string', airbyte_secret: true } } } },
  };
  file('components.mjs', `${components}\n${GOOD}`);
  const catalog = ['bad', 'good'].map((name) => ({
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh'] },
    sync_mode: 'full_refresh',
    destination_sync_mode: 'append',
  }));
  const files = [
    '--manifest-path',
    file('manifest.yaml', stringify(manifest)),
    '--config',
    file('config.json', '{"key": "S3cr3t-of-mine"}'),
  ];
  const env = { AIRBYTE_ENABLE_UNSAFE_CODE: 'true', IN_THE_ENVIRONMENT: 'yes' };
  const start = ['read', ...files, '--catalog', file('catalog.json', JSON.stringify({ streams: catalog })), ...args];
  return readResult(await runConnector({ args: start, env }));
}

/** The last status of each stream. */
function statusesOf({ messages }: Result): Record<string, string> {
  return Object.fromEntries(
    messages.flatMap(({ trace }) =>
      trace?.stream_status ? [[trace.stream_status.stream_descriptor.name, trace.stream_status.status]] : [],
    ),
  );
}

describe('custom code that misbehaves', () => {
  it.each([
    ['called process.exit(0)', 'process.exit(0)'],
    ['gave no answer for 1 s', 'for (;;);'],
    ['let a promise fail that nothing handles: token ****', "Promise.reject(new Error('token ' + key))"],
    ['took more than 64 MB of memory', 'const all = []; for (;;) all.push(new Array(1000).fill(all.length))'],
    ['failed in transform: boom', "throw new Error('boom')"],
  ])('fails its stream alone: %s', { timeout: 60_000 }, async (message, work) => {
    const code = `export const Bad = (spec, { config: { key } }) => ({ transform(record) { if (record.id > 9) { ${work} } } });`;
    const result = await readWith(code, ['--guard', 'custom_code_seconds=1', '--guard', 'custom_code_megabytes=64']);
    expect(result.exit).toBe(1);
    expect(statusesOf(result)).toEqual({ bad: 'INCOMPLETE', good: 'COMPLETE' });
    expect(recordsOf(result, 'good')).toHaveLength(30);
    expect(recordsOf(result, 'good')[0]).toEqual({ id: 0, good: true });
    const [error] = result.messages.flatMap(({ trace }) => trace?.error ?? []);
    expect(error?.message).toContain('components.Bad (CustomTransformation at streams[0].transformations[0])');
    expect(error?.message).toContain(message);
    expect(error?.stream_descriptor).toEqual({ name: 'bad' });
    expect(result.stdout + result.stderr).not.toContain('S3cr3t-of-mine');
    expect([result.strayLines, result.stderr]).toEqual([[], '']);
  });

  it('prints to the log, and sees no environment', async () => {
    const result = await readWith(
      'export const Bad = () => ({ transform(record) { console.log(record.id, Object.keys(process.env)); } });',
    );
    expect(errorsOf(result)).toEqual([]);
    expect(statusesOf(result)).toEqual({ bad: 'COMPLETE', good: 'COMPLETE' });
    expect(result.strayLines).toEqual([]);
    expect(result.messages.filter(({ log }) => log?.message === '29 []')).toHaveLength(1);
  });
});
