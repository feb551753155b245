import { describe, expect, it } from 'vitest';
import type { PageRequest, Row, Transformation } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const request: PageRequest = { slice: new StreamSlice({ account: 'a1' }, { start: '2024-01-01' }), token: undefined };

function build(yaml: string, config: JsonObject = {}): Transformation {
  return buildFromYaml('transformation', yaml, { config });
}

async function transform(yaml: string, record: Row, config: JsonObject = {}): Promise<Row> {
  const transformation = build(yaml, config);
  await transformation.ready?.();
  return transformation.transform(record, request) ?? record;
}

function addFields(...fields: string[]): string {
  return `type: AddFields\nfields:\n${fields.map((field) => `  - {type: AddedFieldDefinition, ${field}}`).join('\n')}`;
}

describe('AddFields', () => {
  it('adds fields that see those before them', async () => {
    const yaml = addFields('path: [a], value: "{{ record.id + 1 }}"', 'path: [b, c], value: "{{ record.a * 2 }}"');
    expect(await transform(yaml, { id: 1 })).toEqual({ id: 1, a: 2, b: { c: 4 } });
  });

  it.each([
    ['string', '{{ record.id }}', '1'],
    ['integer', '{{ record.id }}', 1],
    ['number', '{{ record.id }}', '1'],
    ['number', '{{ record.id / 2 }}', 0.5],
    ['boolean', '{{ record.id == 1 }}', true],
  ])('as %s: %s', async (type, value, expected) => {
    expect(await transform(addFields(`path: [x], value: "${value}", value_type: ${type}`), { id: 1 })).toEqual({ id: 1, x: expected });
  });

  it('evaluates what depends on the slice alone once a slice', () => {
    const transformation = build(addFields('path: [account], value: "{{ stream_partition.account }}"', 'path: [list], value: "{{ [1] }}"'));
    const [first, second, other]: Row[] = [{}, {}, {}];
    for (const record of [first, second]) transformation.transform(record as Row, request);
    transformation.transform(other as Row, { ...request, slice: new StreamSlice({ account: 'a2' }) });
    expect([first?.['account'], second?.['account'], other?.['account']]).toEqual(['a1', 'a1', 'a2']);
    expect(first?.['list']).not.toBe(second?.['list']);
  });

  it('adds under a condition that sees the value, the path and the parameters', async () => {
    const yaml = `${addFields('path: [x], value: "{{ record.id }}"')}\ncondition: "{{ value > 1 and path == ['x'] and parameters.on }}"\n$parameters: {on: true}`;
    expect(await transform(yaml, { id: 1 })).toEqual({ id: 1 });
    expect(await transform(yaml, { id: 2 })).toEqual({ id: 2, x: 2 });
  });

  it('leaves a field that came with the record as it was in the document', async () => {
    const record = { id: 1 };
    expect(await transform(addFields('path: [id], value: x'), record)).toEqual({ id: 'x' });
    expect(record).toEqual({ id: 1 });
  });

  it('tells what it reads and what it sets', () => {
    const simple = build(addFields('path: [x], value: "{{ record.id }}"', 'path: [y], value: "{{ record[\'z\'] }}{{ config.c }}"'));
    expect(simple.reads).toEqual(['x', 'y', 'id', 'z']);
    expect(simple.edits?.sets.map(({ name }) => name)).toEqual(['x', 'y']);
    expect(simple.edits?.sets[0]?.compute({ id: 5 }, request)).toBe(5);
    expect(simple.changesInPlace).toBe(false);
  });

  it.each([
    ['the whole record', addFields('path: [a], value: "{{ record }}"')],
    ['a field that was added before', addFields('path: [a], value: "1"', 'path: [b], value: "{{ record.a }}"')],
    ['a condition', `${addFields('path: [a], value: "1"')}\ncondition: "{{ true }}"`],
  ])('does more than to set fields with %s', (_name, yaml) => {
    const transformation = build(yaml);
    expect([transformation.reads, transformation.edits]).toEqual(['all', undefined]);
  });

  it('refuses an empty path', () => {
    expect(() => build(addFields('path: [], value: x'))).toThrow('at least one name');
  });

  it('refuses a value that JSON has no form for', async () => {
    await expect(transform(addFields('path: [a], value: "{1, 2}"'), {})).rejects.toThrow('cannot hold');
  });
});

