import { describe, expect, it } from 'vitest';
import type { Cursor, IncrementalSync, Row } from '../../engine/kinds.ts';
import { StateError } from '../../engine/state-error.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { parseJson } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { isDateOnly, moveValue } from './lagged-value.ts';

const warnings: string[] = [];

function sync(fields: string, config: JsonObject = {}): IncrementalSync {
  warnings.length = 0;
  const log = { ...testRun().log, warn: (message: string | (() => string)) => void warnings.push(String(message)) };
  return buildFromYaml('incrementalSync', `{type: ValueBasedCursor, ${fields}}`, { config, run: { log } });
}

/** Reads some rows as a sync does; gives those that are kept. */
function readAll(cursor: Cursor, rows: readonly Row[], slice = new StreamSlice()): Row[] {
  const kept = rows.filter((row) => cursor.shouldBeSynced(row, slice));
  for (const row of kept) cursor.observe(row, slice);
  cursor.close(slice);
  return kept;
}

async function sliceOf(cursor: Cursor): Promise<JsonObject> {
  for await (const slice of cursor.slices()) return slice.cursorSlice;
  return {};
}

const row = (id: number, at: Json): Row => ({ id, at });

describe('ValueBasedCursor', () => {
  it('reads from the initial value on and keeps the greatest value with the rows that have it', async () => {
    const incremental = sync('cursor_path: at, initial_value: 5');
    const first = incremental.open(undefined);
    expect(await sliceOf(first)).toEqual({ start_value: 5, end_value: null, initial_value: 5, last_value: 5 });
    expect(readAll(first, [row(1, 4), row(2, 5), row(3, 9), row(4, 9), row(5, 7)]).map(({ id }) => id)).toEqual([2, 3, 4, 5]);
    const state = first.state();
    expect(state).toEqual({ at: 9, unique_hashes: [expect.stringMatching(/^[0-9a-f]{20}$/), expect.any(String)] });

    const second = incremental.open(state);
    expect(await sliceOf(second)).toEqual({ start_value: 9, end_value: null, initial_value: 5, last_value: 9 });
    expect(readAll(second, [row(3, 9), row(4, 9), row(6, 9), row(7, 8)]).map(({ id }) => id)).toEqual([6]);
    expect(second.state()['unique_hashes']).toHaveLength(3);
    expect(readAll(incremental.open(second.state()), [row(3, 9), row(4, 9), row(6, 9)])).toEqual([]);
    // The same row with other content is another row.
    expect(readAll(incremental.open(second.state()), [{ ...row(3, 9), note: 'new' }])).toHaveLength(1);
    // The order of keys does not matter.
    expect(readAll(incremental.open(second.state()), [{ at: 9, id: 3 }])).toEqual([]);
  });

  it('keeps the state of the last sync where nothing comes, and of a sync that breaks off', () => {
    const incremental = sync('cursor_path: at');
    expect(incremental.open(undefined).state()).toEqual({});
    const cursor = incremental.open({ at: 'b' });
    readAll(cursor, []);
    expect(cursor.state()).toEqual({ at: 'b' });
    const broken = incremental.open({ at: 'b' });
    broken.observe(row(1, 'c'), new StreamSlice());
    expect(broken.state()).toEqual({ at: 'b' });
  });

  it('reads a value below the top, texts by their order, and big numbers exactly', () => {
    const nested = sync('cursor_path: meta.at');
    expect(nested.field).toBe('meta.at');
    const cursor = nested.open({ 'meta.at': '2024-01-02' });
    expect(readAll(cursor, [{ meta: { at: '2024-01-01T00:00:00Z' } }, { meta: { at: '2024-01-03' } }])).toHaveLength(1);
    expect(cursor.state()).toMatchObject({ 'meta.at': '2024-01-03' });
    const rows = parseJson('[{"at": 9007199254740993}, {"at": 9007199254740992}]') as Row[];
    const exact = sync('cursor_path: at').open({ at: 9007199254740993n });
    expect(readAll(exact, rows)).toEqual([{ at: 9007199254740993n }]);
  });

  it.each<[string, number[], number[]]>([
    ['initial_value: 3, end_value: 6', [2, 3, 5, 6, 7], [3, 5]],
    ['initial_value: 3, end_value: 6, range_end: closed', [2, 3, 5, 6, 7], [3, 5, 6]],
    ['initial_value: 3, range_start: open', [2, 3, 4], [4]],
    ['initial_value: 6, order: min', [7, 6, 5], [6, 5]],
    ['initial_value: 6, end_value: 3, order: min', [7, 6, 4, 3, 2], [6, 4]],
  ])('keeps what lies within %s', (fields, values, expected) => {
    const cursor = sync(`cursor_path: at, ${fields}`).open(undefined);
    expect(
      readAll(
        cursor,
        values.map((at, id) => row(id, at)),
      ).map(({ at }) => at),
    ).toEqual(expected);
  });

  it('leaves the state alone where the range has an end', async () => {
    const cursor = sync('cursor_path: at, initial_value: 3, end_value: 6').open({ at: 5 });
    expect(await sliceOf(cursor)).toMatchObject({ start_value: 3, end_value: 6 });
    readAll(cursor, [row(1, 4)]);
    expect(cursor.state()).toEqual({ at: 5 });
    expect(cursor.close(new StreamSlice())).toBe(false);
  });

  it('goes back by a lag, and then repeats rows', async () => {
    const incremental = sync('cursor_path: at, initial_value: 10, lag: 5');
    const cursor = incremental.open({ at: 20 });
    expect(await sliceOf(cursor)).toMatchObject({ start_value: 15 });
    expect(readAll(cursor, [row(1, 14), row(2, 15), row(3, 20)]).map(({ id }) => id)).toEqual([2, 3]);
    expect(cursor.state()).toEqual({ at: 20 });
    expect(await sliceOf(incremental.open({ at: 12 }))).toMatchObject({ start_value: 10 });
    expect(await sliceOf(sync('cursor_path: at, lag: 5, order: min').open({ at: 20 }))).toMatchObject({ start_value: 25 });
    expect(() => incremental.open({ at: 'tomorrow' })).toThrow(StateError);
    expect(() => sync('cursor_path: at, lag: 5').open({ at: 'tomorrow' })).toThrow(
      'neither a number nor a date, so no lag can be taken off it',
    );
    expect(() => sync('cursor_path: at, lag: 5, initial_value: soon').open(undefined)).toThrow(
      'A lag is not possible for the initial_value',
    );
  });

  it.each([
    ['"2026-01-01"', '2026-02-10', 'is taken as 28 days: reading begins at "2026-01-13"'],
    ['"2026-01-01"', '2026-02-10T10:00:00Z', 'is taken as 28 days: reading begins at "2026-01-13T00:00:00Z"'],
    ['"2026-01-01T00:00:00Z"', '2026-02-10T10:00:00Z', 'is taken as 28 seconds: reading begins at "2026-02-10T09:59:32Z"'],
  ])('says once which unit a lag counts, from %s and %s', (initial, at, expected) => {
    const incremental = sync(`cursor_path: at, lag: 28, initial_value: ${initial}`);
    incremental.open(undefined);
    for (let times = 0; times < 2; times += 1) incremental.openPartition({ at }, 0);
    expect(warnings).toEqual([expect.stringContaining(expected)]);
  });

  it('compares dates as moments, in states as well', () => {
    const incremental = sync('cursor_path: at, initial_value: "2025-11-01T00:00:00-04:00"');
    const cursor = incremental.open(undefined);
    readAll(cursor, [row(1, '2025-11-02T01:30:00-04:00'), row(2, '2025-11-02T01:15:00-05:00')]);
    expect(cursor.state()).toMatchObject({ at: '2025-11-02T01:15:00-05:00' });
    const next = incremental.open(cursor.state());
    const rows = [row(1, '2025-11-02T01:30:00-04:00'), row(2, '2025-11-02T01:15:00-05:00'), row(3, '2025-11-02T06:15:00.000Z')];
    expect(readAll(next, rows).map(({ id }) => id)).toEqual([3]);
    const latest = incremental.latest('2025-11-02T01:30:00-04:00');
    latest.offerState('2025-11-02T01:15:00-05:00');
    expect(latest.value).toBe('2025-11-02T01:15:00-05:00');
  });

  it.each([
    ['max', '2026-05-14'],
    ['min', '2026-05-11'],
  ])('takes of several values the %s', (order, expected) => {
    const cursor = sync(`cursor_path: "parts[*].at", order: ${order}`).open(undefined);
    const parts = (...dates: Json[]): Row => ({ parts: dates.map((at) => ({ at })) });
    readAll(cursor, [parts('2026-05-12', null, '2026-05-14'), parts('2026-05-13', '2026-05-11')]);
    expect(cursor.state()).toMatchObject({ 'parts[*].at': expected });
  });

  it.each<[string, JsonObject]>([
    ['an empty value', { at: '' }],
    ['null', { at: null }],
  ])('takes %s in a state for none', async (_name, state) => {
    const incremental = sync('cursor_path: at, initial_value: 3');
    expect(incremental.lacksValue(state)).toBe(true);
    expect(incremental.normalise(state['at'] as Json)).toBeUndefined();
    expect(await sliceOf(incremental.open(state))).toMatchObject({ start_value: 3 });
  });

  it('refuses a state that cannot be compared with the initial value', () => {
    const incremental = sync('cursor_path: at, initial_value: 3');
    expect(() => incremental.open({ at: 'a' })).toThrow(StateError);
    expect(() => incremental.normalise('a')).toThrow('"at" is "a", but initial_value is a number, 3');
  });

  it('refuses a state that is no date where records and initial value are', () => {
    const incremental = sync('cursor_path: at, initial_value: "2026-01-01"');
    const partition = new StreamSlice({ part: 'p' });
    expect(() => readAll(incremental.open({ at: '31.12.2025' }), [row(1, '2026-01-02')], partition)).toThrow(
      'partition {"part":"p"}, cannot be used: "at" is "31.12.2025", but the value of a record is a date, "2026-01-02"',
    );
    expect(readAll(incremental.open({ at: '31.12.2025' }), [row(1, '31.12.2026')])).toHaveLength(1);
  });

  it('counts what lies after its end', () => {
    const incremental = sync('cursor_path: at, initial_value: 1, end_value: 3');
    const cursor = incremental.open(undefined);
    for (const at of [0, 2, 3, 4]) cursor.leaveOut?.(row(at, at), new StreamSlice());
    expect(incremental.remarks?.()).toEqual([expect.stringContaining('2 records come after the end_value')]);
  });

  it.each<[string, number, string]>([
    ['2024-03-01', -1, '2024-02-29'],
    ['20240301', -1, '20240229'],
    ['2024-03-01T00:00:00Z', -3600, '2024-02-29T23:00:00Z'],
    ['2024-03-01T00:00:00.123456+05:30', -60, '2024-02-29T23:59:00.123456+05:30'],
    ['2024-03-01T00:00', 60, '2024-03-01T00:01'],
  ])('moves %s by %i to %s', (value, by, expected) => {
    expect(moveValue(value, by, isDateOnly(value))).toBe(expected);
  });

  it('moves a time by days where the initial value is a date', () => {
    expect(moveValue('2024-03-02T10:20:30.5Z', -1, true)).toBe('2024-03-01T00:00:00.0Z');
    expect(moveValue('0001-01-01', -1, true)).toBeUndefined();
    expect(moveValue(true, 1, false)).toBeUndefined();
    expect(JSON.stringify(moveValue(1.5, 0.5, false))).toBe('2.0');
    expect(moveValue(2n ** 60n, -1, false)).toBe(2n ** 60n - 1n);
  });

  it('takes its bounds from the config with their types', async () => {
    const fields = 'cursor_path: at, initial_value: "{{ config.start }}", end_value: "{{ config.end | int }}"';
    expect(await sliceOf(sync(fields, { start: 1600, end: '1700' }).open(undefined))).toMatchObject({ start_value: 1600, end_value: 1700 });
  });

  it('repeats the rows at the boundary where it is told to', () => {
    const incremental = sync('cursor_path: at, drops_known: false');
    const cursor = incremental.open(undefined);
    readAll(cursor, [row(1, 5)]);
    expect(cursor.state()).toEqual({ at: 5 });
    expect(readAll(incremental.open({ at: 5 }), [row(1, 5)])).toHaveLength(1);
  });

  it('fails at, keeps or leaves out records without a value', () => {
    const rows = [row(1, null), { id: 2 }, row(3, 1)];
    expect(() => readAll(sync('cursor_path: at').open(undefined), rows)).toThrow('A record has no value at "at"');
    expect(readAll(sync('cursor_path: at, on_missing: include').open(undefined), rows)).toHaveLength(3);
    expect(readAll(sync('cursor_path: at, on_missing: exclude').open(undefined), rows)).toEqual([row(3, 1)]);
  });

  it('ends with values that cannot be compared', () => {
    expect(() => readAll(sync('cursor_path: at, initial_value: 1').open(undefined), [row(1, 'a')])).toThrow(
      /The values of "at" cannot be compared: .* is of type int, 'a' of type str/,
    );
  });

  it('moves the state with each page of rows in ascending order', () => {
    const incremental = sync('cursor_path: at, row_order: asc');
    const slice = new StreamSlice();
    const cursor = incremental.open(undefined);
    expect(cursor.checkpoint?.(slice)).toBe(false);
    for (const one of [row(1, 1), row(2, 2)]) cursor.observe(one, slice);
    expect(cursor.checkpoint?.(slice)).toBe(true);
    expect(cursor.state()).toMatchObject({ at: 2 });
    expect(cursor.checkpoint?.(slice)).toBe(false);
    cursor.observe(row(3, 1), slice);
    cursor.observe(row(4, 9), slice);
    expect(cursor.checkpoint?.(slice)).toBe(false);
    expect(cursor.state()).toMatchObject({ at: 2 });
    expect(warnings).toEqual([expect.stringContaining('not in ascending order of "at"')]);
    cursor.close(slice);
    expect(cursor.state()).toMatchObject({ at: 9 });
    expect(sync('cursor_path: at').open(undefined).checkpoint?.(slice)).toBe(false);
  });

  it('tells when rows in order are read to the end', () => {
    const slice = new StreamSlice();
    const ascending = sync('cursor_path: at, row_order: asc, initial_value: 1, end_value: 5').open(undefined);
    expect([4, 5, 6].map((at) => ascending.endsFeed?.(row(1, at), slice))).toEqual([false, true, true]);
    const descending = sync('cursor_path: at, row_order: desc').open({ at: 3 });
    expect([4, 3, 2].map((at) => descending.endsFeed?.(row(1, at), slice))).toEqual([false, false, true]);
    expect(sync('cursor_path: at, row_order: desc, on_missing: include').open({ at: 3 }).endsFeed?.({ id: 1 }, slice)).toBe(false);
  });

  it('remembers up to a thousand rows at the boundary', () => {
    const cursor = sync('cursor_path: at').open(undefined);
    readAll(
      cursor,
      Array.from({ length: 1001 }, (_, id) => row(id, 1)),
    );
    expect(cursor.state()).toEqual({ at: 1 });
    expect(warnings).toEqual([expect.stringContaining('more than 1000 rows have the newest "at", 1')]);
  });

  it.each([
    ['cursor_path: "a b"', 'is no JSONPath'],
    ['cursor_path: at, end_value: 1', 'An end_value needs an initial_value'],
    ['cursor_path: at, initial_value: 2, end_value: 1', 'The end_value lies before the initial_value'],
  ])('cannot be built with %s', (fields, message) => {
    expect(() => sync(fields)).toThrow(message);
  });
});
