import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';

/**
 * The object with other names for its fields, also in nested objects but not in lists, as a copy, or itself where no name changes; where names
 * become equal the last value stays.
 */
export function renameKeys(object: JsonObject, rename: (key: string) => string): JsonObject {
  const keys = Object.keys(object);
  let renamed: JsonObject | undefined;
  for (let i = 0; i < keys.length; i += 1) {
    const key = keys[i] as string;
    const value = object[key] as Json;
    const name = rename(key);
    const inner = isPlainObject(value) ? renameKeys(value as JsonObject, rename) : value;
    if (renamed === undefined && (name !== key || inner !== value)) renamed = firstFields(object, keys, i);
    if (renamed !== undefined) setOwnProperty(renamed, name, inner);
  }
  return renamed ?? object;
}

function firstFields(object: JsonObject, keys: readonly string[], count: number): JsonObject {
  const fields: JsonObject = {};
  for (let i = 0; i < count; i += 1) setOwnProperty(fields, keys[i] as string, object[keys[i] as string] as Json);
  return fields;
}
