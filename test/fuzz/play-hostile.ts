import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { parse } from 'yaml';
import { components } from '../../src/components/index.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { createRandom, type Random } from '../random.ts';
import { mangle, mutate } from './mutate.ts';
import { catalogOf, runWithFiles } from './run-case.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const TARGETS = ['manifest', 'manifest', 'config', 'catalog', 'state', 'response', 'response'] as const;
/** The heap that every input must do with, in megabytes, and the seconds. */
const [MEGABYTES, SECONDS] = [256, 30];
const GUARDS = ['max_wait=0.01', 'silence=2', 'max_pages=50', 'retry_budget=10', 'adaptive_rate=off'].flatMap((guard) => [
  '--guard',
  guard,
]);

/** The examples of all components, to be put where others are expected. */
const examples: readonly Json[] = components.flatMap(({ example }) => (example === undefined ? [] : [parse(example) as Json]));

const option = (name: string): JsonObject => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });

function streamOf(name: string, retriever: JsonObject, extra: JsonObject = {}): JsonObject {
  return {
    type: 'DeclarativeStream',
    name,
    primary_key: 'id',
    schema_loader: {
      type: 'InlineSchemaLoader',
      schema: { type: 'object', properties: { id: { type: 'integer' }, at: { type: 'string' } } },
    },
    retriever: {
      type: 'SimpleRetriever',
      requester: {
        type: 'HttpRequester',
        url_base: "{{ config['url'] }}",
        path: `/${name}`,
        authenticator: { type: 'ApiKeyAuthenticator', api_token: "{{ config['key'] }}", inject_into: option('k') },
        request_parameters: { since: "{{ stream_interval['start_time'] }}" },
        error_handler: {
          type: 'DefaultErrorHandler',
          max_retries: 1,
          backoff_strategies: [{ type: 'WaitTimeFromHeader', header: 'X-Wait', regex: '(\\d+)' }],
          response_filters: [
            {
              type: 'HttpResponseFilter',
              predicate: "{{ 'error' in response }}",
              action: 'FAIL',
              error_message: "{{ response['error'] }}",
            },
          ],
        },
      },
      record_selector: {
        type: 'RecordSelector',
        extractor: { type: 'DpathExtractor', field_path: ['data', '*'] },
        record_filter: { type: 'RecordFilter', condition: "{{ record['id'] != 99 }}" },
        schema_normalization: 'Default',
      },
      paginator: {
        type: 'DefaultPaginator',
        pagination_strategy: {
          type: 'CursorPagination',
          page_size: 2,
          cursor_value: "{{ response['next'] }}",
          stop_condition: "{{ not response.get('next') }}",
        },
        page_token_option: option('page'),
        page_size_option: option('limit'),
      },
      ...retriever,
    },
    ...extra,
  };
}

function baseManifest(): JsonObject {
  const items = streamOf(
    'items',
    {},
    {
      incremental_sync: {
        type: 'DatetimeBasedCursor',
        cursor_field: 'at',
        datetime_format: '%Y-%m-%d',
        cursor_datetime_formats: ['%Y-%m-%d', '%Y-%m-%dT%H:%M:%SZ'],
        start_datetime: { type: 'MinMaxDatetime', datetime: "{{ config['start'] }}", datetime_format: '%Y-%m-%d' },
        end_datetime: '2026-01-10',
        step: 'P5D',
        cursor_granularity: 'P1D',
        lookback_window: 'P1D',
        start_time_option: option('from'),
      },
      transformations: [
        { type: 'AddFields', fields: [{ type: 'AddedFieldDefinition', path: ['extra', 'sum'], value: "{{ record['id'] | int + 1 }}" }] },
        { type: 'RemoveFields', field_pointers: [['gone', '*']] },
        { type: 'KeysToSnakeCase' },
        { type: 'FlattenFields' },
      ],
    },
  );
  const parts = streamOf('parts', {
    partition_router: [
      {
        type: 'SubstreamPartitionRouter',
        parent_stream_configs: [
          { type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'item', stream: items, request_option: option('item') },
        ],
      },
      { type: 'ListPartitionRouter', cursor_field: 'kind', values: ['a', 'b'], request_option: option('kind') },
    ],
  });
  return {
    type: 'DeclarativeSource',
    version: '6.0.0',
    check: { type: 'CheckStream', stream_names: ['items'] },
    definitions: { items },
    streams: [items, parts],
    spec: {
      type: 'Spec',
      connection_specification: {
        type: 'object',
        required: ['url'],
        properties: {
          url: { type: 'string' },
          start: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' },
          key: { type: 'string', airbyte_secret: true },
        },
      },
    },
  };
}

