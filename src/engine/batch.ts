import type { Batch, Row } from './kinds.ts';
import { requireRow } from './require-row.ts';

/** Records as a batch. */
export function batchOf(records: Row[]): Batch {
  return { count: records.length, records };
}

/** Looks at the first record of a batch that is not empty; throws what reading it would end with. */
export function requireFirst(batch: Batch): Row {
  return requireRow((batch.first === undefined ? batch.records[0] : batch.first()) ?? null);
}
