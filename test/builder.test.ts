import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import type { StreamRead } from '../src/cli/builder/stream-read.ts';
import { type Answer, type LocalApi, localApi, type Received } from '../src/testing/local-api.ts';
import { runConnector } from './scenarios/connector.ts';

/** What one request to the builder consists of. */
interface Asked {
  readonly manifest?: unknown;
  readonly config?: object;
  readonly stream?: string;
  readonly state?: unknown[];
}

/** The connector's answer: the data of its RECORD, or the message of its ERROR trace; the whole output is checked for secrets by the caller. */
async function ask(
  command: string,
  { manifest, config = {}, stream, state }: Asked,
): Promise<{ data: unknown; error: string | undefined; output: string }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'builder-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, value: unknown): string => {
    writeFileSync(path.join(folder, name), JSON.stringify(value));
    return path.join(folder, name);
  };
  const streams = stream === undefined ? [] : [configured(stream)];
  const { exit, stdout, stderr } = await runConnector({
    args: [
      'read',
      '--config',
      file('config.json', {
        __command: command,
        ...(manifest === undefined ? {} : { __injected_declarative_manifest: manifest }),
        ...config,
      }),
      '--catalog',
      file('catalog.json', { streams }),
      ...(state === undefined ? [] : ['--state', file('state.json', state)]),
    ],
  });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
  const messages = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; record?: { data: unknown }; trace?: { error: { message: string } } });
  const told = messages.filter(({ type }) => type !== 'LOG');
  expect(told).toHaveLength(1);
  return { data: told[0]?.record?.data, error: told[0]?.trace?.error.message, output: stdout };
}

function configured(name: string): object {
  const stream = { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] };
  return { stream, sync_mode: 'incremental', destination_sync_mode: 'append' };
}

async function testRead(asked: Asked): Promise<StreamRead> {
  const { data, error } = await ask('test_read', asked);
  expect(error).toBeUndefined();
  return data as StreamRead;
}

const SPEC = `
spec:
  type: Spec
  connection_specification:
    type: object
    required: [key]
    properties: {key: {type: string, airbyte_secret: true}}`;

/** A manifest of the streams that the YAML declares. */
function manifestOf(streams: string, more = SPEC): unknown {
  return parse(`
type: DeclarativeSource
version: 6.51.0
check: {type: CheckStream, stream_names: [items]}
definitions:
  selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [data]}}
${more}
${streams}`);
}

function items(api: LocalApi, more = ''): string {
  return `
streams:
  - type: DeclarativeStream
    name: items
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: ${api.url}/items
        request_headers: {X-Key: "{{ config['key'] }}"}
      record_selector: {$ref: "#/definitions/selector"}
      paginator:
        type: DefaultPaginator
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
        pagination_strategy: {type: PageIncrement, start_from_page: 1, page_size: 2, inject_on_first_request: true}
${more}`;
}

/** Pages of two items without end. */
function pages({ path: asked }: Received): Answer {
  const page = Number(new URL(asked, 'http://api').searchParams.get('page'));
  return { body: { data: [1, 2].map((number) => ({ id: page * 2 + number, at: '2026-01-15', gone: null, echo: 'top-secret' })) } };
}

const KEY = { key: 'top-secret' };

