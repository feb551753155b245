import type { JsonObject } from '../lib/json.ts';
import { isDltConfig } from './dlt/detect.ts';
import { ManifestError, placeText } from './errors.ts';
import { type PhaseOptions, processManifest } from './index.ts';
import { loadManifest, type ManifestWarning } from './load.ts';
import { readPositions } from './positions.ts';

/**
 * A manifest that components can be built from. It can be stored as JSON (`stringifyJson`) and read back (`parseJson`). Parts that the
 * manifest refers to more than once may be one and the same object: nothing in it may be changed in place.
 */
export interface PreparedManifest {
  readonly fileName: string;
  readonly manifest: JsonObject;
  readonly warnings: readonly ManifestWarning[];
  /** False when it is known that no component of it has a class of its own; else nobody has looked. */
  readonly mayHaveClasses?: boolean;
  /** The manifest with none of its streams, for those who look only at the rest; absent where nothing would be saved. */
  readonly withoutStreams?: () => JsonObject;
  /**
   * The manifest with only those of its streams that a read of the named ones builds, each at its index, with nothing between them; undefined where
   * the whole manifest is needed, since a stream is not there or others bear on it.
   */
  readonly withStreams?: (names: readonly string[]) => JsonObject | undefined;
}

/** Reads a manifest's text, YAML or JSON, and takes it through all phases; throws ManifestError that tells file, line and column. */
export async function prepareManifest(text: string, fileName: string, options?: PhaseOptions): Promise<PreparedManifest> {
  try {
    const { manifest, warnings } = await loadManifest(text, fileName);
    if (!isDltConfig(manifest)) return { fileName, manifest: processManifest(manifest, options), warnings };
    const { compileDlt } = await import('./dlt/index.ts');
    const compiled = compileDlt(manifest);
    const positions = compiled.warnings.length === 0 ? undefined : await readPositions(text, fileName);
    const told = compiled.warnings.map(({ path, message }) => ({
      message: `${path}: ${message}`,
      place: placeText(positions?.at(path) ?? { fileName }),
    }));
    return { fileName, manifest: processManifest(compiled.manifest, options), warnings: [...warnings, ...told] };
  } catch (error) {
    throw await locateError(error, text, fileName);
  }
}

/** The error with its place in the manifest's text when it is a ManifestError, also one found later while components are built. */
export async function locateError(error: unknown, text: string, fileName: string): Promise<unknown> {
  if (!(error instanceof ManifestError) || error.place?.position !== undefined) return error;
  const positions = await readPositions(text, fileName);
  return error.located((path) => positions.at(path));
}
