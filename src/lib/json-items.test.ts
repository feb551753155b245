import { describe, expect, it } from 'vitest';
import { Float, type Json } from './json.ts';
import { createJsonItemsReader, JsonStreamError } from './json-items.ts';

function items(path: string, text: string, pieceLength = 1): Json[] {
  const reader = createJsonItemsReader(path);
  const found: Json[] = [];
  for (let at = 0; at < text.length; at += pieceLength) reader.push(text.slice(at, at + pieceLength), found);
  reader.end(found);
  return found;
}

describe('createJsonItemsReader', () => {
  it.each<[string, string, Json[]]>([
    ['data.users.item', '{"data": {"users": [{"a": 1}], "x": [1]}, "z": 1}', [{ a: 1 }]],
    ['nope.item', '{"data": [1]}', []],
    ['data.item', '{"data": {"a": 1}}', []],
    ['data.item', '{"data": [1, null, "s\\"]", [2], {"x": "}"}]}', [1, null, 's"]', [2], { x: '}' }]],
    ['item.item', '[[1], [2, true]]', [1, 2, true]],
    ['a.b.item', '{"a.b": [1], "a": {"b": [2]}}', [1, 2]],
    ['data.item.x.item', '{"data": [{"x": [1, 2]}, {"x": [3]}]}', [1, 2, 3]],
    ['d.item', ' { "d" : [ ] } ', []],
    ['d.item', '{"d": ["\\\\", "\\\\\\""]}', ['\\', '\\"']],
  ])('%s in %s', (path, text, expected) => {
    for (const length of [1, 2, 7, 1000]) expect(items(path, text, length)).toEqual(expected);
  });

  it('keeps the digits of numbers', () => {
    expect(items('d.item', '{"d": [12345678901234567890, 1.0]}')).toEqual([12345678901234567890n, new Float(1)]);
  });

  it.each(['', '{"d": [1', '{"d": [1,]}', '{"d" 1}', '{"d": 01}', '{d: 1}', '[1] x', '{"d": [NaN]}', '}'])('refuses %j', (text) => {
    expect(() => items('d.item', text)).toThrow(JsonStreamError);
  });

  it('gives what came before the text stops being JSON', () => {
    const reader = createJsonItemsReader('d.item');
    const found: Json[] = [];
    expect(() => reader.push('{"d": [1, {"a": 2}, x]}', found)).toThrow(JsonStreamError);
    expect(found).toEqual([1, { a: 2 }]);
  });
});
