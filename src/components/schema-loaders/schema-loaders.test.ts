import { describe, expect, it } from 'vitest';
import { batchOf } from '../../engine/batch.ts';
import { createBuilder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import type { Slot } from '../../engine/fields.ts';
import type { Row } from '../../engine/kinds.ts';
import { createRegistry } from '../../engine/registry.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { components } from '../index.ts';

describe('InlineSchemaLoader', () => {
  it('gives the schema of the manifest, an empty one without', () => {
    expect(buildFromYaml('schemaLoader', '{type: InlineSchemaLoader, schema: {type: object}}').load()).toEqual({ type: 'object' });
    expect(buildFromYaml('schemaLoader', 'type: InlineSchemaLoader').load()).toEqual({});
  });
});

describe('JsonFileSchemaLoader', () => {
  function load(files: JsonObject, yaml: string): Promise<JsonObject> {
    const readFile = async (path: string): Promise<string | undefined> => (path in files ? JSON.stringify(files[path]) : undefined);
    return Promise.resolve(buildFromYaml('schemaLoader', yaml, { run: { readFile } }).load());
  }
  const yaml = '{type: JsonFileSchemaLoader, file_path: "./source_x/schemas/{{ parameters.name }}.json", $parameters: {name: users}}';

  it('finds the file in the folder of the package, or of the connector', async () => {
    expect(await load({ 'source_x/schemas/users.json': { a: 1 }, 'schemas/users.json': { b: 1 } }, yaml)).toEqual({ a: 1 });
    expect(await load({ 'schemas/users.json': { b: 1 } }, yaml)).toEqual({ b: 1 });
    expect(await load({ 'users.json': { c: 1 } }, '{type: JsonFileSchemaLoader, $parameters: {name: users}}')).toEqual({ c: 1 });
  });

  it('puts what references name in their place', async () => {
    const files = {
      'schemas/users.json': {
        properties: { a: { $ref: 'shared.json' }, b: { $ref: '#/definitions/d' }, c: { $ref: 'shared.json#/definitions/s' } },
        definitions: { d: { type: 'null' } },
      },
      'schemas/shared/shared.json': {
        type: 'object',
        definitions: { s: { type: 'string' } },
        properties: { own: { $ref: '#/definitions/s' } },
      },
    };
    expect(await load(files, yaml)).toEqual({
      properties: { a: { type: 'object', properties: { own: { type: 'string' } } }, b: { type: 'null' }, c: { type: 'string' } },
      definitions: { d: { type: 'null' } },
    });
  });

  it('says what is missing', async () => {
    await expect(load({}, yaml)).rejects.toThrow('no schema file ./source_x/schemas/users.json');
    await expect(load({ 'schemas/users.json': [1] }, yaml)).rejects.toThrow('no JSON object');
    await expect(load({ 'schemas/users.json': { $ref: '#/nope' } }, yaml)).rejects.toThrow('#/nope');
    await expect(load({ 'schemas/users.json': { a: { $ref: '#/a' } } }, yaml)).rejects.toThrow('refers to itself');
  });

  it('refuses references that double at each step', async () => {
    const step = (i: number) => ({ a: { $ref: `#/definitions/d${i + 1}` }, b: { $ref: `#/definitions/d${i + 1}` } });
    const definitions = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i}`, i < 39 ? step(i) : { type: 'string' }]));
    const file = { definitions, properties: { z: { $ref: '#/definitions/d0' } } };
    await expect(load({ 'schemas/users.json': file }, yaml)).rejects.toThrow('grows to more than 200,000 values');
  });
});

describe('DynamicSchemaLoader', () => {
  const given: { record?: Row; slicesRead: number } = { slicesRead: 0 };
  const OneRecord = component({
    type: 'OneRecord',
    kind: 'retriever',
    summary: 'Gives the record of the test.',
    fields: () => ({}),
    build: () => ({
      async *read() {
        given.slicesRead += 1;
        yield batchOf(given.record === undefined ? [] : [given.record, { fields: 'not read' }]);
      },
    }),
  });

  async function load(record: Row | undefined, spec: JsonObject, identifier: JsonObject = {}): Promise<JsonObject> {
    given.slicesRead = 0;
    if (record === undefined) delete given.record;
    else given.record = record;
    const builder = createBuilder({ registry: createRegistry([...components, OneRecord]), run: testRun(), config: { at: 'fields' } });
    const loader = builder.build('schemaLoader', {
      type: 'DynamicSchemaLoader',
      retriever: { type: 'OneRecord' },
      schema_type_identifier: {
        type: 'SchemaTypeIdentifier',
        schema_pointer: ['{{ config.at }}'],
        key_pointer: ['name'],
        type_pointer: ['type'],
        ...identifier,
      },
      ...spec,
    } as Slot<'schemaLoader'>);
    return (await loader.load())['properties'] as JsonObject;
  }

  it('makes a schema of the first record', async () => {
    expect(await load({ fields: [{ name: 'a', type: 'string' }, { name: 'b', type: ['integer', 'boolean'] }, { name: 'c' }] }, {})).toEqual(
      {
        a: { type: ['null', 'string'] },
        b: { oneOf: [{ type: ['null', 'integer'] }, { type: ['null', 'boolean'] }] },
        c: { type: ['null', 'string'] },
      },
    );
    expect(given.slicesRead).toBe(1);
    expect(await load(undefined, {})).toEqual({});
  });

  it('maps types, by conditions on the definition', async () => {
    const nested = {
      type: 'ComplexFieldType',
      field_type: 'array',
      items: { type: 'ComplexFieldType', field_type: 'array', items: 'integer' },
    };
    const types_mapping = [
      { type: 'TypesMap', current_type: 'x', target_type: 'date', condition: '{{ raw_schema.dated }}' },
      { type: 'TypesMap', current_type: 'x', target_type: nested },
      { current_type: ['x', 'y'], target_type: ['number', 'string'] },
    ];
    const fields = [
      { name: 'a', type: 'x', dated: true },
      { name: 'b', type: 'x' },
      { name: 'c', type: ['x', 'y'] },
    ];
    expect(await load({ fields }, {}, { types_mapping })).toEqual({
      a: { type: ['null', 'string'], format: 'date' },
      b: { type: ['null', 'array'], items: { type: ['null', 'array'], items: { type: ['null', 'integer'] } } },
      c: { oneOf: [{ type: ['null', 'number'] }, { type: ['null', 'string'] }] },
    });
  });

  it('filters and transforms the fields', async () => {
    const spec = {
      schema_filter: { type: 'RecordFilter', condition: "{{ 'dropMe' not in record }}" },
      schema_transformations: [{ type: 'KeysToSnakeCase' }],
    };
    expect(await load({ fields: [{ name: 'keepMe' }, { name: 'dropMe' }] }, spec)).toEqual({ keep_me: { type: ['null', 'string'] } });
  });

  it.each<[string, Row]>([
    ['no type "nope"', { fields: [{ name: 'a', type: 'nope' }] }],
    ['should be a text or two texts', { fields: [{ name: 'a', type: null }] }],
    ['name of a field should be a text', { fields: [{ name: 5 }] }],
    ['no list of fields', { other: [] }],
  ])('fails: %s', async (message, record) => {
    await expect(load(record, {})).rejects.toThrow(message);
  });

  it('gives items to arrays alone', () => {
    expect(() => buildFromYaml('data', '{type: ComplexFieldType, field_type: string, items: string}')).toThrow('Only an array');
  });
});
