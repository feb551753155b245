import { Float, type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';

/** A partition as states hold it, and the text by which equal partitions are found. */
export interface PartitionKey {
  readonly text: string;
  /** The partition with its keys in order at every depth. */
  readonly partition: JsonObject;
}

/**
 * Partitions are equal when they print the same with their keys in order; 1.0 counts as 1, since a state may come back from the platform
 * without the fraction.
 * parity: streams/checkpoint/per_partition_key_serializer.py:PerPartitionKeySerializer
 */
export function partitionKey(partition: JsonObject): PartitionKey {
  const sorted = sortKeys(partition) as JsonObject;
  return { text: stringifyJson(withoutFloats(sorted)), partition: sorted };
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isPlainObject(value)) return value;
  const sorted: JsonObject = {};
  for (const key of Object.keys(value).sort()) setOwnProperty(sorted, key, sortKeys(value[key] as Json));
  return sorted;
}

function withoutFloats(value: Json): Json {
  if (value instanceof Float) return value.value;
  if (Array.isArray(value)) return value.map(withoutFloats);
  if (!isPlainObject(value)) return value;
  const plain: JsonObject = {};
  for (const key of Object.keys(value)) setOwnProperty(plain, key, withoutFloats(value[key] as Json));
  return plain;
}
