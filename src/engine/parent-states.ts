import type { JsonObject } from '../lib/json.ts';

/** Says which state of the parents is covered by partitions that are read and written. */
export interface ParentStates {
  /** The latest state such that no partition given before it is still open; undefined when there are no parents. */
  readonly settled: JsonObject | undefined;
  /** A partition was given, with the state that the parents had then. */
  onGiven(place: number, state: JsonObject | undefined): void;
  /** All slices of a partition are closed. */
  onDone(place: number): void;
  /** Everything was read. */
  finish(state: JsonObject | undefined): void;
}

/**
 * Follows partitions in the order in which they were given. A state of the parents covers the partitions up to the one that it came with, so
 * it holds when these are closed, and never before.
 * parity: incremental/concurrent_partition_cursor.py:ConcurrentPerPartitionCursor._check_and_update_parent_state
 */
export function createParentStates(begun: JsonObject | undefined): ParentStates {
  const open = new Set<number>();
  const waiting: { readonly place: number; readonly state: JsonObject | undefined }[] = [];
  let settled = begun;

  /** Places are added in ascending order, so the first one is the lowest. */
  function lowestOpen(): number {
    for (const place of open) return place;
    return Number.POSITIVE_INFINITY;
  }

  return {
    get settled() {
      return settled;
    },
    onGiven(place, state) {
      open.add(place);
      if (waiting.length === 0 || waiting.at(-1)?.state !== state) waiting.push({ place, state });
    },
    onDone(place) {
      open.delete(place);
      const lowest = lowestOpen();
      for (let next = waiting[0]; next !== undefined && next.place < lowest; next = waiting[0]) {
        settled = next.state ?? settled;
        waiting.shift();
      }
    },
    finish(state) {
      settled = state;
    },
  };
}
