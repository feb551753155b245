import { describe, expect, it } from 'vitest';
import { localApi } from '../../testing/local-api.ts';
import { openManifest, readManifest } from '../../testing/read-manifest.ts';

interface Stream {
  readonly body: string;
  readonly transformations?: string;
  readonly selector?: string;
  readonly more?: string;
}

/** A manifest with one stream, whose only page has records at `items`. */
async function manifestOf({ body, transformations = '', selector = '', more = '' }: Stream): Promise<string> {
  const api = await localApi(() => ({ body }));
  return `
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    primary_key: [id]
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    transformations: [${transformations}]
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "${api.url}/items"}
      record_selector: {type: RecordSelector, ${selector}extractor: {type: DpathExtractor, field_path: [items]}}${more}`;
}

const DATE = `{type: AddFields, fields: [{path: [day], value: "{{ format_datetime(record['at'], '%Y-%m-%d') }}"}]}`;
const FILTER = `record_filter: {type: RecordFilter, condition: "{{ record['n'] / record['d'] > 0 }}"}, `;
const TRANSFORMATIONS = [
  '{type: KeysToLower}',
  '{type: KeysToSnakeCase}',
  '{type: KeysReplace, old: a, new: b}',
  '{type: FlattenFields}',
  '{type: DpathFlattenFields, field_path: [car]}',
  '{type: RemoveFields, field_pointers: [[x]]}',
  '{type: AddFields, fields: [{path: [seen], value: "yes"}]}',
  '{type: AddFields, fields: [{path: [a, b], value: "yes"}], condition: "{{ True }}"}',
];

describe.each(['scanned', 'parsed'] as const)('pages that are %s', (pages) => {
  const at = (id: number, time = '2026-01-01T08:00:00Z'): string => `{"id": ${id}, "at": "${time}"}`;
  const ids = (rows: readonly { id?: unknown }[] = []): unknown[] => rows.map(({ id }) => id);
  const readOf = async (stream: Stream) => readManifest(await manifestOf(stream), { pages });
  const checkOf = async (stream: Stream): Promise<string | undefined> => {
    const { source } = await openManifest(await manifestOf(stream), { pages });
    return source.check.check(source);
  };

  it('give the records before one that a transformation fails on', async () => {
    const body = `{"items": [${[at(1), at(2), at(3, 'never'), at(4)].join(',')}]}`;
    const { records, errors, failed } = await readOf({ body, transformations: DATE });
    expect(records['items']).toEqual([
      { id: 1, at: '2026-01-01T08:00:00Z', day: '2026-01-01' },
      { id: 2, at: '2026-01-01T08:00:00Z', day: '2026-01-01' },
    ]);
    expect([errors.length, failed]).toEqual([1, ['items']]);
    expect(await checkOf({ body, transformations: DATE })).toBeUndefined();
  });

  it('fail the check where the first record fails', async () => {
    const body = `{"items": [${[at(1, 'never'), at(2)].join(',')}]}`;
    await expect(checkOf({ body, transformations: DATE })).rejects.toThrow(/invalid literal/);
    expect((await readOf({ body, transformations: DATE })).records['items']).toEqual([]);
  });

  it('give the records before one that a filter fails on, whatever the filter refused', async () => {
    const rows = ['{"id": 1, "n": 1, "d": 1}', '{"id": 2, "n": 0, "d": 1}', '{"id": 3, "n": 1, "d": 1}', '{"id": 4, "n": 1, "d": 0}'];
    const stream = { body: `{"items": [${[...rows, rows[0]].join(',')}]}`, selector: FILTER };
    const { records, failed } = await readOf(stream);
    expect([ids(records['items']), failed]).toEqual([[1, 3], ['items']]);
    expect(await checkOf(stream)).toBeUndefined();
  });

  it('give the records before one that is none of a page that is parsed in groups', async () => {
    const large = Array.from({ length: 300 }, (_, id) => `{"id": ${id}, "text": "${'x'.repeat(1000)}"}`);
    const { records } = await readOf({
      body: `{"items": [${[...large, '7', at(300)].join(',')}]}`,
      transformations: '{type: KeysToLower}',
    });
    expect(ids(records['items'])).toEqual(large.map((_, id) => id));
  });

  it.each(TRANSFORMATIONS)('make no records of what is no object by %s', async (transformations) => {
    for (const bad of ['"Text"', '7', 'null', '[{"id": 2}]', 'true']) {
      const stream = { body: `{"items": [{"id": 1, "car": {"seats": 4}}, ${bad}, {"id": 3}]}`, transformations };
      const { records, errors } = await readOf(stream);
      expect([bad, ids(records['items'])]).toEqual([bad, [1]]);
      expect(errors[0]).toMatch(/A record must be an object, but the extractor gave/);
      expect(await checkOf(stream)).toBeUndefined();
      const first = await checkOf({ body: `{"items": [${bad}, {"id": 3}]}`, transformations });
      expect(first).toMatch(/Stream items is not available: A record must be an object/);
    }
  });

  it('fail a check by what is no object, with nothing done to it', async () => {
    expect(await checkOf({ body: '{"items": ["a"]}' })).toMatch(/the extractor gave a string/);
  });

  it('leave out what is no object where a filter refuses it', async () => {
    const selector = `record_filter: {type: RecordFilter, condition: "{{ record is mapping }}"}, `;
    const stream = { body: '{"items": ["a", {"id": 1}, null, {"id": 2}]}', selector, transformations: '{type: KeysToLower}' };
    const { records, failed } = await readOf(stream);
    expect([records['items'], failed]).toEqual([[{ id: 1 }, { id: 2 }], []]);
    expect(await checkOf(stream)).toBeUndefined();
  });

  it('give the children of the parents before one that fails, but for the last, which is held back until the next is read', async () => {
    const api = await localApi(({ path }) => ({
      body: path === '/items' ? '{"items": [{"id": 1}, {"id": 2}, "odd", {"id": 4}]}' : { items: [{ path }] },
    }));
    const stream = (name: string, path: string, more: string): string => `
  - type: DeclarativeStream
    name: ${name}
    schema_loader: {type: InlineSchemaLoader, schema: {}}
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "${api.url}/${path}"}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}${more}`;
    const router = `
      partition_router:
        type: SubstreamPartitionRouter
        parent_stream_configs: [{type: ParentStreamConfig, parent_key: id, partition_field: id, stream: {$ref: "#/streams/0"}}]`;
    const manifest = `
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [children]}
streams:${stream('parents', 'items', '')}${stream('children', '{{ stream_partition.id }}', router)}`;
    const { records, failed } = await readManifest(manifest, { pages, streams: ['children'] });
    expect([records['children'], failed]).toEqual([[{ path: '/1' }], ['children']]);
  });
});
