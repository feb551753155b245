import { type Json, type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { ManifestWarning } from './load.ts';
import type { PreparedManifest } from './prepare.ts';

/** The file that holds what was made of a manifest's file. */
export function preparedFile(manifestFile: string): string {
  return `${manifestFile}.prepared`;
}

/** What a prepared manifest stands for: a manifest's file, as a version of the engine reads it. */
export interface PreparedSource {
  readonly bytes: Buffer;
  readonly version: string;
}

/** The first line of the file. */
interface Header {
  readonly version: string;
  /** The length of the manifest's file, which follows and is compared as it is. */
  readonly bytes: number;
  /** Whether plain parsing of the manifest's line loses nothing of its numbers. */
  readonly isPlain: boolean;
  readonly mayHaveClasses: boolean;
}

/** A prepared manifest as the content of a file: a line of JSON that says what follows, the manifest's file, and as lines of JSON the manifest and its warnings. */
export function storePrepared({ manifest, warnings }: PreparedManifest, { bytes, version }: PreparedSource): Buffer {
  const line = stringifyJson(manifest);
  const isPlain = JSON.stringify(JSON.parse(line)) === line;
  const header: Header = { version, bytes: bytes.length, isPlain, mayHaveClasses: line.includes('"class_name"') };
  return Buffer.concat([Buffer.from(`${stringifyJson(header)}\n`), bytes, Buffer.from(`\n${line}\n${stringifyJson(warnings)}\n`)]);
}

/** The manifest that a stored file holds; undefined when it was made of another manifest, by another version, or is not whole. */
export function readPrepared(stored: Buffer, source: PreparedSource & { readonly fileName: string }): PreparedManifest | undefined {
  const start = stored.indexOf('\n') + 1;
  const header = readLine(stored.toString('utf8', 0, start));
  if (!isPlainObject(header) || header['version'] !== source.version) return undefined;
  const end = start + source.bytes.length;
  if (header['bytes'] !== source.bytes.length || !stored.subarray(start, end).equals(source.bytes)) return undefined;
  const [line = '', warningLine = ''] = stored.toString('utf8', end + 1).split('\n');
  const [manifest, warnings] = [readLine(line, header['isPlain'] !== true), readLine(warningLine)];
  if (!isPlainObject(manifest) || !Array.isArray(warnings)) return undefined;
  return {
    fileName: source.fileName,
    manifest: manifest as JsonObject,
    warnings: warnings as unknown as readonly ManifestWarning[],
    mayHaveClasses: header['mayHaveClasses'] !== false,
  };
}

/** The value of a line; undefined when it is half-written: the manifest itself is there. */
function readLine(line: string, mayLose?: boolean): Json | undefined {
  try {
    return parseJson(line, mayLose);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
