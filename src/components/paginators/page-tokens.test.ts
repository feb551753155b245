import { describe, expect, it } from 'vitest';
import type { Paginator } from '../../engine/kinds.ts';
import type { Page } from '../../engine/page.ts';
import { RequestOptions } from '../../engine/request-options.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Value } from '../../lang/index.ts';
import type { Json } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { fakeApi } from '../../testing/fake-api.ts';
import { responseOf } from '../../testing/response-of.ts';

const SLICE = new StreamSlice();

interface Answer {
  readonly body?: Json;
  readonly headers?: Record<string, string>;
  readonly extracted?: number;
}

/** A page as the retriever hands it on: decoded, its records counted. */
async function pageOf({ body = {}, headers = {}, extracted = 1 }: Answer, token?: Value): Promise<Page> {
  const response = responseOf(JSON.stringify(body), headers);
  await response.load();
  const document = Array.isArray(body) ? (body[0] ?? {}) : body;
  return {
    response,
    document,
    extracted,
    emitted: 0,
    lastEmitted: undefined,
    size: 0,
    lastRecord: undefined,
    token,
    slice: SLICE,
    pageSize: undefined,
  };
}

/** The tokens that lead from page to page, the first one included. */
async function tokens(paginator: Paginator, answers: readonly Answer[]): Promise<unknown[]> {
  let token = paginator.initialToken();
  const seen: unknown[] = [token];
  for (const answer of answers) {
    token = paginator.nextToken(await pageOf(answer, token));
    seen.push(token);
    if (token === undefined) break;
  }
  return seen;
}

function paginator(strategy: string): Paginator {
  return buildFromYaml('paginator', `type: DefaultPaginator\npagination_strategy: ${strategy}`);
}

describe('RangePagination', () => {
  it.each<[string, Answer[], unknown[]]>([
    ['{step: 10}', [{}, {}, { extracted: 0 }], [0, 10, 20, undefined]],
    ['{step: 10, start: 5}', [{ extracted: 3 }, { extracted: 0 }], [5, 15, undefined]],
    ['{step: 10, maximum: 20}', [{}, {}], [0, 10, undefined]],
    [
      '{step: 10, total_path: total}',
      [{ body: { total: 25 } }, { body: { total: '25' } }, { body: { total: 25 } }],
      [0, 10, 20, undefined],
    ],
    [
      '{start: 1, base: 1, total_path: meta.pages}',
      [{ body: { meta: { pages: 2 } } }, { body: { meta: { pages: 2 } } }],
      [1, 2, undefined],
    ],
    ['{total_path: total}', [{ body: { total: 2 } }, { body: { total: 2 } }], [0, 1, undefined]],
    ['{total_path: total, is_total_optional: true}', [{}, { extracted: 0 }], [0, 1, undefined]],
    ['{total_path: total, is_total_optional: true}', [{ body: [{ total: 1 }] }, { extracted: 0 }], [0, 1, undefined]],
    ['{has_more_path: more}', [{ body: { more: true } }, { body: { more: 'true' } }, { body: { more: 'False' } }], [0, 1, 2, undefined]],
    [
      '{has_more_path: more, stop_after_empty_page: false}',
      [{ body: { more: 'y' }, extracted: 0 }, { body: { more: false } }],
      [0, 1, undefined],
    ],
  ])('%s', async (fields, answers, expected) => {
    expect(await tokens(paginator(fields.replace('{', '{type: RangePagination, ')), answers)).toEqual(expected);
  });

  it.each([
    ['{total_path: total}', {}, 'The response has no total at total'],
    ['{total_path: total}', { total: 'many' }, "The total at total of the response is no whole number but 'many'."],
    ['{total_path: total}', { total: {} }, 'is no whole number but {}'],
    ['{has_more_path: more}', {}, 'The response has nothing at more that says whether'],
    ['{has_more_path: more}', { more: 'perhaps' }, "What the response has at more, 'perhaps', does not say"],
  ])('%s refuses %j', async (fields, body, message) => {
    const pages = paginator(fields.replace('{', '{type: RangePagination, '));
    const page = await pageOf({ body }, 0);
    expect(() => pages.nextToken(page)).toThrow(message);
  });

  it.each([
    ['{stop_after_empty_page: false}', 'Paging would never end'],
    ['{stop_after_empty_page: false, total_path: total, is_total_optional: true}', 'Paging would never end'],
    ['{step: 0}', 'step must be at least 1'],
    ['{total_path: "a b"}', 'is no JSONPath'],
  ])('cannot be built with %s', (fields, message) => {
    expect(() => paginator(fields.replace('{', '{type: RangePagination, '))).toThrow(message);
  });
});

