import { SystemError } from '../protocol/failure.ts';
import type { CursorTracker, PaginationTracker } from './kinds.ts';

/**
 * Follows the records of one slice: with a cursor each reset goes on where the records end, without one the slice is read anew, once.
 * parity: retrievers/pagination_tracker.py:PaginationTracker
 */
export function createPaginationTracker(cursor: CursorTracker | undefined, limit: number | undefined): PaginationTracker {
  const attempts = cursor === undefined ? 2 : 1;
  let count = 0;
  let same = 0;
  return {
    observe(records) {
      if (cursor !== undefined) for (const record of records) cursor.observe(record);
    },
    count(size) {
      count += size;
    },
    reachedLimit: () => limit !== undefined && count >= limit,
    nextSlice(present, original) {
      const next = cursor === undefined ? present : cursor.reduce(original);
      count = 0;
      if (!sameSlice(next, present)) {
        same = 0;
        return next;
      }
      same += 1;
      if (same >= attempts)
        throw new SystemError(`Paging was reset ${same} times without getting further: the API does not give the rest of this slice.`);
      return next;
    },
  };
}

function sameSlice(one: { partition: object; cursorSlice: object }, other: { partition: object; cursorSlice: object }): boolean {
  return JSON.stringify([one.partition, one.cursorSlice]) === JSON.stringify([other.partition, other.cursorSlice]);
}
