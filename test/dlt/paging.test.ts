import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { type PagingApi, startPagingApi } from '../../src/testing/paging-api.ts';
import { type ReadOutcome, type ReadSetting, readManifest } from '../../src/testing/read-manifest.ts';

/** An endpoint or a resource, as a dlt config has it. */
type Part = Record<string, unknown>;

async function startApi(): Promise<PagingApi> {
  const api = await startPagingApi();
  onTestFinished(() => api.close());
  return api;
}

async function read(api: PagingApi, endpoint: Part, rest: { client?: Part } & Part = {}, setting: ReadSetting = {}): Promise<ReadOutcome> {
  const { client = {}, ...resource } = rest;
  const config = { client: { base_url: api.url, ...client }, resources: [{ name: 'posts', endpoint, ...resource }] };
  return readManifest(stringify(config), setting);
}

const IDS = Array.from({ length: 25 }, (_, id) => id);

function ids({ records }: ReadOutcome): unknown[] {
  return (records['posts'] ?? []).map(({ id }) => id);
}

function queries(api: PagingApi): string[] {
  return api.requests.map(({ path, query }) => (query === '' ? path : `${path}?${query}`));
}

describe('a paginator', () => {
  it.each<[string, Part, string[]]>([
    [
      'json_link',
      { path: 'link', paginator: { type: 'json_link', next_url_path: 'links.next' }, params: { a: 'b' } },
      ['/link?a=b', '/link?page=2', '/link?page=3', '/link?page=4', '/link?page=5'],
    ],
    [
      'json_link',
      { path: 'relative', paginator: 'json_link', params: { a: 'b' } },
      ['/relative?a=b', '/relative?page=2', '/relative?page=3', '/relative?page=4', '/relative?page=5'],
    ],
    [
      'header_link',
      { path: 'header-link', paginator: 'header_link', params: { a: 'b' } },
      ['/header-link?a=b', '/header-link?page=2', '/header-link?page=3', '/header-link?page=4', '/header-link?page=5'],
    ],
    [
      'header_cursor',
      { path: 'header-cursor', paginator: { type: 'header_cursor', cursor_key: 'X-NEXT-cursor' } },
      ['/header-cursor', '/header-cursor?cursor=5', '/header-cursor?cursor=10', '/header-cursor?cursor=15', '/header-cursor?cursor=20'],
    ],
    [
      'cursor',
      { path: 'cursor', paginator: 'cursor', params: { a: 1 } },
      ['/cursor?a=1', '/cursor?a=1&cursor=5', '/cursor?a=1&cursor=10', '/cursor?a=1&cursor=15', '/cursor?a=1&cursor=20'],
    ],
    [
      'cursor',
      { path: 'cursor', paginator: { type: 'cursor', cursor_param: 'after', has_more_path: 'has_more' } },
      ['/cursor', '/cursor?after=5', '/cursor?after=10', '/cursor?after=15', '/cursor?after=20'],
    ],
    [
      'offset',
      { path: 'offset', paginator: { type: 'offset', limit: 10, total_path: 'meta.total' } },
      ['/offset?offset=0&limit=10', '/offset?offset=10&limit=10', '/offset?offset=20&limit=10'],
    ],
    [
      'offset',
      { path: 'offset', paginator: { type: 'offset', limit: 10, has_more_path: 'meta.has_more', total_path: null } },
      ['/offset?offset=0&limit=10', '/offset?offset=10&limit=10', '/offset?offset=20&limit=10'],
    ],
    [
      'offset',
      { path: 'list', data_selector: '$', paginator: { type: 'offset', limit: 20 } },
      ['/list?offset=0&limit=20', '/list?offset=20&limit=20', '/list?offset=40&limit=20'],
    ],
    [
      'page_number',
      { path: 'number', paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' } },
      [1, 2, 3, 4, 5].map((page) => `/number?page=${page}`),
    ],
    ['page_number', { path: 'zero', paginator: 'page_number' }, [0, 1, 2, 3, 4].map((page) => `/zero?page=${page}`)],
    [
      'page_number',
      { path: 'zero', paginator: { type: 'page_number', has_more_path: 'has_more', total_path: null } },
      [0, 1, 2, 3, 4].map((page) => `/zero?page=${page}`),
    ],
    ['nothing', { path: 'number' }, []],
  ])('%s reads all pages', async (_type, endpoint, expected) => {
    const api = await startApi();
    const outcome = await read(api, endpoint);
    expect(outcome.errors).toEqual([]);
    if (expected.length === 0) return;
    expect(queries(api)).toEqual(expected);
    expect(ids(outcome)).toEqual(IDS);
  });
});
