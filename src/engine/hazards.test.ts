import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';
import { rowsManifest } from '../testing/rows-manifest.ts';

const CURSOR = { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2026-01-01' };
const option = (field_name: string) => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name });
const START = { start_time_option: option('from') };
const END = { end_time_option: option('to') };
const WINDOWS = { step: 'P7D', cursor_granularity: 'P1D' };

async function warnings(parts: Omit<Parameters<typeof rowsManifest>[1] & object, never>, rows: JsonObject[] = [{ at: '2026-01-02' }]) {
  const api = await localApi(() => ({ body: { rows } }));
  const outcome = await readManifest(rowsManifest(api.url, parts));
  expect(outcome.errors).toEqual([]);
  return outcome.warnings;
}

const ofCursor = (cursor: JsonObject, parts: { requester?: JsonObject; paginator?: JsonObject } = {}) =>
  warnings({ ...parts, stream: { incremental_sync: { ...CURSOR, ...cursor } } });

describe('a cursor that does not do what it seems to', () => {
  it('neither tells the API where to begin nor filters', async () => {
    expect(await ofCursor({})).toEqual([expect.stringMatching(/^Stream rows: incremental_sync neither tells .* start_time_option/)]);
    const counting = { incremental_sync: { type: 'IncrementingCountCursor', cursor_field: 'n' } };
    expect(await warnings({ stream: counting }, [{ n: 1 }])).toEqual([expect.stringContaining('Add a start_value_option')]);
  });

  it.each<[string, JsonObject, { requester?: JsonObject; paginator?: JsonObject }?]>([
    ['it sends its start', START],
    ['it filters', { is_client_side_incremental: true }],
    ['it is a feed', { is_data_feed: true }],
    ['a template reads its start', {}, { requester: { request_parameters: { from: "{{ stream_interval['start_time'] }}" } } }],
    [
      'a template reads its start by another name',
      { partition_field_start: 'begin' },
      { requester: { request_parameters: { from: '{{ stream_slice.begin }}' } } },
    ],
    ['a template reads the whole slice', {}, { requester: { request_parameters: { from: '{{ stream_slice | string }}' } } }],
  ])('does when %s', async (_how, cursor, parts) => {
    expect(await ofCursor(cursor, parts)).toEqual([]);
  });

  it('only ends paging by its start', async () => {
    const pagination_strategy = {
      type: 'CursorPagination',
      cursor_value: '{{ response.next }}',
      stop_condition: "{{ last_record['at'] < stream_interval['start_time'] }}",
    };
    expect(await ofCursor({}, { paginator: { type: 'DefaultPaginator', pagination_strategy } })).toEqual([
      expect.stringMatching(/^Stream rows: only the paginator reads stream_interval.* are given again/),
    ]);
  });

  it('cuts time into windows whose end nobody tells the API', async () => {
    expect(await ofCursor({ ...START, ...WINDOWS })).toEqual([expect.stringContaining('records come again in each window')]);
    expect(await ofCursor(WINDOWS)).toEqual([expect.stringContaining('each window gives all records')]);
    expect(await ofCursor({ ...START, ...END, ...WINDOWS })).toEqual([]);
    // A window of one day is known by its start.
    expect(await ofCursor({ ...START, ...WINDOWS, step: 'P1D' })).toEqual([]);
    const requester = { request_parameters: { month: "{{ stream_interval['start_time'][:7] }}" } };
    expect(await ofCursor(WINDOWS, { requester })).toEqual([]);
  });

  it('leaves out what lies between its windows', async () => {
    const times = { ...START, ...END, datetime_format: '%Y-%m-%dT%H:%M:%S%z', cursor_datetime_formats: ['%Y-%m-%d'] };
    const start_datetime = '2026-01-01T00:00:00Z';
    expect(await ofCursor({ ...times, ...WINDOWS, start_datetime })).toEqual([
      expect.stringMatching(/cursor_granularity P1D is coarser than datetime_format.*Let it be PT1S/),
    ]);
    expect(await ofCursor({ ...times, ...WINDOWS, cursor_granularity: 'PT1S', start_datetime })).toEqual([]);
  });

  it('filters twice', async () => {
    expect(await ofCursor({ is_data_feed: true, is_client_side_incremental: true })).toEqual([
      expect.stringMatching(/^Stream rows: is_client_side_incremental does nothing beside is_data_feed/),
    ]);
  });
});

