import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';

/** A partition as states hold it, and the text by which equal partitions are found. */
export interface PartitionKey {
  readonly text: string;
  /** The partition with its keys in order at every depth. */
  readonly partition: JsonObject;
}

/** parity: streams/checkpoint/per_partition_key_serializer.py:PerPartitionKeySerializer */
export function partitionKey(partition: JsonObject): PartitionKey {
  const sorted = sortKeys(partition) as JsonObject;
  return { text: stringifyJson(sorted), partition: sorted };
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isPlainObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) setOwnProperty(sorted, key, sortKeys(value[key] as Json));
  return sorted;
}
