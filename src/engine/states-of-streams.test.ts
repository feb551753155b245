import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { JsonObject } from '../lib/json.ts';
import { type LocalApi, localApi } from '../testing/local-api.ts';
import { type ReadOutcome, readManifest } from '../testing/read-manifest.ts';

const START = '2026-01-01';

/** A stream that asks `/NAME?from=START`, for each part where parts are given. */
function stream(name: string, api: LocalApi, extra: JsonObject = {}, router?: JsonObject): JsonObject {
  return {
    type: 'DeclarativeStream',
    name,
    incremental_sync: {
      type: 'DatetimeBasedCursor',
      cursor_field: 'at',
      datetime_format: '%Y-%m-%d',
      start_datetime: START,
      start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
      ...extra,
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: {} },
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: api.url, path: name },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } },
      ...(router && { partition_router: router }),
    },
  };
}

async function read(streams: readonly JsonObject[], state: Readonly<Record<string, JsonObject>>, names?: string[]): Promise<ReadOutcome> {
  const manifest = { version: '6.0.0', type: 'DeclarativeSource', check: { type: 'CheckStream', stream_names: [] }, streams };
  return readManifest(stringify(manifest), { state, ...(names && { streams: names }) });
}

const PARTS = { type: 'ListPartitionRouter', cursor_field: 'part', values: ['p1', 'p2'] };
const oneRow = { body: { rows: [{ id: 1, at: '2026-01-04' }] } };
const partState = (part: string, at: string): JsonObject => ({ partition: { part }, cursor: { at } });

describe('a state that cannot be used', () => {
  it.each<[string, JsonObject, RegExp]>([
    [
      'the value of the stream',
      { at: '01/02/2026' },
      /state of stream "bad" cannot be used: "at" is "01\/02\/2026", which does not match the format "%Y-%m-%d"/,
    ],
    ['slices', { state_type: 'date-range', slices: [{ start: 'x', end: 'y' }] }, /state of stream "bad".*"start" is "x"/],
  ])('in %s fails its stream alone', async (_name, state, message) => {
    const api = await localApi(() => oneRow);
    const { failed, errors, records, states } = await read([stream('bad', api), stream('good', api)], { bad: state });
    expect(failed).toEqual(['bad']);
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect(records['good']).toHaveLength(1);
    expect(states).toEqual({ good: { at: '2026-01-04' } });
  });

  it.each<[string, JsonObject, RegExp]>([
    [
      'a partition',
      { states: [partState('p2', 'soon')], state: { at: START } },
      /state of stream "bad", partition {"part":"p2"}, cannot be used: "at" is "soon", which/,
    ],
    ['all partitions', { states: [], state: { at: 'soon' } }, /state of stream "bad" cannot be used: "at" is "soon", which does not match/],
    ['a stream that had no partitions', { at: 'soon' }, /state of stream "bad" cannot be used: "at" is "soon", which does not match/],
    [
      'the wrong place',
      { states: [{ partition: 'p2' }], state: { at: START } },
      /state of stream "bad" cannot be used: "states\[0\]" has the wrong shape/,
    ],
  ])('of %s fails its stream alone', async (_name, state, message) => {
    const api = await localApi(() => oneRow);
    const { failed, errors, records } = await read([stream('bad', api, {}, PARTS), stream('good', api)], { bad: state });
    expect(failed).toEqual(['bad']);
    expect(errors).toEqual([expect.stringMatching(message)]);
    expect(records['good']).toHaveLength(1);
  });

  it('of a parent fails the child, and names the parent', async () => {
    const api = await localApi(() => oneRow);
    const parent = {
      type: 'ParentStreamConfig',
      parent_key: 'id',
      partition_field: 'pid',
      incremental_dependency: true,
      stream: stream('parents', api),
    };
    const child = stream('kids', api, {}, { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] });
    const state = { states: [], state: { at: START }, parent_state: { parents: { at: 'soon' } } };
    const { failed, errors } = await read([child, stream('good', api)], { kids: state });
    expect(failed).toEqual(['kids']);
    expect(errors).toEqual([expect.stringMatching(/state of stream "parents" cannot be used: "at" is "soon"/)]);
  });
});

