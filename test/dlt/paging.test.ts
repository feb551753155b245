import { describe, expect, it } from 'vitest';
import { IDS, type IDS as Ids, ids, type Part, queries, read, startApi } from './read-config.ts';

type Case = [title: string, endpoint: Part, expected: string[], read?: typeof Ids];

describe('a paginator', () => {
  it.each<Case>([
    [
      '002.7: follows links in the body',
      { path: 'link', paginator: { type: 'json_link', next_url_path: 'links.next' }, params: { a: 'b' } },
      ['/link?a=b', '/link?page=2', '/link?page=3', '/link?page=4', '/link?page=5'],
    ],
    [
      '002.7: follows relative links in the body',
      { path: 'relative', paginator: 'json_link', params: { a: 'b' } },
      ['/relative?a=b', '/relative?page=2', '/relative?page=3', '/relative?page=4', '/relative?page=5'],
    ],
    [
      '002.7: follows links from the root of the host',
      { path: 'rooted', paginator: { type: 'json_link', next_url_path: 'pages.nextUrl' } },
      ['/rooted', '/rooted?page=2', '/rooted?page=3', '/rooted?page=4', '/rooted?page=5'],
    ],
    [
      '002.8: follows links in a header',
      { path: 'header-link', paginator: 'header_link', params: { a: 'b' } },
      ['/header-link?a=b', '/header-link?page=2', '/header-link?page=3', '/header-link?page=4', '/header-link?page=5'],
    ],
    [
      '002.8: ends where a header has no link of the relation',
      { path: 'header-link', paginator: { type: 'header_link', links_next_key: 'later' } },
      ['/header-link'],
      [0, 1, 2, 3, 4],
    ],
    [
      '002.12: takes a cursor from a header, whatever the case of its name',
      { path: 'header-cursor', paginator: { type: 'header_cursor', cursor_key: 'X-NEXT-cursor' } },
      ['/header-cursor', '/header-cursor?cursor=5', '/header-cursor?cursor=10', '/header-cursor?cursor=15', '/header-cursor?cursor=20'],
    ],
    [
      '002.12: sends a cursor of a header under another name',
      { path: 'cursor', paginator: { type: 'header_cursor', cursor_key: 'X-Next-Cursor', cursor_param: 'after' } },
      ['/cursor'],
      [0, 1, 2, 3, 4],
    ],
    [
      '002.11: takes a cursor from the body',
      { path: 'cursor', paginator: 'cursor', params: { a: 1 } },
      ['/cursor?a=1', '/cursor?a=1&cursor=5', '/cursor?a=1&cursor=10', '/cursor?a=1&cursor=15', '/cursor?a=1&cursor=20'],
    ],
    [
      '002.11: takes a cursor from the body as long as there is more',
      { path: 'cursor', paginator: { type: 'cursor', cursor_param: 'after', has_more_path: 'has_more' } },
      ['/cursor', '/cursor?after=5', '/cursor?after=10', '/cursor?after=15', '/cursor?after=20'],
    ],
    [
      '002.9: counts offsets up to a total',
      { path: 'offset', paginator: { type: 'offset', limit: 10, total_path: 'meta.total' } },
      ['/offset?offset=0&limit=10', '/offset?offset=10&limit=10', '/offset?offset=20&limit=10'],
    ],
    [
      '002.9: counts offsets as long as there is more',
      { path: 'offset', paginator: { type: 'offset', limit: 10, has_more_path: 'meta.has_more', total_path: null } },
      ['/offset?offset=0&limit=10', '/offset?offset=10&limit=10', '/offset?offset=20&limit=10'],
    ],
    [
      '002.9: counts offsets up to an empty page',
      { path: 'list', data_selector: '$', paginator: { type: 'offset', limit: 20 } },
      ['/list?offset=0&limit=20', '/list?offset=20&limit=20', '/list?offset=40&limit=20'],
    ],
    [
      '002.9: counts offsets up to a maximum, from a start, under other names',
      {
        path: 'echo',
        data_selector: 'data',
        paginator: {
          type: 'offset',
          limit: 10,
          offset: 5,
          offset_param: 'skip',
          limit_param: 'take',
          maximum_offset: 25,
          total_path: null,
        },
      },
      ['/echo?skip=5&take=10', '/echo?skip=15&take=10'],
      [],
    ],
    [
      '002.10: counts pages up to their number',
      { path: 'number', paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' } },
      [1, 2, 3, 4, 5].map((page) => `/number?page=${page}`),
    ],
    [
      '002.10: counts pages from 0 up to their number',
      { path: 'zero', paginator: 'page_number' },
      [0, 1, 2, 3, 4].map((page) => `/zero?page=${page}`),
    ],
    [
      '002.10: counts pages as long as there is more',
      { path: 'zero', paginator: { type: 'page_number', has_more_path: 'has_more', total_path: null } },
      [0, 1, 2, 3, 4].map((page) => `/zero?page=${page}`),
    ],
    [
      '002.10: counts pages from another one up to a maximum, under another name',
      {
        path: 'zero',
        paginator: { type: 'page_number', base_page: 0, page: 2, page_param: 'page', maximum_page: 4, total_path: null },
      },
      [2, 3].map((page) => `/zero?page=${page}`),
      IDS.slice(10, 20),
    ],
    ['004.3: asks once for a single page', { path: 'number', paginator: 'single_page' }, ['/number'], [0, 1, 2, 3, 4]],
  ])('%s', async (_title, endpoint, expected, read_ = IDS) => {
    const api = await startApi();
    const outcome = await read(api, endpoint);
    expect(outcome.errors).toEqual([]);
    expect(queries(api)).toEqual(expected);
    if (read_.length > 0) expect(ids(outcome)).toEqual(read_);
  });

  it.each<[title: string, endpoint: Part, bodies: unknown[]]>([
    [
      '002.9 002.5: puts offsets into the JSON of a POST, into objects made for them',
      {
        path: 'echo',
        method: 'POST',
        json: { filter: { active: true } },
        paginator: {
          type: 'offset',
          limit: 10,
          offset_body_path: 'page.offset',
          limit_body_path: 'page.limit',
          total_path: null,
          maximum_offset: 20,
        },
      },
      [
        { filter: { active: true }, page: { offset: 0, limit: 10 } },
        { filter: { active: true }, page: { offset: 10, limit: 10 } },
      ],
    ],
    [
      '002.10 002.5: puts page numbers into the JSON of a POST',
      {
        path: 'echo',
        method: 'POST',
        json: { a: 1 },
        paginator: { type: 'page_number', base_page: 1, page_body_path: 'paging.page', total_path: null, maximum_page: 3 },
      },
      [
        { a: 1, paging: { page: 1 } },
        { a: 1, paging: { page: 2 } },
      ],
    ],
    [
      '002.11 002.5: puts a cursor into the JSON of a POST',
      { path: 'cursor', method: 'POST', json: { a: 1 }, paginator: { type: 'cursor', cursor_body_path: 'after' } },
      [{ a: 1 }, ...['5', '10', '15', '20'].map((after) => ({ a: 1, after }))],
    ],
  ])('%s', async (_title, endpoint, bodies) => {
    const api = await startApi();
    expect((await read(api, endpoint)).errors).toEqual([]);
    expect(api.requests.map(({ body }) => body)).toEqual(bodies);
  });

  it.each<[condition: string, pages: number]>([
    ['last_page_size == 0', 3],
    ['last_page_size < 2', 2],
    ['last_record.id == 3', 2],
    ["'id' in last_record and last_record['id'] > 1", 1],
    ['response.has_more is false', 2],
    ["headers.get('X-Last') == 'yes'", 2],
    ['{{ response.has_more == false }}', 2],
  ])('000.7 000.8 000.9: a cursor of the last record ends by %s, and each page has the limit', async (stop, pages) => {
    const page = (ids_: number[], more: boolean) => ({
      headers: more ? {} : { 'X-Last': 'yes' },
      body: { data: ids_.map((id) => ({ id })), has_more: more },
    });
    const api = await startApi(page([1, 2], true), page([3], false), page([], false));
    const paginator = { type: 'cursor', limit: 2, cursor_param: 'before', cursor_path: 'last_record.id', stop_condition: stop };
    const outcome = await read(api, { path: 'posts', data_selector: 'data', paginator });
    expect([outcome.errors, ids(outcome)]).toEqual([[], pages === 1 ? [1, 2] : [1, 2, 3]]);
    expect(queries(api)).toEqual(['', '2', '3'].slice(0, pages).map((id) => `/posts?${id === '' ? '' : `before=${id}&`}limit=2`));
  });

  it('002.5: pages a POST with a form by its query', async () => {
    const api = await startApi();
    const paginator = { type: 'page_number', base_page: 1, total_path: 'total_pages' };
    expect(ids(await read(api, { path: 'number', method: 'POST', data: { a: 'b c', d: [1, 2] }, paginator }))).toEqual(IDS);
    expect(queries(api)).toEqual([1, 2, 3, 4, 5].map((page) => `/number?page=${page}`));
    for (const { headers, body } of api.requests)
      expect([headers['content-type'], body]).toEqual(['application/x-www-form-urlencoded', 'a=b+c&d=1&d=2']);
  });

  it.each<[type: string, answers: unknown[]]>([
    ['json_link', [{ data: [{ id: 1 }], next: null }]],
    ['json_link', [{ data: [{ id: 1 }], next: '' }]],
    ['json_link', [{ data: [{ id: 1 }] }]],
    ['cursor', [{ data: [{ id: 1 }], cursors: { next: null } }]],
    ['cursor', [{ data: [{ id: 1 }], cursors: { next: '' } }]],
    ['cursor', [{ data: [{ id: 1 }], cursors: {} }]],
    ['cursor', [{ data: [{ id: 1 }] }]],
  ])('002.7 002.11: a %s that is not there, null or empty ends paging (%j)', async (type, answers) => {
    const api = await startApi(...answers.map((body) => ({ body: body as never })));
    const outcome = await read(api, { path: 'number', paginator: type });
    expect([ids(outcome), outcome.errors, api.requests.length]).toEqual([[1], [], 1]);
  });

  it.each<[body: unknown, paginator: Part]>([
    [
      { data: [{ id: 1 }], total: '1' },
      { type: 'offset', limit: 1 },
    ],
    [
      { data: [{ id: 1 }], more: 'false' },
      { type: 'offset', limit: 1, total_path: null, has_more_path: 'more' },
    ],
    [
      { data: [{ id: 1 }], more: false },
      { type: 'page_number', total_path: null, has_more_path: 'more' },
    ],
    [{ data: [] }, { type: 'page_number', total_path: null }],
    [{ data: [] }, { type: 'cursor', stop_after_empty_page: true }],
  ])('002.9 002.10: %j ends paging by %j', async (body, paginator) => {
    const api = await startApi({ body: body as never });
    expect((await read(api, { path: 'number', data_selector: 'data', paginator })).errors).toEqual([]);
    expect(api.requests).toHaveLength(1);
  });

  it('002.9: goes on over empty pages when it is told to', async () => {
    const api = await startApi({ body: { data: [], total: 2 } }, { body: { data: [{ id: 1 }], total: 2 } });
    const paginator = { type: 'offset', limit: 1, total_path: 'total', stop_after_empty_page: false };
    expect(ids(await read(api, { path: 'number', paginator, data_selector: 'data' }))).toEqual([1]);
    expect(api.requests).toHaveLength(2);
  });

  it.each<[what: string, paginator: unknown, message: string]>([
    ['no end', { type: 'offset', limit: 1, total_path: null, stop_after_empty_page: false }, 'total_path'],
    [
      'a place in the query and one in the body',
      { type: 'offset', limit: 1, offset_param: 'o', offset_body_path: 'o' },
      'offset_body_path',
    ],
    ['a cursor in the query and in the body', { type: 'cursor', cursor_param: 'a', cursor_body_path: 'b' }, 'cursor_body_path'],
    ['no limit', { type: 'offset' }, 'limit'],
    ['a type that does not exist', 'pages', 'json_link'],
    ['a key that does not exist', { type: 'offset', limit: 1, ofset_param: 'o' }, 'offset_param'],
    ['a total that is no number', { type: 'offset', limit: 'many' }, 'limit'],
  ])('002.9 002.10 002.11: with %s is refused by name and place', async (_what, paginator, message) => {
    const api = await startApi();
    const refusal = read(api, { path: 'number', paginator });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow('resources[0].endpoint.paginator');
    expect(api.requests).toEqual([]);
  });
});

describe('without a paginator', () => {
  it.each<[what: string, path: string, found: string]>([
    ['links in a header', 'header-link', 'header'],
    ['links in the body', 'link', 'links.next'],
    ['a cursor', 'cursor', 'cursors.next'],
  ])('002.1: %s are found out and said', async (_what, path, found) => {
    const api = await startApi();
    const outcome = await read(api, path);
    expect(ids(outcome)).toEqual(IDS);
    expect([...outcome.infos, ...outcome.warnings].filter((text) => text.includes(found))).toHaveLength(1);
  });

  it('002.1: a number of pages is found out, and what was read is asked for once', async () => {
    const body = (page: number): Part => ({ data: [{ id: page }], total_pages: 2, page });
    const api = await startApi({ body: body(1) as never }, { body: body(2) as never });
    const outcome = await read(api, 'posts');
    expect(outcome.errors).toEqual([]);
    expect(queries(api)[0]).toBe('/posts');
  });

  it('002.1: a response that tells nothing is the only page, with a warning', async () => {
    const api = await startApi({ body: { data: [{ id: 1 }, { id: 2 }] } });
    const outcome = await read(api, 'posts');
    expect(ids(outcome)).toEqual([1, 2]);
    expect(api.requests).toHaveLength(1);
    expect(outcome.warnings.filter((text) => text.includes('paginat'))).toHaveLength(1);
  });
});
