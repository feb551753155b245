import { describe, expect, it } from 'vitest';
import { Float, type Json, parseExactJson, parseJson, stringifyJson } from './json.ts';

/** A small generator of numbers that are the same in each run. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const NUMBERS = ['0', '-0', '1', '1.0', '-2.50', '1e3', '1E-7', '12345678901234567890', '9007199254740993', '1e400', '0.1', '10.00'];
const STRINGS = ['""', '"a"', '"é 機械"', '"\\n\\"\\\\"', '"1.0"', '"\\u0041"', '"a\\\\"', '"}]{["'];

function randomDocument(random: (below: number) => number, depth = 0): string {
  const blank = random(4) === 0 ? ' \n' : '';
  const kind = random(depth > 3 ? 5 : 8);
  if (kind < 2) return `${blank}${NUMBERS[random(NUMBERS.length)]}${blank}`;
  if (kind < 4) return `${blank}${STRINGS[random(STRINGS.length)]}${blank}`;
  if (kind === 4) return ['true', 'false', 'null'][random(3)] as string;
  const items = Array.from({ length: random(4) }, () => randomDocument(random, depth + 1));
  if (kind === 5) return `${blank}[${items.join(',')}${blank}]`;
  return `{${blank}${items.map((item, index) => `"k${index % 3}${random(9) === 0 ? '\\t' : ''}"${blank}:${item}`).join(',')}}`;
}

function withNumberTexts(text: string): Json {
  return JSON.parse(text, (_key, value: unknown, context?: { source: string }) =>
    typeof value === 'number' && context ? `#${context.source}` : value,
  ) as Json;
}

function showNumbers(value: Json): Json {
  if (typeof value === 'number') return `#${value}`;
  if (typeof value === 'bigint') return `#${value}`;
  if (value instanceof Float) return `#${stringifyJson(value)}`;
  if (Array.isArray(value)) return value.map(showNumbers);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, showNumbers(item)]));
  return value;
}

describe('parseExactJson', () => {
  it('keeps every digit and all that JSON.parse keeps', () => {
    const random = randomOf(7);
    for (let count = 0; count < 3_000; count++) {
      const text = randomDocument(random);
      const expected = stringifyJson(withNumberTexts(text))
        .replace(/"#-0"/g, '"#0"')
        .replace(/"#1E-7"/g, '"#1e-7"')
        .replace(/"#-2\.50"/g, '"#-2.5"');
      expect(stringifyJson(showNumbers(parseExactJson(text))), text).toBe(expected);
    }
  });

  it('refuses what JSON.parse refuses, in its words', () => {
    for (const text of ['', '{', '[1,]', '{"a"}', '01', '1.', '"\n"', '[1 2]', 'nul', '{"a":1,}', '"\\x"', '1e', '[1]]', '{a:1.0}']) {
      expect(() => parseExactJson(text), text).toThrow(SyntaxError);
    }
  });

  it('reads __proto__ as a key like any other', () => {
    const value = parseExactJson('{"__proto__": {"x": 1.0}}') as { [key: string]: Json };
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('parseJson', () => {
  it('takes the exact way only where a number needs it', () => {
    expect(parseJson('{"a":1.5,"b":"7e7","c":123456789012345}')).toEqual({ a: 1.5, b: '7e7', c: 123_456_789_012_345 });
    expect(stringifyJson(parseJson('[1.0,12345678901234567890,1e400]'))).toBe('[1.0,12345678901234567890,1e400]');
  });
});
