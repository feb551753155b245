import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { createGuards, parseGuard } from '../../engine/guards.ts';
import type { Batch, StreamScope, Transformation } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { type LocalApi, localApi } from '../../testing/local-api.ts';

const PAGED = `
type: SimpleRetriever
requester: {type: HttpRequester, url: "{{ config.url }}/items"}
record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}
paginator:
  type: DefaultPaginator
  page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: from}
  pagination_strategy: {type: CursorPagination, cursor_value: "{{ last_record.id if response.more else '' }}"}`;

/** Text that makes a page worth scanning, or a record a large one. */
const PADDING = 'x'.repeat(5000);
const LARGE = 9 * 1024 * 1024;

interface Reading {
  readonly lines: string[];
  readonly batches: Batch[];
  readonly error: string | undefined;
}

/** Reads a slice as the engine does: by copying where that is possible. */
async function read(api: LocalApi, yaml: string, transformation = '', schema: JsonObject = {}): Promise<Reading> {
  const transformations: Transformation[] =
    transformation === '' ? [] : [buildFromYaml('transformation', transformation, { config: {}, run: api.run })];
  const stream: StreamScope = { ...auxiliaryScope(api.run as never, 'items'), transformations, schema: async () => schema };
  const retriever = buildFromYaml('retriever', yaml, { config: { url: api.url }, run: api.run, stream, declaration: {} });
  const [lines, batches]: [string[], Batch[]] = [[], []];
  const write = (record: Json): void => void lines.push(`parsed ${JSON.stringify(record)}`);
  const copy = (block: Uint8Array): void =>
    void lines.push(...Buffer.from(block).toString().replaceAll('}}\n', '\n').trimEnd().split('\n'));
  try {
    for await (const batch of retriever.read(new StreamSlice())) {
      batches.push(batch);
      if (batch.writeTo === undefined) for (const record of batch.records) write(record);
      else batch.writeTo({ lines: { prefix: () => Buffer.from('copied '), write: copy }, write, observe: undefined });
    }
    return { lines, batches, error: undefined };
  } catch (error) {
    return { lines, batches, error: (error as Error).message };
  }
}

function page(items: string, rest: string): string {
  return `{"padding": "${PADDING}", "items": [${items}], ${rest}}`;
}

