import { likenessOf } from '../lib/likeness.ts';

/** Errors that say the same of several partitions of one stream and are told in full. */
export const TOLD_IN_FULL = 3;

/** The errors of one stream, which may come again for each of its partitions. */
export interface PartitionErrors {
  /** Whether to tell of the error now; one that says what others said before is counted. */
  isNew(error: unknown): boolean;
  /** The errors that came again, each with the number of times that nobody was told of. */
  repeated(): { readonly error: unknown; readonly more: number }[];
}

/** The errors of a stream that has none yet. */
export function createPartitionErrors(): PartitionErrors {
  const seen = new Map<string, { readonly error: unknown; count: number }>();
  return {
    isNew(error) {
      const likeness = likenessOf(error instanceof Error ? error.message : String(error));
      const known = seen.get(likeness);
      if (known === undefined) seen.set(likeness, { error, count: 1 });
      else known.count += 1;
      return (known?.count ?? 1) <= TOLD_IN_FULL;
    },
    repeated: () => [...seen.values()].flatMap(({ error, count }) => (count > TOLD_IN_FULL ? [{ error, more: count - TOLD_IN_FULL }] : [])),
  };
}
