import type { Json, JsonObject } from '../lib/json.ts';

/** A slice that an earlier run of a sync began. */
export interface BegunSlice {
  readonly partition: JsonObject;
  readonly cursorSlice: JsonObject;
  /** Whether it was read to its end; else it is given again as it was, to be read on. */
  readonly isRead: boolean;
  /** The greatest cursor value among the records that were read of it, as states hold it. */
  readonly latest?: Json | undefined;
}

/** What a cursor knows beyond its state in the middle of a sync. */
export interface CursorProgress {
  /** The slices that were read to their end and that the state does not tell of yet. */
  readonly read: readonly BegunSlice[];
  /** What else it needs to go on; only the cursor itself looks into it. */
  readonly memo: JsonObject;
}

/** What an earlier run of a sync left to the one that goes on with it. */
export interface Resumption {
  readonly slices: readonly BegunSlice[];
  readonly memo: JsonObject;
  /** Whether the earlier run read a partition to its end; as often true as it was read. */
  takeDone(partition: JsonObject): boolean;
}