describe('settings that count for nothing', () => {
  it('names the streams that have the same mistake once', async () => {
    const api = await localApi(() => ({ body: { rows: [{ at: '2026-01-02' }] } }));
    const one = rowsManifest(api.url, { stream: { incremental_sync: CURSOR } });
    const { streams, ...source } = JSON.parse(JSON.stringify((await import('yaml')).parse(one)));
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({ ...streams[0], name }));
    const outcome = await readManifest(JSON.stringify({ ...source, streams: all }));
    expect(outcome.warnings).toEqual([expect.stringMatching(/^Streams a, b, c, d, e and 2 more: incremental_sync neither/)]);
  });

  it('max_retries of the second error handler', async () => {
    const error_handlers = [
      { type: 'DefaultErrorHandler', max_retries: 2 },
      { type: 'DefaultErrorHandler', max_retries: 9 },
    ];
    const requester = { error_handler: { type: 'CompositeErrorHandler', error_handlers } };
    expect(await warnings({ requester })).toEqual([expect.stringMatching(/^Stream rows: max_retries .* which is 2: the 9 of number 2/)]);
    error_handlers[1] = { type: 'DefaultErrorHandler', max_retries: 2 };
    expect(await warnings({ requester })).toEqual([]);
  });

  it('use_tcp_keepalive, and numbers where the reference takes texts', async () => {
    const requester = { use_tcp_keepalive: true, request_headers: { 'X-Version': 2, 'X-Name': 'two' }, request_parameters: { limit: 5 } };
    expect((await warnings({ requester })).sort()).toEqual([
      expect.stringContaining('request_headers.X-Version is 2, which the reference refuses'),
      expect.stringContaining('request_parameters.limit is 5, which the reference refuses'),
      expect.stringContaining('use_tcp_keepalive: true changes nothing'),
    ]);
  });

  it('texts where the reference takes numbers', async () => {
    const paginator = { type: 'DefaultPaginator', pagination_strategy: { type: 'PageIncrement', page_size: 9, start_from_page: '1' } };
    expect(await warnings({ paginator })).toEqual([
      expect.stringMatching(/^Stream rows: start_from_page of PageIncrement is the text "1", which the reference refuses/),
    ]);
  });

  it('a paginator without a type', async () => {
    const paginator = { pagination_strategy: { type: 'PageIncrement', page_size: 1 } };
    expect(await warnings({ paginator })).toContainEqual(
      expect.stringMatching(/^Stream rows: the paginator has pagination_strategy .* only the first page is read/),
    );
  });
});

describe('parents', () => {
  const manifest = (
    url: string,
    parent: JsonObject,
    { stream = {}, guards = {} }: { stream?: JsonObject; guards?: JsonObject } = {},
  ): string => {
    const retriever = (path: string, more: JsonObject = {}) => ({
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: `${url}/${path}` },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } },
      ...more,
    });
    const incremental_sync = { ...CURSOR, ...START };
    const config = {
      type: 'ParentStreamConfig',
      partition_field: 'parent',
      stream: { type: 'DeclarativeStream', name: 'parents', retriever: retriever('parents'), incremental_sync },
      ...parent,
    };
    const partition_router = { type: 'SubstreamPartitionRouter', parent_stream_configs: [config] };
    const streams = [{ type: 'DeclarativeStream', name: 'kids', retriever: retriever('kids', { partition_router }), ...stream }];
    const check = { type: 'CheckStream', stream_names: ['kids'] };
    return JSON.stringify({ version: '6.0.0', type: 'DeclarativeSource', check, streams, metadata: { guards } });
  };
  const api = () =>
    localApi(({ path }) => ({
      body: { rows: path.startsWith('/parents') ? [{ identifier: 1, at: '2026-01-02' }] : [{ n: 1, at: '2026-01-02' }] },
    }));

  it('whose records all lack the parent_key are warned of, or fail the stream', async () => {
    const { url } = await api();
    const { warnings, failed } = await readManifest(manifest(url, { parent_key: 'identifer' }));
    expect(failed).toEqual([]);
    expect(warnings).toEqual([
      'Stream kids: none of the 1 records of its parent stream parents has a value at the parent_key "identifer", so nothing is read by them. They have identifier, at; did you mean identifier?',
    ]);
    const strict = await readManifest(manifest(url, { parent_key: 'identifer' }, { guards: { suspicious_end: 'fail' } }));
    expect(strict.failed).toEqual(['kids']);
    expect(strict.errors[0]).toContain('parent_key "identifer"');
  });

  it('cannot depend on the state of a child without one', async () => {
    const { url } = await api();
    const parent = { parent_key: 'identifier', incremental_dependency: true };
    expect((await readManifest(manifest(url, parent))).warnings).toEqual([
      expect.stringMatching(/^Stream kids: incremental_dependency of the parent stream parents does nothing/),
    ]);
    const stream = { incremental_sync: { ...CURSOR, ...START } };
    expect((await readManifest(manifest(url, parent, { stream }))).warnings).toEqual([]);
    const plain = manifest(url, parent, { stream }).replace(
      JSON.stringify({ incremental_sync: { ...CURSOR, ...START } }).slice(1, -1),
      '"primary_key":[]',
    );
    expect((await readManifest(plain)).warnings).toEqual([
      expect.stringMatching(
        /^Stream kids: incremental_dependency of the parent stream parents does nothing, since that has no incremental_sync/,
      ),
    ]);
  });
});

it('two streams of one name are an error that names both places', async () => {
  const { stringify, parse } = await import('yaml');
  const { streams, ...source } = parse(rowsManifest('http://127.0.0.1:9'));
  await expect(readManifest(stringify({ ...source, streams: [...streams, ...streams] }, { aliasDuplicateObjects: false }))).rejects.toThrow(
    'streams[1].name: Two streams are named "rows": this one and streams[0].',
  );
});
