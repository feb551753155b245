import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import type { IncrementalSync, PageRequest, RecordSelector, StreamScope } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';

const request: PageRequest = { slice: new StreamSlice({}, { start: 2 }), token: 'next' };
const plain = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } };

function scope(changes: Partial<StreamScope>): StreamScope {
  return { ...auxiliaryScope(testRun(), 'items'), ...changes };
}

function build(spec: JsonObject, changes: Partial<StreamScope> = {}): RecordSelector {
  return buildFromYaml('recordSelector', { ...plain, ...spec }, { stream: scope(changes) });
}

const addField = (name: string, value: string) =>
  buildFromYaml('transformation', { type: 'AddFields', fields: [{ type: 'AddedFieldDefinition', path: [name], value }] });
const filter = (condition: string): JsonObject => ({ record_filter: { type: 'RecordFilter', condition } });
const documents = (): Json[] => [{ data: [{ id: 1 }, { id: 2 }, { id: 3 }] }];

describe('RecordSelector', () => {
  it('gives the records as they are when nothing is to be done to them, and at once', () => {
    const selector = build({});
    expect(selector.select(documents(), request)).toEqual({ records: [{ id: 1 }, { id: 2 }, { id: 3 }], extracted: 3, found: 3 });
    expect([selector.reads, selector.changesDocuments, selector.wholeResponse, selector.sumsLists]).toEqual([
      'nothing',
      false,
      false,
      false,
    ]);
  });

  it('counts before it filters, and filters by the slice and the token', () => {
    const selector = build(filter("{{ record.id >= stream_slice.start and next_page_token.next_page_token == 'next' }}"));
    expect(selector.select(documents(), request)).toEqual({ records: [{ id: 2 }, { id: 3 }], extracted: 3, found: 3 });
    expect(selector.reads).toEqual(['id']);
  });

  it('drops all records by an empty condition', () => {
    expect(build(filter('')).select(documents(), request)).toEqual({ records: [], extracted: 3, found: 3, refusedLast: { id: 3 } });
  });

  it('transforms what the filter left, or filters what was transformed', () => {
    const transformations = [addField('x', '{{ record.id * 10 }}')];
    const after = build(filter('{{ record.x }}'), { transformations });
    expect(after.select([{ data: [{ id: 1 }, { id: 2, x: 1 }] }], request)).toEqual({
      records: [{ id: 2, x: 20 }],
      extracted: 2,
      found: 2,
    });
    const before = build({ ...filter('{{ record.x == 20 }}'), transform_before_filtering: true }, { transformations });
    expect(before.select([{ data: [{ id: 1 }, { id: 2 }] }], request)).toEqual({ records: [{ id: 2, x: 20 }], extracted: 2, found: 2 });
    expect(after.reads).toEqual(['x', 'id']);
  });

  it('drops what the last sync had when the stream sorts records out itself, after the transformations', () => {
    const incremental = { isClientSideIncremental: true, isDataFeed: false } as IncrementalSync;
    const cursor = { ...scope({}).cursor, reads: ['x'], shouldBeSynced: (record: JsonObject) => record['x'] !== 20 };
    const selector = build({}, { incremental, cursor, transformations: [addField('x', '{{ record.id * 10 }}')] });
    expect(selector.select(documents(), request)).toEqual({
      records: [
        { id: 1, x: 10 },
        { id: 3, x: 30 },
      ],
      extracted: 3,
      found: 3,
    });
    const feed = build({}, { incremental: { ...incremental, isDataFeed: true }, cursor });
    expect(feed.select(documents(), request)).toEqual({ records: [{ id: 1 }, { id: 2 }, { id: 3 }], extracted: 3, found: 3 });
  });

  it('fits the records to the schema, which is loaded once', async () => {
    let loads = 0;
    const schema = async (): Promise<JsonObject> => {
      loads += 1;
      return { properties: { id: { type: 'string' } } };
    };
    const selector = build({ schema_normalization: 'Default' }, { schema });
    const [first, second] = await Promise.all([selector.select(documents(), request), selector.select([{ data: [{ id: 4 }] }], request)]);
    expect(first.records).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
    expect(second.records).toEqual([{ id: '4' }]);
    expect(selector.select([{ data: { id: 5 } }], request)).toEqual({ records: [{ id: '5' }], extracted: 1, found: 1 });
    expect([loads, selector.reads, selector.changesDocuments]).toEqual([1, 'nothing', true]);
    expect(selector.schemaFit?.()?.convert('id', 5)).toBe('5');
  });

  it('waits until the transformations are ready', async () => {
    const transformations = [buildFromYaml('transformation', 'type: KeysToSnakeCase')];
    const selected = await build({}, { transformations }).select([{ data: { größe: 1 } }], request);
    expect(selected.records).toEqual([{ grosse: 1 }]);
  });

  it('uploads the files of records one after the other', async () => {
    const order: unknown[] = [];
    const fileUploader = {
      async upload(record: JsonObject) {
        order.push(record['id']);
        return { ...record, file: `f${record['id']}` };
      },
    };
    const selected = await build(filter('{{ record.id != 2 }}'), { fileUploader }).select(documents(), request);
    expect(selected.records).toEqual([
      { id: 1, file: 'f1' },
      { id: 3, file: 'f3' },
    ]);
    expect(order).toEqual([1, 3]);
  });
});
