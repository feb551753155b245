import type { Json, JsonObject } from '../lib/json.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import { ManifestError } from './errors.ts';
import { MAX_DEPTH, tooDeep } from './limits.ts';
import { findPath } from './paths.ts';

const REF = '$ref';
/** Fields whose content is config rather than components: texts in them that look like references are none. */
const CONFIG_FIELDS = new Set(['config_overrides']);

/**
 * Replaces every `{$ref: "#/a/b"}` and every text `#/a/b` by what it points to; keys beside a `$ref` win over the referenced ones.
 * What is referenced twice appears as the same object twice, so the result must not be changed in place.
 * Throws ManifestError for a reference to nothing or to itself.
 */
// parity: manifest_reference_resolver.py:ManifestReferenceResolver.preprocess_manifest
export function resolveReferences(manifest: JsonObject): JsonObject {
  const resolved = new Map<object, Json>();
  const underWay = new Set<string>();
  let depth = 0;

  function resolve(node: Json): Json {
    if (typeof node === 'string') return node.startsWith('#/') ? follow(node) : node;
    if (!Array.isArray(node) && !isPlainObject(node)) return node;
    const known = resolved.get(node);
    if (known !== undefined) return known;
    depth += 1;
    if (depth > MAX_DEPTH) throw tooDeep();
    const result = Array.isArray(node) ? resolveList(node) : resolveMapping(node as JsonObject);
    depth -= 1;
    resolved.set(node, result);
    return result;
  }

  function resolveList(list: Json[]): Json[] {
    const items = list.map(resolve);
    return items.some((item, index) => item !== list[index]) ? items : list;
  }

  function resolveMapping(mapping: JsonObject): Json {
    let own = mapping;
    for (const key of Object.keys(mapping)) {
      const value = mapping[key] as Json;
      if (typeof value !== 'object' && typeof value !== 'string') continue;
      if (key === REF || CONFIG_FIELDS.has(key)) continue;
      const result = resolve(value);
      if (result === value) continue;
      if (own === mapping) own = { ...mapping };
      setOwnProperty(own, key, result);
    }
    if (!Object.hasOwn(mapping, REF)) return own;
    const { [REF]: reference, ...members } = own;
    const referenced = resolve(reference as Json);
    return isPlainObject(referenced) ? { ...referenced, ...members } : referenced;
  }

  function follow(reference: string): Json {
    if (underWay.has(reference)) throw circular(manifest, reference, [...underWay]);
    underWay.add(reference);
    const target = readPointer(manifest, reference);
    if (target === undefined) throw nowhere(manifest, reference);
    const result = resolve(target);
    underWay.delete(reference);
    return result;
  }

  const result = resolve(manifest);
  if (isPlainObject(result)) return result as JsonObject;
  throw new ManifestError({
    code: 'not-an-object',
    path: REF,
    message: 'The "$ref" at the top of the manifest does not lead to an object.',
  });
}

/**
 * What a reference such as `#/definitions/base/url` points to, undefined when there is nothing. At each level the whole rest of the
 * pointer is tried as a key before its first part; numbers index lists, and nothing is decoded.
 */
// parity: manifest_reference_resolver.py:ManifestReferenceResolver._read_ref_value
export function readPointer(manifest: JsonObject, reference: string): Json | undefined {
  let node: Json | undefined = manifest;
  let rest = pointerOf(reference);
  while (rest !== '' && node !== undefined) {
    const whole: Json | undefined = isPlainObject(node) ? ownProperty(node as JsonObject, rest) : undefined;
    if (whole !== undefined) return whole;
    const [head, tail] = splitPointer(rest);
    node = memberOf(node, head);
    rest = tail;
  }
  return node;
}

/** The pointer behind `#/`, which ends with its line. */
function pointerOf(reference: string): string {
  return reference.slice(2).split('\n', 1)[0] ?? '';
}

function splitPointer(pointer: string): [head: string, tail: string] {
  const slash = pointer.indexOf('/');
  return slash < 0 ? [pointer, ''] : [pointer.slice(0, slash), pointer.slice(slash + 1)];
}

function memberOf(node: Json, head: string): Json | undefined {
  const index = pythonInteger(head);
  if (isPlainObject(node)) return index === undefined ? ownProperty(node as JsonObject, head) : undefined;
  if (index === undefined) return undefined;
  if (Array.isArray(node)) return node.at(index);
  return typeof node === 'string' ? [...node].at(index) : undefined;
}

/** The number that Python's `int` reads. */
function pythonInteger(text: string): number | undefined {
  return /^\s*[-+]?\d+(?:_\d+)*\s*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined;
}

function circular(manifest: JsonObject, reference: string, underWay: readonly string[]): ManifestError {
  const circle = underWay.slice(underWay.indexOf(reference));
  return new ManifestError({
    code: 'reference-circular',
    path: pathOf(manifest, reference),
    message: `The reference "${reference}" leads back to itself${circle.length > 1 ? `: ${[...circle, reference].join(' -> ')}` : ''}.`,
  });
}

function nowhere(manifest: JsonObject, reference: string): ManifestError {
  return new ManifestError({
    code: 'reference-undefined',
    path: pathOf(manifest, reference),
    message: `The reference "${reference}" points to nothing.`,
    ...hintFor(manifest, reference),
  });
}

/** Says which reference was probably meant, or what stands where the pointer fails. */
function hintFor(manifest: JsonObject, reference: string): { hint?: string } {
  let node: Json = manifest;
  let reached = '#';
  let [head, tail] = splitPointer(pointerOf(reference));
  for (let next = memberOf(node, head); next !== undefined && tail !== ''; next = memberOf(node, head)) {
    node = next;
    reached = `${reached}/${head}`;
    [head, tail] = splitPointer(tail);
  }
  if (!isPlainObject(node)) return { hint: `"${reached}" is no object.` };
  const keys = Object.keys(node);
  const near = nearestName(head, keys);
  if (near !== undefined) return { hint: `Did you mean "${[reached, near, ...(tail === '' ? [] : [tail])].join('/')}"?` };
  if (keys.length === 0) return { hint: `"${reached}" is empty.` };
  return { hint: `"${reached}" holds ${keys.slice(0, 10).join(', ')}${keys.length > 10 ? ', ...' : ''}.` };
}

/** Where the reference stands first. */
function pathOf(manifest: JsonObject, reference: string): string {
  return findPath(manifest, (value) => value === reference) ?? '';
}
