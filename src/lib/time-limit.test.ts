import { describe, expect, it } from 'vitest';
import { TimeLimitError, withTimeLimit } from './time-limit.ts';

describe('withTimeLimit', () => {
  it('gives what the work gives', () => {
    expect(withTimeLimit(1000, () => 5)).toBe(5);
  });

  it('throws what the work throws', () => {
    const mistake = new Error('wrong');
    expect(() =>
      withTimeLimit(1000, () => {
        throw mistake;
      }),
    ).toThrow(mistake);
  });

  it('breaks off a search, however deep in the work it is', () => {
    const search = (text: string): boolean => /^(a+)+$/.test(text);
    expect(() => withTimeLimit(20, () => ['ab', `${'a'.repeat(40)}!`].map(search))).toThrow(TimeLimitError);
  });

  it('may do work within work', () => {
    expect(withTimeLimit(1000, () => withTimeLimit(500, () => 1) + withTimeLimit(500, () => 2))).toBe(3);
  });
});
