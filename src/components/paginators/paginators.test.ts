import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import type { Paginator, Row, StreamScope } from '../../engine/kinds.ts';
import type { Page } from '../../engine/page.ts';
import { RequestOptions } from '../../engine/request-options.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Value } from '../../lang/index.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml, type TestSetting, testRun } from '../../testing/build-from-yaml.ts';
import { responseOf } from '../../testing/response-of.ts';

const SLICE = new StreamSlice({ pid: 'p' });

function paginator(strategy: string, options = '', setting: TestSetting = {}): Paginator {
  return buildFromYaml('paginator', `type: DefaultPaginator\npagination_strategy: ${strategy}\n${options}`, setting);
}

const TOKEN = 'page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}';
const SIZE = 'page_size_option: {type: RequestOption, inject_into: header, field_name: X-Size}';

function page(
  body: JsonObject,
  {
    token,
    records = [],
    headers = {},
    extracted = records.length,
    pageSize,
  }: {
    token?: Value;
    records?: Row[];
    headers?: Record<string, string>;
    extracted?: number;
    pageSize?: number;
  } = {},
): Page {
  return {
    response: responseOf('', headers),
    document: body,
    extracted,
    emitted: records.length,
    lastEmitted: records.at(-1),
    size: records.length,
    lastRecord: records.at(-1),
    token,
    slice: SLICE,
    pageSize,
  };
}

/** What goes into the request of a page. */
function contributed(of: Paginator, token: Value | undefined, pageSize?: number): RequestOptions {
  const options = new RequestOptions();
  of.contribute(options, { slice: SLICE, token, pageSize });
  return options;
}

describe('PageIncrement', () => {
  it('counts pages until one is not full', () => {
    const pages = paginator('{type: PageIncrement, page_size: 2, start_from_page: 1}', TOKEN);
    expect(pages.initialToken()).toBeUndefined();
    expect(pages.nextToken(page({}, { extracted: 2 }))).toBe(2);
    expect(pages.nextToken(page({}, { extracted: 2, token: 2 }))).toBe(3);
    expect(pages.nextToken(page({}, { extracted: 1, token: 3 }))).toBeUndefined();
  });

  it('begins with a number where it is to be sent at once, and takes its size from the config', () => {
    const pages = paginator('{type: PageIncrement, page_size: "{{ config.size }}", inject_on_first_request: true}', `${TOKEN}\n${SIZE}`, {
      config: { size: '20' },
    });
    expect(pages.initialToken()).toBe(0);
    expect(contributed(pages, 0)).toMatchObject({ params: { page: 0 }, headers: { 'X-Size': 20 } });
  });

  it('ends at a page without records when it knows no size', () => {
    const pages = paginator('{type: PageIncrement}');
    expect(pages.nextToken(page({}, { extracted: 1, token: 4 }))).toBe(5);
    expect(pages.nextToken(page({}, { extracted: 0, token: 4 }))).toBeUndefined();
  });

  it('cannot go on with smaller pages', () => {
    const pages = paginator('{type: PageIncrement, page_size: 10}');
    expect(() => pages.nextToken(page({}, { extracted: 5, pageSize: 5 }))).toThrow('page numbers would shift');
  });
});

describe('OffsetIncrement', () => {
  it('adds up the records until a page is not full', () => {
    const offsets = paginator('{type: OffsetIncrement, page_size: 3}', TOKEN);
    expect(offsets.nextToken(page({}, { extracted: 3 }))).toBe(3);
    expect(offsets.nextToken(page({}, { extracted: 4, token: 3 }))).toBe(7);
    expect(offsets.nextToken(page({}, { extracted: 2, token: 7 }))).toBeUndefined();
  });

  it('reads the size that the API applied from the response', () => {
    const offsets = paginator('{type: OffsetIncrement, page_size: "{{ response.limit }}"}');
    expect(offsets.readsDocument).toBe('all');
    expect(offsets.nextToken(page({ limit: 5 }, { extracted: 5, token: 5 }))).toBe(10);
    expect(offsets.nextToken(page({ limit: 6 }, { extracted: 5, token: 5 }))).toBeUndefined();
    expect(() => offsets.nextToken(page({ limit: 'many' }, { extracted: 5 }))).toThrow('The page size must be a whole number');
  });

  it('compares with the smaller size once pages are made smaller', () => {
    const offsets = paginator('{type: OffsetIncrement, page_size: 100}', `${TOKEN}\n${SIZE}`);
    expect(offsets.nextToken(page({}, { extracted: 50, token: 100, pageSize: 50 }))).toBe(150);
    expect(contributed(offsets, 150, 50).headers).toEqual({ 'X-Size': 50 });
  });
});