describe('an empty value in a state', () => {
  const from = ({ received }: LocalApi): string[] => received.map(({ path }) => path);

  it.each<JsonObject>([{ at: '' }, { at: null }])('counts for none: %j', async (state) => {
    const api = await localApi(() => oneRow);
    const { warnings, failed } = await read([stream('items', api)], { items: state });
    expect(failed).toEqual([]);
    expect(from(api)).toEqual([`/items?from=${START}`]);
    expect(warnings).toEqual([expect.stringMatching(/^Stream items: the state has no value of "at", only an empty one/)]);
  });

  it('counts for none in one partition, which is told of', async () => {
    const api = await localApi(() => oneRow);
    const states = [partState('p1', ''), partState('p2', '2026-01-03')];
    const { warnings } = await read([stream('items', api, {}, PARTS)], { items: { states, state: { at: '2026-01-02' } } });
    expect(from(api).sort()).toEqual([`/items?from=${START}`, '/items?from=2026-01-03']);
    expect(warnings).toEqual([expect.stringMatching(/^Stream items: the state of the partition {"part":"p1"} has no value of "at"/)]);
  });

  it('is told of once for many partitions', async () => {
    const api = await localApi(() => oneRow);
    const states = Array.from({ length: 12 }, (_, index) => partState(`p${index + 1}`, ''));
    const { warnings } = await read([stream('items', api, {}, PARTS)], { items: { states, state: { at: '' } } });
    expect(from(api)).toEqual([`/items?from=${START}`, `/items?from=${START}`]);
    expect(warnings).toEqual([
      expect.stringMatching(/^Stream items: the state has no value/),
      expect.stringMatching(/partitions {"part":"p1"}, {"part":"p2"}, {"part":"p3"} and 9 more have no value/),
    ]);
  });

  it('has a stream that delegates read all', async () => {
    const api = await localApi(() => oneRow);
    const full = { ...stream('items', api), incremental_sync: null };
    const delegating = {
      type: 'StateDelegatingStream',
      name: 'items',
      full_refresh_stream: full,
      incremental_stream: stream('items', api),
    };
    await read([delegating], { items: { at: '' } });
    expect(from(api)).toEqual(['/items']);
  });
});

describe('what was noted of records', () => {
  const rows = ['2025-12-31', '2026-01-04', '2026-02-01', '2999-01-01'].map((at) => ({ at }));
  const ended = { is_client_side_incremental: true, end_datetime: '2026-01-10' };

  it.each<[string, JsonObject]>([
    ['a filter', ended],
    ['a feed', { is_data_feed: true, end_datetime: '2026-01-10' }],
  ])('is said once at the end, of %s', async (_name, extra) => {
    const api = await localApi(() => ({ body: { rows } }));
    const { warnings, records } = await read([stream('items', api, extra)], {});
    expect(records['items']).toEqual([{ at: '2026-01-04' }]);
    expect(warnings).toEqual([expect.stringMatching(/^Stream items: 2 records come after the end_datetime and were left out/)]);
  });

  it('is said once of a parent and of all partitions', async () => {
    const api = await localApi(({ path }) => ({
      body: { rows: path.startsWith('/parents') ? rows.map((row, id) => ({ ...row, id })) : rows },
    }));
    const parent = { type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'pid', stream: stream('parents', api, ended) };
    const child = (name: string): JsonObject =>
      stream(name, api, ended, { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] });
    const { warnings } = await read([child('kids'), child('others'), stream('parents', api, ended)], {});
    expect(warnings.sort()).toEqual([
      expect.stringMatching(/^Stream kids: 2 records come/),
      expect.stringMatching(/^Stream others: 2 records come/),
      expect.stringMatching(/^Stream parents: 2 records come/),
    ]);
  });

  it('keeps what lies ahead of now where no end is named', async () => {
    const api = await localApi(() => ({ body: { rows } }));
    for (const extra of [{ is_client_side_incremental: true }, { is_data_feed: true }]) {
      const { records, states } = await read([stream('items', api, extra)], {});
      expect(records['items']?.map(({ at }) => at)).toEqual(['2026-01-04', '2026-02-01', '2999-01-01']);
      expect(states['items']).toEqual({ at: '2026-01-04' });
    }
  });

  it('reads a feed on behind rows that lie after its end', async () => {
    const pages = [['2026-02-03', '2026-02-02'], ['2026-01-09', '2026-01-08'], ['2025-12-01']];
    const api = await localApi((_request, count) => ({ body: { rows: (pages[count - 1] ?? []).map((at) => ({ at })) } }));
    const feed = stream('items', api, { is_data_feed: true, end_datetime: '2026-01-10' });
    const paginator = {
      type: 'DefaultPaginator',
      page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'page' },
      pagination_strategy: { type: 'PageIncrement', start_from_page: 1 },
    };
    const { records } = await read([{ ...feed, retriever: { ...(feed['retriever'] as JsonObject), paginator } }], {});
    expect(records['items']).toEqual([{ at: '2026-01-09' }, { at: '2026-01-08' }]);
    expect(api.received).toHaveLength(3);
  });
});
