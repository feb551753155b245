import { describe, expect, it } from 'vitest';
import { BLANKS, isBlank, strip, stripEnd, stripStart, trim, trimEnd } from './trim.ts';

describe('trim', () => {
  it.each([
    ['"text"', '"', 'text'],
    ["'' a b '", "' ", 'a b'],
    ['///', '/', ''],
    ['', '/', ''],
  ])('takes from %j those of %j at both ends', (text, characters, left) => expect(trim(text, characters)).toBe(left));

  it('takes from the end alone', () => expect(trimEnd('/a/b//', '/')).toBe('/a/b'));
});

describe('strip', () => {
  it.each([
    [' a b\t\n', 'a b'],
    ['\u00a0\u2003a\u3000', 'a'],
    ['\x1c\x85', ''],
    ['\u200ba', '\u200ba'],
  ])('takes the blanks that Python knows from %j', (text, left) => expect(strip(text)).toBe(left));

  it('takes them from one end', () => {
    expect(stripStart(' a ')).toBe('a ');
    expect(stripEnd(' a ')).toBe(' a');
  });

  it('knows the same blanks by code unit and as a character class', () => {
    const blank = new RegExp(`[${BLANKS}]`);
    for (let unit = 0; unit <= 0xffff; unit += 1)
      expect(isBlank(unit) === blank.test(String.fromCharCode(unit)), unit.toString(16)).toBe(true);
  });
});
