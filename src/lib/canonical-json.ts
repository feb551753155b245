import { type Json, type JsonObject, stringifyJson } from './json.ts';
import { isPlainObject } from './objects.ts';

/** JSON whose keys are sorted, so that equal values have equal texts. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isPlainObject(value)) return stringifyJson(value);
  const object = value as JsonObject;
  const entries = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json)}`);
  return `{${entries.join(',')}}`;
}
