import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';

/** A copy with other names for its fields, also in nested objects but not in lists; where names become equal the last value stays. */
export function renameKeys(object: JsonObject, rename: (key: string) => string): JsonObject {
  const renamed: JsonObject = {};
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    setOwnProperty(renamed, rename(key), isPlainObject(value) ? renameKeys(value as JsonObject, rename) : value);
  }
  return renamed;
}
