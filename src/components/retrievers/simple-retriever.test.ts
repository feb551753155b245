import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import type { Row, StreamScope } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { type LocalApi, localApi, type Received } from '../../testing/local-api.ts';

const ITEMS = `
type: SimpleRetriever
requester: {type: HttpRequester, url: "{{ config.url }}/items"}
record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}`;

const BY_CURSOR = `${ITEMS}
paginator:
  type: DefaultPaginator
  page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: cursor}
  pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}"}`;

const BY_PAGE = `${ITEMS}
paginator:
  type: DefaultPaginator
  page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: page}
  pagination_strategy: {type: PageIncrement}`;

interface Setting {
  readonly slice?: StreamSlice;
  readonly scope?: Partial<StreamScope>;
  readonly declaration?: JsonObject;
}

function build(api: LocalApi, yaml: string, { scope = {}, declaration = {} }: Setting = {}) {
  const stream: StreamScope = { ...auxiliaryScope(api.run as never, 'items'), ...scope };
  return buildFromYaml('retriever', yaml, { config: { url: api.url }, run: api.run, stream, declaration });
}

/** The records of one slice, with the error that ended it. */
async function readAll(api: LocalApi, yaml: string, setting: Setting = {}): Promise<{ records: Row[]; error: string | undefined }> {
  const records: Row[] = [];
  try {
    for await (const batch of build(api, yaml, setting).read(setting.slice ?? new StreamSlice())) records.push(...batch.records);
    return { records, error: undefined };
  } catch (error) {
    return { records, error: (error as Error).message };
  }
}

function paths({ received }: LocalApi): string[] {
  return received.map(({ path }) => path);
}

function query({ path }: Received): URLSearchParams {
  return new URL(path, 'http://x').searchParams;
}