describe('RemoveFields', () => {
  const remove = (pointers: string, rest = ''): string => `type: RemoveFields\nfield_pointers: ${pointers}\n${rest}`;

  it.each<[string, Row, Row]>([
    ['[[a]]', { a: 1, b: 2 }, { b: 2 }],
    ['[[nope]]', { a: 1 }, { a: 1 }],
    ['[[x, y], [l, 0], [l, 1]]', { x: { y: 1, z: 2 }, l: [1, 2] }, { x: { z: 2 }, l: [null] }],
    ['[[x, y, z]]', { x: { y: { z: 1 } } }, { x: { y: {} } }],
    ['[["a*"], [b, "?"]]', { a1: 1, a2: 2, b: { c: 1, cc: 2 } }, { b: { cc: 2 } }],
    ['[["**"]]', { a: 1 }, {}],
    ['[[]]', { a: 1 }, { a: 1 }],
    ['[[a, b]]', { a: 'text' }, { a: 'text' }],
  ])('%s', async (pointers, record, expected) => {
    expect(await transform(remove(pointers), record)).toEqual(expected);
  });

  it('looks at every leaf when there is a condition, once for each pointer', async () => {
    const yaml = remove('[[a]]', 'condition: "{{ property == \'\' }}"');
    expect(await transform(yaml, { a: 1, b: '', c: { d: '', e: 2 } })).toEqual({ a: 1, c: { e: 2 } });
    expect(await transform(remove('[]', 'condition: "{{ property == \'\' }}"'), { b: '' })).toEqual({ b: '' });
  });

  it('tells whether the document is changed', () => {
    expect(['[[a]]', '[["a*"]]', '[[a, b]]'].map((pointers) => build(remove(pointers)).changesInPlace)).toEqual([false, false, true]);
  });
});

describe('the names of fields', () => {
  it('in lower case', async () => {
    expect(await transform('type: KeysToLower', { ID: 1, id: 2, Sub: { Key: 1 } })).toEqual({ id: 1, sub: { Key: 1 } });
  });

  it.each([
    ['HTTPResponse', 'httpresponse'],
    ['fooBarBaz', 'foo_bar_baz'],
    ['name1', 'name_1'],
    ['1st', '_1_st'],
    ['price$', 'price_'],
    ['a -- b', 'a_b'],
    ['Größe (cm)', 'grosse_cm_'],
    ['', ''],
  ])('in snake case: %s', async (name, expected) => {
    expect(Object.keys(await transform('type: KeysToSnakeCase', { [name]: 1 }))).toEqual([expected]);
  });

  it('in nested objects but not in lists', async () => {
    expect(await transform('type: KeysToSnakeCase', { aB: { cD: [{ eF: 1 }] } })).toEqual({ a_b: { c_d: [{ eF: 1 }] } });
  });

  it('with a text replaced', async () => {
    const yaml = 'type: KeysReplace\nold: "{{ config.old }}"\nnew: "_{{ record.id }}"';
    expect(await transform(yaml, { id: 7, 'a b': { 'c d': [{ 'e f': 1 }] } }, { old: ' ' })).toEqual({
      id: 7,
      a_7b: { c_7d: [{ 'e f': 1 }] },
    });
  });
});

describe('FlattenFields', () => {
  it('prefixes names that are taken, and all names after the first list', async () => {
    expect(await transform('type: FlattenFields', { a: { x: 1 }, b: { x: 2 } })).toEqual({ x: 2, 'a.x': 1 });
    expect(await transform('type: FlattenFields', { a: [{ b: 1 }, 2], c: {}, d: [] })).toEqual({ 'a.0.b': 1, 'a.1': 2 });
    expect(await transform('{type: FlattenFields, flatten_lists: false}', { a: [1], b: { c: 2 } })).toEqual({ a: [1], c: 2 });
  });
});

describe('DpathFlattenFields', () => {
  const flatten = (rest: string): string => `type: DpathFlattenFields\nfield_path: ["{{ config.at }}"]\n${rest}`;
  const config = { at: 'o' };

  it.each<[string, Row]>([
    ['', { id: 1, o: { a: 2 }, a: 2 }],
    ['delete_origin_value: true', { id: 1, a: 2 }],
    ['replace_record: true', { a: 2 }],
    ['key_transformation: {type: KeyTransformation, prefix: "{{ config.at }}_", suffix: "!"}', { id: 1, o: { a: 2 }, 'o_a!': 2 }],
  ])('%s', async (rest, expected) => {
    expect(await transform(flatten(rest), { id: 1, o: { a: 2 } }, config)).toEqual(expected);
  });

  it('does nothing when a name is taken or there is no object', async () => {
    expect(await transform(flatten('delete_origin_value: true'), { a: 1, o: { a: 2 } }, config)).toEqual({ a: 1, o: { a: 2 } });
    expect(await transform(flatten(''), { o: [1] }, config)).toEqual({ o: [1] });
  });
});
