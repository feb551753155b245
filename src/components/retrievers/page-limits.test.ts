import { describe, expect, it } from 'vitest';
import type { Row } from '../../engine/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import { TransientError } from '../../protocol/failure.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { type FakeAnswer, type FakeApi, fakeApi } from '../../testing/fake-api.ts';

interface Declared {
  readonly action?: string;
  readonly retriever?: JsonObject;
  readonly strategy?: JsonObject;
  readonly paginator?: JsonObject;
  readonly stream?: JsonObject;
}

const option = (name: string): JsonObject => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });

/** A stream whose API answers 400 where the handler takes the action. */
function declare({ action, retriever, strategy, paginator, stream }: Declared): JsonObject {
  const filters = action === undefined ? [] : [{ type: 'HttpResponseFilter', http_codes: [400], action, error_message: 'too large' }];
  return {
    type: 'DeclarativeStream',
    name: 'items',
    retriever: {
      type: 'SimpleRetriever',
      requester: {
        type: 'HttpRequester',
        url: 'http://api/items',
        error_handler: { type: 'DefaultErrorHandler', response_filters: filters },
      },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
      ...(strategy === undefined && paginator === undefined
        ? {}
        : {
            paginator: {
              type: 'DefaultPaginator',
              pagination_strategy: strategy ?? { type: 'OffsetIncrement', page_size: 8 },
              page_size_option: option('limit'),
              page_token_option: option('at'),
              ...paginator,
            },
          }),
      ...retriever,
    },
    ...stream,
  };
}

const DAILY = {
  incremental_sync: {
    type: 'DatetimeBasedCursor',
    cursor_field: 'at',
    datetime_format: '%Y-%m-%d',
    start_datetime: '2026-01-01',
    end_datetime: '2026-01-08',
    step: 'P8D',
    cursor_granularity: 'P1D',
    start_time_option: option('from'),
    end_time_option: option('to'),
  },
};

function apiOf(answer: (query: URLSearchParams) => FakeAnswer): FakeApi {
  return fakeApi((_asked, { url }) => answer(new URL(url).searchParams));
}

async function read(spec: JsonObject, api: FakeApi): Promise<Row[]> {
  const open = await buildFromYaml('stream', spec, { run: api.run }).open({ state: undefined });
  const rows: Row[] = [];
  for await (const slice of open.slices()) for await (const { records } of open.read(slice)) rows.push(...records);
  return rows;
}

async function openError(spec: JsonObject): Promise<string> {
  const opening = buildFromYaml('stream', spec, { run: fakeApi(() => ({})).run }).open({ state: undefined });
  return opening.then(
    () => 'none',
    (error: Error) => error.message,
  );
}

const queries = (api: FakeApi): string[] => api.requests.map((request) => request.split('?')[1] ?? '');

describe('PageSizeReduction', () => {
  const reduction = { type: 'PageSizeReduction' };
  const rows = Array.from({ length: 10 }, (_, id) => ({ id }));
  const smallPages = (most: number): FakeApi =>
    apiOf((query) => {
      const [limit, at] = [Number(query.get('limit')), Number(query.get('at') ?? 0)];
      return limit > most ? { status: 400 } : { body: rows.slice(at, at + limit) };
    });
  const declared = (fields: JsonObject = {}): Declared => ({
    action: 'REDUCE_PAGE_SIZE',
    paginator: {},
    retriever: { page_size_reduction: { ...reduction, ...fields } },
  });

  it('asks for the same page with a smaller size, and goes on with that', async () => {
    const api = smallPages(4);
    expect(await read(declare(declared()), api)).toEqual(rows);
    expect(queries(api)).toEqual(['limit=8', 'limit=4', 'at=4&limit=4', 'at=8&limit=4']);
  });

  it('gives up in the end', async () => {
    await expect(read(declare(declared({ minimum_page_size: 4, failure_message: 'Ask for less.' })), smallPages(1))).rejects.toThrow(
      /Ask for less\./,
    );
    await expect(read(declare(declared({ minimum_page_size: 4 })), smallPages(1))).rejects.toBeInstanceOf(TransientError);
  });

  it.each<[string, Declared, RegExp]>([
    ['the action without the block', { action: 'REDUCE_PAGE_SIZE' }, /page_size_reduction/],
    ['no paginator', { ...declared(), paginator: undefined as never }, /DefaultPaginator/],
    ['no page_size_option', { ...declared(), paginator: { page_size_option: null } }, /page_size_option/],
    ['a path as the token', { ...declared(), paginator: { page_token_option: { type: 'RequestPath' } } }, /RequestPath/],
    ['numbered pages', { ...declared(), strategy: { type: 'PageIncrement', page_size: 8 } }, /strategy/],
    ['a page size that is too small', { ...declared({ minimum_page_size: 8 }) }, /not above/],
    [
      'a stop condition that counts',
      {
        ...declared(),
        strategy: { type: 'CursorPagination', cursor_value: '1', page_size: 8, stop_condition: '{{ last_page_size < 8 }}' },
      },
      /stop_condition/,
    ],
    [
      'query properties',
      {
        ...declared(),
        retriever: {
          page_size_reduction: reduction,
          requester: { type: 'HttpRequester', url: 'http://api', query_properties: { type: 'QueryProperties', property_list: ['a'] } },
        },
      },
      /query properties/,
    ],
  ])('refuses %s', async (_what, spec, message) => {
    expect(await openError(declare(spec))).toMatch(message);
  });

  it('warns of what it cannot be sure of', async () => {
    const api = fakeApi(() => ({ body: [] }));
    const strategy = { type: 'CursorPagination', cursor_value: '1', page_size: 1000, stop_condition: '{{ response.n < 8 }}' };
    await buildFromYaml('stream', declare({ ...declared({ minimum_page_size: 2, max_attempts: 2 }), strategy }), { run: api.run }).open({
      state: undefined,
    });
    expect(api.warnings.join()).toMatch(/stop_condition.*max_attempts: 9 would/s);
  });
});

