import { describe, expect, it } from 'vitest';
import { createCsvReader } from './csv.ts';

function rows(text: string, delimiter = ',', pieceLength = text.length || 1): string[][] {
  const reader = createCsvReader(delimiter);
  const found: string[][] = [];
  for (let at = 0; at < text.length; at += pieceLength) found.push(...reader.push(text.slice(at, at + pieceLength)));
  return [...found, ...reader.end()];
}

const TEXTS: [text: string, rows: string[][]][] = [
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  [
    'a,b\r\n1,2\r3,4',
    [
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['a\n\nb', [['a'], [], ['b']]],
  ['"x""y","l1\r\nl2"\n', [['x"y', 'l1\nl2']]],
  ['1,"x"y,z"w\n', [['1', 'xy', 'z"w']]],
  [' "a", b\n', [[' "a"', ' b']]],
  ['a,', [['a', '']]],
  ['""', [['']]],
  ['"open,\n', [['open,\n']]],
  ['', []],
];

describe('createCsvReader', () => {
  it.each(TEXTS)('%j', (text, expected) => {
    expect(rows(text)).toEqual(expected);
  });

  it.each(TEXTS)('%j in pieces', (text, expected) => {
    for (const length of [1, 2, 3]) expect(rows(text, ',', length)).toEqual(expected);
  });

  it('takes another delimiter', () => {
    expect(rows('a;b,c\t;"d;e"\n', ';')).toEqual([['a', 'b,c\t', 'd;e']]);
  });

  it('tells whether the text ends within quotes', () => {
    const reader = createCsvReader(',');
    reader.push('a,"b');
    expect(reader.isInQuotes()).toBe(true);
    reader.push('"');
    expect(reader.isInQuotes()).toBe(false);
  });
});
