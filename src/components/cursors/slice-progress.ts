import type { StreamSlice } from '../../engine/stream-slice.ts';
import type { Axis } from './axis.ts';
import type { Interval } from './intervals.ts';

/** Follows the slices whose records come in ascending order, so that a state can tell how far reading of an open one got. */
export interface SliceProgress<T> {
  /** Takes the value of the next record of a slice. */
  observe(value: T, slice: StreamSlice): void;
  /** Whether what was read of open slices changed since the last time this was asked. */
  hasMoved(): boolean;
  /** What was read of open slices, from their starts on. */
  intervals(startOf: (slice: StreamSlice) => T): Interval<T>[];
  close(slice: StreamSlice): void;
}

/** A progress for all slices of a stream; `onDisorder` is called at the first record that comes too late, after which nothing is told any more. */
export function createSliceProgress<T>(axis: Axis<T>, onDisorder: () => void): SliceProgress<T> {
  const reached = new Map<StreamSlice, T>();
  let isSorted = true;
  let moved = false;
  return {
    observe(value, slice) {
      if (!isSorted) return;
      const last = reached.get(slice);
      const order = last === undefined ? 1 : axis.compare(value, last);
      if (order === 0) return;
      moved = true;
      if (order > 0) {
        reached.set(slice, value);
        return;
      }
      isSorted = false;
      reached.clear();
      onDisorder();
    },
    hasMoved() {
      const hasMoved = moved;
      moved = false;
      return hasMoved;
    },
    intervals: (startOf) => [...reached].map(([slice, value]) => ({ start: startOf(slice), end: value, latest: value })),
    close(slice) {
      reached.delete(slice);
    },
  };
}
