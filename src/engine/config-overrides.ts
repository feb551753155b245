import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { SystemError } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';
import type { Registry } from './registry.ts';

/** Keys that belong to the platform. */
const RESERVED_PREFIX = '__airbyte';

/** The connector whose config is overridden. */
export interface Overridden {
  readonly manifest: JsonObject;
  readonly registry: Registry;
  /** The JSON schema of its config, undefined without one. */
  readonly specification: JsonObject | undefined;
  readonly log: Log;
}

/**
 * Looks at the values that take the place of the config's during a check: throws SystemError for those that would do harm, and warns of
 * those that the specification does not know.
 */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._config_overridden_for_check
export function checkOverrides(overrides: JsonObject, { manifest, registry, specification, log }: Overridden): void {
  const keys = Object.keys(overrides).sort();
  const reserved = keys.filter((key) => key.startsWith(RESERVED_PREFIX));
  if (reserved.length > 0) {
    throw new SystemError(
      `The manifest's check has config_overrides for ${reserved.join(', ')}: keys that begin with ${RESERVED_PREFIX} belong to the platform and cannot be overridden.`,
    );
  }
  if (savesConfig(manifest, registry)) {
    throw new SystemError(
      `The manifest's check cannot have config_overrides (${keys.join(', ')}) together with a refresh_token_updater: a token that is refreshed during the check would save them for good.`,
    );
  }
  const declared = specification && declaredProperties(specification);
  const unknown = declared === undefined ? [] : keys.filter((key) => !declared.has(key));
  if (unknown.length > 0)
    log.warn(`The config_overrides of the check name ${unknown.join(', ')}, which the specification of the connector does not have.`);
  log.info(`Overriding config keys for the check operation: ${keys.join(', ')}`);
}

/** Whether an authenticator of the manifest hands the whole config back to the platform when its token changes. */
function savesConfig(value: Json, registry: Registry): boolean {
  if (Array.isArray(value)) return value.some((item) => savesConfig(item, registry));
  if (!isPlainObject(value)) return false;
  const component = value as JsonObject;
  const updater = ownProperty(component, 'refresh_token_updater') ?? null;
  const type = ownProperty(component, 'type');
  if (updater !== null && typeof type === 'string' && registry.find(type)?.component.kind === 'authenticator') return true;
  return Object.values(component).some((item) => savesConfig(item, registry));
}

/** The names of the fields that a specification declares, also in its alternatives; undefined when it lists none. */
function declaredProperties(specification: JsonObject): Set<string> | undefined {
  const properties = ownProperty(specification, 'properties');
  const sets: Set<string>[] = isPlainObject(properties) ? [new Set(Object.keys(properties))] : [];
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const branches = ownProperty(specification, keyword);
    if (!Array.isArray(branches)) continue;
    for (const branch of branches) {
      const nested = isPlainObject(branch) ? declaredProperties(branch as JsonObject) : undefined;
      if (nested !== undefined) sets.push(nested);
    }
  }
  return sets.length === 0 ? undefined : new Set(sets.flatMap((names) => [...names]));
}
