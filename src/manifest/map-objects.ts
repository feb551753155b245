import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';

/**
 * Applies `change` to every object from the top down, and then to the members of what it gives; undefined leaves an object and all in it
 * as they are. Each shared object is looked at once, and what does not change is given back itself.
 */
export function mapObjects(root: JsonObject, change: (object: JsonObject) => JsonObject | undefined): JsonObject {
  const mapped = new Map<object, Json>();

  function map(value: Json): Json {
    if (!Array.isArray(value) && !isPlainObject(value)) return value;
    const known = mapped.get(value);
    if (known !== undefined) return known;
    const result = Array.isArray(value) ? mapList(value) : mapObject(value as JsonObject);
    mapped.set(value, result);
    return result;
  }

  function mapList(list: Json[]): Json[] {
    const items = list.map(map);
    return items.some((item, index) => item !== list[index]) ? items : list;
  }

  function mapObject(object: JsonObject): JsonObject {
    const changed = change(object);
    if (changed === undefined) return object;
    let result = changed;
    for (const [key, value] of Object.entries(changed)) {
      const member = map(value);
      if (member === value) continue;
      if (result === changed) result = { ...changed };
      setOwnProperty(result, key, member);
    }
    return result;
  }

  return map(root) as JsonObject;
}
