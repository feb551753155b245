import type { LatestValue } from '../../engine/kinds.ts';
import type { Json } from '../../lib/json.ts';
import type { Axis } from './axis.ts';
import type { Future } from './interval-cursor.ts';

/**
 * Keeps the greatest printed value that does not lie in the future. Printed values are compared as they stand, as the reference does, even where the order of the texts is
 * not the order of the values; where it surely is, values are compared instead and nothing is printed until it is asked for.
 * parity: incremental/concurrent_partition_cursor.py:ConcurrentPerPartitionCursor._update_global_cursor
 */
export function createLatestValue<T>(axis: Axis<T>, initial: Json | undefined, future?: Future<T>): LatestValue {
  /** Undefined while it stands for what `value` prints. */
  let printed = initial;
  let value: T | undefined;
  /** What `value` was read from. */
  let source: Json | undefined;
  let last: Json | undefined;

  function text(): Json | undefined {
    if (printed === undefined && value !== undefined) printed = axis.print(value);
    return printed;
  }

  return {
    get value() {
      return text();
    },
    offer(raw) {
      if (raw === last || (source !== undefined && axis.isCovered(raw, source))) return true;
      const found = axis.tryParse(raw);
      if (found === undefined) return false;
      last = raw;
      if (value !== undefined && axis.printsInOrder(found, value)) return true;
      if (future?.has(found) === true) return true;
      if ((value !== undefined && axis.printsInOrder(value, found)) || isLess(text(), axis.print(found))) {
        value = found;
        source = raw;
        printed = undefined;
      }
      return true;
    },
    offerState(state) {
      if (!isLess(text(), state)) return;
      printed = state;
      value = undefined;
      source = undefined;
    },
  };
}

function isLess(a: Json | undefined, b: Json): boolean {
  return a === undefined || a === null || (b !== null && a < b);
}
