import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import type { QueryProperties, Row } from './kinds.ts';
import { requireRow } from './require-row.ts';

/** Joins the records that several requests gave in parts. */
export interface ChunkMerge {
  /** Takes the records of one request in; gives those that are ready, since nothing joins them. */
  add(records: Row[]): Row[];
  /** The joined records. */
  finish(): Row[];
}

/** parity: retrievers/simple_retriever.py:SimpleRetriever._read_pages */
export function mergeChunks(properties: QueryProperties): ChunkMerge {
  const merged = new Map<string, Row>();
  return {
    add(records) {
      if (!properties.merges) return records;
      return records.filter((record) => {
        const key = properties.mergeKey?.(requireRow(record));
        if (key === undefined) return true;
        const known = merged.get(key);
        if (known === undefined) merged.set(key, { ...record });
        else deepMerge(known, record);
        return false;
      });
    },
    finish: () => [...merged.values()],
  };
}

function deepMerge(target: JsonObject, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) {
    const present: Json | undefined = ownProperty(target, key);
    if (isPlainObject(present) && isPlainObject(value)) deepMerge(present as JsonObject, value as JsonObject);
    else setOwnProperty(target, key, value);
  }
}
