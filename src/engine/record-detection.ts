import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** Names that lists of records usually have. */
const RECORD_NAMES = new Set([
  'data',
  'items',
  'results',
  'entries',
  'records',
  'rows',
  'entities',
  'payload',
  'content',
  'objects',
  'values',
]);
const DEEPEST = 3;

/** Where a list is in a document: the keys that lead to it. */
export type RecordPath = readonly string[];

/**
 * The list that most likely holds the records of a document: one with a usual name, else the first one, three levels deep at most. Empty
 * for the whole document, when it is no object or holds no list.
 */
// parity: dlt/sources/helpers/rest_client/detector.py:find_response_page_data
export function detectRecords(document: Json): RecordPath {
  if (!isPlainObject(document)) return [];
  const lists = listsIn(document as JsonObject, []);
  return lists.find((path) => RECORD_NAMES.has(path.at(-1) as string)) ?? lists[0] ?? [];
}

function listsIn(object: JsonObject, path: RecordPath): RecordPath[] {
  if (path.length >= DEEPEST) return [];
  return Object.entries(object).flatMap(([key, value]) => {
    if (Array.isArray(value)) return [[...path, key]];
    return isPlainObject(value) ? listsIn(value as JsonObject, [...path, key]) : [];
  });
}

/** The value at the end of some keys; undefined where they lead to nothing. */
export function valueAt(document: Json, path: RecordPath): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, key) => (isPlainObject(value) && Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined),
    document,
  );
}

/**
 * The records that the values at a place stand for: one list for its items, one other value or several values for themselves, and null or
 * nothing for none. What is no object becomes one with the key `value`.
 */
// parity: dlt/sources/helpers/rest_client/client.py:RESTClient.extract_response
export function recordsOf(values: readonly Json[]): Json[] {
  const [only] = values;
  const found = values.length === 1 && Array.isArray(only) ? only : values;
  if (found.every(isPlainObject)) return found as Json[];
  return found.filter((value) => value !== null).map((value) => (isPlainObject(value) ? (value as Json) : { value }));
}
