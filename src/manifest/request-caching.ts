import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import { parentStreams } from './parent-streams.ts';

/**
 * The streams with `use_cache` set on the requesters of streams that others of `all` are partitioned by, and on their copies inside those others,
 * unless a requester says `use_cache: false`.
 */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._initialize_cache_for_parent_streams
export function cacheParentRequests(streams: readonly JsonObject[], all: readonly JsonObject[] = streams): JsonObject[] {
  const parents = new Set([...streams, ...all].flatMap(parentNames));
  return streams.map((stream) => {
    const withParents = cacheInnerParents(stream);
    const name = ownProperty(stream, 'name');
    return typeof name === 'string' && parents.has(name) ? cacheStream(withParents) : withParents;
  });
}

/** A components resolver with `use_cache` set on the requester of its retriever, when it has one. */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._dynamic_stream_configs
export function cacheResolverRequests(resolver: JsonObject): JsonObject {
  return change(resolver, 'retriever', cacheRetrieverRequests);
}

/** A retriever with `use_cache` set on its requester, when it has one, whatever that says itself. */
export function cacheRetrieverRequests(retriever: JsonObject): JsonObject {
  return change(retriever, 'requester', (requester) => ({ ...requester, use_cache: true }));
}

/** The names of the streams that a stream asks for its own partitions. */
export function parentNames(stream: JsonObject): string[] {
  const parent = cursorParent(stream);
  const parents = parent === undefined ? parentStreams(stream) : [parent];
  return parents.map((parentStream) => ownProperty(parentStream, 'name')).filter((name) => typeof name === 'string');
}

function cacheInnerParents(stream: JsonObject): JsonObject {
  if (cursorParent(stream) !== undefined)
    return change(stream, 'incremental_sync', (cursor) => change(cursor, 'parent_stream', cacheRetriever));
  return change(stream, 'retriever', (retriever) => change(retriever, 'partition_router', cacheRouterParents));
}

function cacheRouterParents(router: JsonObject): JsonObject {
  const own = change(router, 'parent_stream_configs', (config) => change(config, 'stream', cacheStream));
  return change(change(own, 'partition_routers', cacheRouterParents), 'underlying_partition_router', cacheRouterParents);
}

/** Either branch of a stream that chooses by its state may be the one that is read. */
function cacheStream(stream: JsonObject): JsonObject {
  if (ownProperty(stream, 'type') !== 'StateDelegatingStream') return cacheRetriever(stream);
  return change(change(stream, 'full_refresh_stream', cacheRetriever), 'incremental_stream', cacheRetriever);
}

function cacheRetriever(stream: JsonObject): JsonObject {
  return change(stream, 'retriever', (retriever) =>
    change(retriever, 'requester', (requester) =>
      ownProperty(requester, 'use_cache') === false ? requester : { ...requester, use_cache: true },
    ),
  );
}

function cursorParent(stream: JsonObject): JsonObject | undefined {
  const cursor = objectAt(stream, 'incremental_sync');
  return cursor === undefined ? undefined : objectAt(cursor, 'parent_stream');
}

function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = ownProperty(object, key);
  return isPlainObject(value) ? (value as JsonObject) : undefined;
}

/** The object with the object under a key changed, or each of a list of them; the object itself where nothing changes. */
function change(object: JsonObject, key: string, edit: (member: JsonObject) => JsonObject): JsonObject {
  const value = ownProperty(object, key);
  const editItem = (item: Json): Json => (isPlainObject(item) ? edit(item as JsonObject) : item);
  if (!Array.isArray(value) && !isPlainObject(value)) return object;
  const edited = Array.isArray(value) ? value.map(editItem) : editItem(value as Json);
  if (edited === value) return object;
  const result = { ...object };
  setOwnProperty(result, key, edited);
  return result;
}
