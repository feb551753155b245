import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[-+]\d{2}:?\d{2})?$/;
const ZONE = /(?:Z|[-+]\d{2}:?\d{2})$/;
const DEEPEST = 8;

/** The JSON schemas of the fields of some objects: each nullable, texts that are all dates or times told as such. */
export function fieldSchemas(objects: readonly JsonObject[], depth = 0): JsonObject {
  const values = new Map<string, Json[]>();
  for (const object of objects) {
    for (const [name, value] of Object.entries(object)) {
      const seen = values.get(name);
      if (seen === undefined) values.set(name, [value]);
      else seen.push(value);
    }
  }
  const schemas: JsonObject = {};
  for (const [name, seen] of values) setOwnProperty(schemas, name, valueSchema(seen, depth));
  return schemas;
}

/** The schema that some values of one place have in common. */
function valueSchema(values: readonly Json[], depth: number): JsonObject {
  const present = values.filter((value) => value !== null);
  const types = new Set(present.map(typeOf));
  if (types.has('number')) types.delete('integer');
  // A place without a value may turn out to hold anything; texts are what destinations can always store.
  if (types.size === 0) types.add('string');
  const schema: JsonObject = { type: ['null', ...[...types].sort()] };
  if (types.size > 1) return schema;
  const [type] = types;
  if (type === 'string') return { ...schema, ...formatOf(present as string[]) };
  if (depth >= DEEPEST) return schema;
  if (type === 'object') return { ...schema, additionalProperties: true, properties: fieldSchemas(present as JsonObject[], depth + 1) };
  if (type === 'array') return { ...schema, items: valueSchema((present as Json[][]).flat(), depth + 1) };
  return schema;
}

function typeOf(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  if (value instanceof Float) return 'number';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return isPlainObject(value) ? 'object' : typeof value;
}

function formatOf(texts: readonly string[]): JsonObject {
  if (texts.length === 0) return {};
  if (texts.every((text) => DATE.test(text))) return { format: 'date' };
  if (!texts.every((text) => DATE_TIME.test(text))) return {};
  const isZoned = texts.every((text) => ZONE.test(text));
  return { format: 'date-time', airbyte_type: isZoned ? 'timestamp_with_timezone' : 'timestamp_without_timezone' };
}
