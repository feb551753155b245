import type { JsonObject } from '../lib/json.ts';
import { useBuiltInClasses } from './built-in-classes.ts';
import { type DefaultTypes, defaultTypes } from './default-types.ts';
import { refuseOversized } from './limits.ts';
import { migrateManifest } from './migrations.ts';
import { normalizeManifest } from './normalize.ts';
import { propagateParameters } from './parameters.ts';
import { resolveReferences } from './refs.ts';
import { addSourceType, validateSource } from './source.ts';

/** One step from a manifest as it was written to one that components are built from; leaves its input as it is. */
export type Phase = (manifest: JsonObject) => JsonObject;

/** Which phases a manifest goes through beside those that it always does. */
export interface PhaseOptions {
  readonly defaults?: DefaultTypes;
  /** Rewrites older fields, as the Connector Builder asks for; holds the ISO time to note. */
  readonly migrate?: { readonly now: string };
  /** Moves what components share to definitions, as the Connector Builder asks for. */
  readonly normalize?: boolean;
}

/** The phases in the order they run. */
// parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._pre_process_manifest, _validate_source, _post_process_manifest
export function manifestPhases({ defaults = defaultTypes, migrate, normalize = false }: PhaseOptions = {}): readonly Phase[] {
  const migration: Phase[] = migrate === undefined ? [] : [(manifest) => migrateManifest(manifest, migrate.now), validateSource];
  return [
    addSourceType,
    resolveReferences,
    refuseOversized,
    useBuiltInClasses,
    (manifest) => propagateParameters(manifest, defaults),
    validateSource,
    ...migration,
    ...(normalize ? [(manifest: JsonObject) => normalizeManifest(manifest)] : []),
  ];
}

/** Takes a manifest that is already parsed, such as one inside a config, through its phases; throws ManifestError. */
export function processManifest(manifest: JsonObject, options?: PhaseOptions): JsonObject {
  return manifestPhases(options).reduce((current, phase) => phase(current), manifest);
}
