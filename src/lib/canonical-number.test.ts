import { describe, expect, it } from 'vitest';
import { canonicalNumber } from './canonical-number.ts';
import { type Float, parseExactJson } from './json.ts';

const canonical = (text: string): string => canonicalNumber(parseExactJson(text) as number | bigint | Float);

describe('canonicalNumber', () => {
  it.each([
    ['1', ['1', '1.0', '1.000', '1e0', '10e-1', '0.1e1']],
    ['0', ['0', '-0', '0.0', '-0.0', '0e5']],
    ['-2.5', ['-2.5', '-2.50', '-25e-1']],
    ['0.001', ['0.001', '1e-3', '1.0E-3']],
    ['100000000000000000000000', ['100000000000000000000000', '1e23', '1.0e+23']],
    ['9007199254740993', ['9007199254740993', '9007199254740993.0']],
    ['1e400', ['1e400', '10e399']],
    ['1e-60', ['1e-60', '0.1e-59']],
  ])('writes %s for all of %j', (expected, texts) => {
    expect(texts.map(canonical)).toEqual(texts.map(() => expected));
  });

  it('tells numbers apart that a double holds as one', () => {
    expect(canonical('9007199254740993')).not.toBe(canonical('9007199254740992'));
    expect(canonical('9007199254740993.0')).not.toBe(canonical('9007199254740992.0'));
  });

  it('names what is no number', () => {
    expect(canonicalNumber(Number.NaN)).toBe('NaN');
    expect(canonicalNumber(Number.NEGATIVE_INFINITY)).toBe('-Infinity');
  });
});
