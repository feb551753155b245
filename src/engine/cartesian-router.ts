import type { JsonObject } from '../lib/json.ts';
import type { PartitionRouter } from './kinds.ts';
import { StreamSlice } from './stream-slice.ts';

/**
 * Gives every combination of the slices of several routers, the last router's changing fastest; where two give the same key, or put the
 * same name into a request, the first one wins. The states of parents are not kept.
 * parity: partition_routers/cartesian_product_stream_slicer.py:CartesianProductStreamSlicer
 */
export function createCartesianRouter(routers: readonly PartitionRouter[]): PartitionRouter {
  const lastFirst = [...routers].reverse();
  return {
    inner: routers,
    partitionFields: routers.flatMap(({ partitionFields }) => partitionFields ?? []),
    contributes: routers.some(({ contributes }) => contributes === true),
    groups: false,
    contribute(options, request) {
      for (const router of lastFirst) router.contribute(options, request);
    },
    setParentState(childState) {
      for (const router of routers) router.setParentState?.(childState);
    },
    async *slices() {
      const [first, ...others] = routers;
      if (first === undefined) {
        yield new StreamSlice();
        return;
      }
      const held: StreamSlice[][] = [];
      for (const router of others) held.push(await Array.fromAsync(router.slices()));
      for await (const slice of first.slices()) {
        for (const combination of combine(held)) yield join([slice, ...combination]);
      }
    },
  };
}

function* combine(lists: readonly (readonly StreamSlice[])[]): Generator<StreamSlice[]> {
  const [first, ...others] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const slice of first) for (const rest of combine(others)) yield [slice, ...rest];
}

function join(slices: readonly StreamSlice[]): StreamSlice {
  const lastFirst = [...slices].reverse();
  const merge = (part: (slice: StreamSlice) => JsonObject): JsonObject => Object.assign({}, ...lastFirst.map(part));
  return new StreamSlice(
    merge(({ partition }) => partition),
    {},
    merge(({ extraFields }) => extraFields),
  );
}
