import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { optional, template } from '../../engine/fields.ts';
import { NoSchemaFile } from '../../engine/no-schema-file.ts';
import { str } from '../../lang/index.ts';
import { countText } from '../../lib/count-text.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { copyJson } from '../../lib/json-copy.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { ConfigError } from '../../protocol/failure.ts';

const DEFAULT_PATH = "./{{ parameters['name'] }}.json";
const SHARED_FOLDER = 'schemas/shared';
/** Values that a schema may hold once every reference is written out. */
const MAX_VALUES = 200_000;

/** parity: schema/json_file_schema_loader.py:JsonFileSchemaLoader */
export const JsonFileSchemaLoader = component({
  type: 'JsonFileSchemaLoader',
  kind: 'schemaLoader',
  summary: 'Reads a schema from a JSON file in the folder of the connector.',
  example: `
    type: JsonFileSchemaLoader
    file_path: ./source_example/schemas/users.json`,
  needs: 'a file beside the manifest',
  fields: () => ({
    file_path: optional(template('config')),
  }),
  build: (spec, b) => ({
    async load() {
      const path = str(b.string(spec.file_path || DEFAULT_PATH).evaluate(b.context()));
      const [folder = '', ...rest] = path.replace(/^\.?\//, '').split('/');
      const file =
        (await readSchema(b, [folder, ...rest].join('/'))) ?? (rest.length > 0 ? await readSchema(b, rest.join('/')) : undefined);
      if (file === undefined) throw new NoSchemaFile(`There is no schema file ${path}.`);
      return resolveReferences(file, (name) => readShared(b, folder, name));
    },
  }),
});

/** A schema file; undefined when there is none. Throws ConfigError when it holds no JSON object. */
async function readSchema(b: Builder, path: string): Promise<JsonObject | undefined> {
  const text = await b.run.readFile(path);
  if (text === undefined) return undefined;
  const schema = parseLenientJson(text);
  if (!isPlainObject(schema)) throw new ConfigError(`The schema file ${path} holds no JSON object.`);
  return schema as JsonObject;
}

/** A schema that others refer to, in the folder of the package or in that of the connector. */
async function readShared(b: Builder, folder: string, name: string): Promise<JsonObject> {
  for (const place of [`${folder}/${SHARED_FOLDER}/${name}`, `${SHARED_FOLDER}/${name}`]) {
    const schema = await readSchema(b, place);
    if (schema !== undefined) return schema;
  }
  throw new ConfigError(`There is no shared schema ${name}.`);
}

/** The schema with what its references name in their place; what they name loses its `definitions`. */
// parity: sources/utils/schema_helpers.py:resolve_ref_links
async function resolveReferences(schema: JsonObject, read: (name: string) => Promise<JsonObject>): Promise<JsonObject> {
  const files = new Map<string, JsonObject>();
  let values = 0;

  async function fileOf(name: string): Promise<JsonObject> {
    const known = files.get(name) ?? (await read(name));
    files.set(name, known);
    return known;
  }

  async function resolve(value: Json, root: JsonObject, open: readonly Json[]): Promise<Json> {
    if (Array.isArray(value)) return Promise.all(value.map((item) => resolve(item, root, open)));
    if (!isPlainObject(value)) return value;
    values += Object.keys(value).length;
    if (values > MAX_VALUES) throw tooLarge();
    const object = value as JsonObject;
    const reference = ownProperty(object, '$ref');
    if (typeof reference === 'string') return follow(reference, root, open);
    const resolved: JsonObject = {};
    for (const [key, item] of Object.entries(object)) resolved[key] = await resolve(item, root, open);
    return resolved;
  }

  async function follow(reference: string, root: JsonObject, open: readonly Json[]): Promise<Json> {
    const [name = '', pointer = ''] = reference.split('#');
    const document = name === '' ? root : await fileOf(name);
    const target = pointer
      .split('/')
      .slice(1)
      .reduce<Json | undefined>((value, step) => (isPlainObject(value) ? ownProperty(value as JsonObject, step) : undefined), document);
    if (!isPlainObject(target)) throw new ConfigError(`The schema refers to ${reference}, which is no schema.`);
    if (open.includes(target as JsonObject)) throw new ConfigError(`The schema refers to itself by ${reference}.`);
    const { definitions: _definitions, ...rest } = (await resolve(target as JsonObject, document, [
      ...open,
      target as JsonObject,
    ])) as JsonObject;
    return copyJson(rest);
  }

  return (await resolve(schema, schema, [])) as JsonObject;
}

function tooLarge(): ConfigError {
  return new ConfigError(
    `The schema grows to more than ${countText(MAX_VALUES)} values when its references are written out. ` +
      'Look for definitions that refer to others several times each.',
  );
}