describe('SimpleRetriever', () => {
  it('reads one page when there is no paginator', async () => {
    const api = await localApi(() => ({ body: { items: [{ id: 1 }, { id: 2 }], next: 'more' } }));
    expect(await readAll(api, ITEMS)).toEqual({ records: [{ id: 1 }, { id: 2 }], error: undefined });
    expect(paths(api)).toEqual(['/items']);
  });

  it('reads page after page until the cursor is empty', async () => {
    const api = await localApi((_request, count) => ({ body: { items: [{ id: count }], next: count < 3 ? `c${count}` : '' } }));
    expect((await readAll(api, BY_CURSOR)).records).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    expect(paths(api)).toEqual(['/items', '/items?cursor=c1', '/items?cursor=c2']);
  });

  it('follows the URL of a Link header', async () => {
    const yaml = `${ITEMS}
paginator:
  type: DefaultPaginator
  page_token_option: {type: RequestPath}
  pagination_strategy: {type: CursorPagination, cursor_value: "{{ headers.link.next.url }}", stop_condition: "{{ 'next' not in headers.link }}"}`;
    const api = await localApi((_request, count) => ({
      headers: count === 1 ? { Link: `<${api.url}/other?page=2>; rel="next"` } : {},
      body: { items: [{ id: count }] },
    }));
    expect((await readAll(api, yaml)).records).toEqual([{ id: 1 }, { id: 2 }]);
    expect(paths(api)).toEqual(['/items', '/other?page=2']);
  });

  it('counts the records before the filter, so that a filter does not end the paging', async () => {
    const yaml = `${BY_PAGE.replace('{type: PageIncrement}', '{type: PageIncrement, page_size: 2}').replace(
      'field_path: [items]}}',
      'field_path: [items]}, record_filter: {type: RecordFilter, condition: "{{ record.id > 3 }}"}}',
    )}`;
    const api = await localApi((request) => {
      const page = Number(query(request).get('page'));
      return { body: { items: page < 2 ? [{ id: page * 2 + 1 }, { id: page * 2 + 2 }] : [{ id: 5 }] } };
    });
    expect((await readAll(api, yaml)).records).toEqual([{ id: 4 }, { id: 5 }]);
    expect(api.received).toHaveLength(3);
  });

  it('ends the slice at a response that a filter ignores', async () => {
    const yaml = `${BY_CURSOR.replace('items"}', 'items", error_handler: {type: DefaultErrorHandler, response_filters: [{http_codes: [404], action: IGNORE}]}}')}`;
    const api = await localApi((_request, count) => (count === 1 ? { body: { items: [{ id: 1 }], next: 'c' } } : { status: 404 }));
    expect(await readAll(api, yaml)).toEqual({ records: [{ id: 1 }], error: undefined });
    expect(api.received).toHaveLength(2);
  });

  it('reads on where a page is ignored that has a good status', async () => {
    const handler =
      'error_handler: {type: DefaultErrorHandler, response_filters: [{predicate: "{{ response.partial == true }}", action: IGNORE}]}';
    const api = await localApi((_request, count) => ({ body: { items: [{ id: count }], partial: true, next: count < 2 ? 'c' : null } }));
    expect((await readAll(api, BY_CURSOR.replace('items"}', `items", ${handler}}`))).records).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('repeats a page that failed without giving records twice', async () => {
    const api = await localApi((request, count) => {
      if (count === 2) return { status: 503 };
      return { body: query(request).has('cursor') ? { items: [{ id: 2 }] } : { items: [{ id: 1 }], next: 'c' } };
    });
    expect((await readAll(api, BY_CURSOR)).records).toEqual([{ id: 1 }, { id: 2 }]);
    expect(api.received).toHaveLength(3);
  });

  it('puts the share of router and cursor into the first request only where the manifest says so', async () => {
    const scope: Partial<StreamScope> = {
      slicing: {
        contribute({ params }) {
          params['since'] = 1;
        },
      },
    };
    const answer = (_request: Received, count: number) => ({ body: { items: [{ id: count }], next: count < 2 ? 'c' : '' } });
    const [all, first] = [await localApi(answer), await localApi(answer)];
    await readAll(all, BY_CURSOR, { scope });
    await readAll(first, `${BY_CURSOR}\nignore_stream_slicer_parameters_on_paginated_requests: true`, { scope });
    expect(paths(all)).toEqual(['/items?since=1', '/items?cursor=c&since=1']);
    expect(paths(first)).toEqual(['/items?since=1', '/items?cursor=c']);
  });

  it('pages through documents that come gzipped', async () => {
    const yaml = `${BY_PAGE}\ndecoder: {type: GzipDecoder, decoder: {type: JsonDecoder}}`;
    const api = await localApi((_request, count) => ({
      headers: { 'Content-Type': 'application/gzip' },
      body: gzipSync(JSON.stringify({ items: count < 3 ? [{ id: count }] : [] })),
    }));
    expect((await readAll(api, yaml)).records).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it('refuses to page with a decoder that gives the paginator nothing to look at', async () => {
    const api = await localApi(() => ({}));
    expect(() => build(api, `${BY_PAGE}\ndecoder: {type: JsonlDecoder}`)).toThrow('Only responses that are decoded whole can be paged');
  });
});

describe('SimpleRetriever whose reader stops early', () => {
  it('gives up the response that is still arriving', async () => {
    const rows = Array.from({ length: 200_000 }, (_, id) => `{"id": ${id}}`).join('\n');
    const api = await localApi(() => ({ body: rows }));
    const yaml = `${ITEMS.replace('[items]', '[]')}\ndecoder: {type: JsonlDecoder}`;
    for await (const { records } of build(api, yaml).read(new StreamSlice())) {
      expect(records.length).toBeLessThan(200_000);
      break;
    }
    expect(await readAll(api, yaml)).toMatchObject({ error: undefined, records: { length: 200_000 } });
  });
});

describe('SimpleRetriever with lists of properties', () => {
  const CHUNKED = `${BY_CURSOR.replace(
    'items"}',
    'items", request_parameters: {fields: {type: QueryProperties, property_list: [a, b, c], property_chunking: {type: PropertyChunking, property_limit_type: property_count, property_limit: 2}}}}',
  )}`;

  it('asks for each page once for each list, and joins the parts of a record', async () => {
    const api = await localApi((request) => {
      const [fields, cursor] = [query(request).get('fields') as string, query(request).get('cursor')];
      const id = cursor === null ? 'x' : 'y';
      const part = Object.fromEntries(fields.split(',').map((field) => [field, `${id}${field}`]));
      return { body: { items: [{ id, nested: { [fields]: 1 }, ...part }], next: cursor === null ? 'p2' : '' } };
    });
    expect((await readAll(api, CHUNKED)).records).toEqual([
      { id: 'x', nested: { 'a,b': 1, c: 1 }, a: 'xa', b: 'xb', c: 'xc' },
      { id: 'y', nested: { 'a,b': 1, c: 1 }, a: 'ya', b: 'yb', c: 'yc' },
    ]);
    expect(paths(api)).toEqual(['/items?fields=a%2Cb', '/items?fields=c', '/items?fields=a%2Cb&cursor=p2', '/items?fields=c&cursor=p2']);
  });

  it('notices pages that repeat', async () => {
    const api = await localApi(() => ({ body: { items: [{ id: 'x' }], next: 'p2' } }));
    expect((await readAll(api, CHUNKED)).error).toContain("page token 'p2' was used before (page 3, first on page 2)");
  });
});

describe('SimpleRetriever whose first page came with the parent', () => {
  const router = { embedsPages: true } as NonNullable<StreamScope['router']>;
  const slice = (child: Json) => new StreamSlice({ id: 1 }, {}, { child_response: child });

  it('takes that page and asks for those after it', async () => {
    const api = await localApi(() => ({ body: { items: [{ id: 2 }] } }));
    const read = await readAll(api, BY_CURSOR, { slice: slice({ items: [{ id: 1 }], next: 'c' }), scope: { router } });
    expect(read.records).toEqual([{ id: 1 }, { id: 2 }]);
    expect(paths(api)).toEqual(['/items?cursor=c']);
  });

  it('asks for all pages once there is a state', async () => {
    const api = await localApi(() => ({ body: { items: [{ id: 2 }] } }));
    const read = await readAll(api, BY_CURSOR, { slice: slice({ items: [{ id: 1 }] }), scope: { router, hasState: true } });
    expect(read.records).toEqual([{ id: 2 }]);
  });

  it.each([
    ['incremental_sync: {type: IncrementingCountCursor}', ITEMS, 'only a DatetimeBasedCursor is possible'],
    ['incremental_sync: {type: DatetimeBasedCursor, step: P1D, cursor_granularity: P1D}', ITEMS, 'leave step and cursor_granularity out'],
    ['name: items', `${ITEMS}\ndecoder: {type: XmlDecoder}`, 'only a JsonDecoder is possible'],
  ])('refuses what would need more than one such page: %s', async (declaration, yaml, message) => {
    const api = await localApi(() => ({}));
    expect(() => build(api, yaml, { scope: { router }, declaration: parse(declaration) as JsonObject })).toThrow(message);
    expect(() => build(api, yaml, { scope: { router, hasState: true }, declaration: parse(declaration) as JsonObject })).not.toThrow();
  });
});

describe('SimpleRetriever before an endless series of pages', () => {
  it('ends with an error when a token gives the same page again, before it gives its records again', async () => {
    const api = await localApi((request) => ({
      body: query(request).has('cursor') ? { items: [{ id: 2 }], next: 'A' } : { items: [{ id: 1 }], next: 'A' },
    }));
    const { records, error } = await readAll(api, BY_CURSOR);
    expect(records).toEqual([{ id: 1 }, { id: 2 }]);
    expect(error).toBe(
      "Stream items: page token 'A' was used before (page 3, first on page 2) and gave the same page again, so paging would never end. " +
        'The API repeats its pages: correct the cursor_value, or add a stop_condition to the paginator. ' +
        'If the pages are right, allow them: --guard items.repeated_token=warn.',
    );
  });

  it('notices tokens that go round in a circle', async () => {
    const api = await localApi((request) => {
      const cursor = query(request).get('cursor') ?? 'B';
      return { body: { items: [{ id: cursor }], next: cursor === 'A' ? 'B' : 'A' } };
    });
    const { records, error } = await readAll(api, BY_CURSOR);
    expect(records).toHaveLength(3);
    expect(error).toContain("page token 'A' was used before (page 4, first on page 2)");
  });

  it('reads on where one token gives different pages, as scroll APIs do', async () => {
    const api = await localApi((_request, count) => ({ body: { items: [{ id: count }], next: count < 30 ? 'scroll' : '' } }));
    const { records, error } = await readAll(api, BY_CURSOR);
    expect(error).toBeUndefined();
    expect(records).toHaveLength(30);
    expect(api.warnings).toEqual([]);
  });

  it('warns of two pages that are the same, and ends with an error at the eleventh', async () => {
    const api = await localApi(() => ({ body: { items: [{ id: 1 }, { id: 2 }] } }));
    const { records, error } = await readAll(api, BY_PAGE);
    expect(records).toHaveLength(20);
    expect(error).toContain('Stream items: the last 11 pages are identical, so paging would never end.');
    expect(error).toContain('check page_token_option (name and place)');
    expect(api.warnings).toEqual(['Stream items: page 2 is identical to the page before; the API may not look at the page token.']);
  });

  it('lets an API lead on through many pages without records', async () => {
    const api = await localApi((_request, count) => ({
      headers: count < 40 ? { Link: `<c${count}>; rel=next` } : {},
      body: { items: [] },
    }));
    const { error } = await readAll(api, BY_CURSOR.replace('response.next', "headers.link.get('next', {}).get('url')"));
    expect(error).toBeUndefined();
    expect(api.received).toHaveLength(40);
  });
});

describe('SimpleRetriever that finds no records', () => {
  it('says what is there when the path leads nowhere, once', async () => {
    const api = await localApi(() => ({ body: { data: { users: [], total: 0 } } }));
    const retriever = build(api, ITEMS.replace('[items]', '[data, items]'));
    for (const id of [1, 2]) await Array.fromAsync(retriever.read(new StreamSlice({ id })));
    expect(api.warnings).toEqual([
      'Stream items: the first page of a slice has no records. There is nothing at field_path data.items: "data" has no "items" but "users", "total".',
    ]);
  });

  it.each([[{ items: [] }], [{ items: null }], [{}], [[]], ['']])('says nothing of %j', async (body) => {
    const api = await localApi(() => ({ body }));
    expect((await readAll(api, ITEMS)).records).toEqual([]);
    expect(api.warnings).toEqual([]);
  });

  it('ends with an error at JSON in an encoding that nothing tells', async () => {
    const api = await localApi(() => ({ body: Buffer.from('{"items": ["\xe9"]}', 'latin1') }));
    expect(await readAll(api, ITEMS)).toEqual({
      records: [],
      error: `GET ${api.url}/items answered 200 with a body that is JSON, but neither in UTF-8 nor in the charset that it states (none)`,
    });
  });

  it('ends with an error at a body that is not JSON', async () => {
    const api = await localApi(() => ({ headers: { 'Content-Type': 'text/html' }, body: `<!doctype html>${'x'.repeat(200)}` }));
    expect(await readAll(api, BY_PAGE)).toEqual({
      records: [],
      error: `GET ${api.url}/items answered 200 with a body that is not JSON (text/html): "<!doctype html>${'x'.repeat(85)}..."`,
    });
  });
});
