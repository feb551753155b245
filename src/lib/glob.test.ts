import { describe, expect, it } from 'vitest';
import { compileGlob, isGlob } from './glob.ts';

describe('compileGlob', () => {
  it.each([
    ['a*', 'abc', true],
    ['a*', 'ba', false],
    ['*', '', true],
    ['*', 'a\nb', true],
    ['a?', 'ab', true],
    ['?', '😀', true],
    ['[ab]c', 'bc', true],
    ['[!ab]', 'c', true],
    ['[!ab]', 'a', false],
    ['[a-c]', 'b', true],
    ['[c-a]', 'b', false],
    ['[]a]', ']', true],
    ['[!]a]', 'b', true],
    ['[a', '[a', true],
    ['a.b', 'axb', false],
    ['A', 'a', false],
    ['[^a]', '^', true],
  ])('%s on %s: %s', (pattern, text, matches) => {
    expect(compileGlob(pattern).test(text)).toBe(matches);
  });

  it('knows which texts are patterns', () => {
    expect(['a', 'a.b', 'a*', '?', '[x]'].map(isGlob)).toEqual([false, false, true, true, true]);
  });
});
