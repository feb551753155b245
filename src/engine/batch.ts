import type { Batch, Row } from './kinds.ts';

/** Records as a batch. */
export function batchOf(records: Row[]): Batch {
  return { count: records.length, records };
}
