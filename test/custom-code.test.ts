import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const KINDS = `
export class Router {
  #slice;
  constructor(spec, builder, tools) { this.#slice = tools.StreamSlice; }
  async *slices() { for (const part of ['a', 'b']) yield new this.#slice({ part }); }
  contribute(options, { slice }) { options.params.part = slice.partition.part; }
}
export const Requester = (spec, builder) => {
  const inner = builder.build('requester', spec.inner);
  return {
    async send(request, contributors, path, options) {
      const signed = { contribute(shares) { shares.headers['x-signed'] = 'by code'; } };
      const response = await inner.send(request, [...contributors, signed], path, options);
      return response;
    },
  };
};
export const Handler = (spec, builder) => ({
  interpret: ({ response }) => response?.status === 503 ? { action: 'RETRY', message: response.json.why } : { action: response.ok ? 'SUCCESS' : 'FAIL' },
  backoffSeconds: () => 0.001,
});
export const Pages = () => ({
  pageSize: undefined,
  nextToken: ({ response, document, extracted, lastRecord }) =>
    extracted > 0 && response.headers.get('x-more') === 'yes' && document.list.length === 2 ? lastRecord.id : undefined,
});
export const Extract = () => ({ extract: ([document]) => ({ records: document.list, count: document.list.length }) });
export const Normalise = () => ({ transform(record, schema) { record.known = Object.keys(schema.properties); return record.id !== 2; } });
export const Schema = (spec, builder) => ({
  async load() { return JSON.parse(await builder.run.readFile('schemas/rows.json')); },
});
export const Decode = () => ({
  async *decode(response) { yield [JSON.parse(new TextDecoder().decode(await response.load()).slice(4))]; },
});
`;

describe('custom code of every kind', () => {
  it('reads a stream together with the engine', { timeout: 60_000 }, async () => {
    let refusals = 1;
    const api = await localApi(({ path: asked }) => {
      if (refusals-- > 0) return { status: 503, body: { why: 'busy' } };
      const { searchParams } = new URL(asked, 'http://api');
      const after = Number(searchParams.get('after') ?? 0);
      const list = [after + 1, after + 2].map((id) => ({ id, part: searchParams.get('part') }));
      return { headers: { 'x-more': after < 4 ? 'yes' : 'no' }, body: `)]}'${JSON.stringify({ list })}` };
    });
    const folder = mkdtempSync(path.join(tmpdir(), 'custom-code-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = (name: string, content: string): string => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const custom = (type: string, name: string, rest: object = {}): object => ({ type: `Custom${type}`, class_name: `c.${name}`, ...rest });
    const inner = { type: 'HttpRequester', url: `${api.url}/rows`, error_handler: custom('ErrorHandler', 'Handler') };
    const manifest = {
      version: '6.0.0',
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['rows'] },
      streams: [
        {
          type: 'DeclarativeStream',
          name: 'rows',
          schema_loader: custom('SchemaLoader', 'Schema'),
          retriever: {
            type: 'SimpleRetriever',
            requester: custom('Requester', 'Requester', { inner }),
            decoder: custom('Decoder', 'Decode'),
            partition_router: custom('PartitionRouter', 'Router'),
            record_selector: {
              type: 'RecordSelector',
              extractor: custom('RecordExtractor', 'Extract'),
              schema_normalization: custom('SchemaNormalization', 'Normalise'),
            },
            paginator: {
              type: 'DefaultPaginator',
              pagination_strategy: custom('PaginationStrategy', 'Pages'),
              page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'after' },
            },
          },
        },
      ],
      spec: { type: 'Spec', connection_specification: { type: 'object', properties: {} } },
    };
    file('components.mjs', KINDS);
    mkdirSync(path.join(folder, 'schemas'));
    file('schemas/rows.json', '{"type": "object", "properties": {"id": {"type": "integer"}}}');
    const stream = { name: 'rows', json_schema: {}, supported_sync_modes: ['full_refresh'] };
    const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] };
    const args = ['read', '--manifest-path', file('manifest.yaml', stringify(manifest)), '--config', file('config.json', '{}')];
    const start = [...args, '--catalog', file('catalog.json', JSON.stringify(catalog))];
    const result = readResult(await runConnector({ args: start, env: { AIRBYTE_ENABLE_UNSAFE_CODE: 'true' } }));
    expect(errorsOf(result)).toEqual([]);
    expect(result.exit).toBe(0);
    const rows = recordsOf(result, 'rows') as { id: number; part: string; known: string[] }[];
    const byPart = ['a', 'b'].map((part) => rows.filter((row) => row.part === part).map(({ id }) => id));
    expect(byPart).toEqual([
      [1, 3, 4, 5, 6],
      [1, 3, 4, 5, 6],
    ]);
    expect(rows[0]?.known).toEqual(['id']);
    expect(api.received.every(({ headers }) => headers['x-signed'] === 'by code')).toBe(true);
    expect(api.received).toHaveLength(7);
  });
});
