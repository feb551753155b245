import { repr, type Value } from '../../lang/index.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { Float } from '../../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';

/** Infers the JSON schema that fits all records given to it, as the Connector Builder proposes it for a stream. */
export interface SchemaInferrer {
  add(record: JsonObject): void;
  /** The schema with the fields of the paths required, and what is wrong with the paths; undefined when there was no record. */
  finish(paths: readonly (readonly string[])[]): InferredSchema | undefined;
}

/** An inferred schema and why some of its required fields could not be marked. */
export interface InferredSchema {
  readonly schema: JsonObject;
  readonly problems: readonly string[];
}

/** What was seen at one place of the records: types that say nothing more, objects and lists. In the order first seen. */
interface Node {
  readonly seen: Set<string>;
  readonly properties: Map<string, Node>;
  items: Node | undefined;
}

// parity: utils/schema_inferrer.py:SchemaInferrer
/** An inferrer that has seen nothing. */
export function createSchemaInferrer(): SchemaInferrer {
  let root: Node | undefined;
  return {
    add(record) {
      root ??= emptyNode();
      observe(root, record);
    },
    finish(paths) {
      if (root === undefined) return undefined;
      const schema: JsonObject = { $schema: 'http://json-schema.org/schema#', ...clean(schemaOf(root)) };
      schema['type'] = 'object';
      const problems: string[] = [];
      for (const path of paths) {
        const problem = requirePath(schema, path);
        if (problem !== undefined) problems.push(problem);
      }
      return { schema, problems };
    },
  };
}

function emptyNode(): Node {
  return { seen: new Set(), properties: new Map(), items: undefined };
}

function observe(node: Node, value: Json): void {
  const type = typeOf(value);
  node.seen.add(type);
  if (Array.isArray(value)) {
    node.items ??= emptyNode();
    for (const item of value) observe(node.items, item);
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value as JsonObject)) {
      let child = node.properties.get(key);
      if (child === undefined) {
        child = emptyNode();
        node.properties.set(key, child);
      }
      observe(child, item);
    }
  }
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return 'number';
  return typeof value;
}

/** The schema of what was seen: one type, a sorted list of types that need no more words, or `anyOf` with those that do. */
// parity: genson SchemaNode.to_schema
function schemaOf(node: Node): JsonObject {
  const plain: string[] = [];
  const detailed: JsonObject[] = [];
  for (const type of node.seen) {
    const schema = detailedSchema(node, type);
    if (schema === undefined) plain.push(type);
    else detailed.push(schema);
  }
  const [only] = plain;
  const types: JsonObject[] = only === undefined ? [] : [{ type: plain.length === 1 ? only : plain.sort() }];
  const all = [...types, ...detailed];
  const [first] = all;
  if (first === undefined) return {};
  return all.length === 1 ? first : { anyOf: all };
}

function detailedSchema(node: Node, type: string): JsonObject | undefined {
  if (type === 'array') return node.items === undefined || node.items.seen.size === 0 ? undefined : { type, items: schemaOf(node.items) };
  if (type !== 'object' || node.properties.size === 0) return undefined;
  const properties: JsonObject = {};
  for (const [key, child] of node.properties) setOwnProperty(properties, key, schemaOf(child));
  return { type, properties };
}

/** Makes everything nullable, and takes out what is nothing but null. */
// parity: utils/schema_inferrer.py:SchemaInferrer._clean
function clean(schema: JsonObject): JsonObject {
  let node = schema;
  let alternatives = ownProperty(node, 'anyOf') as JsonObject[] | undefined;
  if (alternatives?.length === 2 && alternatives.some(isOnlyNull)) {
    const [real] = alternatives[0]?.['type'] === 'null' ? alternatives.slice(1) : alternatives;
    node = { ...real, type: [(real as JsonObject)['type'] as Json, 'null'] };
    alternatives = undefined;
  }
  if (isPlainObject(node['properties'])) node['properties'] = cleanProperties(node['properties'] as JsonObject);
  if (isPlainObject(node['items'])) node['items'] = clean(node['items'] as JsonObject);
  if (alternatives === undefined) node['type'] = withNull((node['type'] ?? []) as string | string[]);
  return node;
}

function isOnlyNull(schema: JsonObject): boolean {
  return Object.keys(schema).length === 1 && schema['type'] === 'null';
}

function cleanProperties(properties: JsonObject): JsonObject {
  const cleaned: JsonObject = {};
  for (const [key, property] of Object.entries(properties)) {
    if ((property as JsonObject)['type'] !== 'null') setOwnProperty(cleaned, key, clean(property as JsonObject));
  }
  return cleaned;
}

function withNull(type: string | string[]): string[] {
  return [...[type].flat().filter((name) => name !== 'null'), 'null'];
}

/** Marks the fields of a path as required and not null; the reason why not where the path leads nowhere. */
// parity: utils/schema_inferrer.py:SchemaInferrer._add_field_as_required
function requirePath(root: JsonObject, path: readonly string[]): string | undefined {
  const travelled: string[] = [];
  let node = root;
  for (const [index, name] of path.entries()) {
    removeNull(node);
    const shown = repr(travelled as unknown as Value);
    const properties = node['properties'];
    if (!isPlainObject(properties)) {
      const rest = repr(path.slice(index) as unknown as Value);
      return `Path ${shown} does not refer to an object but is \`${repr(node as Value)}\` and hence ${rest} can't be marked as required.`;
    }
    const next = ownProperty(properties as JsonObject, name);
    if (next === undefined) return `Path ${shown} does not have field \`${name}\` in the schema and hence can't be marked as required.`;
    const required = (node['required'] ?? []) as string[];
    if (!required.includes(name)) node['required'] = [...required, name];
    travelled.push(name);
    node = next as JsonObject;
  }
  removeNull(node);
  return undefined;
}

function removeNull(node: JsonObject): void {
  const { type } = node;
  if (!Array.isArray(type)) return;
  const rest = type.filter((name) => name !== 'null');
  node['type'] = rest.length === 1 ? (rest[0] as Json) : rest;
}
