import { type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { PreparedManifest } from './prepare.ts';

/** The file that holds what was made of a manifest's file. */
export function preparedFile(manifestFile: string): string {
  return `${manifestFile}.prepared.json`;
}

/** A prepared manifest as the text of a file; it stands for exactly this text of the manifest and this version of the engine. */
export function storePrepared(prepared: PreparedManifest, source: { readonly text: string; readonly version: string }): string {
  const { manifest, warnings } = prepared;
  return stringifyJson({ version: source.version, text: source.text, manifest, warnings: warnings.map((warning) => ({ ...warning })) });
}

/** The manifest that a stored text holds; undefined when it was made of another text, by another version, or is not whole. */
export function readPrepared(
  stored: string,
  source: { readonly text: string; readonly version: string; readonly fileName: string },
): PreparedManifest | undefined {
  let content: unknown;
  try {
    content = parseJson(stored);
  } catch (error) {
    // A half-written file is as good as none: the manifest itself is there.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (!isPlainObject(content)) return undefined;
  const { version, text, manifest, warnings } = content;
  if (version !== source.version || text !== source.text || !isPlainObject(manifest) || !Array.isArray(warnings)) return undefined;
  return { fileName: source.fileName, manifest: manifest as JsonObject, warnings };
}
