import { describe, expect, it } from 'vitest';
import { Float, parseJson } from '../lib/json.ts';
import { beginsNoLiteral, isFalse, typeText, typeValue } from './result.ts';
import { str } from './text.ts';
import { Dict, makeTuple, PySet, Undefined, type Value } from './values.ts';

const NESTED = Array.from({ length: 60 }).reduce<Value>((inner) => [inner], 1);

describe('typeValue', () => {
  it.each<[string, Value]>([
    ['an int', 5],
    ['a float', 2.5],
    ['a whole float', new Float(2)],
    ['a float written otherwise', parseJson('1e400')],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['a big int', 2n ** 70n],
    ['a text', 'a'],
    ['a text that is a literal', '[1]'],
    ['a list', [1, 'a', null, true, new Float(1), [2.5]]],
    ['texts that need escapes', ['\n\0"\'\\', 'é😀\u200b', '\ud800']],
    ['a dict', { b: { a: 1 }, c: [] }],
    ['a dict with integer-like keys', { b: 1, 10: 2 }],
    ['a dict in its other form', Dict.from([[1, 'a']])],
    ['a tuple', makeTuple(1, [2])],
    ['a list with an undefined value', [new Undefined('a')]],
    ['a list with nan', [Number.NaN]],
    ['a dict with an infinity', { a: Number.NEGATIVE_INFINITY }],
    ['something nested deeply', NESTED],
  ])('of %s is what its text stands for', (_name, value) => {
    expect(typeValue(value)).toEqual(typeText(str(value), undefined));
  });

  it('copies containers', () => {
    const list: Value = [[1]];
    const copy = typeValue(list) as Value[];
    expect(copy).toEqual(list);
    expect(copy[0]).not.toBe(list[0]);
  });

  it('is undefined for an empty text', () => {
    expect(typeValue('')).toBeUndefined();
    expect(typeValue(new Undefined('a'))).toBeUndefined();
  });
});

describe('isFalse', () => {
  it.each<[Value, boolean]>([
    [false, true],
    [null, true],
    [0, true],
    [new Float(0), true],
    ['', true],
    ['false', true],
    ['{}', true],
    [[], true],
    [{}, true],
    [makeTuple(), true],
    [new PySet(), true],
    ['FALSE', false],
    ['no', false],
    [' ', false],
    [[0], false],
    [Number.NaN, false],
  ])('of %j is %j', (value, expected) => {
    expect(isFalse(value)).toBe(expected);
  });
});

describe('beginsNoLiteral', () => {
  it.each([
    ['/items/', true],
    ['https://', true],
    ['é', true],
    ['', false],
    ['1', false],
    ['T', false],
    [' x', false],
    ["'", false],
    ['#', false],
  ])('of %j is %j', (prefix, expected) => {
    expect(beginsNoLiteral(prefix)).toBe(expected);
  });
});
