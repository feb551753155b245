import type { LatestValue } from '../../engine/kinds.ts';
import type { Json } from '../../lib/json.ts';
import type { Axis } from './axis.ts';

/**
 * Keeps the greatest printed value. Printed values are compared as they stand, as the reference does, even where the order of the texts is
 * not the order of the values.
 * parity: incremental/concurrent_partition_cursor.py:ConcurrentPerPartitionCursor._update_global_cursor
 */
export function createLatestValue<T>(axis: Axis<T>, initial: Json | undefined): LatestValue {
  let printed = initial;
  let value: T | undefined;
  let last: Json | undefined;
  return {
    get value() {
      return printed;
    },
    offer(raw) {
      if (raw === last) return true;
      const found = axis.tryParse(raw);
      if (found === undefined) return false;
      last = raw;
      if (value !== undefined && axis.printsInOrder(found, value)) return true;
      const text = axis.print(found);
      if (isLess(printed, text)) {
        printed = text;
        value = found;
      }
      return true;
    },
    offerState(text) {
      if (!isLess(printed, text)) return;
      printed = text;
      value = undefined;
    },
  };
}

function isLess(a: Json | undefined, b: Json): boolean {
  return a === undefined || a === null || (b !== null && a < b);
}
