import { describe, expect, it } from 'vitest';
import { parseLenientJson } from './lenient-json.ts';

describe('parseLenientJson', () => {
  it('reads NaN and the infinities as numbers', () => {
    expect(parseLenientJson('[NaN, Infinity, -Infinity, "NaN", {"Infinity": 1}]')).toEqual([
      Number.NaN,
      Infinity,
      -Infinity,
      'NaN',
      { Infinity: 1 },
    ]);
  });

  it('keeps the digits of the other numbers', () => {
    expect(parseLenientJson('[NaN, 12345678901234567890]')).toEqual([Number.NaN, 12345678901234567890n]);
  });

  it.each(['', '-NaN', '[1NaN]', '[NaN1]', '{NaN: 1}', '[- Infinity]', '[NaN,]', "{'a': NaN}", '\ufeff1'])('does not read %j', (text) => {
    expect(parseLenientJson(text)).toBeUndefined();
  });
});