describe('a page that nobody looks into', () => {
  it('is written as it came, without its nulls, and asks for the next one by what surrounds its records', async () => {
    const api = await localApi((_request, count) =>
      count === 1
        ? { body: page('{"id": 1.0, "none": null, "deep": {"a": null}},{"none": null, "id": 2}', '"more": true') }
        : { body: page('{"id": 3}', '"more": false') },
    );
    const { lines } = await read(api, PAGED);
    expect(lines).toEqual(['copied {"id": 1.0, "deep": {"a": null}}', 'copied {"id": 2}', 'copied {"id": 3}']);
    expect(api.received.map(({ path }) => path)).toEqual(['/items', '/items?from=2']);
  });

  it('is asked for in parts that are joined, and still asks for the next one by what surrounds its records', async () => {
    const listed =
      'property_list: [a, b], property_chunking: {type: PropertyChunking, property_limit_type: property_count, property_limit: 1}';
    const inParts = PAGED.replace('items"}', `items", request_parameters: {fields: {type: QueryProperties, ${listed}}}}`);
    const api = await localApi(({ path }) => {
      const query = new URL(path, 'http://localhost').searchParams;
      const isFirst = query.get('from') === null;
      return { body: page(`{"id": ${isFirst ? 1 : 2}, "${query.get('fields')}": 7}`, `"more": ${isFirst}`) };
    });
    const { lines, error } = await read(api, inParts);
    expect([error, lines]).toEqual([undefined, ['parsed {"id":1,"a":7,"b":7}', 'parsed {"id":2,"a":7,"b":7}']]);
  });

  const setting = (path: string, value: string): string =>
    `type: AddFields\nfields: [{type: AddedFieldDefinition, path: [${path}], value: "${value}"}]`;

  it.each<[string, string, string, string[]]>([
    [
      'with the fields that are set, in the place of those that records had',
      setting('seconds', '{{ record.id / 1000 }}'),
      '{"id": 1000},{"id": 2, "seconds": 7},{"id": 5000, "name": "c"}',
      ['{"id": 1000,"seconds":1.0}', '{"id": 2,"seconds":0.002}', '{"id": 5000, "name": "c","seconds":5.0}'],
    ],
    [
      'where a field is computed from what it was by a formula',
      setting('id', '{{ record.id / 1000 }}'),
      '{"id": 1000, "name": "c"},{"id": 2000, "x": 1}',
      ['{"name": "c","id":1.0}', '{"x": 1,"id":2.0}'],
    ],
    [
      'where a field is computed from what it was',
      setting('id', 'n{{ record.id }}'),
      '{"id": 1000, "name": "c"},{"id": 2000, "x": 1}',
      ['{"name": "c","id":"n1000"}', '{"x": 1,"id":"n2000"}'],
    ],
    [
      'but for the field in which another one is set',
      setting('meta, twice', '{{ record.id * 2 }}'),
      '{"id": 1},{"meta": {"a": [1.50]}, "id": 2},{"id": 3, "meta": {}}',
      ['{"id": 1,"meta":{"twice":2}}', '{"id": 2,"meta":{"a":[1.5],"twice":4}}', '{"id": 3,"meta":{"twice":6}}'],
    ],
    [
      'without the fields that are removed',
      'type: RemoveFields\nfield_pointers: [[a], [b], ["7"]]',
      '{"a": {"x": [1]}, "id": 1, "b": 2},{"id": 2},{"b": 1}',
      ['{"id": 1}', '{"id": 2}', '{}'],
    ],
  ])('is copied %s', async (_how, transformation, items, expected) => {
    const api = await localApi(() => ({ body: page(items, '"more": false') }));
    const { lines } = await read(api, PAGED, transformation);
    expect(lines).toEqual(expected.map((record) => `copied ${record}`));
  });

  it('has those records parsed that the schema changes, and the others copied', async () => {
    const rows = [
      '{"id": 1, "name": "a", "price": 1.50, "tags": [], "on": true}',
      '{"id": "2", "name": "a"}',
      '{"id": 3, "name": null, "price": null, "more": "x"}',
      '{"id": 4, "price": 2}',
      '{"id": 5, "deep": {"n": "7"}}',
      '{"id": 6, "tags": "t"}',
      '{"id": 7, "deep": {}, "tags": [1]}',
    ];
    const api = await localApi(() => ({ body: page(rows.join(','), '"more": false') }));
    const types = { id: 'integer', name: ['null', 'string'], price: ['number', 'null'], tags: 'array', on: 'boolean' };
    const properties: JsonObject = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
    properties['deep'] = { type: 'object', properties: { n: { type: 'integer' } } };
    const normalised = PAGED.replace('{type: RecordSelector,', '{type: RecordSelector, schema_normalization: Default,');
    const { lines } = await read(api, normalised, setting('half', '{{ record.id | int / 2 }}'), {
      properties: { ...properties, half: { type: 'string' } },
    });
    expect(lines).toEqual([
      'copied {"id": 1, "name": "a", "price": 1.50, "tags": [], "on": true,"half":"0.5"}',
      'parsed {"id":2,"name":"a","half":"1.0"}',
      'copied {"id": 3, "more": "x","half":"1.5"}',
      'parsed {"id":4,"price":2.0,"half":"2.0"}',
      'parsed {"id":5,"deep":{"n":7},"half":"2.5"}',
      'parsed {"id":6,"tags":["t"],"half":"3.0"}',
      'copied {"id": 7, "deep": {}, "tags": [1],"half":"3.5"}',
    ]);
  });

  it('is parsed in parts where whole records are looked at', async () => {
    const rows = Array.from({ length: 400 }, (_, id) => JSON.stringify({ id, deep: { text: 'x'.repeat(500) } }));
    const api = await localApi((_request, count) => ({ body: page(rows.join(','), `"more": ${count === 1}`) }));
    const { lines, batches } = await read(api, PAGED, 'type: DpathFlattenFields\nfield_path: [deep]\ndelete_origin_value: true');
    const expected = rows.map((_, id) => `parsed ${JSON.stringify({ id, text: 'x'.repeat(500) })}`);
    expect(lines).toEqual([...expected, ...expected]);
    expect(batches.length).toBeGreaterThan(4);
    expect(api.received.map(({ path }) => path)).toEqual(['/items', '/items?from=399']);
  });

  it('is parsed where records break over lines or spell numbers with an exponent', async () => {
    const api = await localApi(() => ({ body: page('{"id": 1,\n"a": 2},{"id": 1e3},{"id": 3}', '"more": false') }));
    expect((await read(api, PAGED)).lines).toEqual(['parsed {"id":1,"a":2}', 'parsed {"id":1e3}', 'copied {"id": 3}']);
  });

  it('gives no record when it is no JSON further on', async () => {
    const api = await localApi(() => ({ body: `${page('{"id": 1}', '"more": false')} and more` }));
    const { lines, error } = await read(api, PAGED);
    expect(lines).toEqual([]);
    expect(error).toContain('is not JSON');
  });

  const filtered = (condition: string, more = ''): string =>
    PAGED.replace(
      '{type: RecordSelector,',
      `{type: RecordSelector, ${more}record_filter: {type: RecordFilter, condition: ${JSON.stringify(condition)}},`,
    );

  it('is copied without the records that a filter refuses, and pages by the last one that the API sent', async () => {
    const items =
      '{"id": 1, "x": null, "tag": "a"},{"x": null, "id": 2, "tag": "b"},{"id": 3, "x": null, "tag": "a"},{"id": 4, "tag": "b"}';
    const api = await localApi((_request, count) => ({ body: page(items, `"more": ${count === 1}`) }));
    const { lines, batches } = await read(api, filtered("{{ record.tag == 'a' }}"));
    const kept = ['copied {"id": 1, "tag": "a"}', 'copied {"id": 3, "tag": "a"}'];
    expect(lines).toEqual([...kept, ...kept]);
    expect(api.received.map(({ path }) => path)).toEqual(['/items', '/items?from=4']);
    expect(batches.map(({ count }) => count)).toEqual([2, 2]);
  });

  it('is copied where a filter looks at what is added before', async () => {
    const api = await localApi(() => ({ body: page('{"id": 1000},{"id": 2000},{"id": 3000}', '"more": false') }));
    const condition = filtered('{{ record.seconds >= 2 }}', 'transform_before_filtering: true, ');
    const { lines } = await read(api, condition, setting('seconds', '{{ record.id / 1000 }}'));
    expect(lines).toEqual(['copied {"id": 2000,"seconds":2.0}', 'copied {"id": 3000,"seconds":3.0}']);
  });

  it('is parsed where a record that cannot be copied may be filtered', async () => {
    const api = await localApi(() => ({ body: page('{"id": 1},{"id": 2e0},{"id": 3}', '"more": false') }));
    const { lines } = await read(api, filtered('{{ record.id > 1 }}'));
    expect(lines).toEqual(['parsed {"id":2e0}', 'parsed {"id":3}']);
  });

  it('has nested values of any size looked at while it is copied', async () => {
    const large = JSON.stringify({ texts: Array.from({ length: 300 }, (_, i) => `text ${i}`), n: 1.5 });
    const items = Array.from({ length: 20 }, (_, id) => `{"id": ${id}, "deep": ${large.replace('1.5', String(id % 3))}}`);
    const api = await localApi(() => ({ body: page(items.join(','), '"more": false') }));
    const { lines } = await read(api, filtered('{{ record.deep.n == 2 and record.id > 3 }}'));
    expect(lines).toEqual(items.filter((_, id) => id % 3 === 2 && id > 3).map((item) => `copied ${item}`));
  });

  it.each<[string, (text: string) => string]>([
    [
      'the paginator looks at its records',
      (text) => text.replace('last_record.id if response.more', 'response.items[0].id if response.more'),
    ],
    ['an environment variable says so', (text) => text],
  ])('is parsed where %s', async (reason, change) => {
    const api = await localApi(() => ({ body: page('{"id": 1},{"id": 2}', '"more": false') }));
    const environment = reason.startsWith('an environment') ? { SOURCE_DECLARATIVE_PAGES: 'parsed' } : {};
    expect(change(PAGED) !== PAGED || Object.keys(environment).length > 0).toBe(true);
    const { lines } = await read({ ...api, run: { ...api.run, environment } as never }, change(PAGED));
    expect(lines).toEqual(['parsed {"id":1}', 'parsed {"id":2}']);
  });
});

