import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';

/** The streams that a stream is partitioned by, as they are declared inside its partition routers. */
export function parentStreams(stream: JsonObject): JsonObject[] {
  const retriever = ownProperty(stream, 'retriever');
  return isPlainObject(retriever) ? objectsAt(retriever as JsonObject, 'partition_router').flatMap(parentsOfRouter) : [];
}

function parentsOfRouter(router: JsonObject): JsonObject[] {
  const own = objectsAt(router, 'parent_stream_configs').flatMap((config) => objectsAt(config, 'stream'));
  const inner = [...objectsAt(router, 'partition_routers'), ...objectsAt(router, 'underlying_partition_router')];
  return [...own, ...inner.flatMap(parentsOfRouter)];
}

/** The objects under a key, whether they stand in a list or alone. */
function objectsAt(object: JsonObject, key: string): JsonObject[] {
  return [ownProperty(object, key)].flat().filter((value: Json | undefined) => isPlainObject(value)) as JsonObject[];
}

/**
 * The names of the streams that a stream is partitioned by, and of those that these are partitioned by in turn, as far as they are streams of
 * the manifest's own; `streams` holds these by their names.
 */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._apply_stream_groups
export function ancestorNames(stream: JsonObject, streams: ReadonlyMap<string, JsonObject>): Set<string> {
  const names = new Set<string>();
  const visit = (child: JsonObject): void => {
    for (const parent of parentStreams(child)) {
      const name = ownProperty(parent, 'name');
      if (typeof name !== 'string' || names.has(name)) continue;
      names.add(name);
      const declared = streams.get(name);
      if (declared !== undefined) visit(declared);
    }
  };
  visit(stream);
  return names;
}
