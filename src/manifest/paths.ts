import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** The path of a member: `streams` and 0 give `streams[0]`, that and `name` give `streams[0].name`. */
export function memberPath(path: string, step: string | number): string {
  if (typeof step === 'number') return `${path}[${step}]`;
  return path === '' ? step : `${path}.${step}`;
}

/** The path of the first value, in document order, that `matches`; undefined when there is none. Shared objects are looked through once. */
export function findPath(root: Json, matches: (value: Json) => boolean): string | undefined {
  const seen = new Set<object>();

  function find(value: Json, path: string): string | undefined {
    if (matches(value)) return path;
    if (!Array.isArray(value) && !isPlainObject(value)) return undefined;
    if (seen.has(value)) return undefined;
    seen.add(value);
    const members: Iterable<[string | number, Json]> = Array.isArray(value) ? value.entries() : Object.entries(value as JsonObject);
    for (const [step, member] of members) {
      const found = find(member, memberPath(path, step));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  return find(root, '');
}
