import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../lib/json.ts';
import { refuseOversized } from './limits.ts';
import { readPointer, resolveReferences } from './refs.ts';

describe('resolveReferences', () => {
  it('replaces references by what they point to, members beside them winning', () => {
    const manifest = { d: { a: { x: 1, y: 2 } }, text: '#/d/a/x', r: { y: 3, $ref: '#/d/a', z: 4 }, list: ['#/d/a'] };
    expect(resolveReferences(manifest)).toEqual({ d: { a: { x: 1, y: 2 } }, text: 1, r: { x: 1, y: 3, z: 4 }, list: [{ x: 1, y: 2 }] });
    expect(manifest.text).toBe('#/d/a/x');
  });

  it('leaves config values alone', () => {
    expect(resolveReferences({ check: { config_overrides: { a: '#/x', b: { $ref: '#/y' } } } })).toEqual({
      check: { config_overrides: { a: '#/x', b: { $ref: '#/y' } } },
    });
  });

  it('gives unchanged parts back and shares what is referenced twice', () => {
    const manifest: JsonObject = { kept: { a: [1] }, d: { e: '#/kept' }, x: '#/d', y: '#/d' };
    const resolved = resolveReferences(manifest);
    expect(resolved['kept']).toBe(manifest['kept']);
    expect(resolved['x']).toBe(resolved['y']);
  });

  it('treats names of the prototype as any others', () => {
    const manifest = parseJson(
      '{"__proto__": {"a": 1}, "r": "#/__proto__/a", "s": {"$ref": "#/__proto__", "constructor": 2}}',
    ) as JsonObject;
    const resolved = resolveReferences(manifest);
    expect(JSON.stringify(resolved)).toBe('{"__proto__":{"a":1},"r":1,"s":{"a":1,"constructor":2}}');
    expect(() => resolveReferences({ r: '#/constructor' })).toThrow('points to nothing');
    expect(() => resolveReferences({ a: {}, r: '#/a/__proto__/x' })).toThrow('points to nothing');
  });

  it.each<[JsonObject, string, string]>([
    [{ definitions: { base: { url: 1 } }, s: [{ $ref: '#/definitions/bse/url' }] }, 's[0].$ref', 'Did you mean "#/definitions/base/url"?'],
    [{ definitions: { a: 1 }, s: '#/definitions/zzzz' }, 's', '"#/definitions" holds a.'],
    [{ definitions: {}, s: '#/definitions/zzzz' }, 's', '"#/definitions" is empty.'],
    [{ a: 'text', s: '#/a/b' }, 's', '"#/a" is no object.'],
  ])('says what %j does not hold', (manifest, path, hint) => {
    expect(() => resolveReferences(manifest)).toThrow(expect.objectContaining({ code: 'reference-undefined', path, hint }));
  });

  it.each<[JsonObject, string]>([
    [{ a: { $ref: '#/a' } }, '"#/a" leads back to itself.'],
    [{ a: { x: { $ref: '#/b' } }, b: { y: '#/a' } }, '#/b -> #/a -> #/b'],
    [{ r: '#/' }, '"#/" leads back to itself'],
  ])('refuses the circle in %j', (manifest, message) => {
    expect(() => resolveReferences(manifest)).toThrow(expect.objectContaining({ code: 'reference-circular' }));
    expect(() => resolveReferences(manifest)).toThrow(message);
  });

  it('refuses a manifest that is a reference to no object', () => {
    expect(() => resolveReferences({ a: 1, $ref: '#/a' })).toThrow(expect.objectContaining({ code: 'not-an-object' }));
  });

  it('refuses to nest without end, and looks for a wrong reference in shared parts only once', () => {
    const chain = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`a${index}`, { x: `#/a${index + 1}` }]));
    expect(() => resolveReferences(chain)).toThrow(expect.objectContaining({ code: 'too-deep' }));
    const shared = Array.from({ length: 60 }).reduce<JsonObject>((inner) => ({ a: inner, b: inner }), {});
    expect(() => resolveReferences({ shared, r: '#/zzzz' })).toThrow(expect.objectContaining({ path: 'r' }));
  });
});

describe('readPointer', () => {
  const manifest = { 'a/b': 1, a: { b: 2, '0': 'zero', c: ['x', 'yz'] }, text: 'äb' };

  it.each([
    ['#/a/b', 1],
    ['#/a/c/1', 'yz'],
    ['#/a/c/-1', 'yz'],
    ['#/a/c/ 0 ', 'x'],
    ['#/a/c/1/0', 'y'],
    ['#/a/0', 'zero'],
    ['#/a/0/x', undefined],
    ['#/a/c/x', undefined],
    ['#/a/c/2', undefined],
    ['#/text/0', 'ä'],
    ['#/text/', 'äb'],
    ['#/text\nmore', 'äb'],
    ['#/toString', undefined],
  ])('%j leads to %j', (reference, expected) => {
    expect(readPointer(manifest, reference)).toBe(expected);
  });
});

describe('refuseOversized', () => {
  it('counts shared parts as often as they appear', () => {
    const doubled = Array.from({ length: 40 }).reduce<JsonObject>((inner) => ({ a: inner, b: inner }), {});
    expect(() => refuseOversized(doubled)).toThrow(expect.objectContaining({ code: 'too-large' }));
    const deep = Array.from({ length: 500 }).reduce<JsonObject>((inner) => ({ a: inner }), {});
    expect(() => refuseOversized(deep)).toThrow(expect.objectContaining({ code: 'too-deep' }));
    const small = { a: [1, 2] };
    expect(refuseOversized(small)).toBe(small);
  });
});
