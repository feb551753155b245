import { describe, expect, it } from 'vitest';
import { showControls } from './visible-text.ts';

describe('showControls', () => {
  it.each([
    ['\u001b[2J\u001b]0;title\u0007', '\\u001b[2J\\u001b]0;title\\u0007'],
    ['\u009b31m\u0085\u007f\u0000', '\\u009b31m\\u0085\\u007f\\u0000'],
    ['real\rforged', 'real\\u000dforged'],
    ['\u202egnp.exe\u2066\u200f\u061c', '\\u202egnp.exe\\u2066\\u200f\\u061c'],
    ['one\r\ntwo\n\tthree', 'one\ntwo\n\tthree'],
    ['Grüße 🚀 \u2028', 'Grüße 🚀 \u2028'],
  ])('%j', (text, shown) => {
    expect(showControls(text)).toBe(shown);
  });

  it('leaves JSON what it means', () => {
    const value = { 'a\u009b': '\u007f\u202e\u001b\r\n"\\' };
    expect(JSON.parse(showControls(JSON.stringify(value)))).toEqual(value);
  });
});
