import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';

/** Whether two values are alike, whatever the order of their keys. */
export function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  if (!isPlainObject(one) || !isPlainObject(other)) return one === other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => isSame((one as JsonObject)[key], (other as JsonObject)[key]));
}
