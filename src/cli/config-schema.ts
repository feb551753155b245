import { schemaProblems } from '../engine/json-schema.ts';
import type { JsonObject } from '../lib/json.ts';
import { ConfigError } from '../protocol/failure.ts';
import { INJECTED_CHECKSUMS, INJECTED_CODE, INJECTED_MANIFEST } from './injected-keys.ts';

/** Keys that the platform adds to a config and no spec knows; the reference leaves out the first two. parity: sources/utils/schema_helpers.py:split_config */
const INTERNAL_KEYS = new Set(['_limit', '_page_size', INJECTED_MANIFEST, INJECTED_CODE, INJECTED_CHECKSUMS]);
const MOST_TOLD = 5;

/** The error of a config that does not fit the connection specification. */
export class ConfigMismatch extends ConfigError {}

/** Checks a config against the connection specification; throws ConfigMismatch that names every place that is wrong, never a value. */
export async function validateConfig(config: JsonObject, specification: JsonObject): Promise<void> {
  const problems = await schemaProblems(
    Object.fromEntries(Object.entries(config).filter(([key]) => !INTERNAL_KEYS.has(key))),
    specification,
  );
  if (problems.length === 0) return;
  throw new ConfigMismatch(`Config validation error: ${problems.slice(0, MOST_TOLD).join('; ')}. Correct the config and try again.`);
}
