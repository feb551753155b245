import { describe, expect, it } from 'vitest';
import { localApi } from '../../testing/local-api.ts';
import { readManifest } from '../../testing/read-manifest.ts';

const LARGE = 9 * 1024 * 1024;

async function read(pages: 'scanned' | 'parsed', body: Uint8Array, type: string) {
  const api = await localApi(({ path }) => (path === '/items' ? { body, headers: { 'Content-Type': type } } : { body: {} }));
  return readManifest(
    `
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "${api.url}/items"}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}
      paginator:
        type: DefaultPaginator
        pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next or '' }}"}
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: after}`,
    { pages },
  );
}

describe.each(['scanned', 'parsed'] as const)('pages that are %s', (pages) => {
  const json = (length = 0): string => `{"items": [{"id": 1, "name": "é"}], "more": "${'x'.repeat(length)}", "next": "é"}`;
  const expected = { records: { items: [{ id: 1, name: 'é' }] }, failed: [] };

  it.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${json()}`), 'application/json'],
    ['UTF-16 with a mark', Buffer.from(`\ufeff${json()}`, 'utf16le'), 'application/json'],
    ['UTF-16', Buffer.from(json(), 'utf16le'), 'application/json; charset=utf-16'],
    ['a declared charset', Buffer.from(json(), 'latin1'), 'application/json; charset=ISO-8859-1'],
    ['UTF-8 that is declared otherwise', Buffer.from(json()), 'application/json; charset=ISO-8859-1'],
    ['a long text with a mark', Buffer.from(`\ufeff${json(LARGE)}`), 'application/json'],
    ['a long text in a declared charset', Buffer.from(json(LARGE), 'latin1'), 'application/json; charset=ISO-8859-1'],
  ])('may be in %s', async (_name, body, type) => {
    expect(await read(pages, body, type)).toMatchObject(expected);
  });
});
