import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';

/** Keywords that only tell people something, and what each must be. */
const TEXTS = new Set(['title', 'description', 'format', '$schema', 'group', 'pattern_descriptor', 'display_type']);
const ANYTHING = new Set(['default', 'examples', 'order', 'airbyte_secret', 'airbyte_hidden', 'always_show', 'multiline']);

const IS_TYPE: Readonly<Record<string, (value: Json) => boolean>> = {
  object: isPlainObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: Number.isSafeInteger,
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

/**
 * Whether a value, where there is one, certainly fits a schema of types, names, required keys, words and bounds that is certainly valid itself; false wherever that
 * takes a closer look. Most configs can be told so, without a library that would be loaded for it.
 */
export function fitsPlainly(value: Json | undefined, schema: Json): boolean {
  if (!isPlainObject(schema)) return false;
  return Object.entries(schema as JsonObject).every(([keyword, stated]) => keepsTo(value, keyword, stated, schema as JsonObject));
}

function keepsTo(value: Json | undefined, keyword: string, stated: Json, schema: JsonObject): boolean {
  if (ANYTHING.has(keyword)) return true;
  if (TEXTS.has(keyword)) return typeof stated === 'string';
  switch (keyword) {
    case 'type':
      return isOfType(value, stated);
    case 'required':
      return isNames(stated) && (!isPlainObject(value) || stated.every((name) => Object.hasOwn(value, name)));
    case 'properties':
      return isPlainObject(stated) && fieldsFit(value, stated as JsonObject);
    case 'additionalProperties':
      return stated === true || (stated === false && hasOnly(value, ownProperty(schema, 'properties')));
    case 'items':
      return fitsPlainly(undefined, stated) && (!Array.isArray(value) || value.every((item) => fitsPlainly(item, stated)));
    case 'enum':
      return Array.isArray(stated) && (value === undefined || (typeof value === 'string' && stated.includes(value)));
    case 'minimum':
      return typeof stated === 'number' && (value === undefined || (typeof value === 'number' && value >= stated));
    case 'maximum':
      return typeof stated === 'number' && (value === undefined || (typeof value === 'number' && value <= stated));
    default:
      return false;
  }
}

function isOfType(value: Json | undefined, stated: Json): boolean {
  const names = typeof stated === 'string' ? [stated] : stated;
  if (!isNames(names) || names.length === 0 || !names.every((name) => Object.hasOwn(IS_TYPE, name))) return false;
  return value === undefined || names.some((name) => IS_TYPE[name]?.(value));
}

/** Whether these are texts, none of them twice. */
function isNames(value: Json): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length;
}

function fieldsFit(value: Json | undefined, properties: JsonObject): boolean {
  return Object.entries(properties).every(([name, schema]) =>
    fitsPlainly(isPlainObject(value) ? ownProperty(value as JsonObject, name) : undefined, schema),
  );
}

function hasOnly(value: Json | undefined, properties: Json | undefined): boolean {
  return !isPlainObject(value) || Object.keys(value).every((name) => isPlainObject(properties) && Object.hasOwn(properties, name));
}