describe('JsonPathPagination', () => {
  it.each<[string, Answer[], unknown[]]>([
    [
      '{cursor_path: meta.next}',
      [{ body: { meta: { next: 'a' } } }, { body: { meta: { next: 5 } } }, { body: {} }],
      [undefined, 'a', 5, undefined],
    ],
    ['{cursor_path: next}', [{ body: { next: '' } }], [undefined, undefined]],
    ['{cursor_path: next}', [{ body: { next: null } }], [undefined, undefined]],
    ['{cursor_path: next, stop_after_empty_page: true}', [{ body: { next: 'a' }, extracted: 0 }], [undefined, undefined]],
    [
      '{cursor_path: next, has_more_path: more}',
      [{ body: { next: 'a', more: true } }, { body: { next: 'b', more: false } }],
      [undefined, 'a', undefined],
    ],
    ['{cursor_path: last_record.id}', [{ body: { data: [{ id: 9 }, { id: 7 }] } }, { body: { data: [] } }], [undefined, 7, undefined]],
    [
      '{cursor_path: last_record.id, records_path: "rows[*].r"}',
      [{ body: { data: [{ id: 1 }], rows: [{ r: { id: 3 } }, { r: { id: 2 } }] } }],
      [undefined, 2],
    ],
    ['{cursor_path: last_record.id}', [{ body: { data: [{ id: 9 }], last_record: { id: 'own' } } }], [undefined, 'own']],
    ['{cursor_path: last_record.id}', [{ body: [{ id: 1 }, { id: 2 }] }], [undefined, 2]],
    [
      '{cursor_path: last_record.id, stop_condition: "{{ last_page_size == 0 }}"}',
      [
        { body: { data: [{ id: 9 }] }, extracted: 1 },
        { body: { data: [{ id: 8 }] }, extracted: 0 },
      ],
      [undefined, 9, undefined],
    ],
    [
      `{cursor_path: next, stop_condition: "{{ response.done or headers['X-Done'] or last_record.id == 3 }}"}`,
      [{ body: { next: 1 } }, { body: { next: 2, data: [{ id: 3 }] } }],
      [undefined, 1, undefined],
    ],
    ['{cursor_path: next, stop_condition: "{{ response.done }}"}', [{ body: { next: 1, done: true } }], [undefined, undefined]],
  ])('%s', async (fields, answers, expected) => {
    expect(await tokens(paginator(fields.replace('{', '{type: JsonPathPagination, ')), answers)).toEqual(expected);
  });

  it.each([
    ['https://other.example.com/p?page=2', 'https://other.example.com/p?page=2'],
    ['/v2/items?page=2', 'https://api.test/v2/items?page=2'],
    ['?page=2', 'https://api.test/items?page=2'],
    ['more?page=2', 'https://api.test/more?page=2'],
  ])('leads to the URL %s', async (stated, url) => {
    const pages = paginator('{type: JsonPathPagination, cursor_path: next, is_url: true}\npage_token_option: {type: RequestPath}');
    const token = pages.nextToken(await pageOf({ body: { next: stated } }));
    expect(token).toBe(url);
    expect(pages.path({ slice: SLICE, token })).toBe(url);
    expect(pages.givesWholeUrls).toBe(true);
  });

  it('refuses a cursor that is a list or an object', async () => {
    const page = await pageOf({ body: { next: { id: 1 } } });
    expect(() => paginator('{type: JsonPathPagination, cursor_path: next}').nextToken(page)).toThrow(
      'is no cursor but a list or an object',
    );
  });
});

