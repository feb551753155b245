import { describe, expect, it } from 'vitest';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { compileNormalization } from './schema-normalization.ts';

function normalize(record: JsonObject, schema: JsonObject, warnings: string[] = []): JsonObject {
  compileNormalization(schema, (message) => warnings.push(message)).normalize(record);
  return record;
}

describe('compileNormalization', () => {
  it.each<[Json, Json, Json]>([
    ['string', 5, '5'],
    ['string', true, 'True'],
    ['string', ['a', 1], "['a', 1]"],
    ['string', null, 'None'],
    [['null', 'string'], null, null],
    ['string', new Float(1), '1.0'],
    ['number', '1.5', 1.5],
    ['number', 5, new Float(5)],
    ['number', -0, new Float(0)],
    ['number', '-0.0', new Float(-0)],
    ['number', 'x', 'x'],
    ['number', null, null],
    ['number', 'inf', Infinity],
    ['integer', '7', 7],
    ['integer', ' 1_0 ', 10],
    ['integer', '5.0', '5.0'],
    ['integer', 1.9, 1],
    ['integer', -0.5, 0],
    ['integer', new Float(1e20), 10n ** 20n],
    ['integer', true, 1],
    [['integer', 'null'], '3', 3],
    [['integer', 'string'], '3', '3'],
    ['boolean', ' Yes ', true],
    ['boolean', 'off', false],
    ['boolean', 'maybe', 'maybe'],
    ['boolean', 0, false],
    ['boolean', null, false],
    ['array', 'x', ['x']],
    ['array', null, [null]],
    [['null', 'array'], null, null],
    ['object', 'x', 'x'],
    ['unknown', 1, 1],
  ])('%j: %j', (type, value, expected) => {
    expect(normalize({ v: value }, { properties: { v: { type } } })).toEqual({ v: expected });
  });

  it('makes a list of a scalar unless the items have one type as text', () => {
    const schema = (type: Json): JsonObject => ({ properties: { v: { type: 'array', items: { type } } } });
    expect(normalize({ v: 1 }, schema(['null', 'string']))).toEqual({ v: ['1'] });
    expect(normalize({ v: 1 }, schema('string'))).toEqual({ v: 1 });
    expect(normalize({ v: 1 }, schema(['object']))).toEqual({ v: 1 });
  });

  it('goes into objects, lists and references, also recursive ones', () => {
    const schema = {
      properties: { o: { properties: { n: { type: 'integer' } } }, l: { items: { type: 'string' } }, tree: { $ref: '#/definitions/node' } },
      definitions: { node: { properties: { id: { type: 'string' }, children: { items: { $ref: '#/definitions/node' } } } } },
    };
    const record = { o: { n: '1' }, l: [1, [2]], tree: { id: 1, children: [{ id: 2, children: [{ id: 3 }] }] } };
    expect(normalize(record, schema)).toEqual({
      o: { n: 1 },
      l: ['1', '[2]'],
      tree: { id: '1', children: [{ id: '2', children: [{ id: '3' }] }] },
    });
  });

  it('leaves alone what the schema does not name, and what is of another shape', () => {
    expect(
      normalize(
        { a: 1, o: 'x', l: {} },
        { properties: { b: { type: 'string' }, o: { properties: { n: {} } }, l: { items: { type: 'string' } } } },
      ),
    ).toEqual({
      a: 1,
      o: 'x',
      l: {},
    });
    expect(normalize({ a: 1 }, {})).toEqual({ a: 1 });
    expect(normalize({}, { properties: { constructor: { type: 'string' } } })).toEqual({});
  });

  it('warns once for each place where a value has no form of the type, and of a reference to nothing', () => {
    const warnings: string[] = [];
    const { normalize } = compileNormalization(
      { properties: { o: { properties: { n: { type: 'integer' } } }, r: { $ref: '#/nope' } } },
      (message) => warnings.push(message),
    );
    for (let i = 0; i < 2; i += 1) normalize({ o: { n: 'x' } });
    expect(warnings).toEqual([expect.stringContaining('#/nope'), expect.stringContaining('"o.n" does not fit the type integer')]);
  });
});
