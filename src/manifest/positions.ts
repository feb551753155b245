import type { JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { maskOfWritten } from '../lib/written-secrets.ts';
import { ManifestError, type Place, sourceFrame } from './errors.ts';
import { readPointer } from './refs.ts';
import { readYaml, type YamlContent } from './yaml.ts';

/** Finds the places of a manifest's values in its text. */
export interface Positions {
  /** Where the value of that path of the prepared manifest comes from, through references and merges; of its nearest parent when it has no place itself. */
  at(path: string): Place;
}

/** Reads where everything stands in a manifest's text, YAML or JSON; costs a full parse, so it is for when there is something to tell. */
export async function readPositions(text: string, fileName: string): Promise<Positions> {
  const content = await readableContent(text, fileName);
  const mask = maskOfWritten(text);
  return {
    at(path) {
      const offset = content === undefined ? undefined : offsetOf(content, path);
      if (content === undefined || offset === undefined) return { fileName };
      const position = content.position(offset);
      return { fileName, position, frame: mask(sourceFrame(text, position)) };
    },
  };
}

/** A text that is JSON but no YAML, such as one indented by tabs, has no places. */
async function readableContent(text: string, fileName: string): Promise<YamlContent | undefined> {
  try {
    return await readYaml(text, fileName);
  } catch (error) {
    if (error instanceof ManifestError) return undefined;
    throw error;
  }
}

function offsetOf({ value: manifest, offsets }: YamlContent, path: string): number | undefined {
  if (!isPlainObject(manifest)) return undefined;
  let value: unknown = manifest;
  let rest = path;
  let offset: number | undefined;
  while (rest !== '') {
    const step = stepInto(manifest as JsonObject, value, rest);
    if (step === undefined) break;
    offset = offsets.get(step.holder)?.get(step.member) ?? offset;
    value = step.value;
    rest = step.rest;
  }
  return offset;
}

interface Step {
  readonly holder: object;
  readonly member: string | number;
  readonly value: unknown;
  readonly rest: string;
}

/** One step along a path: into a member of the value itself, or else of what it refers to. */
function stepInto(manifest: JsonObject, value: unknown, path: string, references = 0): Step | undefined {
  if (typeof value === 'string' && value.startsWith('#/') && references < 100) {
    return stepInto(manifest, readPointer(manifest, value), path, references + 1);
  }
  if (Array.isArray(value)) {
    const [whole, index] = /^\[(\d+)\]\.?/.exec(path) ?? [];
    if (whole === undefined || Number(index) >= value.length) return undefined;
    return { holder: value, member: Number(index), value: value[Number(index)], rest: path.slice(whole.length) };
  }
  if (!isPlainObject(value)) return undefined;
  const key = Object.keys(value)
    .filter((name) => path.startsWith(name) && /^(?:$|\.|\[)/.test(path.slice(name.length)))
    .reduce<string | undefined>((longest, name) => (longest === undefined || name.length > longest.length ? name : longest), undefined);
  if (key !== undefined) return { holder: value, member: key, value: value[key], rest: path.slice(key.length).replace(/^\./, '') };
  const reference = ownProperty(value, '$ref');
  return reference === undefined ? undefined : stepInto(manifest, reference, path, references + 1);
}
