import { describe, expect, it } from 'vitest';
import { localApi } from '../../testing/local-api.ts';
import { readManifest } from '../../testing/read-manifest.ts';

interface Case {
  readonly cursor: string;
  readonly stop?: string;
  readonly filter?: string;
  readonly stream?: string;
  readonly guards?: string;
  readonly paginator?: string;
}

const ROWS = Array.from({ length: 7 }, (_, index) => ({ id: index + 1, at: `2026-01-0${index + 1}`, even: (index + 1) % 2 === 0 }));

/** An API that gives two rows a page, after the one that it is asked for, and what a read of it asked for and gave. */
async function read(
  { cursor, stop = '', filter = '', stream = '', guards = '{}', paginator = '' }: Case,
  pages: 'scanned' | 'parsed',
  state = {},
) {
  const asked: (string | null)[] = [];
  const api = await localApi(({ path }) => {
    const after = new URL(path, 'http://api').searchParams.get('after');
    asked.push(after);
    const from = Number((after ?? '0').replace('k', ''));
    const data = ROWS.filter(({ id }) => id > from).slice(0, 2);
    return { body: { data, next: data.at(-1)?.id ?? null } };
  });
  const condition = filter && `record_filter: {type: RecordFilter, condition: "${filter}"}, `;
  const stopping = stop && `, stop_condition: "${stop}"`;
  const manifest = `
version: 6.0.0
type: DeclarativeSource
metadata: {guards: ${guards}}
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    primary_key: [id]
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    ${stream}
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "${api.url}/items"}
      record_selector: {type: RecordSelector, ${condition}extractor: {type: DpathExtractor, field_path: [data]}}
      paginator:
        type: DefaultPaginator
        pagination_strategy: ${paginator || `{type: CursorPagination, cursor_value: "${cursor}"${stopping}}`}
        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: after}`;
  const { records, failed, states } = await readManifest(manifest, { pages, state });
  expect(failed).toEqual([]);
  return { asked, ids: records['items']?.map(({ id }) => id), state: states['items'] };
}

const CLIENT_SIDE = `incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: "%Y-%m-%d", start_datetime: "2026-01-01", is_client_side_incremental: true}`;
const KEY = `transformations: [{type: AddFields, fields: [{path: [key], value: "k{{ record['id'] }}"}]}]`;

describe.each(['scanned', 'parsed'] as const)('pages that are %s', (pages) => {
  it('are counted as the API sent them, whatever a filter leaves', async () => {
    const paging = { cursor: '{{ response.next }}', stop: '{{ last_page_size < 2 }}', filter: "{{ record['even'] }}" };
    expect(await read(paging, pages)).toMatchObject({ asked: [null, '2', '4', '6'], ids: [2, 4, 6] });
    const kept = { asked: [null], ids: [2] };
    expect(await read({ ...paging, guards: '{filtered_paging: keep}' }, pages)).toMatchObject(kept);
    expect(await read({ ...paging, guards: '{streams: {items: {filtered_paging: keep}}}' }, pages)).toMatchObject(kept);
    expect((await read({ ...paging, guards: '{streams: {others: {filtered_paging: keep}}}' }, pages)).ids).toEqual([2, 4, 6]);
  });

  it('end with the last record that the API sent, whatever a filter leaves', async () => {
    const paging = { cursor: "{{ last_record['id'] }}", stop: '{{ not response.next }}', filter: "{{ record['id'] in [1, 7] }}" };
    expect(await read(paging, pages)).toMatchObject({ asked: [null, '2', '4', '6', '7'], ids: [1, 7] });
  });

  it('are counted whatever the last sync had', async () => {
    const paging = { cursor: "{{ last_record['id'] }}", stop: '{{ last_page_size == 0 }}', stream: CLIENT_SIDE };
    const outcome = await read(paging, pages, { items: { at: '2026-01-05' } });
    expect(outcome).toMatchObject({ ids: [5, 6, 7], state: { at: '2026-01-07' } });
    const keep = await read({ ...paging, guards: '{filtered_paging: keep}' }, pages, { items: { at: '2026-01-05' } });
    expect(keep.ids).toEqual([]);
  });

  it('end with a record as the transformations leave it, be it refused or not', async () => {
    const paging = { cursor: "{{ last_record['key'] }}", stop: '{{ last_page_size < 2 }}', stream: KEY };
    expect((await read(paging, pages)).asked).toEqual([null, 'k2', 'k4', 'k6']);
    const odd = await read({ ...paging, filter: "{{ record['id'] % 2 == 1 }}" }, pages);
    expect(odd).toMatchObject({ asked: [null, 'k2', 'k4', 'k6'], ids: [1, 3, 5, 7] });
  });

  it('end with a record as it came where a transformation fails on what the filter refused', async () => {
    const stream = `transformations: [{type: AddFields, fields: [{path: [part], value: "{{ 1 / (record['id'] % 2) }}"}]}]`;
    const paging = { cursor: "{{ last_record['id'] }}", stop: '{{ last_page_size < 2 }}', filter: "{{ record['id'] % 2 == 1 }}", stream };
    expect(await read(paging, pages)).toMatchObject({ asked: [null, '2', '4', '6'], ids: [1, 3, 5, 7] });
  });

  it('are counted by offsets and numbers as the API sent them', async () => {
    const paging = { cursor: '', filter: '{{ False }}', paginator: '{type: OffsetIncrement, page_size: 2}' };
    expect((await read(paging, pages)).asked).toEqual([null, '2', '4', '6']);
    const numbers = { ...paging, paginator: '{type: PageIncrement, page_size: 2, start_from_page: 5}' };
    expect((await read(numbers, pages)).asked).toEqual([null, '6']);
  });
});