describe('CursorPagination', () => {
  it('finds the cursor in the response, the headers, the last record, the slice or the count', () => {
    const cursor = (value: string): Value | undefined =>
      paginator(`{type: CursorPagination, cursor_value: "${value}"}`).nextToken(
        page({ next: '00123' }, { records: [{ id: 1 }, { id: 2 }], headers: { 'X-Next': 'h', Link: '<http://a/2>; rel="next"' } }),
      );
    expect(cursor('{{ response.next }}')).toBe('00123');
    expect(cursor("{{ headers['X-Next'] }}")).toBe('h');
    expect(cursor("{{ headers['x-next'] }}")).toBeUndefined();
    expect(cursor('{{ headers.link.next.url }}')).toBe('http://a/2');
    expect(cursor('{{ last_record.id }}')).toBe(2);
    expect(cursor('{{ stream_partition.pid }}{{ last_page_size }}')).toBe('p2');
  });

  it.each(['', '0', 'false', '{}', 'none'])('ends at an empty cursor: %s', (value) => {
    const template = value === '' ? '{{ response.gone }}' : `{{ ${value} }}`;
    expect(paginator(`{type: CursorPagination, cursor_value: "${template}"}`).nextToken(page({}))).toBeUndefined();
  });

  it('ends at its stop condition, not at one that is empty', () => {
    const cursor = (stop: string): Value | undefined =>
      paginator(`{type: CursorPagination, page_size: 2, cursor_value: c, stop_condition: "${stop}"}`).nextToken(
        page({ more: false }, { records: [{}] }),
      );
    expect(cursor('{{ not response.more }}')).toBeUndefined();
    expect(cursor('{{ last_page_size < page_size }}')).toBeUndefined();
    expect(cursor('{{ response.more }}')).toBe('c');
    expect(cursor('')).toBe('c');
  });

  it('fails on a cursor that reads within what is missing', () => {
    const cursor = paginator('{type: CursorPagination, cursor_value: "{{ response.paging.next }}"}');
    expect(() => cursor.nextToken(page({}))).toThrow();
  });

  it('refuses page_size in a template without a page_size', () => {
    expect(() => paginator('{type: CursorPagination, cursor_value: c, stop_condition: "{{ last_page_size < page_size }}"}')).toThrow(
      'stop_condition reads page_size, but the strategy has none',
    );
  });
});

describe('DefaultPaginator', () => {
  it('takes the token as the path', () => {
    const pages = paginator('{type: CursorPagination, cursor_value: "{{ response.next }}"}', 'page_token_option: {type: RequestPath}');
    expect(pages.path({ slice: SLICE, token: undefined })).toBeUndefined();
    expect(pages.path({ slice: SLICE, token: 'http://a/b?page=2' })).toBe('http://a/b?page=2');
    expect(contributed(pages, 'http://a/b?page=2')).toEqual(new RequestOptions());
  });

  it('puts token and size deep into a JSON body', () => {
    const option = (name: string, path: string): string => `${name}: {type: RequestOption, inject_into: body_json, field_path: ${path}}`;
    const pages = paginator(
      '{type: OffsetIncrement, page_size: 5}',
      `${option('page_token_option', '[variables, "{{ config.key }}"]')}\n${option('page_size_option', '[variables, first]')}`,
      { config: { key: 'skip' } },
    );
    expect(contributed(pages, 10).bodyJson).toEqual({ variables: { skip: 10, first: 5 } });
  });

  it('ends a data feed at the first record that the last sync had', () => {
    const stream = {
      ...auxiliaryScope(testRun(), 'items'),
      incremental: { isDataFeed: true },
      cursor: { shouldBeSynced: (record: Row) => (record['at'] as number) > 5 },
    } as unknown as StreamScope;
    const pages = paginator('{type: PageIncrement}', TOKEN, { stream });
    expect(pages.nextToken(page({}, { records: [{ at: 9 }, { at: 6 }] }))).toBe(1);
    expect(pages.nextToken(page({}, { records: [{ at: 6 }, { at: 5 }] }))).toBeUndefined();
  });

  it.each([
    ['{type: PageIncrement}', SIZE, 'page_size_option needs a pagination strategy with a page_size.'],
    ['{type: PageIncrement, page_size: "{{ config.none }}"}', '', 'The page size must be a whole number, but it evaluates to a str'],
    ['{type: PageIncrement, page_size: ""}', '', 'The page size must be a whole number'],
    [
      '{type: PageIncrement, page_size: 5}',
      `${TOKEN}\npage_size_option: {type: RequestOption, inject_into: request_parameter, field_name: page}`,
      'Two parts of the manifest set "page"',
    ],
    [
      '{type: PageIncrement, page_size: 5}',
      `page_token_option: {type: RequestOption, inject_into: body_json, field_path: [a]}\npage_size_option: {type: RequestOption, inject_into: body_json, field_path: [a, b]}`,
      'Two parts of the manifest set "a"',
    ],
  ])('refuses %s with %s', (strategy, options, message) => {
    expect(() => paginator(strategy, options)).toThrow(message);
  });
});

describe('NoPagination', () => {
  it('asks for one page', () => {
    const none = buildFromYaml('paginator', 'type: NoPagination');
    expect([none.pages, none.initialToken(), none.nextToken(page({ next: 1 }))]).toEqual([false, undefined, undefined]);
  });
});
