import type { JsonObject } from '../lib/json.ts';
import { stringifyJson } from '../lib/json.ts';
import { ConfigError } from '../protocol/failure.ts';

/** Keys that the platform adds to a config and no spec knows. parity: sources/utils/schema_helpers.py:split_config */
const INTERNAL_KEYS = new Set(['_limit', '_page_size']);

/** Checks a config against the connection specification; throws ConfigError that names every place that is wrong, never a value. */
export async function validateConfig(config: JsonObject, specification: JsonObject): Promise<void> {
  const { Validator } = await import('@cfworker/json-schema');
  const instance: unknown = JSON.parse(stringifyJson(Object.fromEntries(Object.entries(config).filter(([key]) => !INTERNAL_KEYS.has(key)))));
  const { valid, errors } = new Validator(JSON.parse(stringifyJson(specification)), '7', false).validate(instance);
  if (valid) return;
  const problems = [...new Set(errors.filter(({ keyword }) => !SUMMARIES.has(keyword)).map((error) => `${placeOf(error.instanceLocation)}: ${describe(error.keyword, error.error)}`))];
  throw new ConfigError(`Config validation error: ${problems.slice(0, 5).join('; ')}. Correct the config and try again.`);
}

/** Keywords whose errors only repeat what the errors under them say. */
const SUMMARIES = new Set(['properties', 'items', 'allOf', '$ref', 'if', 'then', 'else']);

function placeOf(pointer: string): string {
  return pointer.replace(/^#\/?/, '').replaceAll('/', '.') || 'the config';
}

/** The message without the value, which may be a secret. */
function describe(keyword: string, message: string): string {
  if (keyword === 'required') return message.replace(/^Instance does not have required property/, 'is missing the key');
  return message.replace(/^Instance type "([^"]*)" is invalid\. Expected "([^"]*)"\.$/, 'is of type $1, but $2 is expected').replace(/^Instance does not match any of .*$/s, 'is none of the allowed values');
}
