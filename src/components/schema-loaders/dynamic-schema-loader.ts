import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { optional, slot, slots } from '../../engine/fields.ts';
import type { PageRequest, Retriever, Row, Transformation } from '../../engine/kinds.ts';
import { sidePurpose } from '../../engine/observer.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { equals, truth } from '../../lang/index.ts';
import { compileDpath } from '../../lib/dpath.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { copyJson } from '../../lib/json-copy.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';
import { cacheRetrieverRequests } from '../../manifest/request-caching.ts';
import { ConfigError } from '../../protocol/failure.ts';

const AIRBYTE_TYPES: Readonly<Record<string, JsonObject>> = {
  string: { type: ['null', 'string'] },
  boolean: { type: ['null', 'boolean'] },
  date: { type: ['null', 'string'], format: 'date' },
  timestamp_without_timezone: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  timestamp_with_timezone: { type: ['null', 'string'], format: 'date-time' },
  time_without_timezone: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_without_timezone' },
  time_with_timezone: { type: ['null', 'string'], format: 'time', airbyte_type: 'time_with_timezone' },
  integer: { type: ['null', 'integer'] },
  number: { type: ['null', 'number'] },
  array: { type: ['null', 'array'] },
  object: { type: ['null', 'object'] },
};

/** parity: schema/dynamic_schema_loader.py:DynamicSchemaLoader */
export const DynamicSchemaLoader = component({
  type: 'DynamicSchemaLoader',
  kind: 'schemaLoader',
  summary: 'Makes the schema of what an API says of its fields.',
  example: `
    type: DynamicSchemaLoader
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: https://api.example.com/v1/meta
      record_selector:
        type: RecordSelector
        extractor:
          type: DpathExtractor
          field_path: []
    schema_type_identifier:
      type: SchemaTypeIdentifier
      schema_pointer: [fields]
      key_pointer: [name]
      type_pointer: [type]`,
  fields: () => ({
    retriever: slot('retriever', { defaultType: 'SimpleRetriever' }),
    schema_filter: optional(slot('recordFilter')),
    schema_transformations: optional(slots('transformation')),
    schema_type_identifier: slot('data', { types: ['SchemaTypeIdentifier'], defaultType: 'SchemaTypeIdentifier' }),
  }),
  build(spec, b) {
    const retriever = b.build('retriever', cacheRetrieverRequests(spec.retriever) as typeof spec.retriever, {
      stream: auxiliaryScope(b.run, FIELDS_NAME, FIELDS),
    });
    const filter = spec.schema_filter && b.build('recordFilter', spec.schema_filter);
    const transformations = b.buildAll('transformation', spec.schema_transformations);
    const identifier = b.build('data', spec.schema_type_identifier, { defaultType: 'SchemaTypeIdentifier' });
    const propertyOf = compileProperty(b, identifier);
    const schemaPath = compileDpath(identifier['schema_pointer'] as Json[]);

    return {
      async load() {
        const record = await firstRecord(retriever);
        const properties: JsonObject = {};
        const definitions = record === undefined || !truth(record) ? [] : definitionsIn(schemaPath.get(record));
        for (const definition of definitions) {
          const [name, type] = propertyOf(definition);
          setOwnProperty(properties, name, type);
        }
        const request: PageRequest = { slice: new StreamSlice(), token: undefined };
        const kept =
          filter === undefined
            ? properties
            : Object.fromEntries(Object.entries(properties).filter(([key, value]) => filter.keep({ [key]: value }, request)));
        return {
          $schema: 'https://json-schema.org/draft-07/schema#',
          type: 'object',
          additionalProperties: true,
          properties: await transformAll(kept, transformations, request),
        };
      },
    };
  },
});

const FIELDS_NAME = 'dynamic_properties';

/** What a test read shows of the requests for the fields of a schema. */
const FIELDS = sidePurpose(FIELDS_NAME, `Schema loader '${FIELDS_NAME}' request`, 'Request performed in order to extract schema.');

async function firstRecord(retriever: Retriever): Promise<Json | undefined> {
  const slices = retriever.slices?.(oneSlice()) ?? oneSlice();
  for await (const slice of slices) for await (const { records } of retriever.read(slice)) if (records.length > 0) return records[0];
  return undefined;
}

async function* oneSlice(): AsyncGenerator<StreamSlice> {
  yield new StreamSlice();
}

/** The definitions of fields at the pointer: the items of a list or the names of an object; throws ConfigError for anything else. */
function definitionsIn(found: Json | undefined): readonly Json[] {
  if (Array.isArray(found)) return found;
  if (isPlainObject(found)) return Object.keys(found);
  throw new ConfigError('The schema_pointer leads to no list of fields.');
}

async function transformAll(properties: JsonObject, transformations: readonly Transformation[], request: PageRequest): Promise<JsonObject> {
  await Promise.all(transformations.map(({ ready }) => ready?.()));
  return transformations.reduce<Row>((row, transformation) => transformation.transform(row, request) ?? row, properties);
}

/** Gives the name and the schema of a field by its definition. */
function compileProperty(b: Builder, identifier: JsonObject): (definition: Json) => [string, JsonObject] {
  const keyPath = compileDpath(identifier['key_pointer'] as Json[]);
  const typePointer = identifier['type_pointer'] as Json[];
  const typePath = compileDpath(typePointer);
  const mappings = (identifier['types_mapping'] as JsonObject[]).map((mapping) => compileMapping(b, mapping));

  return (definition) => {
    const name = keyPath.get(definition);
    if (typeof name !== 'string') throw new ConfigError(`The name of a field should be a text, not ${JSON.stringify(name ?? null)}.`);
    const type = typePointer.length === 0 ? 'string' : typeOf(typePath.get(definition));
    const mapped = mappings.find((mapping) => mapping.matches(type, definition))?.target ?? type;
    return [name, schemaOf(mapped)];
  };
}

/** Without a type a field is a text. */
function typeOf(found: Json | undefined): Json {
  return found === undefined ? 'string' : found;
}

function compileMapping(b: Builder, mapping: JsonObject): { target: Json; matches: (type: Json, definition: Json) => boolean } {
  const holds = b.condition(mapping['condition'] as string);
  const context = b.context('raw_schema');
  context['parameters'] = {};
  return {
    target: mapping['target_type'] as Json,
    matches(type, definition) {
      context['raw_schema'] = definition;
      return holds(context) && equals(type, mapping['current_type'] as Json);
    },
  };
}

/** The schema of a type: a name, two names of which either may be meant, or a type with items. */
function schemaOf(type: Json): JsonObject {
  if (typeof type === 'string') return airbyteType(type);
  if (Array.isArray(type) && type.length === 2 && type.every((item) => typeof item === 'string'))
    return { oneOf: type.map((item) => airbyteType(item as string)) };
  if (isPlainObject(type) && typeof type['field_type'] === 'string') {
    const schema = airbyteType(type['field_type']);
    const items = type['items'] as Json | undefined;
    return items === undefined ? schema : { ...schema, items: schemaOf(items) };
  }
  throw new ConfigError(`The type of a field should be a text or two texts, not ${JSON.stringify(type)}.`);
}

function airbyteType(name: string): JsonObject {
  if (!Object.hasOwn(AIRBYTE_TYPES, name))
    throw new ConfigError(`There is no type "${name}" of Airbyte's: map it to one in types_mapping.`);
  return copyJson(AIRBYTE_TYPES[name] as JsonObject);
}
