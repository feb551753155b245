import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { createSchemaInferrer } from './inferred-schema.ts';

function infer(records: JsonObject[], ...paths: string[][]) {
  const inferrer = createSchemaInferrer();
  for (const record of records) inferrer.add(record);
  return inferrer.finish(paths);
}

function properties(...records: JsonObject[]): unknown {
  return infer(records)?.schema['properties'];
}

describe('an inferred schema', () => {
  it('is none without records', () => {
    expect(infer([])).toBeUndefined();
  });

  it('makes every field nullable and calls all numbers number', () => {
    expect(infer([{ a: 1, b: 'x', c: true, d: 1.5, e: 12345678901234567890n }])?.schema).toEqual({
      $schema: 'http://json-schema.org/schema#',
      type: 'object',
      properties: {
        a: { type: ['number', 'null'] },
        b: { type: ['string', 'null'] },
        c: { type: ['boolean', 'null'] },
        d: { type: ['number', 'null'] },
        e: { type: ['number', 'null'] },
      },
    });
  });

  it('leaves out fields that are always null', () => {
    expect(properties({ a: null, b: null }, { a: 'x', b: null })).toEqual({ a: { type: ['string', 'null'] } });
  });

  it('sorts the types of a field that has several', () => {
    expect(properties({ a: 'x' }, { a: 1 }, { a: null }, { a: false })).toEqual({ a: { type: ['boolean', 'number', 'string', 'null'] } });
  });

  it('looks into objects and lists', () => {
    expect(properties({ o: { x: 1 }, l: [{ y: 'a' }, { z: null }], e: [], n: [[1], ['a']] })).toEqual({
      o: { type: ['object', 'null'], properties: { x: { type: ['number', 'null'] } } },
      l: { type: ['array', 'null'], items: { type: ['object', 'null'], properties: { y: { type: ['string', 'null'] } } } },
      e: { type: ['array', 'null'] },
      n: { type: ['array', 'null'], items: { type: ['array', 'null'], items: { type: ['number', 'string', 'null'] } } },
    });
  });

  it('merges an object with null, and keeps what is really of two sorts as it is', () => {
    expect(properties({ o: null, p: 'x' }, { o: { x: 1 }, p: { y: 1 } })).toEqual({
      o: { type: ['object', 'null'], properties: { x: { type: ['number', 'null'] } } },
      p: { anyOf: [{ type: 'string' }, { type: 'object', properties: { y: { type: 'number' } } }] },
    });
  });

  it('requires the fields of the paths', () => {
    const inferred = infer([{ id: 1, o: { at: 'x' }, v: 1 }], ['id'], ['o', 'at']);
    expect(inferred?.problems).toEqual([]);
    expect(inferred?.schema).toMatchObject({
      type: 'object',
      required: ['id', 'o'],
      properties: {
        id: { type: 'number' },
        o: { type: 'object', required: ['at'], properties: { at: { type: 'string' } } },
        v: { type: ['number', 'null'] },
      },
    });
  });

  it('says which paths lead nowhere', () => {
    expect(infer([{ a: 'x' }], ['id'], ['a', 'b'])?.problems).toEqual([
      "Path [] does not have field `id` in the schema and hence can't be marked as required.",
      "Path ['a'] does not refer to an object but is `{'type': 'string'}` and hence ['b'] can't be marked as required.",
    ]);
  });

  it('takes a field named like a part of JavaScript for what it is', () => {
    expect(properties(JSON.parse('{"__proto__": 1, "constructor": "x"}') as JsonObject)).toEqual(
      JSON.parse('{"__proto__": {"type": ["number", "null"]}, "constructor": {"type": ["string", "null"]}}'),
    );
  });
});
