import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ManifestError } from './errors.ts';

interface Field {
  readonly expected: string;
  readonly accepts: (value: Json) => boolean;
}

const text: Field = { expected: 'a text', accepts: (value) => typeof value === 'string' };
const object: Field = { expected: 'an object', accepts: isPlainObject };
const objects: Field = { expected: 'a list of objects', accepts: (value) => Array.isArray(value) && value.every(isPlainObject) };

/** The keys at the top of a manifest; there are no others. */
// parity: declarative_component_schema.yaml:DeclarativeSource
const FIELDS: Readonly<Record<string, Field>> = {
  type: { expected: '"DeclarativeSource"', accepts: (value) => value === 'DeclarativeSource' },
  version: text,
  check: object,
  streams: objects,
  dynamic_streams: objects,
  spec: object,
  definitions: object,
  schemas: object,
  concurrency_level: object,
  api_budget: object,
  stream_groups: object,
  max_concurrent_async_job_count: { expected: 'a whole number or a text', accepts: (value) => typeof value === 'string' || isWhole(value) },
  metadata: object,
  description: text,
};

/** Adds the type of the whole manifest when it is left out. */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._fix_source_type
export function addSourceType(manifest: JsonObject): JsonObject {
  return Object.hasOwn(manifest, 'type') ? manifest : { ...manifest, type: 'DeclarativeSource' };
}

/**
 * Gives the manifest back, or throws ManifestError that names each missing, unknown or mistyped key at the top. A version is any text:
 * what it says is not looked at.
 */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._validate_source
export function validateSource(manifest: JsonObject): JsonObject {
  const [first, ...others] = [...missingKeys(manifest), ...wrongValues(manifest), ...unknownKeys(manifest)];
  if (first !== undefined) throw others.length === 0 ? first : first.with(others);
  return manifest;
}

function missingKeys(manifest: JsonObject): ManifestError[] {
  return missingNames(manifest).map((key) => {
    const message = `A manifest needs ${key === 'streams' ? '"streams" or "dynamic_streams"' : `"${key}"`}.`;
    const misspelt = misspellingOf(manifest, key);
    const details = misspelt === undefined ? {} : { path: misspelt, hint: `There is "${misspelt}": did you mean "${key}"?` };
    return new ManifestError({ code: 'key-missing', message, ...details });
  });
}

function missingNames(manifest: JsonObject): string[] {
  const missing = ['version', 'check'].filter((key) => !Object.hasOwn(manifest, key));
  return Object.hasOwn(manifest, 'streams') || Object.hasOwn(manifest, 'dynamic_streams') ? missing : [...missing, 'streams'];
}

/** The unknown key that a missing one was probably written as. */
function misspellingOf(manifest: JsonObject, key: string): string | undefined {
  return nearestName(
    key,
    Object.keys(manifest).filter((name) => !Object.hasOwn(FIELDS, name)),
  );
}

function wrongValues(manifest: JsonObject): ManifestError[] {
  return Object.entries(FIELDS).flatMap(([key, { expected, accepts }]) => {
    const value = ownProperty(manifest, key);
    if (value === undefined || accepts(value)) return [];
    return new ManifestError({ code: 'key-type', path: key, message: `"${key}" must be ${expected}.`, ...quoteHint(expected, value) });
  });
}

/** YAML reads an unquoted 1.0 as a number. */
function quoteHint(expected: string, value: Json): { hint?: string } {
  const isNumber = typeof value === 'number' || value instanceof Float;
  return expected === text.expected && isNumber ? { hint: `Put it in quotes: "${value}".` } : {};
}

/** The keys that do not belong there, but for those already told as misspelt. */
function unknownKeys(manifest: JsonObject): ManifestError[] {
  const told = new Set(missingNames(manifest).map((key) => misspellingOf(manifest, key)));
  return Object.keys(manifest)
    .filter((key) => !Object.hasOwn(FIELDS, key) && !told.has(key))
    .map((key) => {
      const near = nearestName(key, Object.keys(FIELDS));
      const hint = near === undefined ? `Known there: ${Object.keys(FIELDS).join(', ')}.` : `Did you mean "${near}"?`;
      return new ManifestError({ code: 'key-unknown', path: key, message: `A manifest has no "${key}" at its top.`, hint });
    });
}

function isWhole(value: Json): boolean {
  return typeof value === 'bigint' || Number.isInteger(value instanceof Float ? value.value : value);
}
