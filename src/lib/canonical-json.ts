import { type Json, type JsonObject, stringifyJson } from './json.ts';
import { isPlainObject } from './objects.ts';

/** JSON whose keys are sorted, so that equal values have equal texts; `writeScalar` writes what is neither list nor object. */
export function canonicalJson(value: Json, writeScalar: (value: Json) => string = stringifyJson): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, writeScalar)).join(',')}]`;
  if (!isPlainObject(value)) return writeScalar(value);
  const object = value as JsonObject;
  const entries = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key] as Json, writeScalar)}`);
  return `{${entries.join(',')}}`;
}
