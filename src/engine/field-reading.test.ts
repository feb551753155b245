import { describe, expect, it } from 'vitest';
import { Float } from '../lib/json.ts';
import type { Misfit } from './field-reading.ts';
import { bounded, either, type Field, integer, list, number, object, oneOf, optional, shape, slots, text, withDefault } from './fields.ts';

function read(field: Field, value: unknown): unknown {
  const misfits: Misfit[] = [];
  const result = field.read(value, misfits);
  return misfits.length === 0 ? result : misfits.map(({ path, expectation }) => [...path, expectation].join(' '));
}

describe('a field', () => {
  it.each<[string, Field, unknown, unknown]>([
    ['a text', text(), 'a', 'a'],
    ['a number in place of a text', text(), 1, ['must be text']],
    ['a float without a fraction', number(), new Float(2), 2],
    ['a whole number as text', integer(), '-12', -12],
    ['a fraction', integer(), 1.5, ['must be a whole number']],
    ['no number', integer(), 'many', ['must be a number']],
    ['a number beyond 2^53', integer(), 2 ** 53, ['must be a whole number of at most 9007199254740991']],
    ['a number within bounds', bounded(integer(), { minimum: 1 }), 1, 1],
    ['a number out of bounds', bounded(number(), { exclusiveMinimum: 0 }), 0, ['must be a number above 0']],
    ['no number where bounds are', bounded(number(), { minimum: 1 }), 'x', ['must be a number']],
    ['another word', oneOf('asc', 'desc'), 'up', ['must be one of asc, desc']],
    ['an item that does not fit', list(text()), ['a', 1], ['1 must be text']],
    ['too short a list', slots('transformation', { least: 2 }), [{}], ['must be a list of at least 2']],
    ['the second of two sorts', either(integer(), text()), 'a', 'a'],
    ['neither of two sorts', either(list(text()), object()), 1, ['must be a list or an object']],
    ['nothing where there is a default', withDefault(text(), 'a'), undefined, 'a'],
    ['nothing where nothing may be', optional(text()), undefined, undefined],
  ])('takes %s', (_, field, value, expected) => {
    expect(read(field, value)).toEqual(expected);
  });

  it('reads the members of an object, and passes others on', () => {
    const field = shape({ a: text(), b: withDefault(integer(), 1), c: optional(text()), d: optional(list(integer())) });
    expect(read(field, { x: 1, a: 'a', d: ['2'] })).toEqual({ a: 'a', b: 1, d: [2], x: 1 });
    expect(read(field, { c: 1, d: ['x'] })).toEqual(['a must be text', 'c must be text', 'd 0 must be a number']);
  });

  it('has a closed object hold nothing else', () => {
    const field = shape({ a: optional(text()), b: optional(text()) }, { closed: true });
    expect(read(field, { a: 'a' })).toEqual({ a: 'a' });
    expect(read(field, { c: 1 })).toEqual(['must be an object of nothing but a, b']);
  });

  it('is not harmed by names of the prototype', () => {
    const value = JSON.parse('{"__proto__": {"a": "a"}, "constructor": 1}') as unknown;
    expect(read(shape({ a: text() }), value)).toEqual(['a must be text']);
  });
});
