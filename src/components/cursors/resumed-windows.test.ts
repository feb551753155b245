import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../engine/kinds.ts';
import type { BegunSlice } from '../../engine/resumption.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const DAILY = `
type: DatetimeBasedCursor
cursor_field: at
datetime_format: "%Y-%m-%d"
start_datetime: "2026-01-01"
end_datetime: "2026-01-12"
`;
const STEPPED = `${DAILY}
step: P2D
cursor_granularity: P1D
`;

const day = (number: number): string => `2026-01-${String(number).padStart(2, '0')}`;

function slice(from: number, to: number, isRead: boolean, latest?: number): BegunSlice {
  return {
    partition: {},
    cursorSlice: { start_time: day(from), end_time: day(to) },
    isRead,
    latest: latest === undefined ? undefined : day(latest),
  };
}

function resumed(yaml: string, begun: readonly BegunSlice[], state?: JsonObject, until = 12): Cursor {
  const cursor = buildFromYaml('incrementalSync', yaml, {}).open(state);
  cursor.resume?.({ slices: begun, memo: { end: day(until) }, takeDone: () => false });
  return cursor;
}

async function windowsOf(cursor: Cursor): Promise<string[]> {
  const slices = await Array.fromAsync(cursor.slices());
  return slices.map(({ cursorSlice }) =>
    Object.values(cursorSlice)
      .map((border) => Number(String(border).slice(-2)))
      .join('-'),
  );
}

describe('a cursor that goes on with a sync', () => {
  it.each<[string, string, BegunSlice[], JsonObject | undefined, string[]]>([
    ['nothing', STEPPED, [], undefined, ['1-2', '3-4', '5-6', '7-8', '9-10', '11-12']],
    ['the first window', STEPPED, [slice(1, 2, false)], undefined, ['1-2', '3-4', '5-6', '7-8', '9-10', '11-12']],
    [
      'a window before which another is to be read, its first moment too',
      STEPPED,
      [slice(3, 4, false)],
      undefined,
      ['3-4', '1-2', '5-6', '7-8', '9-10', '11-12'],
    ],
    ['windows with one between them', STEPPED, [slice(3, 4, true), slice(7, 8, false)], undefined, ['7-8', '1-2', '5-6', '9-10', '11-12']],
    ['what was read up to where the state is not yet', STEPPED, [slice(1, 8, true, 5)], { at: day(5) }, ['9-10', '11-12']],
    ['all', STEPPED, [slice(1, 12, true, 11)], { at: day(11) }, []],
    [
      'windows of the lookback',
      `${STEPPED}\nlookback_window: P4D`,
      [slice(5, 6, false), slice(7, 8, true)],
      { at: day(8) },
      ['5-6', '4-4', '9-10', '11-12'],
    ],
    ['its only window', DAILY, [slice(1, 12, false)], undefined, ['1-12']],
    [
      'a window whose borders cannot be read',
      STEPPED,
      [{ partition: {}, cursorSlice: { start_time: 'x', end_time: 'y' }, isRead: true }],
      undefined,
      ['1-2', '3-4', '5-6', '7-8', '9-10', '11-12'],
    ],
  ])('after %s gives what is left', async (_what, yaml, begun, state, windows) => {
    expect(await windowsOf(resumed(yaml, begun, state))).toEqual(windows);
  });

  it.each([
    ['goes on where it was, and looks back no further', '', ['3-4', '1-2', '5-6', '7-8', '9-10', '11-12']],
    ['looks back from where the earlier run would have ended', 'lookback_window: P6D', ['3-4', '1-2', '2-3', '4-5', '6-7', '8-9', '10-12']],
  ])('%s when the end has moved on', async (_what, lookback, windows) => {
    expect(await windowsOf(resumed(`${STEPPED}\n${lookback}`, [slice(3, 4, false)], undefined, 8))).toEqual(windows);
  });

  it('leaves the state of a whole sync', async () => {
    const cursor = resumed(STEPPED, [slice(3, 4, false, 4), slice(5, 6, true, 6)]);
    expect(cursor.state()).toEqual({ at: day(1) });
    for await (const given of cursor.slices()) {
      if (given.cursorSlice['start_time'] === day(1)) cursor.observe({ at: day(2) }, given);
      cursor.close(given);
    }
    expect(cursor.state()).toEqual({ at: day(6) });
  });

  it('tells what it has read and seen of open windows', async () => {
    const cursor = resumed(STEPPED, []);
    const [first, second, third] = await Array.fromAsync(cursor.slices());
    if (first === undefined || second === undefined || third === undefined) throw new Error('There are windows.');
    cursor.observe({ at: day(3) }, second);
    cursor.close(second);
    cursor.observe({ at: day(1) }, first);
    expect(cursor.progress?.()).toEqual({ read: [slice(3, 4, true, 3)], memo: { end: day(12) } });
    expect(cursor.latestIn?.(first)).toBe(day(1));
    expect(cursor.latestIn?.(third)).toBeUndefined();
    cursor.close(first);
    expect(cursor.progress?.().read).toEqual([slice(1, 4, true, 3)]);
  });
});
