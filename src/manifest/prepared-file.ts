import { type Json, type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { ManifestWarning } from './load.ts';
import type { PreparedManifest } from './prepare.ts';

/** The file that holds what was made of a manifest's file. */
export function preparedFile(manifestFile: string): string {
  return `${manifestFile}.prepared.jsonl`;
}

/** What a prepared manifest stands for: a text of a manifest, as a version of the engine reads it. */
export interface PreparedSource {
  readonly text: string;
  readonly version: string;
}

/**
 * A prepared manifest as the text of a file, lines of JSON: what it stands for, the manifest and its warnings. What it stands for is compared
 * without being parsed, and numbers in it do not have the manifest read digit by digit.
 */
export function storePrepared({ manifest, warnings }: PreparedManifest, source: PreparedSource): string {
  return `${sourceLines(source)}${stringifyJson(manifest)}\n${stringifyJson(warnings)}\n`;
}

function sourceLines({ text, version }: PreparedSource): string {
  return `${stringifyJson(version)}\n${stringifyJson(text)}\n`;
}

/** The manifest that a stored text holds; undefined when it was made of another text, by another version, or is not whole. */
export function readPrepared(stored: string, source: PreparedSource & { readonly fileName: string }): PreparedManifest | undefined {
  const start = sourceLines(source);
  if (!stored.startsWith(start)) return undefined;
  const [line = '', warningLine = ''] = stored.slice(start.length).split('\n');
  const [manifest, warnings] = [readLine(line), readLine(warningLine)];
  if (!isPlainObject(manifest) || !Array.isArray(warnings)) return undefined;
  return {
    fileName: source.fileName,
    manifest: manifest as JsonObject,
    warnings: warnings as unknown as readonly ManifestWarning[],
    mayHaveClasses: line.includes('"class_name"'),
  };
}

/** The value of a line; undefined when it is half-written: the manifest itself is there. */
function readLine(line: string): Json | undefined {
  try {
    return parseJson(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
