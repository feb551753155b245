import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { components } from '../../src/components/index.ts';
import { manifestSchema } from '../../src/engine/manifest-schema.ts';
import { createRegistry, type Known } from '../../src/engine/registry.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { isPlainObject } from '../../src/lib/objects.ts';
import { sharedPath } from './shared.ts';

const REFERENCE = sharedPath('reference/declarative_component_schema.yaml');

/** Where we differ on purpose: `Type.field fact`, with the reason. */
const EVALUATED = 'the reference evaluates it as a template, which its schema does not tell';
const DIFFERENCES: Readonly<Record<string, string>> = {
  'DatetimeBasedCursor.step context': EVALUATED,
  'DeclarativeSource.max_concurrent_async_job_count context': EVALUATED,
  'KeyTransformation.prefix context': EVALUATED,
  'KeyTransformation.suffix context': EVALUATED,
  'ParentStreamConfig.parent_key context': EVALUATED,
  'ParentStreamConfig.partition_field context': EVALUATED,
  'RequestBodyPlainText.value context': EVALUATED,
  'RemoveFields.field_pointers type': 'numbers that are no text in YAML are common as indexes',
  'SelectiveAuthenticator.authenticators type': 'one selection may stand in another',
};

/** Component types and fields that only we have: each one is a decision. */
const EXTENSIONS: readonly string[] = [
  'ContentResponseFilter',
  'CustomPaginator',
  'DatetimeBasedCursor.row_order',
  'DeclarativeStream.destination_object_name',
  'DeclarativeStream.destination_sync_mode',
  'DefaultErrorHandler.longest_usual_backoff',
  'DefaultErrorHandler.usual_backoff_factor',
  'DetectedPagination',
  'FilterRecords',
  'GraphQLErrorFilter',
  'HeaderPagination',
  'HttpRequester.shown_error_body',
  'HttpRequester.verbatim',
  'InferredSchemaLoader',
  'JsonPathExtractor',
  'JsonPathPagination',
  'OAuthAuthenticator.default_expires_in',
  'ParentStreamConfig.is_required',
  'RangePagination',
  'SchemaContract',
  'SetFields',
  'ValueBasedCursor',
];

type Definitions = Readonly<Record<string, JsonObject>>;

/** What both schemas tell of a component, in one form. */
interface Facts {
  readonly required: string[];
  readonly fields: Readonly<Record<string, { readonly type: string; readonly default: string; readonly context: string }>>;
}

/** The reference's component types: its definitions, those within them, and the manifest itself. */
function referenceDefinitions(file: string): Definitions {
  const root = parse(readFileSync(file, 'utf8')) as JsonObject;
  const all = { ...(root['definitions'] as Record<string, JsonObject>), DeclarativeSource: root };
  const nested = Object.values(all).flatMap((definition) =>
    Object.values((definition['properties'] ?? {}) as JsonObject).flatMap((field) => {
      const type = typeNameOf(field);
      return type === undefined ? [] : [[type, field as JsonObject] as const];
    }),
  );
  return { ...all, ...Object.fromEntries(nested) };
}

/** The component type that a schema is the definition of. */
function typeNameOf(schema: Json | undefined): string | undefined {
  const names = ((schema as JsonObject | undefined)?.['properties'] as JsonObject | undefined)?.['type'] as JsonObject | undefined;
  return Array.isArray(names?.['enum']) && names['enum'].length === 1 ? (names['enum'][0] as string) : undefined;
}

function factsOf(definitions: Definitions, definition: JsonObject): Facts {
  const properties = (definition['properties'] ?? {}) as Record<string, JsonObject>;
  const names = Object.keys(properties).filter((name) => name !== 'type' && name !== '$parameters');
  return {
    required: ((definition['required'] ?? []) as string[]).filter((name) => name !== 'type').sort(),
    fields: Object.fromEntries(
      names.map((name) => {
        const field = properties[name] as JsonObject;
        const context = field['interpolation_context'];
        return [
          name,
          {
            type: [...new Set(sorts(definitions, field))].sort().join(' | '),
            default: field['default'] === undefined ? '' : JSON.stringify(field['default']),
            context: Array.isArray(context) ? [...context].sort().join(' ') : '',
          },
        ];
      }),
    ),
  };
}