describe('test_read', () => {
  it('shows the records of each page with its request and response, without secrets', async () => {
    const api = await localApi(pages);
    const { data, output } = await ask('test_read', {
      manifest: manifestOf(items(api)),
      config: { ...KEY, __test_read_config: { max_pages_per_slice: 2 } },
      stream: 'items',
    });
    const read = data as StreamRead;
    expect(read).toMatchObject({
      logs: [],
      slices: [{ slice_descriptor: '{}', auxiliary_requests: [] }],
      test_read_limit_reached: true,
      auxiliary_requests: [],
      inferred_schema: { required: ['id'], properties: { id: { type: 'number' }, at: { type: ['string', 'null'] } } },
      inferred_datetime_formats: { at: '%Y-%m-%d' },
    });
    const [first, second] = read.slices[0]?.pages ?? [];
    expect(first?.records).toEqual([
      { id: 3, at: '2026-01-15', gone: null, echo: 'top-secret' },
      { id: 4, at: '2026-01-15', gone: null, echo: 'top-secret' },
    ]);
    expect(first?.request).toMatchObject({
      url: `${api.url}/items?page=1`,
      http_method: 'GET',
      body: null,
      headers: { 'X-Key': '****', 'User-Agent': expect.stringContaining('source-declarative/') as unknown, Connection: 'keep-alive' },
    });
    expect(first?.response).toMatchObject({ status: 200, headers: { 'Content-Type': 'application/json' } });
    expect(first?.response?.body).toContain('"echo":"****"');
    expect(second?.request?.url).toBe(`${api.url}/items?page=2`);
    expect(api.received.map((request) => request.headers['x-key'])).toEqual(['top-secret', 'top-secret']);
    expect(output).not.toContain('"X-Key":"top-secret"');
    expect(read).not.toHaveProperty('latest_config_update');
  });

  it('bounds the pages of a slice and the slices, and asks for nothing beyond them', async () => {
    const api = await localApi(pages);
    const router = `
      partition_router: {type: ListPartitionRouter, cursor_field: part, values: [a, b, c, d, e, f, g]}`;
    const read = await testRead({ manifest: manifestOf(items(api, router)), config: KEY, stream: 'items' });
    expect(read.slices.map(({ slice_descriptor: part, pages: { length } }) => [part, length])).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((part) => [{ part }, 5]),
    );
    expect(api.received).toHaveLength(25);
  });

  it('says that no limit was reached where all was read', async () => {
    const api = await localApi(({ path: asked }) => ({ body: { data: asked.endsWith('page=1') ? [{ id: 1 }, { id: 2 }] : [] } }));
    const read = await testRead({ manifest: manifestOf(items(api)), config: KEY, stream: 'items' });
    expect(read).toMatchObject({ test_read_limit_reached: false, slices: [{ pages: [{ records: { length: 2 } }, { records: [] }] }] });
  });

  it('goes on from a state and shows the state after each slice', async () => {
    const api = await localApi(({ path: asked }) => ({
      body: { data: [{ id: 1, at: new URL(asked, 'http://api').searchParams.get('since') }] },
    }));
    const sync = `
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: at
      datetime_format: "%Y-%m-%d"
      cursor_granularity: P1D
      step: P2D
      start_datetime: "2026-01-01"
      end_datetime: "2026-01-06"
      start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: since}`;
    const manifest = manifestOf(items(api, sync).replace(/ {6}paginator:.*on_first_request: true}/s, ''));
    const state = [{ type: 'STREAM', stream: { stream_descriptor: { name: 'items' }, stream_state: { at: '2026-01-03' } } }];
    const read = await testRead({ manifest, config: KEY, stream: 'items', state });
    expect(read.slices).toMatchObject([
      { slice_descriptor: { start_time: '2026-01-03', end_time: '2026-01-04' } },
      {
        slice_descriptor: { start_time: '2026-01-05', end_time: '2026-01-06' },
        state: [
          {
            type: 'STREAM',
            stream: { stream_descriptor: { name: 'items', namespace: null }, stream_state: { at: '2026-01-05' } },
            global_: null,
            data: null,
            destinationStats: null,
          },
        ],
      },
    ]);
    expect(read.inferred_schema?.['required']).toEqual(['id', 'at']);
  });

  it('shows a failed request and why it failed, and does not repeat it', async () => {
    const api = await localApi(() => ({ status: 500, body: { error: 'out of order: top-secret' } }));
    const { data, output } = await ask('test_read', { manifest: manifestOf(items(api)), config: KEY, stream: 'items' });
    const read = data as StreamRead;
    expect(api.received).toHaveLength(1);
    expect(read.slices).toMatchObject([{ pages: [{ records: [], response: { status: 500, body: '{"error":"out of order: ****"}' } }] }]);
    expect(read.logs).toMatchObject([
      { level: 'ERROR', message: expect.stringContaining('out of order: ****') as unknown, stacktrace: expect.any(String) as unknown },
    ]);
    expect(output).not.toContain('top-secret');
  });

  it('warns of what keeps records out and of deprecated fields', async () => {
    const api = await localApi(() => ({ body: { items: [{ id: 1 }] } }));
    const streams = items(api).replace(`url: ${api.url}/items`, `url_base: ${api.url}\n        path: items`);
    const { logs } = await testRead({ manifest: manifestOf(streams), config: KEY, stream: 'items' });
    expect(new Set(logs.map(({ level }) => level))).toEqual(new Set(['WARN']));
    expect(logs[0]?.message).toContain('There is nothing at field_path data');
    expect(logs.slice(-2).map(({ message }) => message)).toEqual([
      "Component type: `HttpRequester`. Field 'url_base' is deprecated. Use `url` field instead.",
      "Component type: `HttpRequester`. Field 'path' is deprecated. Use `url` field instead.",
    ]);
  });

  it('tells a config that does not fit the specification, and a stream that is not there', async () => {
    const api = await localApi(pages);
    const misfit = await testRead({ manifest: manifestOf(items(api)), config: { key: 5 }, stream: 'items' });
    expect(misfit).toMatchObject({
      slices: [],
      logs: [{ level: 'ERROR', message: expect.stringContaining('Config validation error') as unknown }],
    });
    const absent = await testRead({ manifest: manifestOf(items(api)), config: KEY, stream: 'ghosts' });
    expect(absent).toMatchObject({
      slices: [],
      logs: [{ level: 'ERROR', message: expect.stringContaining('no stream "ghosts"') as unknown }],
    });
    expect(api.received).toEqual([]);
  });

  it('keeps apart what is asked for tokens, parents and schemas', async () => {
    const api = await localApi(({ path: asked }) => {
      if (asked === '/token') return { body: { access_token: 'fresh-token', expires_in: 60 } };
      if (asked === '/fields') return { body: { data: [{ name: 'id' }] } };
      return { body: { data: [{ id: asked.length, token: 'fresh-token' }] } };
    });
    const manifest = manifestOf(`
streams:
  - type: DeclarativeStream
    name: children
    schema_loader:
      type: DynamicSchemaLoader
      retriever: {type: SimpleRetriever, requester: {type: HttpRequester, url: "${api.url}/fields"}, record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}}
      schema_type_identifier: {schema_pointer: [data], key_pointer: [name]}
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: "${api.url}/children/{{ stream_partition.parent_id }}"
        authenticator: {type: OAuthAuthenticator, token_refresh_endpoint: "${api.url}/token", client_id: i, client_secret: "{{ config['key'] }}", refresh_token: r}
      record_selector: {$ref: "#/definitions/selector"}
      partition_router:
        type: SubstreamPartitionRouter
        parent_stream_configs:
          - type: ParentStreamConfig
            parent_key: id
            partition_field: parent_id
            stream:
              type: DeclarativeStream
              name: parents
              retriever:
                type: SimpleRetriever
                requester: {type: HttpRequester, url: "${api.url}/parents"}
                record_selector: {$ref: "#/definitions/selector"}`);
    const { data, output } = await ask('test_read', { manifest, config: KEY, stream: 'children' });
    const read = data as StreamRead;
    expect(read.slices).toMatchObject([{ slice_descriptor: { parent_id: 8, parent_slice: {} }, pages: [{ records: [{ id: 11 }] }] }]);
    expect(read.auxiliary_requests.map(({ title, type, request }) => [title, type, new URL(request.url).pathname])).toEqual([
      ["Schema loader 'dynamic_properties' request", 'HTTP', '/fields'],
      ["Parent stream: Stream 'parents' request", 'PARENT_STREAM', '/parents'],
      ['Refresh token', 'AUTH', '/token'],
    ]);
    expect(output.replaceAll('"token":"fresh-token"', '')).not.toContain('fresh-token');
    expect(output).not.toContain('top-secret');
  });

  it('shows the requests of jobs with the slices', async () => {
    const api = await localApi(({ method, path: asked }) => {
      if (method === 'POST') return { body: { id: 7 } };
      return { body: asked === '/jobs/7' ? { status: 'done', result: `${api.url}/result` } : [{ id: 1 }] };
    });
    const manifest = manifestOf(`
streams:
  - type: DeclarativeStream
    name: items
    retriever:
      type: AsyncRetriever
      status_mapping: {running: [busy], completed: [done], failed: [bad], timeout: [late]}
      status_extractor: {type: DpathExtractor, field_path: [status]}
      download_target_extractor: {type: DpathExtractor, field_path: [result]}
      creation_requester: {type: HttpRequester, url: "${api.url}/jobs", http_method: POST}
      polling_requester: {type: HttpRequester, url: "${api.url}/jobs/{{ creation_response['id'] }}"}
      download_requester: {type: HttpRequester, url: "{{ download_target }}"}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}`);
    const read = await testRead({ manifest, config: KEY, stream: 'items' });
    expect(read.slices).toMatchObject([
      {
        slice_descriptor: {},
        pages: [{ records: [{ id: 1 }], request: { url: `${api.url}/result` } }],
        auxiliary_requests: [
          { type: 'ASYNC_CREATE', title: 'Async Job -- Create', description: 'Create the server-side async job. Timeout after: 0:15:00' },
          { type: 'ASYNC_POLL', title: 'Async Job -- Polling' },
        ],
      },
    ]);
  });

  it('gives the config that a refreshed token changed', async () => {
    const api = await localApi(({ path: asked }) =>
      asked === '/token'
        ? { body: { access_token: 'new-access', refresh_token: 'new-refresh', expires_in: 60 } }
        : pages({ path: asked } as Received),
    );
    const authenticator = `
        authenticator:
          type: OAuthAuthenticator
          token_refresh_endpoint: ${api.url}/token
          client_id: i
          client_secret: s
          refresh_token: "{{ config['refresh'] }}"
          refresh_token_updater:
            refresh_token_config_path: [refresh]
            access_token_config_path: [access]
            token_expiry_date_config_path: [expiry]`;
    const streams = items(api).replace('        request_headers:', `${authenticator.slice(1)}\n        request_headers:`);
    const config = { ...KEY, refresh: 'old-refresh', access: '', expiry: '', __test_read_config: { max_pages_per_slice: 1 } };
    const read = await testRead({ manifest: manifestOf(streams), config, stream: 'items' });
    expect(read.latest_config_update).toEqual({
      key: 'top-secret',
      refresh: 'new-refresh',
      access: 'new-access',
      expiry: expect.any(String) as unknown,
    });
  });

  it('gives one error, and exit code 0, for what it cannot do', async () => {
    const api = await localApi(pages);
    const manifest = manifestOf(items(api));
    const errorOf = async (command: string, asked: Asked): Promise<string | undefined> => (await ask(command, asked)).error;
    expect(await errorOf('nonsense', { manifest })).toContain('There is no command "nonsense"');
    expect(await errorOf('resolve_manifest', {})).toContain('__injected_declarative_manifest');
    expect(await errorOf('test_read', { manifest, config: KEY })).toContain('The catalog is empty');
    expect(await errorOf('test_read', { manifest, config: { ...KEY, __test_read_config: { max_slices: 0 } }, stream: 'items' })).toContain(
      'max_slices in __test_read_config must be a whole number of at least 1, not 0',
    );
    expect(
      await errorOf('resolve_manifest', {
        manifest: manifestOf('streams: [{type: DeclarativeStream, name: items, retriever: {type: SimpelRetriever}}]'),
      }),
    ).toMatch(/streams\[0\]\.retriever.*Did you mean SimpleRetriever\?/);
  });
});

