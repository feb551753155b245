import { describe, expect, it } from 'vitest';
import { Float } from '../lib/json.ts';
import { schemaProblems } from './json-schema.ts';

describe('schemaProblems', () => {
  it('tells every place that is wrong, and never a value', async () => {
    const schema = {
      type: 'object',
      required: ['key'],
      properties: { n: { type: 'integer' }, low: { minimum: 10 }, word: { enum: ['a', 'b'] } },
    };
    const problems = await schemaProblems({ n: 'sesame', low: 7, word: 'sesame' }, schema);
    expect(problems).toHaveLength(4);
    expect(problems.join()).toMatch(/the top: is missing the key "key"/);
    expect(problems.join()).toMatch(/n: is of type string, but integer is expected/);
    expect(problems.join()).toMatch(/low: is less than 10/);
    expect(problems.join()).toMatch(/word: is none of the allowed values/);
    expect(problems.join()).not.toMatch(/sesame|7/);
  });

  it('takes a float without a fraction for an integer', async () => {
    expect(await schemaProblems([new Float(1), 2n ** 60n], { items: { type: 'integer' } })).toEqual([]);
  });

  it('does not check formats, but fields of that name', async () => {
    expect(await schemaProblems('x', { format: 'date' })).toEqual([]);
    expect(await schemaProblems({ format: 1 }, { properties: { format: { type: 'string' } } })).toHaveLength(1);
    expect(await schemaProblems({ format: 'b' }, { const: { format: 'a' } })).toHaveLength(1);
  });

  it.each([
    ['[a-z\\-]+\\Z', 'a-b', true],
    ['^\\d+$', '٣', true],
    ['^\\d+$', 'x', false],
    ['a\\@b', 'a@b', true],
    ['(?i)abc', 'x', true],
    ['(', 'x', true],
  ])('reads the pattern %s as Python does, or not at all: %s', async (pattern, text, fits) => {
    expect(await schemaProblems(text, { pattern })).toHaveLength(fits ? 0 : 1);
    expect(await schemaProblems({ [text]: 1 }, { patternProperties: { [pattern]: {} } })).toEqual([]);
  });

  it('goes by the version of JSON Schema that the schema states', async () => {
    const exclusive = { maximum: 5, exclusiveMaximum: true };
    expect(await schemaProblems(5, { $schema: 'http://json-schema.org/draft-04/schema#', ...exclusive })).toHaveLength(1);
    const beside = { $ref: '#/definitions/any', minimum: 5, definitions: { any: {} } };
    expect(await schemaProblems(1, beside)).toHaveLength(1);
    expect(await schemaProblems(1, { $schema: 'http://json-schema.org/draft-07/schema#', ...beside })).toEqual([]);
  });
});
