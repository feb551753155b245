import { PythonError } from '../lang/index.ts';
import { translatePattern } from '../lang/regex-syntax.ts';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import { TimeLimitError, withTimeLimit } from '../lib/time-limit.ts';
import { SystemError } from '../protocol/failure.ts';
import { fitsPlainly } from './plain-schema.ts';

/** What every JSON schema must keep to, whatever its draft. */
// parity: jsonschema.validators.Draft7Validator.META_SCHEMA
const META_SCHEMA: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  definitions: {
    names: { type: 'array', items: { type: 'string' }, uniqueItems: true },
    schemas: { type: 'object', additionalProperties: { $ref: '#' } },
    list: { type: 'array', minItems: 1, items: { $ref: '#' } },
    type: { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] },
    count: { type: 'integer', minimum: 0 },
  },
  type: ['object', 'boolean'],
  properties: {
    required: { $ref: '#/definitions/names' },
    type: {
      anyOf: [{ $ref: '#/definitions/type' }, { type: 'array', items: { $ref: '#/definitions/type' }, minItems: 1, uniqueItems: true }],
    },
    properties: { $ref: '#/definitions/schemas' },
    patternProperties: { $ref: '#/definitions/schemas' },
    definitions: { $ref: '#/definitions/schemas' },
    $defs: { $ref: '#/definitions/schemas' },
    additionalProperties: { $ref: '#' },
    items: { anyOf: [{ $ref: '#' }, { $ref: '#/definitions/list' }] },
    allOf: { $ref: '#/definitions/list' },
    anyOf: { $ref: '#/definitions/list' },
    oneOf: { $ref: '#/definitions/list' },
    not: { $ref: '#' },
    enum: { type: 'array' },
    pattern: { type: 'string' },
    minLength: { $ref: '#/definitions/count' },
    maxLength: { $ref: '#/definitions/count' },
    minItems: { $ref: '#/definitions/count' },
    maxItems: { $ref: '#/definitions/count' },
    minimum: { type: 'number' },
    maximum: { type: 'number' },
    title: { type: 'string' },
    description: { type: 'string' },
  },
};

type Draft = '4' | '7' | '2019-09' | '2020-12';

/**
 * What is wrong with a value by a JSON schema, each as `place: problem`, never with the value, which may be a secret; empty when nothing is.
 * Formats are not checked, and patterns are Python's, as in the reference.
 */
// parity: jsonschema.validate
export async function schemaProblems(value: Json, schema: Json): Promise<string[]> {
  return fitsPlainly(value, schema) ? [] : problemsOf(value, schema);
}

/** The same, by a library that knows all of JSON Schema. */
export async function problemsOf(value: Json, schema: Json): Promise<string[]> {
  const { Validator } = await import('@cfworker/json-schema');
  const prepared = prepareSchema(schema) as JsonObject | boolean;
  const mistake = new Validator(META_SCHEMA, '7').validate(JSON.parse(stringifyJson(prepared))).errors.at(-1);
  if (mistake !== undefined)
    throw new SystemError(`The JSON schema itself is not valid: ${placeOf(mistake.instanceLocation)}: ${mistake.error}`);
  const validator = new Validator(JSON.parse(stringifyJson(prepared)), draftOf(prepared), false);
  const instance: unknown = JSON.parse(stringifyJson(value));
  const validate = () => validator.validate(instance);
  const { valid, errors } = hasPatterns(prepared) ? inTime(validate) : validate();
  if (valid) return [];
  const told = errors.filter(({ keyword }) => !SUMMARIES.has(keyword));
  return [...new Set(told.map(({ instanceLocation, keyword, error }) => `${placeOf(instanceLocation)}: ${describe(keyword, error)}`))];
}

/** Whether a schema has anything of which a comparison may take without end. */
function hasPatterns(schema: Json): boolean {
  if (Array.isArray(schema)) return schema.some(hasPatterns);
  if (!isPlainObject(schema)) return false;
  return (
    Object.hasOwn(schema, 'pattern') || Object.hasOwn(schema, 'patternProperties') || Object.values(schema as JsonObject).some(hasPatterns)
  );
}

/** The longest that a validation may take, in milliseconds: patterns may take time without end. */
const MOST_TIME = 5000;

function inTime<T>(validate: () => T): T {
  try {
    return withTimeLimit(MOST_TIME, validate);
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    throw new SystemError(
      `The JSON schema cannot be used: ${error.message} to compare the values with it. Look for a "pattern" that repeats what is repeated.`,
    );
  }
}

