import { describe, expect, it } from 'vitest';
import { localApi, type Received } from '../../testing/local-api.ts';
import { readManifest } from '../../testing/read-manifest.ts';

interface Case {
  readonly path: string;
  /** The token that the first page gives. */
  readonly next: (url: string) => unknown;
  readonly cursor?: string;
  readonly requester?: string;
  readonly method?: string;
  readonly redirects?: Readonly<Record<string, string>>;
}

/** The requests of a stream of two pages, of which the second is asked for by a link. */
async function requestsOf({ path, next, cursor = "{{ response.next or '' }}", requester = '', redirects = {} }: Case): Promise<Received[]> {
  const api = await localApi((_request, count) => ({ body: { data: [{ id: count }], next: count === 1 ? next(api.url) : null } }));
  const redirected = Object.keys(redirects).length > 0;
  const server = redirected
    ? await localApi(({ path: asked }, count) => {
        const location = redirects[asked];
        if (location !== undefined) return { status: 302, headers: { Location: location } };
        return { body: { data: [{ id: count }], next: count === 2 ? next('') : null } };
      })
    : api;
  const { failed } = await readManifest(`
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url_base: "${server.url}/v1", path: "${path}"${requester}}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [data]}}
      paginator:
        type: DefaultPaginator
        pagination_strategy: {type: CursorPagination, cursor_value: "${cursor}"}
        page_token_option: {type: RequestPath}`);
  expect(failed).toEqual([]);
  return server.received;
}

async function secondOf(given: Case): Promise<string | undefined> {
  return (await requestsOf(given)).at(-1)?.path;
}

describe('a next link', () => {
  it.each([
    ['query alone', 'list/items', '?page=2', '/v1/list/items?page=2'],
    ['query alone, with the slash of a folder', 'list/items/', '?page=2', '/v1/list/items/?page=2'],
    ['name beside the page', 'list/items', 'items?page=2', '/v1/list/items?page=2'],
    ['another name beside the page', 'list/items', 'page2/x', '/v1/list/page2/x'],
    ['step up', 'list/items', '../other?page=2', '/v1/other?page=2'],
    ['step down', 'list/items', './items/2', '/v1/list/items/2'],
    ['path from the root', 'list/items', '/v1/list/items?page=2', '/v1/list/items?page=2'],
    ['path from the base, as the requester has it', 'list/items', 'list/items?page=2', '/v1/list/items?page=2'],
    ['path from the base, by its folder', 'list/items', 'list/next/2', '/v1/list/next/2'],
    ['path from above the base', 'list/items', 'v1/list/items?page=2', '/v1/v1/list/items?page=2'],
    ['cursor, which is no link', 'list/items', 'abc', '/v1/abc'],
  ])('that is a %s is resolved', async (_what, path, next, expected) => {
    expect(await secondOf({ path, next: () => next })).toBe(expected);
  });

  it('is relative to where a redirect led', async () => {
    const redirects = { '/v1/items': '/v2/deep/items' };
    expect(await secondOf({ path: 'items', next: () => '?page=2', redirects })).toBe('/v2/deep/items?page=2');
  });

  it('is relative to the base where the manifest puts it together', async () => {
    const cursor = "{{ ('list/page/' ~ response.next) if response.next else '' }}";
    expect(await secondOf({ path: 'other/items', next: () => 2, cursor })).toBe('/v1/list/page/2');
  });

  it('goes out as it is where it is whole', async () => {
    expect(await secondOf({ path: 'items', next: (url) => `${url}/v2/items?a=%2F&b=&page=2` })).toBe('/v2/items?a=%2F&b=&page=2');
  });

  it('is not given again what it has: lists, empty texts, and any of several values', async () => {
    const requester = `, request_parameters: {tags: "['a', 'b']", joined: "['a', 'b']", q: "", size: "2", more: "['c']"}`;
    const query = 'tags=b&tags=a&joined=a%2Cb&q=&size=1&size=2&page=2';
    expect(await secondOf({ path: 'items', next: (url) => `${url}/v1/items?${query}`, requester })).toBe(`/v1/items?${query}&more=c`);
  });
});

describe('a body that is a text', () => {
  const sent = async (requester: string) => {
    const [request] = await requestsOf({ path: 'items', next: () => null, requester: `, http_method: POST, ${requester}` });
    return [request?.body, request?.headers['content-type']];
  };
  const type = 'text/plain; charset=utf-8';

  it.each([
    [`request_body: {type: RequestBodyPlainText, value: '{"a": 1, "b": "x y"}'}`, '{"a": 1, "b": "x y"}', type],
    [`request_body: {type: RequestBodyPlainText, value: 'a=1&b=2'}`, 'a=1&b=2', type],
    [
      `request_body: {type: RequestBodyPlainText, value: '42'}, request_headers: {content-type: application/json}`,
      '42',
      'application/json',
    ],
    [`request_body_data: '{"a": 1, "b": "x y"}'`, '{"a": 1, "b": "x y"}', undefined],
    [`request_body_data: '[1, 2]'`, '[1, 2]', undefined],
    [`request_body_data: "{'a': {{ 1 + 1 }}}"`, "{'a': 2}", undefined],
    [`request_body_data: "{{ {'a': 'x y'} }}"`, 'a=x+y', 'application/x-www-form-urlencoded'],
    [`request_body_data: "{{ {'a': stream_slice.none or 'x y'} }}"`, 'a=x+y', 'application/x-www-form-urlencoded'],
    [`request_body_data: {a: x y}`, 'a=x+y', 'application/x-www-form-urlencoded'],
    [`request_body_data: "{{ {'a': stream_slice.none or 1} | tojson }}"`, '{"a": 1}', undefined],
  ])('%s', async (requester, body, contentType) => {
    expect(await sent(requester)).toEqual([body, contentType]);
  });
});
