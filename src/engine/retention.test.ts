import { describe, expect, it } from 'vitest';
import { buildFromYaml, testRun } from '../testing/build-from-yaml.ts';
import { createFinalStateCursor } from './final-state-cursor.ts';
import { createPartitionCursor } from './partition-cursor.ts';
import { isBeyondRetention } from './retention.ts';
import { StreamSlice } from './stream-slice.ts';

const DAY = 86_400_000_000n;
const NOW = 100n * DAY;
const sync = buildFromYaml('incrementalSync', {
  type: 'DatetimeBasedCursor',
  cursor_field: 'at',
  datetime_format: '%Y-%m-%d',
  start_datetime: '1970-01-01',
});
const router = {
  contribute() {},
  async *slices() {
    yield new StreamSlice();
  },
};
const final = createFinalStateCursor(() => NOW);

describe('isBeyondRetention', () => {
  it.each([
    [{ at: '1970-03-20' }, 'P30D', false],
    [{ at: '1970-03-01' }, 'P30D', true],
    [{ at: '1970-03-01' }, 'P2M', false],
    [{ __ab_no_cursor_state_message: true }, 'P1D', false],
    [{ other: 1 }, 'P30D', true],
  ])('of %j after %s is %s', (state, period, expected) => {
    expect(isBeyondRetention(state, [final, sync.open(undefined)], period, NOW)).toBe(expected);
  });

  it('goes by the common state of partitions', () => {
    const cursor = createPartitionCursor(testRun(), router, sync, undefined);
    expect(isBeyondRetention({ state: { at: '1970-04-10' }, states: [] }, [cursor], 'P5D', NOW)).toBe(false);
    expect(isBeyondRetention({ states: [] }, [cursor], 'P5D', NOW)).toBe(true);
  });
});
