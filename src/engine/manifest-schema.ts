import type { Json, JsonObject } from '../lib/json.ts';
import type { AnyComponent } from './component.ts';
import type { Field, FieldFacts } from './fields.ts';
import type { Known, Registry } from './registry.ts';

/** What the schema is for. */
export interface SchemaOptions {
  /** Lets `$ref` objects and texts such as `#/definitions/x` stand for any value, as they may in a manifest that is being written; true unless told. */
  readonly references?: boolean;
  /** Whether components and fields that the reference lacks are in it, marked as such; true unless told. */
  readonly extensions?: boolean;
}

const ROOT = 'DeclarativeSource';
const REFERENCE = 'Reference';

/** The JSON Schema (draft 7) of manifests: a definition for each component type, with what editors show of its fields. */
export function manifestSchema(known: Registry, { references = true, extensions = true }: SchemaOptions = {}): JsonObject {
  const registry = extensions ? known : withoutExtensions(known);
  const definitions: JsonObject = {};
  for (const { type } of [...registry.components].sort((a, b) => (a.type < b.type ? -1 : 1))) {
    definitions[type] = definitionOf(registry, registry.find(type) as Known, references);
  }
  if (references) definitions[REFERENCE] = referenceSchema();
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A manifest of a connector',
    $ref: `#/definitions/${ROOT}`,
    definitions,
  };
}

/** The components and fields that the reference has too. */
function withoutExtensions(registry: Registry): Registry {
  const isOwn = (field: Field): boolean => field.facts.extension === true;
  return {
    ...registry,
    components: registry.components.filter(({ extension }) => extension !== true),
    find(type) {
      const known = registry.find(type);
      if (known === undefined) return undefined;
      return { ...known, fields: Object.fromEntries(Object.entries(known.fields).filter(([, field]) => !isOwn(field))) };
    },
  };
}

/** The types that may stand in a slot, in the order of their names. */
export function typesInSlot(registry: Registry, { slot = [], types }: FieldFacts): string[] {
  const fitting = registry.components.filter(({ kind, type }) => slot.includes(kind) && (types === undefined || types.includes(type)));
  return fitting.map(({ type }) => type).sort();
}

function definitionOf(registry: Registry, { component, fields }: Known, references: boolean): JsonObject {
  const properties: JsonObject = { type: { type: 'string', enum: [component.type, ...(component.aliases ?? [])] } };
  for (const [name, field] of Object.entries(fields)) properties[name] = fieldSchema(registry, field.facts, references);
  properties['$parameters'] = { type: 'object', description: 'Values for this component and those under it.' };
  const required = Object.keys(fields).filter((name) => fields[name]?.isRequired);
  return {
    type: 'object',
    title: component.type,
    description: describe(component),
    required: isTypeNeeded(registry, component) ? ['type', ...required] : required,
    properties,
  };
}

const EXTENSION = 'Not in the reference.';

function describe({ summary, needs, extension }: AnyComponent): string {
  return [summary, ...(needs === undefined ? [] : [`Needs: ${needs}`]), ...(extension === true ? [EXTENSION] : [])].join(' ');
}

/** Whether no slot takes the type for granted. */
function isTypeNeeded(registry: Registry, { type }: AnyComponent): boolean {
  if (type === ROOT) return false;
  return registry.components.every((other) =>
    Object.values((registry.find(other.type) as Known).fields).every((field) => !takesForGranted(field.facts, type)),
  );
}

function takesForGranted({ defaultType, alternatives = [], items }: FieldFacts, type: string): boolean {
  return (
    defaultType === type ||
    alternatives.some((facts) => takesForGranted(facts, type)) ||
    (items !== undefined && takesForGranted(items, type))
  );
}

function fieldSchema(registry: Registry, facts: FieldFacts, references: boolean): JsonObject {
  const value = valueSchema(registry, facts, references);
  const schema = references && !takesText(value) ? { anyOf: [...choices(value), definition(REFERENCE)] } : value;
  const about: JsonObject = {};
  const description = [facts.description, facts.extension === true ? EXTENSION : undefined].filter((part) => part !== undefined);
  if (description.length > 0) about['description'] = description.join(' ');
  if (facts.default !== undefined) about['default'] = facts.default;
  if (facts.context !== undefined) about['interpolation_context'] = [...facts.context];
  // Validators of draft 7 look at nothing beside a $ref.
  return '$ref' in schema && Object.keys(about).length > 0 ? { allOf: [schema], ...about } : { ...schema, ...about };
}

function valueSchema(registry: Registry, facts: FieldFacts, references: boolean): JsonObject {
  const { alternatives, items, slot, nesting } = facts;
  if (alternatives !== undefined) return anyOf(alternatives.flatMap((one) => choices(valueSchema(registry, one, references))));
  if (items !== undefined) return { type: 'array', items: valueSchema(registry, items, references) };
  if (slot === undefined) return facts.schema ?? {};
  const types = typesInSlot(registry, facts).map(definition);
  const child = anyOf(references && nesting !== 'one' ? [...types, definition(REFERENCE)] : types);
  if (nesting === 'list') return { type: 'array', items: child };
  return nesting === 'map' ? { type: 'object', additionalProperties: child } : child;
}

function anyOf(schemas: readonly JsonObject[]): JsonObject {
  const [only] = schemas;
  return schemas.length === 1 && only !== undefined ? only : { anyOf: [...schemas] };
}

function choices(schema: JsonObject): JsonObject[] {
  return Array.isArray(schema['anyOf']) && Object.keys(schema).length === 1 ? (schema['anyOf'] as JsonObject[]) : [schema];
}

/** Whether a schema lets a text pass that may be a reference. */
function takesText(schema: JsonObject): boolean {
  if (Object.keys(schema).length === 0) return true;
  return choices(schema).some(({ type, enum: words }: { readonly [keyword: string]: Json }) => type === 'string' && words === undefined);
}

function definition(type: string): JsonObject {
  return { $ref: `#/definitions/${type}` };
}

function referenceSchema(): JsonObject {
  return {
    title: 'A reference to another part of the manifest',
    anyOf: [
      { type: 'string', pattern: '^#/' },
      { type: 'object', required: ['$ref'], properties: { $ref: { type: 'string', pattern: '^#/' } } },
    ],
  };
}
