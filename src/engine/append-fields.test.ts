import { expect, it } from 'vitest';
import { Float, type Json, parseExactJson, stringifyJson } from '../lib/json.ts';
import { scanDocument } from '../lib/json-list/list-scan.ts';
import { Random } from '../testing/random.ts';
import type { PageRequest } from './kinds.ts';
import { createRawPlan, rawBatches } from './raw-rows.ts';
import { StreamSlice } from './stream-slice.ts';

const REQUEST: PageRequest = { slice: new StreamSlice(), token: undefined };

/** The fields as they are written for as many records, of which each gets one value after the other for each name. */
function written(names: readonly string[], values: readonly Json[]): string[] {
  const document = scanDocument([Buffer.from(JSON.stringify(values.map((_, id) => ({ id }))))], {
    path: [],
    fields: ['id', ...names],
    dropped: names.length,
  });
  if (document === undefined) throw new Error('The document cannot be scanned.');
  const appended = names.map((name) => ({ name, compute: ({ id }: { [name: string]: Json }) => values[id as number] as Json }));
  const parser = { parse: () => [], refine: () => ({ records: [] }) };
  const blocks: Buffer[] = [];
  const [batch] = rawBatches(document.elements, createRawPlan(['id'], { sets: appended, drops: [] }), REQUEST, parser);
  batch?.writeTo?.({
    lines: { prefix: () => Buffer.from(''), write: (lines) => void blocks.push(Buffer.from(lines)) },
    write: () => expect.unreachable(),
    observe: undefined,
  });
  return Buffer.concat(blocks).toString().split('\n').slice(0, -1);
}

const VALUES: readonly Json[] = [
  ...[0, -1, 1, 9, 10, 99_999, 999_999_999, 1e9, 2 ** 31, 2 ** 32, 1e15, Number.MAX_SAFE_INTEGER, 2 ** 53, 1e21],
  ...[0.001, 0.5, 0.125, 0.1 + 0.2, 1.1, 100.01, 999.999, 0.0009, 1e-7, 1_704_067_200.123, 123_456_789_012.345, 1e12 + 0.5, -0.5],
  ...[0, -0, 1, 1_704_067_200, 1e15, 2 ** 53, 1e16, 1e22].map((value) => new Float(value)),
  ...[2n ** 64n, null, true, '', 'Süd\u2028"\\', [1, new Float(1)], { a: null }],
];

it.each([[['added']], [['added', 'again']]])('writes %j as JSON does, and leaves nulls out', (names) => {
  const random = new Random(7);
  const numbers = Array.from({ length: 3000 }, (_, i) => random.below(10 ** (i % 16)) / (i % 3 === 0 ? 1000 : 1));
  const values = [...VALUES, ...numbers];
  const expected = values.map((value, id) => {
    const fields = value === null ? '' : names.map((name) => `,"${name}":${stringifyJson(value).replaceAll('\u2028', '\\u2028')}`).join('');
    return `{"id":${id}${fields}}}}`;
  });
  expect(written(names, values)).toEqual(expected);
});

it('reads the numbers of records as the parser does', () => {
  const texts = [
    '0',
    '7',
    '-7',
    '-0',
    '1.0',
    '1.5',
    '1e3',
    '999999999999999',
    '1000000000000000',
    '9007199254740993',
    '"7"',
    'null',
    'true',
    '""',
    '"ä"',
    '"\\n"',
  ];
  const bytes = Buffer.from(`[${texts.map((text) => `{"a":${text}}`).join(',')}]`);
  const document = scanDocument([bytes], { path: [], fields: ['a', 'b'], dropped: 1 });
  const seen: Json[] = [];
  const appended = [{ name: 'b', compute: ({ a }: { [name: string]: Json }) => (a === undefined ? 'absent' : a) }];
  const parser = {
    parse: (list: Uint8Array) => parseExactJson(Buffer.from(list).toString()) as Json[],
    refine: (records: Json[]) => ({ records: records as never }),
  };
  if (document === undefined) throw new Error('The document cannot be scanned.');
  const [batch] = rawBatches(document.elements, createRawPlan(['a'], { sets: appended, drops: [] }), REQUEST, parser);
  batch?.writeTo?.({
    lines: { prefix: () => Buffer.from(''), write: () => {} },
    write: (record) => void seen.push((record as { a: Json }).a),
    observe: ({ a }) => void seen.push(a as Json),
  });
  expect(seen.map((value) => stringifyJson(value)).sort()).toEqual(texts.map((text) => stringifyJson(parseExactJson(text))).sort());
});