/** The sorts of values that a schema lets pass, as far as both schemas tell. */
function sorts(definitions: Definitions, schema: JsonObject): string[] {
  const { $ref, type } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.slice($ref.lastIndexOf('/') + 1);
    const target = definitions[name];
    return target === undefined || isComponent(target, name) ? [typeNameOf(target) ?? name] : sorts(definitions, target);
  }
  const choices = schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf'];
  if (Array.isArray(choices)) return choices.flatMap((choice) => sorts(definitions, choice as JsonObject));
  if (typeNameOf(schema) !== undefined) return [typeNameOf(schema) as string];
  if (Array.isArray(schema['enum'])) return [`one of ${[...schema['enum']].map(String).sort().join(', ')}`];
  if (Array.isArray(type)) return type.flatMap((one) => sorts(definitions, { ...schema, type: one }));
  if (type === 'array') return sorts(definitions, (schema['items'] ?? {}) as JsonObject).map((item) => `list of ${item}`);
  if (type === 'object' || (type === undefined && schema['properties'] !== undefined)) {
    const values = schema['additionalProperties'];
    return isPlainObject(values) && Object.keys(values).length > 0
      ? sorts(definitions, values as JsonObject).map((value) => `object of ${value}`)
      : ['object'];
  }
  return [typeof type === 'string' ? type : 'anything'];
}

function isComponent(definition: JsonObject, name: string): boolean {
  return definition['type'] === 'object' && name !== 'Schemas' && isPlainObject(definition['properties']);
}

function differences(): string[] {
  const theirs = referenceDefinitions(REFERENCE as string);
  const ours = manifestSchema(createRegistry(components), { references: false, extensions: false })['definitions'] as Record<
    string,
    JsonObject
  >;
  const found: string[] = [];
  for (const [type, definition] of Object.entries(theirs)) {
    if (!isComponent(definition, type)) continue;
    const own = ours[type] ?? ours[typeNameOf(definition) ?? ''];
    if (own === undefined) {
      found.push(`${type}: there is no such component`);
      continue;
    }
    const [expected, actual] = [factsOf(theirs, definition), factsOf(ours, own)];
    if (expected.required.join() !== actual.required.join())
      found.push(`${type} required: ${expected.required.join(', ')}; ours ${actual.required.join(', ')}`);
    for (const [name, field] of Object.entries(expected.fields)) {
      const mine = actual.fields[name];
      if (mine === undefined) {
        found.push(`${type}.${name}: there is no such field`);
        continue;
      }
      for (const fact of ['type', 'default', 'context'] as const) {
        if (field[fact] !== mine[fact]) found.push(`${type}.${name} ${fact}: ${field[fact]}; ours ${mine[fact]}`);
      }
    }
    for (const name of Object.keys(actual.fields))
      if (!(name in expected.fields)) found.push(`${type}.${name}: the reference has no such field`);
  }
  return found;
}

describe('the components and fields that only we have', () => {
  it('are those of the list', () => {
    const registry = createRegistry(components);
    const found = components.flatMap(({ type, extension }) => {
      const fields = Object.entries((registry.find(type) as Known).fields);
      return extension === true ? [type] : fields.flatMap(([name, { facts }]) => (facts.extension === true ? [`${type}.${name}`] : []));
    });
    expect(found.sort()).toEqual([...EXTENSIONS]);
  });
});

describe.skipIf(REFERENCE === undefined)('the schema of manifests', () => {
  it('tells of the same components, fields, requirements, types, defaults and contexts as the reference', () => {
    const found = differences();
    const keyOf = (difference: string): string => difference.slice(0, difference.indexOf(':'));
    const unexpected = found.filter((difference) => !(keyOf(difference) in DIFFERENCES));
    console.log(`schema parity: ${found.length} differences, ${unexpected.length} of them unexpected\n${unexpected.join('\n')}`);
    expect(unexpected).toEqual([]);
    expect(Object.keys(DIFFERENCES).filter((key) => !found.some((difference) => keyOf(difference) === key))).toEqual([]);
  });
});
