import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../lib/json.ts';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';
import { rowsManifest } from '../testing/rows-manifest.ts';
import { nextPageHint } from './next-page-hint.ts';

const hint = (document: Json, read = 2, listPath: string[] | undefined = ['rows']) => nextPageHint(document, read, listPath)?.key;

describe('nextPageHint', () => {
  it.each<[string, JsonObject]>([
    ['next', { next: 'https://api.example.com/?page=2' }],
    ['nextCursor', { nextCursor: 'abc' }],
    ['next_page', { next_page: 2 }],
    ['meta.next_cursor', { meta: { next_cursor: 'abc' } }],
    ['response_metadata.next_cursor', { response_metadata: { next_cursor: 'abc' } }],
    ['paging.next', { paging: { next: { after: 'abc' } } }],
    ['@odata.nextLink', { '@odata.nextLink': 'https://api.example.com' }],
    ['nextPageToken', { nextPageToken: 'abc' }],
    ['continuationToken', { continuationToken: 'abc' }],
    ['cursor', { cursor: 'abc' }],
    ['total', { total: 3 }],
    ['meta.total_count', { meta: { total_count: '30' } }],
    ['total_pages', { total_pages: 2 }],
  ])('finds %s', (key, document) => {
    expect(hint({ rows: [], ...document })).toBe(key);
  });

  it('looks on the way to the records, and into no other object', () => {
    expect(hint({ data: { next: 'abc', rows: [] } }, 2, ['data', 'rows'])).toBe('data.next');
    expect(hint({ data: { next: 'abc', rows: [] } })).toBeUndefined();
  });

  it.each<[string, Json]>([
    ['it says that there is no more', { has_more: false, next_cursor: 'abc', total: 9 }],
    ['its next page is null', { next: null, cursor: 'abc' }],
    ['it has one page', { total_pages: 1, next: 'abc' }],
    ['all of its total was read', { total: 2 }],
    [
      'its keys only begin alike',
      { next_payment_at: '2026-01-01', total_amount: 900, csrf_token: 'a', nextSyncToken: 'b', prev_cursor: 'c' },
    ],
    ['it is a list', [{ next: 'abc' }]],
  ])('finds nothing where %s', (_why, document) => {
    expect(hint(document)).toBeUndefined();
  });

  it('finds nothing in a response that is the record', () => {
    expect(hint({ id: 1, next: 'abc', total: 500 }, 1, [])).toBeUndefined();
  });
});

describe('a stream that ends with its first page', () => {
  const PAGINATOR = { type: 'DefaultPaginator', page_token_option: { type: 'RequestPath' } };
  const byCursor = (strategy: JsonObject) => ({ ...PAGINATOR, pagination_strategy: { type: 'CursorPagination', ...strategy } });

  async function read(paginator: JsonObject, body: JsonObject, guards: JsonObject = {}) {
    const api = await localApi(() => ({ body: { rows: [{ id: 1 }, { id: 2 }], ...body } }));
    const text = rowsManifest(api.url, { paginator });
    return readManifest(`${text}metadata: ${JSON.stringify({ guards })}\n`);
  }

  it('is warned of when the response leads on', async () => {
    const { warnings, failed } = await read(byCursor({ cursor_value: '{{ response.next_page }}' }), { meta: { next_page: 'abc' } });
    expect(failed).toEqual([]);
    expect(warnings).toEqual([
      'Stream rows: paging ends with the first page, since the cursor_value "{{ response.next_page }}" gives nothing, but meta.next_page of the response leads to a next page. Correct the paginator of the stream, or give it a stop_condition if there is no other page.',
    ]);
  });

  it('fails where the guard says so, for all streams or for one', async () => {
    const paginator = byCursor({ cursor_value: '{{ response.next_page }}' });
    for (const guards of [{ suspicious_end: 'fail' }, { streams: { rows: { suspicious_end: 'fail' } } }]) {
      const { errors, failed } = await read(paginator, { total: 90 }, guards);
      expect(failed).toEqual(['rows']);
      expect(errors).toEqual([expect.stringContaining('total of the response is 90, above the 2 that were read')]);
    }
  });

  it('is not warned of when its stop condition ended it, or when the API says that it is the last', async () => {
    const stopped = byCursor({ cursor_value: '{{ response.next_page }}', stop_condition: '{{ true }}' });
    expect((await read(stopped, { meta: { next_page: 'abc' } })).warnings).toEqual([]);
    expect((await read(byCursor({ cursor_value: '{{ response.next }}' }), { next: null })).warnings).toEqual([]);
  });

  it('is warned of when the API gives smaller pages than the page size', async () => {
    const strategy = { type: 'PageIncrement', page_size: 100 };
    expect((await read({ ...PAGINATOR, pagination_strategy: strategy }, { total: 500 })).warnings).toEqual([
      expect.stringMatching(/a page with fewer records than the page_size of 100 ends paging, but total of the response is 500/),
    ]);
  });
});
