import type { JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { Builder } from './builder.ts';
import { createCartesianRouter } from './cartesian-router.ts';
import type { Slot } from './fields.ts';
import type { PartitionRouter } from './kinds.ts';

/** The router that a retriever declares, one for all combinations when it declares several; undefined when it declares none. It may look at the stream around it. */
export function declaredRouter(b: Builder, retriever: JsonObject, stream?: JsonObject): PartitionRouter | undefined {
  const declared = retriever['partition_router'];
  const options = stream === undefined ? {} : { declaration: stream };
  if (Array.isArray(declared) && declared.length === 0) return undefined;
  if (Array.isArray(declared)) return createCartesianRouter(b.buildAll('partitionRouter', declared as Slot<'partitionRouter'>[], options));
  return isPlainObject(declared) ? b.build('partitionRouter', declared as Slot<'partitionRouter'>, options) : undefined;
}
