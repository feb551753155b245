import type { Json, JsonObject } from '../../lib/json.ts';
import { setOwnProperty } from '../../lib/objects.ts';

/** The object without the fields whose name is dropped; copied rather than cut, because an object that lost a property is slow to read and to write. */
export function withoutFields(object: JsonObject, isDropped: (name: string) => boolean): JsonObject {
  const kept: JsonObject = {};
  for (const name in object) if (!isDropped(name)) setOwnProperty(kept, name, object[name] as Json);
  return kept;
}
