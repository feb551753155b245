import { isContainer } from './dpath.ts';
import type { Json } from './json.ts';
import { setOwnProperty } from './objects.ts';

/** A copy that shares no object and no list with the original. */
export function copyJson<T extends Json>(value: T): T {
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) return value.map(copyJson) as T;
  const copy = {};
  for (const [key, item] of Object.entries(value)) setOwnProperty(copy, key, copyJson(item));
  return copy as T;
}