const STATE: Json = [
  { type: 'STREAM', stream: { stream_descriptor: { name: 'items' }, stream_state: { at: '2026-01-03' } } },
  {
    type: 'STREAM',
    stream: { stream_descriptor: { name: 'parts' }, stream_state: { states: [{ partition: { item: 1 }, cursor: { at: '2026-01-01' } }] } },
  },
];
const RESPONSE: Json = {
  data: [
    { id: 1, at: '2026-01-02', gone: { a: 1, b: [2] }, Some_Key: { inner: { deep: 'x' } } },
    { id: 2, at: '2026-01-05', gone: null, list: [{ a: 1 }] },
  ],
  next: null,
};

/** Gives one document of a run another content, runs every command that reads it, and says what went wrong beyond an error that says so. */
export async function playHostile(seed: number): Promise<string[]> {
  const random = createRandom(seed, 'hostile');
  const target = random.pick(TARGETS);
  const server = createServer((_request, response) => {
    const body = target === 'response' ? hostile(RESPONSE, random) : JSON.stringify(RESPONSE);
    response.setHeader('content-type', random.pick(['application/json', 'text/html', 'application/json; charset=utf-16', '']));
    response.setHeader('x-wait', '(1)');
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const files: Record<string, unknown> = {
      manifest: baseManifest(),
      config: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, start: '2026-01-01', key: 'k3y' },
      catalog: catalogOf(['items', 'parts'], 'incremental'),
      state: STATE,
    };
    if (target !== 'response') {
      const isYaml = target === 'manifest' && random.chance(0.15);
      files[target] = isYaml
        ? mangle(readFileSync(path.join(ROOT, 'manifest.yaml'), 'utf8'), random)
        : hostile(files[target] as Json, random, examples);
    }
    const command = random.pick(
      target === 'manifest' ? ['spec', 'check', 'discover', 'read'] : target === 'config' ? ['check', 'read'] : ['read'],
    );
    return (await problemsOf(command, files as unknown as Parameters<typeof runWithFiles>[1])).map(
      (problem) => `${command}, hostile ${target}: ${problem}`,
    );
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

function hostile(document: Json, random: Random, parts: readonly Json[] = []): string | Buffer {
  if (random.chance(0.2)) return mangle(JSON.stringify(document), random);
  return JSON.stringify(mutate(document, random, parts)).replaceAll('"1e400"', '1e400');
}

async function problemsOf(command: string, files: Parameters<typeof runWithFiles>[1]): Promise<string[]> {
  const args = command === 'spec' ? [] : GUARDS;
  const { exit, signal, stdout, stderr, seconds } = await runWithFiles(command, files, args, {
    NODE_OPTIONS: `--max-old-space-size=${MEGABYTES}`,
  });
  const problems: string[] = [];
  if (signal !== null) problems.push(`it died of ${signal}: ${stderr.slice(0, 300)}`);
  else if (exit !== 0 && exit !== 1) problems.push(`exit code ${exit}`);
  if (seconds > SECONDS) problems.push(`it took ${seconds.toFixed(0)} seconds`);
  if (stderr.trim() !== '' && signal === null) problems.push(`it wrote to stderr: ${stderr.slice(-1500)}`);
  const messages = stdout.split('\n').filter((line) => line !== '');
  const broken = messages.find((line) => !line.startsWith('{"type":"') || !line.endsWith('}'));
  if (broken !== undefined) problems.push(`a line is no message: ${broken.slice(0, 300)}`);
  const unexpected = messages.find((line) => line.includes('The connector stopped at an unexpected error'));
  if (unexpected !== undefined) problems.push(`an error says nothing to its reader: ${unexpected.slice(0, 1500)}`);
  if (exit === 1 && !messages.some((line) => line.includes('"trace":{"type":"ERROR"'))) problems.push('it failed without an error');
  return problems;
}
