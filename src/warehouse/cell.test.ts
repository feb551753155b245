import { describe, expect, it } from 'vitest';
import { exactNumber, type Json } from '../lib/json.ts';
import { type Cell, type ColumnType, compareCells, dateText, timeText, toCell, typeOf } from './cell.ts';

const DAY = 86_400_000_000n;

describe('toCell', () => {
  it.each<[Exclude<Json, null>, ColumnType, Cell | undefined]>([
    [true, 'boolean', true],
    ['false', 'boolean', false],
    [1, 'boolean', undefined],
    [5, 'integer', 5],
    ['5', 'integer', 5n],
    ['05', 'integer', undefined],
    [5.5, 'integer', undefined],
    [exactNumber('5.0'), 'integer', 5],
    [9_223_372_036_854_775_807n, 'integer', 9_223_372_036_854_775_807n],
    [9_223_372_036_854_775_808n, 'integer', undefined],
    [5, 'number', 5],
    [2n ** 60n, 'number', 2 ** 60],
    [2n ** 60n + 1n, 'number', undefined],
    ['1.5', 'number', 1.5],
    ['1.50', 'number', undefined],
    ['', 'number', undefined],
    [5, 'string', '5'],
    [{ a: [1, exactNumber('1.0')] }, 'string', '{"a":[1,1.0]}'],
    ['x', 'json', '"x"'],
    ['2026-02-28', 'date', 20_512],
    ['2026-02-29', 'date', undefined],
    ['1969-12-31', 'date', -1],
    ['0000-12-31', 'date', undefined],
    ['1970-01-02T00:00:00Z', 'timestamptz', DAY],
    ['1970-01-02T01:00:00.000001+01:00', 'timestamptz', DAY + 1n],
    ['1970-01-02 00:00:00', 'timestamptz', DAY],
    ['1970-01-02T00:00:00.1234567Z', 'timestamptz', DAY + 123_456n],
    ['1970-01-02T24:00:00Z', 'timestamptz', undefined],
    ['soon', 'timestamptz', undefined],
    [1_700_000_000, 'timestamptz', undefined],
    ['1970-01-02T00:00:00', 'timestamp', DAY],
    ['1970-01-02T00:00:00Z', 'timestamp', DAY],
    ['1970-01-02T00:00:00+02:00', 'timestamp', undefined],
    ['0001-01-01T00:00:00Z', 'timestamptz', -719_162n * DAY],
    ['0001-01-01T00:00:00+05:00', 'timestamptz', undefined],
    ['9999-12-31T23:59:59-05:00', 'timestamptz', undefined],
    ['0000-12-31T00:00:00', 'timestamp', undefined],
  ])('%o as %s is %o', (value, type, cell) => {
    expect(toCell(value, type)).toEqual(cell);
  });
});

describe('typeOf', () => {
  it.each<[Exclude<Json, null>, ColumnType]>([
    [true, 'boolean'],
    [1, 'integer'],
    [2n ** 70n, 'string'],
    [1.5, 'number'],
    [exactNumber('1.0'), 'number'],
    ['x', 'string'],
    ['2026-01-01', 'date'],
    ['2026-01-01T00:00:00Z', 'timestamptz'],
    ['2026-01-01T00:00:00', 'timestamp'],
    ['2026-13-01T00:00:00', 'string'],
    ['9999-12-31T23:59:59-05:00', 'string'],
    [[], 'json'],
    [{}, 'json'],
  ])('of %o is %s, which holds it', (value, type) => {
    expect(typeOf(value)).toBe(type);
    expect(toCell(value, type)).toBeDefined();
  });
});

it('times as texts sort as times do', () => {
  const times = [-719_162n * DAY, -1n, 0n, 1n, 999_999n, 1_000_000n, DAY];
  const texts = times.map((time) => timeText(time, true));
  expect(texts.toSorted()).toEqual(texts);
  expect(texts.map((text) => toCell(text, 'timestamptz'))).toEqual(times);
  expect(timeText(-1n, false)).toBe('1969-12-31T23:59:59.999999');
  expect(dateText(-1)).toBe('1969-12-31');
});

it('a null comes before every value', () => {
  const cells: Cell[] = [5, null, 3n, 4];
  expect(cells.toSorted(compareCells)).toEqual([null, 3n, 4, 5]);
});
