import { type Json, type JsonObject, stringifyJson } from './json.ts';
import { isPlainObject, setOwnProperty } from './objects.ts';

/** A copy with secrets masked in keys and texts; a number that is a secret becomes a masked text. */
export function maskJson<T extends Json>(value: T, redact: (text: string) => string): T {
  return mapScalars(value, redact, (scalar) => {
    const text = typeof scalar === 'string' ? scalar : stringifyJson(scalar);
    const masked = redact(text);
    return masked === text ? scalar : masked;
  }) as T;
}

/** A copy with each key and each text or number replaced by what the functions make of it. */
export function mapScalars(value: Json, mapKey: (key: string) => string, mapScalar: (scalar: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((item) => mapScalars(item, mapKey, mapScalar));
  if (!isPlainObject(value)) return value === null || typeof value === 'boolean' ? value : mapScalar(value);
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value as JsonObject)) setOwnProperty(copy, mapKey(key), mapScalars(item, mapKey, mapScalar));
  return copy;
}
