import { expect, it } from 'vitest';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { Random } from '../testing/random.ts';
import { problemsOf } from './json-schema.ts';
import { fitsPlainly } from './plain-schema.ts';

const NAMES = ['a', 'b', '__proto__', 'toString'];
const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null', 'whatever'];

function someValue(random: Random, depth = 0): Json {
  const kind = random.below(depth < 3 ? 12 : 8);
  if (kind < 8) return [null, true, 'x', '', 3, -1.5, 2n ** 60n, new Float(1)][kind] as Json;
  if (kind < 10) return Array.from({ length: random.below(3) }, () => someValue(random, depth + 1));
  return Object.fromEntries(NAMES.filter(() => random.chance(0.5)).map((name) => [name, someValue(random, depth + 1)]));
}

function someSchema(random: Random, depth = 0): Json {
  if (random.chance(0.03)) return random.pick<Json>([true, false, 'x', null]);
  const schema: JsonObject = {};
  const names = (): Json => NAMES.filter(() => random.chance(0.4));
  const inner = (): Json => (depth < 3 ? someSchema(random, depth + 1) : {});
  const members: Readonly<Record<string, () => Json>> = {
    type: () => (random.chance(0.7) ? random.pick(TYPES) : [random.pick(TYPES), random.pick(TYPES)]),
    required: () => (random.chance(0.9) ? names() : ['a', 'a']),
    properties: () => Object.fromEntries(NAMES.filter(() => random.chance(0.5)).map((name) => [name, inner()])),
    additionalProperties: () => random.pick<Json>([true, false, {}]),
    items: () => (random.chance(0.9) ? inner() : [inner()]),
    enum: () => random.pick<Json>([['x', ''], [3, true], 'x']),
    minimum: () => random.pick<Json>([0, '0']),
    maximum: () => random.pick<Json>([3, null]),
    title: () => random.pick<Json>(['a title', 7]),
    default: () => someValue(random),
    pattern: () => '^x$',
    not: inner,
    const: () => someValue(random),
    $schema: () => 'http://json-schema.org/draft-07/schema#',
  };
  for (const [keyword, make] of Object.entries(members))
    if (random.chance(keyword === 'not' || keyword === 'const' ? 0.03 : 0.2)) schema[keyword] = make();
  return schema;
}

it('says so only of what the library finds nothing wrong with', async () => {
  const random = new Random(11);
  let fitting = 0;
  for (let i = 0; i < 6000; i += 1) {
    const [schema, value] = [someSchema(random), someValue(random)];
    if (!fitsPlainly(value, schema)) continue;
    fitting += 1;
    expect([value, schema, await problemsOf(value, schema)]).toEqual([value, schema, []]);
  }
  expect(fitting).toBeGreaterThan(1000);
});

it.each<[Json, Json, boolean]>([
  [
    { url: 'x', n: 1 },
    { type: 'object', required: ['url'], properties: { url: { type: 'string', title: 'URL' }, n: { type: 'integer' } } },
    true,
  ],
  [{ n: 1 }, { type: 'object', required: ['url'], properties: { url: { type: 'string' } } }, false],
  [{ kind: 'a' }, { properties: { kind: { type: 'string', enum: ['a', 'b'] } }, additionalProperties: false }, true],
  [{ kind: 'a', other: 1 }, { properties: { kind: { enum: ['a', 'b'] } }, additionalProperties: false }, false],
  [{}, { properties: { absent: { type: 'text' } } }, false],
  [{}, { properties: { absent: { oneOf: [] } } }, false],
  [[1, 2], { type: 'array', items: { type: 'number', minimum: 1, maximum: 2 } }, true],
  [[1, 3], { type: 'array', items: { type: 'number', minimum: 1, maximum: 2 } }, false],
])('%j by %j: %s', (value, schema, fits) => {
  expect(fitsPlainly(value, schema)).toBe(fits);
});