/** The version of JSON Schema that a schema is written in; the latest when it does not say. */
function draftOf(schema: JsonObject | boolean): Draft {
  const stated = isPlainObject(schema) ? ownProperty(schema as JsonObject, '$schema') : undefined;
  if (typeof stated !== 'string') return '2020-12';
  if (/draft-0?[34]\b/.test(stated)) return '4';
  if (/draft-0?[67]\b/.test(stated)) return '7';
  return stated.includes('2019-09') ? '2019-09' : '2020-12';
}

/** Keywords whose errors only repeat what the errors under them say. */
const SUMMARIES = new Set(['properties', 'items', 'allOf', '$ref', 'if', 'then', 'else']);
/** Keywords that hold values rather than schemas. */
const DATA = new Set(['const', 'enum', 'default', 'examples']);
/** Keywords that hold schemas by name. */
const NAMED = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'dependentSchemas', 'dependencies']);

/** The schema without formats and with patterns that JavaScript reads as they are meant. */
function prepareSchema(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(prepareSchema);
  if (!isPlainObject(schema)) return schema;
  const prepared: JsonObject = {};
  for (const [keyword, value] of Object.entries(schema as JsonObject)) {
    if (keyword === 'format' && typeof value === 'string') continue;
    const changed = keyword === 'pattern' && typeof value === 'string' ? portablePattern(value) : prepareMember(keyword, value);
    if (changed !== undefined) setOwnProperty(prepared, keyword, changed);
  }
  return prepared;
}

function prepareMember(keyword: string, value: Json): Json {
  if (DATA.has(keyword)) return value;
  if (!NAMED.has(keyword) || !isPlainObject(value)) return prepareSchema(value);
  const members: JsonObject = {};
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const key = keyword === 'patternProperties' ? portablePattern(name) : name;
    if (key !== undefined) setOwnProperty(members, key, prepareSchema(member));
  }
  return members;
}

/** A pattern in a schema that is no regular expression, and where it stands. */
export interface BrokenPattern {
  readonly pattern: string;
  readonly path: string;
}

/** The patterns of a schema that are no regular expressions; what Python alone can read is none of them. */
export function brokenPatterns(schema: Json, path = ''): BrokenPattern[] {
  if (Array.isArray(schema)) return schema.flatMap((item, index) => brokenPatterns(item, `${path}[${index}]`));
  if (!isPlainObject(schema)) return [];
  return Object.entries(schema as JsonObject).flatMap(([keyword, value]) => {
    const at = path === '' ? keyword : `${path}.${keyword}`;
    if (DATA.has(keyword)) return [];
    if (keyword === 'pattern' && typeof value === 'string') return isBroken(value) ? [{ pattern: value, path: at }] : [];
    if (!NAMED.has(keyword) || !isPlainObject(value)) return brokenPatterns(value, at);
    return Object.entries(value as JsonObject).flatMap(([name, member]) => [
      ...(keyword === 'patternProperties' && isBroken(name) ? [{ pattern: name, path: at }] : []),
      ...brokenPatterns(member, `${at}.${name}`),
    ]);
  });
}

/** How the one group begins that Python has and JavaScript lacks. */
const CONDITIONAL_GROUP = '(?(';

function isBroken(pattern: string): boolean {
  return portablePattern(pattern) === undefined && !pattern.includes(CONDITIONAL_GROUP);
}

/** A pattern of Python's as one of JavaScript's; undefined when there is none, so that the pattern is not checked. */
function portablePattern(pattern: string): string | undefined {
  return [translated(pattern), pattern].find((source) => source !== undefined && isPattern(source));
}

/** The pattern in JavaScript's syntax; undefined where it cannot be put without a flag or cannot be read. */
function translated(pattern: string): string | undefined {
  try {
    const { source, ignoreCase } = translatePattern(pattern);
    return ignoreCase ? undefined : source;
  } catch (error) {
    if (error instanceof PythonError) return undefined;
    throw error;
  }
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

function placeOf(pointer: string): string {
  return pointer.replace(/^#\/?/, '').replaceAll('/', '.') || 'the top';
}

/** The message without the value, which may be a secret. */
function describe(keyword: string, message: string): string {
  if (keyword === 'required') return message.replace(/^Instance does not have required property (.*)\.$/s, 'is missing the key $1');
  return message
    .replace(/^String does not match pattern\.$/, 'does not match its pattern')
    .replace(/^\S+ is (?=less|greater|not a multiple)/, 'is ')
    .replace(/^Instance type "([^"]*)" is invalid\. Expected "([^"]*)"\.$/, 'is of type $1, but $2 is expected')
    .replace(/^Instance does not match any of .*$/s, 'is none of the allowed values');
}
