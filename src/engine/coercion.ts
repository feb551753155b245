import { parseFloatText, parseIntText, str } from '../lang/text.ts';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import type { FieldFacts } from './fields.ts';
import type { Registry } from './registry.ts';

const TRUE_WORDS = new Set(['1', 'on', 't', 'true', 'y', 'yes']);
const FALSE_WORDS = new Set(['0', 'off', 'f', 'false', 'n', 'no']);

/**
 * A copy of a component in which numbers and truth values stand as text where its fields take text, and texts as numbers and truth values
 * where they take these; for components that were filled in with whatever the values were. Its children are treated alike.
 */
// parity: pydantic v1 validators
export function coerceScalars(spec: JsonObject, registry: Registry): JsonObject {
  const type = ownProperty(spec, 'type');
  const known = typeof type === 'string' ? registry.find(type) : undefined;
  if (known === undefined) return spec;
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(spec)) {
    const field = ownProperty(known.fields, name);
    setOwnProperty(result, name, field === undefined ? value : coerceField(value, field.facts, registry));
  }
  return result;
}

function coerceField(value: Json, facts: FieldFacts, registry: Registry): Json {
  const child = (item: Json): Json => (isPlainObject(item) ? coerceScalars(item as JsonObject, registry) : item);
  if (facts.slot !== undefined && typeof value === 'object') {
    if (Array.isArray(value)) return value.map(child);
    if (facts.nesting !== 'map' || !isPlainObject(value)) return child(value);
    return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, child(item)]));
  }
  return facts.schema === undefined ? value : coerce(value, facts.schema);
}

function coerce(value: Json, schema: JsonObject): Json {
  const choices = schema['anyOf'];
  if (Array.isArray(choices)) return coerceToOne(value, choices as JsonObject[]);
  const items = schema['items'];
  if (Array.isArray(value)) return isPlainObject(items) ? value.map((item) => coerce(item, items as JsonObject)) : value;
  switch (schema['type']) {
    case 'string':
      return isNumber(value) || typeof value === 'boolean' ? str(value) : value;
    case 'integer':
      return toInteger(value);
    case 'number':
      return typeof value === 'string' ? (parseFloatText(value) ?? value) : value;
    case 'boolean':
      return toBoolean(value);
    default:
      return value;
  }
}

/** The value as it is when one of the sorts takes it, else as the first sort that it can be turned into. */
function coerceToOne(value: Json, choices: readonly JsonObject[]): Json {
  const results = choices.map((schema) => ({ schema, result: coerce(value, schema) }));
  if (results.some(({ schema, result }) => result === value && isOfType(value, schema))) return value;
  return results.find(({ schema, result }) => isOfType(result, schema))?.result ?? value;
}

function isOfType(value: Json, schema: JsonObject): boolean {
  switch (schema['type']) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'bigint' || Number.isInteger(value);
    case 'number':
      return isNumber(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isPlainObject(value);
    default:
      return false;
  }
}

function isNumber(value: Json): value is number | bigint | Float {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

function toInteger(value: Json): Json {
  if (typeof value === 'string') return parseIntText(value) ?? value;
  return value instanceof Float && Number.isSafeInteger(value.value) ? value.value : value;
}

function toBoolean(value: Json): Json {
  if (typeof value !== 'string' && typeof value !== 'number') return value;
  const word = String(value).toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : value;
}
