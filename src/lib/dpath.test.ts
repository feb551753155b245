import { describe, expect, it } from 'vitest';
import { compileDpath, compileSetter, DpathError, removeLeaves } from './dpath.ts';
import type { Json, JsonObject } from './json.ts';

const document = (): Json => ({ data: [{ id: 1, tags: ['x'] }, { id: 2 }], 'a/b': 3, '': 4, nested: { deep: { id: 5 } } });

describe('compileDpath', () => {
  it.each<[unknown[], Json | undefined]>([
    [['data', 0, 'id'], 1],
    [['data', '1', 'id'], 2],
    [['data', -1, 'id'], 2],
    [['data', 2], undefined],
    [['data', -3], undefined],
    [['a/b'], 3],
    [[''], 4],
    [['nested', 'deep', 'id'], 5],
    [['nested', 'x'], undefined],
    [['n*', '[cd]eep', 'i?'], 5],
    [['**', 'deep'], { id: 5 }],
    [['constructor'], undefined],
    [[null], undefined],
  ])('get %j', (path, value) => {
    expect(compileDpath(path).get(document())).toEqual(value);
  });

  it('gives the document itself for an empty path', () => {
    expect(compileDpath([]).get(5)).toBe(5);
  });

  it('refuses a path that matches more than one value, and a second **', () => {
    expect(() => compileDpath(['data', '?']).get(document())).toThrow(DpathError);
    expect(() => compileDpath(['**', 'id']).get(document())).toThrow('more than one');
    expect(() => compileDpath(['**', 'a', '**']).get(document())).toThrow('Only one');
  });

  it('treats an integer as no key of an object', () => {
    expect(compileDpath([0]).get({ 0: 'a' })).toBeUndefined();
    expect(compileDpath(['0']).get({ 0: 'a' })).toBe('a');
  });

  it('finds all values in document order', () => {
    expect(compileDpath(['data', '*', 'id']).values(document())).toEqual([1, 2]);
    expect(compileDpath(['**', 'id']).values(document())).toEqual([1, 2, 5]);
    expect(compileDpath(['*', '*', '*']).values({ a: { b: { c: 1 } }, d: [[2]] })).toEqual([1, 2]);
  });

  it('removes fields, and items of lists only at the end', () => {
    const record = { a: { x: 1, y: 2 }, list: [1, 2, 3] };
    expect(compileDpath(['a', 'x']).remove(record)).toBe(1);
    expect(compileDpath(['list', '0']).remove(record)).toBe(1);
    expect(compileDpath(['list', '-1']).remove(record)).toBe(1);
    expect(compileDpath(['nope', 'x']).remove(record)).toBe(0);
    expect(record).toEqual({ a: { y: 2 }, list: [null, 2] });
  });

  it('leaves what lay in a removed container as it was', () => {
    const inner = { x: 1 };
    const record = { inner };
    compileDpath(['**']).remove(record);
    expect([record, inner]).toEqual([{}, { x: 1 }]);
  });

  it('leaves out matching lists without touching the document', () => {
    const record = { a: [{ items: [1], id: 1 }, { items: 2 }], b: 1 };
    expect(compileDpath(['a', '*', 'items']).withoutLists(record)).toEqual({ a: [{ id: 1 }, { items: 2 }], b: 1 });
    expect(compileDpath(['**', 'items']).withoutLists(record)).toEqual({ a: [{ id: 1 }, { items: 2 }], b: 1 });
    expect(record.a[0]).toEqual({ items: [1], id: 1 });
  });
});

describe('compileSetter', () => {
  const set = (path: string[], target: JsonObject, value: Json = 'v'): JsonObject => {
    compileSetter(path)(target, value);
    return target;
  };

  it.each<[string[], JsonObject, JsonObject]>([
    [['a'], {}, { a: 'v' }],
    [['a', 'b', 'c'], {}, { a: { b: { c: 'v' } } }],
    [['a', '2'], {}, { a: [null, null, 'v'] }],
    [['a', '1', 'b'], { a: [{ b: 1 }] }, { a: [{ b: 1 }, { b: 'v' }] }],
    [['0'], {}, { 0: 'v' }],
    [['a', '0'], { a: { 0: 1 } }, { a: { 0: 'v' } }],
  ])('%j into %j', (path, target, result) => {
    expect(set(path, target)).toEqual(result);
  });

  it('fails where a value that is no container stands in the way', () => {
    expect(() => set(['a', 'b'], { a: null })).toThrow(DpathError);
    expect(() => set(['a', 'b'], { a: [1] })).toThrow('no index');
    expect(() => set(['a', '99999999999'], { a: [] })).toThrow('largest index');
  });

  it('never changes a prototype', () => {
    const target = set(['__proto__', 'x'], {});
    expect(Object.keys(target)).toEqual(['__proto__']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});

describe('removeLeaves', () => {
  it('looks at every leaf, wherever it is', () => {
    const record = { a: 'x', b: { c: 'x', d: [1, 'x'] }, e: 'y' };
    expect(removeLeaves(record, (value) => value === 'x')).toBe(3);
    expect(record).toEqual({ b: { d: [1] }, e: 'y' });
  });
});

describe('replace', () => {
  it.each<[unknown[], Json, Json, number]>([
    [['a', 'b'], { a: { b: 1, c: 2 } }, { a: { b: 'v', c: 2 } }, 1],
    [['a', 0], { a: [1, 2] }, { a: ['v', 2] }, 1],
    [['a', '*', 'n'], { a: [{ n: 1 }, { m: 2 }, { n: 3 }] }, { a: [{ n: 'v' }, { m: 2 }, { n: 'v' }] }, 2],
    [['**', 'n'], { n: { n: 1 }, a: { n: [] } }, { n: 'v', a: { n: 'v' } }, 2],
    [['a', 'gone'], { a: {} }, { a: {} }, 0],
    [[], { a: 1 }, { a: 1 }, 0],
  ])('puts a value at %j of %j', (path, document, result, count) => {
    expect(compileDpath(path).replace(document, 'v')).toBe(count);
    expect(document).toEqual(result);
  });
});
