import type { Cursor } from './kinds.ts';
import { StreamSlice } from './stream-slice.ts';

/** The key of the state that a stream without a cursor leaves. */
export const NO_CURSOR_KEY = '__ab_no_cursor_state_message';

/**
 * The cursor of a stream that is read whole each time; `now` gives microseconds since 1970.
 * parity: streams/concurrent/cursor.py:FinalStateCursor
 */
export function createFinalStateCursor(now: () => bigint): Cursor {
  return {
    field: undefined,
    reads: 'nothing',
    contribute() {},
    async *slices() {
      yield new StreamSlice();
    },
    observe() {},
    close: () => false,
    shouldBeSynced: () => true,
    state: () => ({ [NO_CURSOR_KEY]: true }),
    // Each slice is a partition, or all of the stream: tokens and the partitions that were read say everything.
    resume() {},
    hasRead: () => true,
    unfinished: () => ({}),
    // A whole read that was completed is never too old to go on from.
    reachedAt: (state) => (state[NO_CURSOR_KEY] ? now() : undefined),
  };
}