describe('RequestWindowSplitting', () => {
  const splitting = { type: 'RequestWindowSplitting' };
  const narrow = (mostDays: number): FakeApi =>
    apiOf((query) => {
      const days = (Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '')) / 86_400_000 + 1;
      return days > mostDays ? { status: 400 } : { body: [{ at: query.get('from'), days }] };
    });
  const declared = (fields: JsonObject = {}, stream: JsonObject = DAILY): Declared => ({
    action: 'SPLIT_REQUEST_WINDOW',
    stream,
    retriever: { request_window_splitting: { ...splitting, ...fields } },
  });

  it('reads the halves of a window that is refused', async () => {
    const api = narrow(4);
    expect(await read(declare(declared()), api)).toEqual([
      { at: '2026-01-01', days: 4 },
      { at: '2026-01-05', days: 4 },
    ]);
    expect(queries(api)).toHaveLength(3);
  });

  it('gives up at the smallest window', async () => {
    await expect(read(declare(declared({ failure_message: 'Ask for less.' })), narrow(0))).rejects.toThrow(/Ask for less\./);
    const api = narrow(2);
    await expect(read(declare(declared({ min_split_window: 'P3D' })), api)).rejects.toBeInstanceOf(TransientError);
  });

  const cursor = DAILY.incremental_sync;
  it.each<[string, Declared, RegExp]>([
    ['the action without the block', { action: 'SPLIT_REQUEST_WINDOW', stream: DAILY }, /request_window_splitting/],
    ['no cursor', declared({}, {}), /DatetimeBasedCursor/],
    [
      'a cursor that counts',
      declared({}, { incremental_sync: { type: 'IncrementingCountCursor', cursor_field: 'id' } }),
      /DatetimeBasedCursor/,
    ],
    ['no granularity', declared({}, { incremental_sync: { ...cursor, step: null, cursor_granularity: null } }), /cursor_granularity/],
    [
      'a granularity that the format cannot show',
      declared({}, { incremental_sync: { ...cursor, cursor_granularity: 'PT1H' } }),
      /datetime_format/,
    ],
    [
      'a window that is not sent',
      declared({}, { incremental_sync: { ...cursor, is_client_side_incremental: true } }),
      /is_client_side_incremental/,
    ],
    ['a smallest window of months', declared({ min_split_window: 'P1M' }), /P1M/],
    ['a smallest window of nothing', declared({ min_split_window: 'P0D' }), /P0D/],
  ])('refuses %s', async (_what, spec, message) => {
    expect(await openError(declare(spec))).toMatch(message);
  });
});

describe('PaginationReset', () => {
  const reset = (action: string, limits?: JsonObject): JsonObject => ({
    pagination_reset: { type: 'PaginationReset', action, ...(limits === undefined ? {} : { limits }) },
  });
  const strategy = { type: 'PageIncrement', page_size: 2 };

  it('goes on behind the last record when the limit is reached', async () => {
    const days = ['01', '02', '03', '04', '05', '06'].map((day) => ({ at: `2026-01-${day}` }));
    const api = apiOf((query) => {
      const left = days.filter(({ at }) => at >= (query.get('from') ?? ''));
      const start = Number(query.get('at') ?? 0) * 2;
      return { body: left.slice(start, start + 2) };
    });
    const spec = declare({ strategy, stream: DAILY, retriever: reset('SPLIT_USING_CURSOR', { number_of_records: 4 }) });
    const records = await read(spec, api);
    expect(records.map(({ at }) => at)).toEqual([
      '2026-01-01',
      '2026-01-02',
      '2026-01-03',
      '2026-01-04',
      '2026-01-04',
      '2026-01-05',
      '2026-01-06',
    ]);
  });

  it('begins anew once when a filter asks for it', async () => {
    let asked = 0;
    const api = apiOf(() => {
      asked += 1;
      return asked === 2 ? { status: 400 } : { body: asked > 3 ? [] : [{ asked }, { asked }] };
    });
    const spec = declare({ action: 'RESET_PAGINATION', strategy, retriever: reset('RESET') });
    expect(await read(spec, api)).toHaveLength(4);
    expect(queries(api).map((query) => new URLSearchParams(query).get('at'))).toEqual([null, '1', null, '1']);
  });

  it('refuses limits with a record filter', async () => {
    const selector = {
      type: 'RecordSelector',
      extractor: { type: 'DpathExtractor', field_path: [] },
      record_filter: { type: 'RecordFilter', condition: '{{ True }}' },
    };
    const spec = declare({ strategy, retriever: { ...reset('RESET', { number_of_records: 4 }), record_selector: selector } });
    expect(await openError(spec)).toMatch(/record_filter/);
  });
});
