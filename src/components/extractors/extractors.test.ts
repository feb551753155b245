import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { batchOf } from '../../engine/batch.ts';
import { createBuilder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import type { Slot } from '../../engine/fields.ts';
import type { Extracted, Extractor, PageRequest, Row } from '../../engine/kinds.ts';
import { createRegistry } from '../../engine/registry.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { responseOf } from '../../testing/response-of.ts';
import { components } from '../index.ts';

const request: PageRequest = { slice: new StreamSlice(), token: undefined };

async function extract(spec: string | JsonObject, documents: Json[], config: JsonObject = {}): Promise<Extracted> {
  return buildFromYaml('extractor', spec, { config }).extract(documents, request);
}

async function records(spec: string | JsonObject, documents: Json[], config: JsonObject = {}): Promise<Json[]> {
  return (await extract(spec, documents, config)).records;
}

describe('DpathExtractor', () => {
  it.each<[string[], Json[], Json[]]>([
    [[], [{ a: 1 }, [1, { b: 2 }], {}, 0, 's'], [{ a: 1 }, 1, { b: 2 }, 's']],
    [['data'], [{ data: [1, null] }, { data: { a: 1 } }, { data: [] }, {}, { data: 0 }], [1, null, { a: 1 }]],
    [['data', '*', 'x'], [{ data: [{ x: 0 }, { x: [1] }, {}] }], [0, [1]]],
    [['{{ config.key }}', '0'], [{ items: [{ a: 1 }, { a: 2 }] }], [{ a: 1 }]],
  ])('%j', async (path, documents, expected) => {
    expect(await records({ type: 'DpathExtractor', field_path: path }, documents, { key: 'items' })).toEqual(expected);
  });
});

describe('JsonPathExtractor', () => {
  const warnings: string[] = [];

  async function found(fields: JsonObject, body: Json | Uint8Array, slice = new StreamSlice()): Promise<Json[]> {
    warnings.length = 0;
    const log = { ...testRun().log, info: (message: string | (() => string)) => void warnings.push(String(message)) };
    const extractor = buildFromYaml('extractor', { type: 'JsonPathExtractor', ...fields }, { run: { log } });
    return extractFrom(extractor, body, slice);
  }

  async function extractFrom(extractor: Extractor, body: Json | Uint8Array, slice: StreamSlice): Promise<Json[]> {
    const response = responseOf(body instanceof Uint8Array ? body : JSON.stringify(body));
    const documents: Json[] = [];
    for await (const batch of extractor.decoder?.decode(response) ?? []) documents.push(...batch);
    return (await extractor.extract(documents, { slice, token: undefined })).records;
  }

  it.each<[string, Json, Json[]]>([
    ['data', { data: [{ id: 1 }, { id: 2 }] }, [{ id: 1 }, { id: 2 }]],
    ['$', [{ id: 1 }], [{ id: 1 }]],
    ['$', { id: 1 }, [{ id: 1 }]],
    ['$', [], []],
    ['$', null, []],
    ['data', { data: null }, []],
    ['data', {}, []],
    ['data', [{ data: [{ id: 1 }] }], []],
    ['data', { data: { id: 1 } }, [{ id: 1 }]],
    ['a[*].b', { a: [{ b: { id: 1 } }, { b: { id: 2 } }] }, [{ id: 1 }, { id: 2 }]],
    ['a[*].b', { a: [{ b: [{ id: 1 }] }] }, [{ id: 1 }]],
    ['items', { items: ['one', null, 2, ['x']] }, [{ value: 'one' }, { value: 2 }, { value: ['x'] }]],
  ])('%s in %j', async (path, body, expected) => {
    expect(await found({ path }, body)).toEqual(expected);
  });

  it.each<[Json, Json[], string]>([
    [{ meta: { tags: [] }, data: [{ id: 1 }] }, [{ id: 1 }], 'data'],
    [{ meta: { tags: [{ id: 2 }] }, other: [{ id: 1 }] }, [{ id: 2 }], 'meta.tags'],
    [{ result: { page: { rows: [{ id: 1 }] } } }, [{ id: 1 }], 'result.page.rows'],
    [{ a: { b: { c: { d: [{ id: 1 }] } } } }, [{ a: { b: { c: { d: [{ id: 1 }] } } } }], 'the whole response'],
    [{ id: 1 }, [{ id: 1 }], 'the whole response'],
    [[{ id: 1 }], [{ id: 1 }], 'the whole response'],
  ])('finds the records of %j by itself and says where', async (body, expected, place) => {
    expect(await found({}, body)).toEqual(expected);
    expect(warnings).toEqual([`Stream : the records are taken from ${place}.`]);
  });

  it('stays with the place of the first page of a slice', async () => {
    const extractor = buildFromYaml('extractor', 'type: JsonPathExtractor');
    const slice = new StreamSlice();
    expect(await extractFrom(extractor, { rows: [{ id: 1 }] }, slice)).toEqual([{ id: 1 }]);
    expect(await extractFrom(extractor, { data: [{ id: 2 }], rows: [{ id: 3 }] }, slice)).toEqual([{ id: 3 }]);
    expect(await extractFrom(extractor, { data: [{ id: 2 }] }, slice)).toEqual([]);
    expect(await extractFrom(extractor, { data: [{ id: 2 }] }, new StreamSlice())).toEqual([{ id: 2 }]);
  });

  it('reads another encoding than the headers state', async () => {
    expect(await found({ path: 'a', encoding: 'windows-1252' }, Buffer.from('{"a":[{"n":"M\xfcller"}]}', 'latin1'))).toEqual([
      { n: 'Müller' },
    ]);
    await expect(found({ encoding: 'utf-8' }, Buffer.from('{"a":"\xfc"}', 'latin1'))).rejects.toThrow('The response is not text in utf-8');
    await expect(found({ encoding: 'klingon' }, {})).rejects.toThrow('There is no encoding "klingon"');
  });

  it('explains what it does not find, and what is no JSON', async () => {
    const extractor = buildFromYaml('extractor', 'type: JsonPathExtractor\npath: data.items');
    expect(extractor.explain?.({ data: { users: [] } })).toBe('There is nothing at data.items: "data" has no "items" but "users".');
    const html = responseOf('<html>', { 'Content-Type': 'text/html' });
    await html.load();
    expect(extractor.decoder?.refusal?.(html)).toBe('is not JSON (text/html): "<html>"');
    expect(() => buildFromYaml('extractor', 'type: JsonPathExtractor\npath: "a b"')).toThrow('is no JSONPath');
  });
});

describe('CombinedExtractor', () => {
  const combined = (mode: string, rest: JsonObject = {}): JsonObject => ({
    type: 'CombinedExtractor',
    mode,
    extractors: ['a', 'b'].map((name) => ({ type: 'DpathExtractor', field_path: [name] })),
    ...rest,
  });

  it('gives the records of all extractors', async () => {
    expect(await extract(combined('union'), [{ b: [3], a: [1] }, { a: [2] }])).toEqual({ records: [1, 2, 3], count: 3 });
  });

  it('gives the records of the first extractor that finds any', async () => {
    expect(await records(combined('first_match'), [{ b: [1] }, { a: [2], b: [3] }])).toEqual([2]);
    expect(await extract(combined('first_match'), [{}])).toEqual({ records: [], count: 0 });
  });

  it('counts empty records that it leaves out, and does not take them for a match', async () => {
    const skipping = { skip_empty_records: true };
    expect(await extract(combined('union', skipping), [{ a: [null, 1, {}] }])).toEqual({ records: [1], count: 3 });
    expect(await extract(combined('first_match', skipping), [{ a: [null], b: [1, null] }])).toEqual({ records: [1], count: 2 });
  });

  it('tells what a retriever must know', () => {
    const facts = (spec: JsonObject): unknown[] => {
      const { wholeResponse, sumsLists } = buildFromYaml('extractor', spec);
      return [wholeResponse, sumsLists];
    };
    expect(facts(combined('union'))).toEqual([true, true]);
    expect(facts(combined('first_match'))).toEqual([true, false]);
    expect(facts({ type: 'CombinedExtractor', mode: 'first_match', extractors: [combined('union')] })).toEqual([true, true]);
  });

  it('needs an extractor', () => {
    expect(() => buildFromYaml('extractor', { type: 'CombinedExtractor', extractors: [] })).toThrow('at least one');
  });
});

describe('RecordExpander', () => {
  const parent = { id: 6, lines: { data: [{ l: 1, id: 9 }, 5], more: true, total_count: 3 }, o: { k: 1 } };
  const expand = (rest: JsonObject, record: Json = parent, path: string[] = ['lines', 'data']): Promise<Json[]> =>
    records(
      { type: 'DpathExtractor', field_path: [], record_expander: { type: 'RecordExpander', expand_records_from_field: path, ...rest } },
      [record],
    );

  it('gives the items of the list', async () => {
    expect(await expand({})).toEqual([{ l: 1, id: 9 }, 5]);
    expect(await expand({}, { s: [{ i: [1] }, { i: [2, 3] }] }, ['s', '*', 'i'])).toEqual([1, 2, 3]);
    expect(await expand({}, parent, [])).toEqual([parent]);
  });

  it('gives nothing, or the record itself, where there is no item', async () => {
    expect(await expand({}, { id: 1 })).toEqual([]);
    expect(await expand({ on_no_records: 'emit_parent' }, { id: 1, lines: { data: {} } })).toEqual([{ id: 1, lines: { data: {} } }]);
  });

  it('merges the record without the list under the items, copies named values, and embeds the record', async () => {
    const lines = { more: true, total_count: 3 };
    expect(await expand({ merge_parent: true })).toEqual([
      { id: 9, lines, o: { k: 1 }, l: 1 },
      { id: 6, lines, o: { k: 1 }, value: 5 },
    ]);
    const fields = [
      { type: 'ParentFieldPath', parent_path: ['o'], record_path: ['p', 'o'] },
      { type: 'ParentFieldPath', parent_path: ['nope'], record_path: ['n'] },
    ];
    const [first] = await expand({ parent_fields: fields, remain_original_record: true });
    expect(first).toEqual({ l: 1, id: 9, p: { o: { k: 1 } }, n: null, original_record: parent });
    expect((first as typeof parent & { p: { o: Json } }).p.o).not.toBe(parent.o);
  });

  it('says where a named value cannot be written', async () => {
    const field = { type: 'ParentFieldPath', parent_path: ['id'], record_path: ['l', 'x'] };
    await expect(expand({ parent_fields: [field] })).rejects.toThrow('cannot write to l.x');
  });

  it('refuses patterns where one field must be named', () => {
    const build = (spec: JsonObject) => (): unknown =>
      buildFromYaml('recordExpander', { type: 'RecordExpander', expand_records_from_field: ['a'], ...spec });
    expect(build({ truncation_indicator_path: ['a*'] })).toThrow('must name one field');
    expect(build({ parent_fields: [{ type: 'ParentFieldPath', parent_path: ['*'], record_path: ['a'] }] })).toThrow('must name one field');
    expect(build({ truncated_list_retriever: { type: 'SimpleRetriever' } })).toThrow('needs a truncation_indicator_path');
  });

  describe('with a list that is cut short', () => {
    const fetched: Row[] = [];
    const slices: StreamSlice[] = [];
    const warnings: string[] = [];
    const WholeList = component({
      type: 'WholeList',
      kind: 'retriever',
      summary: 'Gives the records of the test.',
      fields: () => ({}),
      build: () => ({
        async *read(slice) {
          slices.push(slice);
          yield batchOf(fetched);
        },
      }),
    });

    function build(spec: JsonObject): Extractor {
      const { log } = testRun();
      const run = testRun({ run: { log: { ...log, warn: (text) => warnings.push(String(text)) } } });
      const registry = createRegistry([...components, WholeList]);
      const expander = {
        type: 'RecordExpander',
        expand_records_from_field: ['lines', 'data'],
        truncation_indicator_path: ['lines', 'more'],
        ...spec,
      };
      warnings.length = 0;
      return createBuilder({ registry, run, config: {} }).build('extractor', {
        type: 'DpathExtractor',
        field_path: [],
        record_expander: expander,
      } as Slot<'extractor'>);
    }

    it('asks for the whole list, with the record in the slice', async () => {
      fetched.splice(0, fetched.length, { l: 1 }, { l: 2 }, { l: 3 });
      const extractor = build({ truncated_list_retriever: { type: 'WholeList' } });
      expect((await extractor.extract([parent], request)).records).toEqual(fetched);
      expect(slices.at(-1)?.partition).toEqual({ parent_record: parent });
      expect(warnings).toEqual([]);
    });

    it('goes on with what the record holds when there is nothing else, and warns once', async () => {
      fetched.length = 0;
      const extractor = build({ truncated_list_retriever: { type: 'WholeList' } });
      for (let i = 0; i < 2; i += 1) expect((await extractor.extract([parent], request)).records).toEqual(parent.lines.data);
      expect(warnings).toHaveLength(1);
    });

    it('warns once when nobody can ask for the others', async () => {
      const extractor = build({});
      for (let i = 0; i < 2; i += 1) expect((await extractor.extract([parent], request)).records).toEqual(parent.lines.data);
      expect(warnings).toEqual([expect.stringContaining('only 2 items of 3')]);
    });

    it('takes no partition router', () => {
      expect(() => build({ truncated_list_retriever: { type: 'WholeList', partition_router: {} } })).toThrow(
        'cannot have a partition_router',
      );
    });
  });
});

describe('ResponseToFileExtractor', () => {
  async function rows(body: Uint8Array | string, rest = ''): Promise<Json[]> {
    const extractor = buildFromYaml('extractor', `type: ResponseToFileExtractor\n${rest}`);
    const found: Json[] = [];
    for await (const documents of extractor.decoder?.decode(responseOf(body, {}, 7)) ?? [])
      found.push(...(await extractor.extract(documents, request)).records);
    return found;
  }

  it('reads a table, packed or not', async () => {
    const table = '\ufeffa,b\r\n1,"x, y"\r\n\r\nNA,\r\n3\r\n';
    const expected = [
      { a: '1', b: 'x, y' },
      { a: null, b: null },
      { a: '3', b: null },
    ];
    expect(await rows(table)).toEqual(expected);
    expect(await rows(gzipSync(table))).toEqual(expected);
  });

  it('keeps texts that may be values when it is told to', async () => {
    expect(await rows('a,b\nNA,""\n', 'preserve_na_values: true')).toEqual([{ a: 'NA', b: null }]);
  });

  it('numbers names that come again and names what has no name', async () => {
    expect(await rows('a,a.1,a,\n1,2,3,4\n')).toEqual([{ a: '1', 'a.1': '2', 'a.2': '3', 'Unnamed: 3': '4' }]);
  });

  it('takes surplus cells of the first row for labels, and fails on later ones', async () => {
    expect(await rows('a,b\n1,2,3\n4,5\n')).toEqual([
      { a: '2', b: '3' },
      { a: '5', b: null },
    ]);
    await expect(rows('a,b\n1,2\n1,2,3\n')).rejects.toThrow('has 3 cells where 2 were expected');
  });

  it('fails where a table is cut off within quotes', async () => {
    await expect(rows('a\n"open')).rejects.toThrow('within quotes');
  });
});
