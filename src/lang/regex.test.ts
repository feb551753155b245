import { describe, expect, it } from 'vitest';
import { compileRegex } from './regex.ts';
import { repr } from './text.ts';
import { PythonError } from './values.ts';

function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof PythonError) return error.type;
    throw error;
  }
  return 'none';
}

describe('search', () => {
  it.each<[string, string, (string | undefined)[] | undefined]>([
    ['(?P<year>\\d{4})-(?P=year)', 'x 2024-2024', ['2024-2024', '2024']],
    ['(?i)É', 'é', ['é']],
    ['\\w+', '٣é_', ['٣é_']],
    ['(?a)\\w+', 'éa', ['a']],
    ['a.c', 'a\rc', ['a\rc']],
    ['a.c', 'a\nc', undefined],
    ['(?s)a.c', 'a\nc', ['a\nc']],
    ['b$', 'b\n', ['b']],
    ['b\\Z', 'b\n', undefined],
    ['(?m)^b$', 'a\nb\nc', ['b']],
    ['(?m)^b', 'a\rb', undefined],
    ['\\bé', 'aé é', ['é']],
    ['\\B', '', undefined],
    ['[]a]+', 'x]a', [']a']],
    ['[^\\W\\d]+', '12ab', ['ab']],
    ['x{,2}y', 'xxxy', ['xxy']],
    ['x{}', 'x{}', ['x{}']],
    ['(a)?b', 'b', ['b', undefined]],
    ['(?x) a b # c', 'ab', ['ab']],
    ['(?i:a)b', 'Ab', ['Ab']],
    ['(?i)a(?-i:b)', 'AB', undefined],
    ['\\x41\\u00e9\\101', 'AéA', ['AéA']],
    ['a*+a', 'aaa', undefined],
    ['(?>a|ab)c', 'abc', undefined],
    ['(?<=a)b', 'ab', ['b']],
    ['(?#note)a', 'a', ['a']],
    ['.', '😀', ['😀']],
  ])('%j in %j', (pattern, text, expected) => {
    expect(compileRegex(pattern).search(text)?.groups).toEqual(expected);
  });
});

describe('compileRegex', () => {
  it.each([
    '(',
    ')',
    '*a',
    'a**',
    '^*',
    '[z-a]',
    '[a',
    '\\q',
    '(?P<1a>x)',
    '(?P<a>x)(?P<a>y)',
    '(?P=b)',
    '\\1',
    '(a\\1)',
    'a(?i)',
    '(?<=a+)b',
  ])('refuses %j', (pattern) => {
    expect(errorOf(() => compileRegex(pattern))).toBe('error');
  });

  it('says that conditional groups are not supported', () => {
    expect(errorOf(() => compileRegex('(a)?(?(1)b|c)'))).toBe('NotImplementedError');
  });
});

describe('match and fullmatch', () => {
  it('anchor at the start, and at the end too', () => {
    expect(compileRegex('a|ab').match('abc')?.groups[0]).toBe('a');
    expect(compileRegex('b').match('ab')).toBe(undefined);
    expect(compileRegex('a|ab').fullmatch('ab')?.groups[0]).toBe('ab');
    expect(compileRegex('a').fullmatch('a\n')).toBe(undefined);
  });
});

describe('findall', () => {
  it.each([
    ['\\d', 'a1b2', "['1', '2']"],
    ['(\\w)(\\d)?', 'a1b', "[('a', '1'), ('b', '')]"],
    ['[a]??', 'aa', "['', 'a', '', 'a', '']"],
    ['(?m)^', 'A😀\né', "['', '']"],
  ])('%j in %j', (pattern, text, expected) => {
    expect(repr(compileRegex(pattern).findall(text))).toBe(expected);
  });
});

describe('sub', () => {
  it.each([
    ['x*', '-', 'abxd', '-a-b--d-'],
    ['(a)(?P<n>b)', '\\2\\g<n>\\g<1>\\g<0>', 'ab', 'bbaab'],
    ['a', '\\n\\\\\\101\\0', 'a', '\n\\A\0'],
    ['(a)|b', '[\\1]', 'ab', '[a][]'],
    ['a', '$1$&', 'a', '$1$&'],
  ])('%j by %j in %j', (pattern, replacement, text, expected) => {
    expect(compileRegex(pattern).sub(replacement, text)).toBe(expected);
  });

  it('stops at the count', () => {
    expect(compileRegex('a').sub('b', 'aaa', 2)).toBe('bba');
  });

  it.each([
    ['\\q', 'error'],
    ['\\9', 'error'],
    ['\\g<zz>', 'IndexError'],
    ['\\g<', 'error'],
    ['\\400', 'error'],
  ])('refuses %j', (replacement, type) => {
    expect(errorOf(() => compileRegex('a').sub(replacement, 'a'))).toBe(type);
  });
});

describe('a pattern that takes time without end', () => {
  it.each([
    ['(a+)+$', `${'a'.repeat(40)}!`],
    ['a*a*a*a*a*b', 'a'.repeat(400)],
    ['a*b', 'a'.repeat(200_000)],
  ])('%s is given up', (pattern, text) => {
    expect(errorOf(() => compileRegex(pattern).search(text))).toBe('TimeoutError');
  });

  it('is given up however short each of its searches is', () => {
    const text = `${'a'.repeat(1900)};`.repeat(1000);
    expect(errorOf(() => compileRegex('a*a*b|;').sub('', text))).toBe('TimeoutError');
  });

  it.each([
    ['(a+)+$', 'a'.repeat(5000)],
    ['(?:[a-z]+-)+[0-9]+', `${'ab-'.repeat(1000)}7`],
    ['x*y*', 'x'.repeat(100_000)],
  ])('%s is no such for other texts', (pattern, text) => {
    expect(compileRegex(pattern).search(text)?.groups[0]).toBe(text);
  });
});
