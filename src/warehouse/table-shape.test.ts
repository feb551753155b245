import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { createTableShape, type TableShape } from './table-shape.ts';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: {
    id: { type: 'integer' },
    at: { type: ['null', 'string'], format: 'date-time' },
    local: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
    price: { anyOf: [{ type: 'integer' }, { type: 'number' }, { type: 'null' }] },
    mixed: { type: ['string', 'integer'] },
    any: {},
    tags: { type: 'array' },
    free: { type: 'object' },
    customer: {
      type: ['null', 'object'],
      properties: { name: { type: 'string' }, address: { type: 'object', properties: { city: { type: 'string' } } } },
    },
  },
};

function typesOf(shape: TableShape): Record<string, string> {
  return Object.fromEntries(shape.columns.map(({ name, type }) => [name, type]));
}

function row(shape: TableShape, record: JsonObject): Record<string, unknown> {
  const cells = shape.cellsOf(record);
  return Object.fromEntries(shape.columns.flatMap(({ name }, index) => (cells[index] === null ? [] : [[name, cells[index]]])));
}

describe('004.9 the shape of a table', () => {
  it('004.9 flattens and types columns by the schema', () => {
    expect(typesOf(createTableShape(SCHEMA, []))).toEqual({
      id: 'integer',
      at: 'timestamptz',
      local: 'timestamp',
      price: 'number',
      mixed: 'string',
      tags: 'json',
      free: 'json',
      customer__name: 'string',
      customer__address__city: 'string',
    });
  });

  it('004.9 leaves what is missing or null empty', () => {
    const shape = createTableShape(SCHEMA, []);
    expect(row(shape, {})).toEqual({});
    expect(row(shape, { id: 1, at: null, customer: { name: null, address: null } })).toEqual({ id: 1 });
  });

  it('004.9 adds columns for fields that nobody declared, typed by their first value', () => {
    const shape = createTableShape(SCHEMA, []);
    expect(row(shape, { any: '2026-01-01', later: true, nothing: null, customer: { age: 5 }, nested: { a: 1 } })).toEqual({
      any: 20_454,
      later: true,
      customer__age: 5,
      nested: '{"a":1}',
    });
    expect(typesOf(shape)).toMatchObject({ any: 'date', later: 'boolean', customer__age: 'integer', nested: 'json' });
    expect(shape.columns.some(({ name }) => name === 'nothing')).toBe(false);
  });

  it('004.9 loses no value that its column cannot hold: it gets a column of its own', () => {
    const shape = createTableShape(SCHEMA, []);
    expect(row(shape, { id: 'x-1', at: 'soon', price: 2n ** 70n })).toEqual({
      id__v_string: 'x-1',
      at__v_string: 'soon',
      price: 2 ** 70,
    });
    expect(row(shape, { id: 2.5 })).toEqual({ id__v_number: 2.5 });
    expect(row(shape, { customer: 'Ada' })).toEqual({ customer: 'Ada' });
    expect(row(shape, { customer: { name: { first: 'Ada' } } })).toEqual({ customer__name: '{"first":"Ada"}' });
  });

  it('keeps the columns that the table has, and their types, when the schema changes', () => {
    const first = createTableShape({ properties: { a: { type: 'integer' }, b: { type: 'string' } } }, []);
    row(first, { c: 1, a: 'x' });
    const second = createTableShape({ properties: { a: { type: 'string' }, d: { type: 'boolean' } } }, first.columns);
    expect(second.columns.slice(0, 4)).toEqual(first.columns);
    expect(typesOf(second)).toEqual({ a: 'integer', b: 'string', c: 'integer', a__v_string: 'string', d: 'boolean' });
    expect(row(second, { a: 'y' })).toEqual({ a__v_string: 'y' });
  });

  it('gives each column a name of its own, whatever the case, and none of the warehouse', () => {
    const shape = createTableShape({}, []);
    row(shape, { a__b: 1, a: { x: 1 }, A: 2, _airbyte_raw_id: 3, '': 4, 'we"ird\n': 5 });
    const names = shape.columns.map(({ name }) => name);
    expect(names).toEqual(['a__b', 'a', 'A_2', 'field___airbyte_raw_id', 'field', 'we_ird_']);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });

  it('names columns by characters only that databases keep', () => {
    const shape = createTableShape({}, []);
    row(shape, { 'a\ud800': 1, 'a\ud801': 2, 'a\0': 3 });
    expect(shape.columns.map(({ name }) => name)).toEqual(['a_', 'a__2', 'a__3']);
  });

  it('puts the fields of records without bounds into one column', () => {
    const shape = createTableShape({ properties: { id: { type: 'integer' } } }, []);
    for (let n = 0; n < 1500; n++) shape.cellsOf({ id: n, [`key${n}`]: n });
    expect(shape.columns.length).toBe(1001);
    expect(row(shape, { id: 1, key1400: 'x', key3: 3 })).toEqual({ id: 1, key3: 3, _airbyte_extra: '{"key1400":"x"}' });
    const reopened = createTableShape({}, shape.columns);
    expect(row(reopened, { key1400: 'y' })).toEqual({ _airbyte_extra: '{"key1400":"y"}' });
  });
});