describe('a page that is too large to be held', () => {
  const text = 'y'.repeat(100_000);
  const records = Array.from({ length: Math.ceil(LARGE / text.length) }, (_, id) => `{"id": ${id}, "text": "${text}"}`);

  it.each([
    ['a record', `{"items": [{"id": 1}, {"id": 2, "text": "${'z'.repeat(2 * LARGE)}"}], "more": false}`],
    ['what follows the list', `{"items": [{"id": 1}], "more": false, "rest": "${'z'.repeat(2 * LARGE)}"}`],
  ])('may hold %s of at most max_response_bytes', async (_what, body) => {
    const api = await localApi(() => ({ body }));
    const guards = createGuards({}, [parseGuard(`max_response_bytes=${LARGE}`)]);
    const { error } = await read({ ...api, run: Object.assign({ ...api.run }, { guards }) }, PAGED);
    expect(error).toContain('Raise the guard max_response_bytes');
  });

  it('is written while it arrives, and its paginator reads what comes after the records', async () => {
    const api = await localApi((_request, count) => ({
      body: count === 1 ? `{"items": [${records.join(',')}], "more": true}` : '{"items": [], "more": false}',
    }));
    const { lines, batches } = await read(api, PAGED);
    expect(lines).toHaveLength(records.length);
    expect(batches.length).toBeGreaterThan(1);
    expect(api.received.map(({ path }) => path)).toEqual(['/items', `/items?from=${records.length - 1}`]);
  });

  it('is read whole where it holds no list', async () => {
    const api = await localApi(() => ({ body: `{"items": {"id": 1, "text": "${'z'.repeat(LARGE)}"}, "more": false}` }));
    const { lines } = await read(api, PAGED);
    expect(lines.map((line) => line.slice(0, 20))).toEqual(['parsed {"id":1,"text']);
  });

  it('ends with an error when it breaks off in the middle', async () => {
    const api = await localApi(() => ({ body: `{"items": [${records.join(',')}, {"id": ` }));
    const { lines, error } = await read(api, PAGED);
    expect(lines).toHaveLength(records.length);
    expect(error).toMatch(/GET .*\/items answered 200 with a body that .* ends before it is whole/);
  });
});