describe('resolve_manifest', () => {
  it('fills references and parameters in, with one partition at a time', async () => {
    const api = await localApi(pages);
    const { data } = await ask('resolve_manifest', {
      manifest: manifestOf(items(api), `concurrency_level: {type: ConcurrencyLevel, default_concurrency: 8, max_concurrency: 9}`),
    });
    expect(data).toMatchObject({
      manifest: {
        streams: [{ retriever: { record_selector: { type: 'RecordSelector', extractor: { field_path: ['data'] } } } }],
        concurrency_level: { default_concurrency: 1, max_concurrency: 9 },
      },
    });
  });

  it('brings the manifest into the form of the builder where the config asks for it', async () => {
    const api = await localApi(pages);
    const streams = items(api).replace(`url: ${api.url}/items`, `url_base: ${api.url}\n        path: items`);
    const { data } = await ask('resolve_manifest', {
      manifest: manifestOf(streams),
      config: { __should_migrate: true, __should_normalize: true },
    });
    const { manifest } = data as {
      manifest: { definitions?: unknown; streams: { retriever: { requester: object } }[]; metadata: { applied_migrations: object[] } };
    };
    expect(manifest.streams[0]?.retriever.requester).toMatchObject({ url: `${api.url}/items` });
    expect(manifest.streams[0]?.retriever.requester).not.toHaveProperty('url_base');
    expect(manifest.metadata.applied_migrations).toHaveLength(2);
    expect(manifest.definitions).toBeUndefined();
  });
});

describe('full_resolve_manifest', () => {
  it('puts the streams of templates behind the others, so many of each', async () => {
    const api = await localApi(({ path: asked }) => ({
      body: asked === '/tables' ? { data: ['a', 'b', 'c'].map((name) => ({ name })) } : { data: [] },
    }));
    const template = `
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    stream_template:
      type: DeclarativeStream
      name: template
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url: "${api.url}/t"}
        record_selector: {$ref: "#/definitions/selector"}
    components_resolver:
      type: HttpComponentsResolver
      retriever:
        type: SimpleRetriever
        requester: {type: HttpRequester, url: "${api.url}/tables"}
        record_selector: {$ref: "#/definitions/selector"}
      components_mapping:
        - {type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values['name'] }}"}`;
    const { data } = await ask('full_resolve_manifest', {
      manifest: manifestOf(items(api) + template),
      config: { ...KEY, __test_read_config: { max_streams: 2 } },
    });
    const { streams } = (data as { manifest: { streams: { name: string; dynamic_stream_name: string | null }[] } }).manifest;
    expect(streams.map((stream) => [stream.name, stream.dynamic_stream_name])).toEqual([
      ['items', null],
      ['a', 'tables'],
      ['b', 'tables'],
    ]);
  });
});