describe('HeaderPagination', () => {
  it('takes the cursor from a header, written in any case', async () => {
    const pages = paginator('{type: HeaderPagination, header: X-Next}');
    expect(await tokens(pages, [{ headers: { 'x-NEXT': 'a' } }, {}])).toEqual([undefined, 'a', undefined]);
    expect(pages.givesWholeUrls).toBe(false);
  });

  it('takes the URL of a relation in the Link header', async () => {
    const pages = paginator('{type: HeaderPagination, link_relation: more}\npage_token_option: {type: RequestPath}');
    const link = '</items?p=1>; rel="prev", </items?p=3>; rel="more"';
    expect(await tokens(pages, [{ headers: { Link: link } }, {}])).toEqual([undefined, 'https://api.test/items?p=3', undefined]);
    expect(pages.givesWholeUrls).toBe(true);
  });

  it('needs one of both', () => {
    expect(() => paginator('{type: HeaderPagination}')).toThrow('needs either header or link_relation');
  });
});

describe('DetectedPagination', () => {
  const logged: string[] = [];
  const note = (message: string | (() => string)): void => void logged.push(typeof message === 'string' ? message : message());

  function detected(): Paginator {
    logged.length = 0;
    const { run } = fakeApi(() => ({}));
    return buildFromYaml('paginator', 'type: DetectedPagination', { run: { log: { ...run.log, info: note, warn: note } } });
  }

  /** The query or path of each further request. */
  async function requests(answers: readonly Answer[]): Promise<unknown[]> {
    const pages = detected();
    const asked: unknown[] = [];
    let token: Value | undefined;
    for (const answer of answers) {
      token = pages.nextToken(await pageOf(answer, token));
      if (token === undefined) break;
      const options = new RequestOptions();
      pages.contribute(options, { slice: SLICE, token });
      asked.push(pages.path({ slice: SLICE, token }) ?? options.params);
    }
    return asked;
  }

  it.each<[string, Answer[], unknown[], RegExp]>([
    [
      'a Link header, before all else',
      [{ headers: { link: '<https://h/2>; rel="next"' }, body: { next: '/3' } }, { headers: { link: '<https://h/3>; rel="next"' } }, {}],
      ['https://h/2', 'https://h/3'],
      /the next page is the link in its Link header/,
    ],
    [
      'a link in the body',
      [{ body: { links: { next: { href: '/items?page=2' } } } }, { body: { links: { next: { href: null } } } }],
      ['https://api.test/items?page=2'],
      /the next page is the link in links\.next\.href/,
    ],
    ['a link under another name', [{ body: { nextPageUrl: 'https://h/2' } }, { body: {} }], ['https://h/2'], /the link in nextPageUrl/],
    [
      'a number of pages, before a cursor',
      [{ body: { next: 'x', total_pages: 3 } }, { body: { total_pages: '3' } }, { body: { total_pages: 3 } }],
      [{ page: 1 }, { page: 2 }],
      /by a guess: the query parameter "page" from 1 up to the number in total_pages/,
    ],
    [
      'a number of pages, to an empty page',
      [{ body: { meta: { pages: 9 } } }, { body: { meta: { pages: 9 } }, extracted: 0 }],
      [{ page: 1 }],
      /in meta\.pages/,
    ],
    [
      'a cursor',
      [{ body: { cursors: { next: 'a' } } }, { body: { cursors: { next: 'b' } } }, { body: { cursors: {} } }],
      [{ cursor: 'a' }, { cursor: 'b' }],
      /by a guess: the query parameter "cursor" with what cursors\.next/,
    ],
    ['a single page of records', [{ body: { data: [] }, extracted: 2 }], [], /taken for the only one\. Declare the paginator/],
    ['a single page of a list', [{ body: [{ id: 1 }] }], [], /Declare the paginator/],
    ['a single record', [{ body: { id: 1 } }], [], /taken for the only one\.$/],
  ])('finds %s', async (_what, answers, expected, said) => {
    expect(await requests(answers)).toEqual(expected);
    expect(logged).toEqual([expect.stringMatching(said)]);
  });

  it('says nothing of a page without records', async () => {
    expect(await requests([{ body: { data: [] }, extracted: 0 }])).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('ends where the number of pages is gone', async () => {
    await expect(requests([{ body: { pages: 3 } }, { body: {} }])).rejects.toThrow('The number of pages is no longer at pages');
  });
});
