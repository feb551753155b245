import { expect, it } from 'vitest';
import { isCutJson } from './cut-json.ts';

it('tells every beginning of a document from the whole of it and from other text', () => {
  const whole = ' {"a": [1, {"b}": "x\\"]"}], "c": {}}';
  expect(isCutJson(whole)).toBe(false);
  for (let end = 2; end < whole.length; end += 1) expect([end, isCutJson(whole.slice(0, end))]).toEqual([end, true]);
  for (const text of ['', 'x{', '"a', '12', '[1,]', '{"a": 01}', '}']) expect([text, isCutJson(text)]).toEqual([text, false]);
});
