import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { looksSecret } from '../../lib/secrets.ts';
import { configAt } from './templates.ts';

/** What is known of a value that the connector's config must hold. */
export interface InputFacts {
  readonly isSecret: boolean;
  /** Whether only a text makes sense; otherwise a number or a boolean does as well. */
  readonly isText: boolean;
  readonly description: string;
  readonly default?: Json;
}

/** The values that a dlt config takes from elsewhere: they become the properties of the connector's config. */
export interface Inputs {
  /** The expression for the value of a dotted name, which is a path into the config. */
  use(name: string, facts: InputFacts): string;
  /** The JSON Schema of the connector's config. */
  specification(): JsonObject;
}

const ANY_SCALAR = ['string', 'number', 'boolean'];

/** No inputs yet. */
export function createInputs(title: string): Inputs {
  const known = new Map<string, InputFacts>();

  function use(name: string, facts: InputFacts): string {
    const before = known.get(name);
    known.set(name, before === undefined ? facts : merge(before, facts));
    return configAt(name.split('.'));
  }

  function specification(): JsonObject {
    const schema: JsonObject = { $schema: 'http://json-schema.org/draft-07/schema#', title, ...objectSchema() };
    for (const [name, facts] of known) place(schema, name.split('.'), facts);
    return schema;
  }

  return { use, specification };
}

/** Whether a name tells that its value is secret. */
export function isSecretName(name: string): boolean {
  return looksSecret(name.slice(name.lastIndexOf('.') + 1));
}

function merge(one: InputFacts, other: InputFacts): InputFacts {
  return {
    isSecret: one.isSecret || other.isSecret,
    isText: one.isText && other.isText,
    description: one.description,
    ...('default' in one && 'default' in other ? { default: one.default as Json } : {}),
  };
}

function objectSchema(): JsonObject {
  return { type: 'object', required: [], additionalProperties: true, properties: {} };
}

/** Puts a property into a schema, with the objects that lead to it. */
function place(schema: JsonObject, [key = '', ...rest]: readonly string[], facts: InputFacts): void {
  const properties = schema['properties'] as JsonObject;
  const required = schema['required'] as Json[];
  if (!('default' in facts) && !required.includes(key)) required.push(key);
  if (rest.length > 0) {
    const present = properties[key];
    const inner = isPlainObject(present) && isPlainObject(present['properties']) ? (present as JsonObject) : objectSchema();
    properties[key] = inner;
    place(inner, rest, facts);
    return;
  }
  const { isSecret, isText, description, default: fallback } = facts;
  properties[key] = {
    type: isText ? 'string' : ANY_SCALAR,
    title: titleOf(key),
    description,
    order: Object.keys(properties).length,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(isSecret ? { airbyte_secret: true } : {}),
  };
}

/** `access_token` as `Access token`. */
function titleOf(key: string): string {
  const words = key.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
