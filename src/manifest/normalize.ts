import type { Json, JsonObject } from '../lib/json.ts';
import { stringifyJson } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';

/** The fields whose repeated values become shared definitions: those that the reference's schema marks as linkable. */
// parity: declarative_component_schema.yaml (linkable)
export const linkableFields: readonly string[] = [
  'authenticator',
  'error_handler',
  'file_uploader',
  'paginator',
  'request_body',
  'request_headers',
  'request_parameters',
  'transformations',
  'url_base',
];

interface Occurrence {
  readonly parent: JsonObject;
  readonly field: string;
  readonly value: Json;
}

class NormalizationImpossible extends Error {}

/**
 * The form that the Connector Builder shows: values that components share move to `definitions.linked` and parent streams become references
 * to streams; other definitions and schemas go unless something refers to them. A manifest for which that cannot be done stays as it is.
 */
// parity: manifest_normalizer.py:ManifestNormalizer.normalize
export function normalizeManifest(manifest: JsonObject, fields: readonly string[] = linkableFields): JsonObject {
  const result = deepCopy(manifest) as JsonObject;
  try {
    const linked = keepLinkedDefinitions(result);
    for (const occurrences of repeatedValues(result, new Set(fields))) link(linked, occurrences);
    referToParentStreams(result);
    removeUnreferenced(result);
    return result;
  } catch (error) {
    if (error instanceof NormalizationImpossible) return manifest;
    throw error;
  }
}

/** Empties the definitions but for `linked`, and gives that. */
function keepLinkedDefinitions(manifest: JsonObject): JsonObject {
  const definitions = ownProperty(manifest, 'definitions') ?? {};
  const linked = ownProperty(expectObject(definitions), 'linked') ?? {};
  manifest['definitions'] = { linked };
  return expectObject(linked);
}

/** The values of linkable fields that occur more than once, the most frequent first. */
function repeatedValues(manifest: JsonObject, fields: ReadonlySet<string>): Occurrence[][] {
  const groups = new Map<string, Occurrence[]>();

  function add(parent: JsonObject, field: string, value: Json): void {
    const text = canonicalText(isPlainObject(value) ? value : { [field]: value });
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [{ parent, field, value }]);
    else group.push({ parent, field, value });
  }

  function collect(object: JsonObject): void {
    for (const [field, value] of Object.entries(object)) {
      if (field === 'definitions') continue;
      for (const item of objectsIn(value)) collect(item);
      if (value !== null && !Array.isArray(value) && fields.has(field)) add(object, field, value);
    }
  }

  collect(manifest);
  return [...groups.values()].filter(({ length }) => length > 1).sort((one, other) => other.length - one.length);
}

/**
 * Replaces the occurrences by references; a definition of that name that was there before is used only where it is equal. Occurrences in
 * other fields stay, where the reference adds the first one's field beside them.
 */
function link(linked: JsonObject, occurrences: readonly Occurrence[]): void {
  const [first] = occurrences;
  if (first === undefined) return;
  const type = ownProperty(first.parent, 'type');
  if (typeof type !== 'string') throw new NormalizationImpossible();
  if (!Object.hasOwn(linked, type)) setOwnProperty(linked, type, {});
  const definitions = expectObject(linked[type]);
  const existing = ownProperty(definitions, first.field);
  if (existing === undefined) setOwnProperty(definitions, first.field, first.value);
  for (const { parent, field, value } of occurrences) {
    if (field !== first.field) continue;
    if (existing !== undefined && canonicalText(value) !== canonicalText(existing)) continue;
    setOwnProperty(parent, first.field, { $ref: `#/definitions/linked/${type}/${first.field}` });
  }
}

/** Parents of substream routers that equal a stream of the manifest become references to it. */
function referToParentStreams(manifest: JsonObject): void {
  const streams = objectsIn(ownProperty(manifest, 'streams'));
  const indexes = new Map(streams.map((stream, index) => [canonicalText(stream), index]));
  for (const stream of streams) {
    const retriever = ownProperty(stream, 'retriever');
    const routers = isPlainObject(retriever) ? objectsIn(ownProperty(retriever as JsonObject, 'partition_router')) : [];
    for (const router of routers.filter(({ type }) => type === 'SubstreamPartitionRouter')) {
      for (const config of objectsIn(ownProperty(router, 'parent_stream_configs'))) {
        const parent = ownProperty(config, 'stream');
        const index = isPlainObject(parent) ? indexes.get(canonicalText(parent as JsonObject)) : undefined;
        if (index !== undefined) config['stream'] = { $ref: `#/streams/${index}` };
      }
    }
  }
}

/** Removes definitions and schemas that no reference begins with, and the sections when nothing is left. */
function removeUnreferenced(manifest: JsonObject): void {
  const references: string[] = [];
  collectReferences(manifest, references);
  for (const section of ['definitions', 'schemas']) {
    const entries = ownProperty(manifest, section);
    if (!isPlainObject(entries)) continue;
    for (const key of Object.keys(entries)) {
      if (!references.some((reference) => reference.startsWith(`${section}/${key}`))) delete entries[key];
    }
    if (Object.keys(entries).length === 0) delete manifest[section];
  }
}

function collectReferences(object: JsonObject, references: string[]): void {
  for (const [key, value] of Object.entries(object)) {
    if (key === '$ref' && typeof value === 'string') references.push(value.slice(2));
    for (const item of objectsIn(value)) collectReferences(item, references);
  }
}

/** JSON with sorted keys: equal for equal values, whatever the order they were written in. */
function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!isPlainObject(value)) return stringifyJson(value);
  const object = value as JsonObject;
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${stringifyJson(key)}:${canonicalText(object[key] as Json)}`)
    .join()}}`;
}

function deepCopy(value: Json): Json {
  if (Array.isArray(value)) return value.map(deepCopy);
  if (!isPlainObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value as JsonObject)) setOwnProperty(copy, key, deepCopy(item));
  return copy;
}

/** The value itself or the members of a list, as far as they are objects. */
function objectsIn(value: Json | undefined): JsonObject[] {
  return [value].flat().filter(isPlainObject) as JsonObject[];
}

function expectObject(value: Json | undefined): JsonObject {
  if (isPlainObject(value)) return value as JsonObject;
  throw new NormalizationImpossible();
}
