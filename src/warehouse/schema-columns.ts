import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { ColumnType } from './cell.ts';

/** What a schema says of a field: a column of a type, or the fields of an object that get columns of their own. */
export type Declared = { readonly type: ColumnType } | { readonly fields: ReadonlyMap<string, Declared> };

/** Objects nested deeper than this are kept as JSON. */
const DEEPEST = 8;

/** The fields that a stream's schema declares; those without a type are left to the first value that comes. */
export function declaredFields(schema: JsonObject, depth = 0): Map<string, Declared> {
  const properties = schema['properties'];
  const fields = new Map<string, Declared>();
  if (!isPlainObject(properties)) return fields;
  for (const [name, field] of Object.entries(properties as JsonObject)) {
    const declared = isPlainObject(field) ? declaredField(field as JsonObject, depth) : undefined;
    if (declared !== undefined) fields.set(name, declared);
  }
  return fields;
}

function declaredField(schema: JsonObject, depth: number): Declared | undefined {
  const variants = variantsOf(schema);
  const types = new Set(variants.flatMap(typesOf).filter((type) => type !== 'null'));
  if (types.size === 0) return undefined;
  if (types.size > 1) return { type: commonType(types) };
  const [type] = types;
  if (type === 'array') return { type: 'json' };
  if (type !== 'object') return { type: scalarType(type as string, variants) };
  const fields = depth >= DEEPEST ? new Map<string, Declared>() : declaredFields(mergedProperties(variants), depth + 1);
  return fields.size === 0 ? { type: 'json' } : { fields };
}

/** The schema itself, or the ones that it is any of. */
function variantsOf(schema: JsonObject): JsonObject[] {
  const lists = ['anyOf', 'oneOf', 'allOf'].flatMap((keyword) => (Array.isArray(schema[keyword]) ? (schema[keyword] as Json[]) : []));
  const nested = lists.filter((item): item is JsonObject => isPlainObject(item)).flatMap(variantsOf);
  return [schema, ...nested];
}

function typesOf({ type }: JsonObject): string[] {
  return [type].flat().filter((name): name is string => typeof name === 'string');
}

function mergedProperties(variants: readonly JsonObject[]): JsonObject {
  const all = variants.flatMap(({ properties }) => (isPlainObject(properties) ? Object.entries(properties as JsonObject) : []));
  return { properties: Object.fromEntries(all) };
}

/** The type that holds the values of several. */
function commonType(types: ReadonlySet<string>): ColumnType {
  if (types.has('object') || types.has('array')) return 'json';
  return [...types].every((type) => type === 'integer' || type === 'number') ? 'number' : 'string';
}

function scalarType(type: string, variants: readonly JsonObject[]): ColumnType {
  const said = (key: string): Set<Json> => new Set(variants.flatMap((variant) => variant[key] ?? []));
  const [formats, hints] = [said('format'), said('airbyte_type')];
  if (type === 'boolean') return 'boolean';
  if (type === 'integer' || hints.has('integer')) return 'integer';
  if (type === 'number') return 'number';
  if (formats.has('date')) return 'date';
  if (!formats.has('date-time')) return 'string';
  return hints.has('timestamp_without_timezone') ? 'timestamp' : 'timestamptz';
}
