import { describe, expect, it } from 'vitest';
import { cutToBytes, pathBelow, storableName } from './storable-name.ts';

describe('storableName', () => {
  it('leaves names as they are that file systems take', () => {
    for (const name of ['a.txt', 'ä b', 'x'.repeat(255), '..a', '\u{1F600}']) expect(storableName(name)).toBe(name);
  });

  it('shortens names by bytes and keeps their ending', () => {
    const name = storableName(`${'ä'.repeat(300)}.jsonl`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
    expect(name).toMatch(/^ä{100,}~[0-9a-f]{8}\.jsonl$/);
    expect(storableName(`.${'x'.repeat(300)}`)).toMatch(/^\.x+~[0-9a-f]{8}$/);
  });

  it('gives names that differ names that differ', () => {
    const long = 'x'.repeat(300);
    const names = [`${long}1`, `${long}2`, 'a\0b', 'a_b', 'a\ud800', 'a\ud801', 'a\ufffd'];
    expect(new Set(names.map(storableName)).size).toBe(names.length);
    for (const name of names.map(storableName)) expect(name.isWellFormed() && !name.includes('\0')).toBe(true);
  });
});

describe('pathBelow', () => {
  it.each([
    ['a.txt', 'items/a.txt'],
    ['/2026//./a.txt', 'items/2026/a.txt'],
    ['x/../a.txt', 'items/a.txt'],
    ['..a/b', 'items/..a/b'],
  ])('puts %s at %s', (file, expected) => {
    expect(pathBelow('items', file)).toBe(expected);
  });

  it.each(['../other/a.txt', 'x/../../other/a.txt', '..', '', '/', '.', 'x/..', 'folder/'])(
    'takes "%s" for no file of the folder',
    (file) => {
      expect(pathBelow('items', file)).toBeUndefined();
    },
  );

  it('takes no folder that leads elsewhere', () => {
    expect(pathBelow('..', 'a')).toBeUndefined();
    expect(pathBelow('a/../b', 'a')).toBeUndefined();
    expect(pathBelow('a/b', 'c')).toBe('a/b/c');
  });
});

it('cutToBytes keeps whole characters', () => {
  expect(cutToBytes('a\u{1F600}b', 4)).toBe('a');
  expect(cutToBytes('ab', 4)).toBe('ab');
});
