import { type Json, type JsonObject, parseJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { looksLikePython } from './dlt/detect.ts';
import { ManifestError } from './errors.ts';
import { tooDeep } from './limits.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { readYaml } from './yaml.ts';

/** Something in a manifest that works but was hardly meant. */
export interface ManifestWarning {
  readonly message: string;
  /** The place as editors understand it: `manifest.yaml:41:9`. */
  readonly place: string;
}

/** A manifest as it was written. */
export interface LoadedManifest {
  readonly manifest: JsonObject;
  readonly warnings: readonly ManifestWarning[];
}

/** Reads the text of a manifest, JSON or YAML; throws ManifestError with line and column when it is neither, or holds no object. */
export async function loadManifest(text: string, fileName: string): Promise<LoadedManifest> {
  const json = jsonContent(text);
  if (json !== undefined) return { manifest: expectObject(json, fileName), warnings: [] };
  const python = looksLikePython(text) ? (await import('./dlt/python.ts')).readPython(text) : undefined;
  if (python !== undefined) return { manifest: python, warnings: [] };
  const plain = await readPlainYaml(text);
  if (plain !== undefined) return { manifest: expectObject(plain, fileName), warnings: [] };
  const { value, repeatedKeys, position } = await readYaml(text, fileName);
  if (value === undefined) throw new ManifestError({ code: 'empty', message: 'The manifest is empty.', place: { fileName } });
  const warnings = repeatedKeys.map(({ key, offset }) => {
    const { line, column } = position(offset);
    return { message: `"${key}" stands here a second time; the first one is not used.`, place: `${fileName}:${line}:${column}` };
  });
  return { manifest: expectObject(value, fileName), warnings };
}

/** The value of a text that is JSON, undefined when it is not: then YAML's reader says what is wrong and where. */
function jsonContent(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof RangeError) throw tooDeep();
    throw error;
  }
}

function expectObject(value: Json, fileName: string): JsonObject {
  if (isPlainObject(value)) return value as JsonObject;
  throw new ManifestError({
    code: 'not-an-object',
    message: `A manifest is an object with keys such as "version", "check" and "streams", not ${kindOf(value)}.`,
    place: { fileName },
  });
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? 'a boolean' : 'a number';
}
