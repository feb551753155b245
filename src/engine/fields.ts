import * as z from 'zod/mini';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { Kinds } from './kinds.ts';

z.config({ jitless: true });

/** A child component as it stands in the manifest; parsed only when it is built. */
export type Slot<Kind extends keyof Kinds = keyof Kinds> = JsonObject & { readonly [kindOf]?: Kind };
declare const kindOf: unique symbol;

/** The fields of a component by name, each with its schema. */
export type Fields = { readonly [name: string]: z.ZodMiniType };

/** The fields of a parsed component. */
export type Parsed<F extends Fields> = z.output<z.ZodMiniObject<F, z.core.$loose>>;

/** What the engine and the documentation know of a field beside its type. */
export interface FieldFacts {
  /** Its JSON Schema, as editors and the parity test with the reference read it. */
  readonly schema?: JsonObject;
  /** Kinds that a child may be of. */
  readonly slot?: readonly (keyof Kinds)[];
  /** Types that a child may be of, when not every type of the kinds fits. */
  readonly types?: readonly string[];
  /** The type of a child that does not state one. */
  readonly defaultType?: string;
  /** How the child is nested: alone, in a list, or by name. */
  readonly nesting?: 'one' | 'list' | 'map' | 'either';
  /** The sorts that its value may be of, where there are several. */
  readonly alternatives?: readonly FieldFacts[];
  /** What the items of a list are. */
  readonly items?: FieldFacts;
  /** Variables that its templates may read; undefined for a field without templates. */
  readonly context?: readonly string[];
  readonly description?: string;
  /** What to use instead, for a field that manifests should no longer use. */
  readonly deprecated?: string;
  readonly default?: Json;
  /** Whether the reference lacks it, so that a manifest that sets it does the same here only. */
  readonly extension?: boolean;
}

const facts = new WeakMap<z.ZodMiniType, FieldFacts>();

/** What is known of a field. */
export function factsOf(field: z.ZodMiniType): FieldFacts {
  return facts.get(field) ?? {};
}

/** A field with facts added to those it has. */
export function describe<T extends z.ZodMiniType>(field: T, added: FieldFacts): T {
  facts.set(field, { ...facts.get(field), ...added });
  return field;
}

/** A field that the reference lacks. */
export function extension<T extends z.ZodMiniType>(field: T, description: string): T {
  return describe(field, { extension: true, description });
}

/** Text that is no template. */
export function text(description?: string) {
  return describe(z.string(), { schema: { type: 'string' }, ...(description === undefined ? {} : { description }) });
}

/** Text that may hold a template reading the given variables. */
export function template(...context: string[]) {
  return describe(z.string(), { schema: { type: 'string' }, context });
}

/** A whole number; one written `1.0` or as text counts too. */
export function integer() {
  return describe(z.pipe(z.transform(toWhole), z.int()), { schema: { type: 'integer' } });
}

function toWhole(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : value;
}

/** A number; one written `1.0` counts as 1. */
export function number() {
  return describe(
    z.pipe(
      z.transform((value: unknown) => (value instanceof Float ? value.value : value)),
      z.number(),
    ),
    {
      schema: { type: 'number' },
    },
  );
}

/** A number within bounds. */
export function bounded(
  field: z.ZodMiniType<number>,
  { minimum, exclusiveMinimum }: { readonly minimum?: number; readonly exclusiveMinimum?: number },
) {
  const within = (value: number): boolean =>
    (minimum === undefined || value >= minimum) && (exclusiveMinimum === undefined || value > exclusiveMinimum);
  const error = minimum === undefined ? `expected a number above ${exclusiveMinimum}` : `expected a number of at least ${minimum}`;
  const { schema = {} } = factsOf(field);
  const bounds = { ...(minimum === undefined ? {} : { minimum }), ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }) };
  return describe(
    z.pipe(
      field,
      z.custom<number>((value) => within(value as number), error),
    ),
    { ...factsOf(field), schema: { ...schema, ...bounds } },
  );
}

/** True or false. */
export function boolean() {
  return describe(z.boolean(), { schema: { type: 'boolean' } });
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return describe(z.enum(words), { schema: { type: 'string', enum: [...words] } });
}

/** Any JSON object, not looked into. */
export function object() {
  return describe(
    z.custom<JsonObject>((value) => isPlainObject(value), 'expected an object'),
    { schema: { type: 'object', additionalProperties: true } },
  );
}

/** An object with fields of its own that is no component; a closed one has no others. */
export function shape<const F extends Fields>(fields: F, { closed = false }: { readonly closed?: boolean } = {}) {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]));
  const schema = { type: 'object', properties, ...(closed ? { additionalProperties: false } : {}) };
  return describe(closed ? z.strictObject(fields) : z.looseObject(fields), { schema });
}

/** The JSON Schema of a field with its default and its description. */
function schemaOf(field: z.ZodMiniType): JsonObject {
  const { schema = {}, default: fallback, description } = factsOf(field);
  return { ...schema, ...(fallback === undefined ? {} : { default: fallback }), ...(description === undefined ? {} : { description }) };
}

/** Any JSON value, not looked into. */
export function anything() {
  return describe(
    z.custom<Json>((value) => value !== undefined, 'expected a value'),
    { schema: {} },
  );
}

/** A list of values of one sort. */
export function list<T extends z.ZodMiniType>(item: T) {
  const inner = factsOf(item);
  const { alternatives: _, ...kept } = inner;
  return describe(z.array(item), { ...kept, schema: { type: 'array', items: inner.schema ?? {} }, items: inner });
}

/** A value of one of several sorts, tried in order. */
export function either<A extends z.ZodMiniType, B extends z.ZodMiniType>(first: A, second: B) {
  const [one, other] = [factsOf(first), factsOf(second)];
  const { items: _, ...kept } = { ...one, ...other };
  return describe(z.union([first, second]), {
    ...kept,
    schema: { anyOf: [one.schema ?? {}, other.schema ?? {}] },
    alternatives: [one, other],
  });
}

/** A field that may be left out; `null` counts as left out. */
export function optional<T extends z.ZodMiniType>(field: T, fallback?: Json) {
  return describe(z.optional(field), { ...factsOf(field), ...(fallback === undefined ? {} : { default: fallback }) });
}

/** A field that has a value even when it is left out. */
export function withDefault<T extends z.ZodMiniType>(field: T, fallback: z.output<T> & Json) {
  return describe(z._default(field, fallback as z.core.util.NoUndefined<z.output<T>>), { ...factsOf(field), default: fallback });
}

/** Choices for a child: the types that fit when not all of the kind do, and the type taken when it states none. */
export interface SlotOptions {
  readonly types?: readonly string[];
  readonly defaultType?: string;
}

function slotFacts(kinds: readonly (keyof Kinds)[], nesting: 'one' | 'list' | 'map', options: SlotOptions): FieldFacts {
  return { slot: kinds, nesting, ...options };
}

function anySlot<Kind extends keyof Kinds>() {
  return z.custom<Slot<Kind>>((value) => isPlainObject(value), 'expected a component (an object with a type)');
}

/** A child component. */
export function slot<Kind extends keyof Kinds>(kind: Kind | readonly Kind[], options: SlotOptions = {}) {
  return describe(anySlot<Kind>(), slotFacts(typeof kind === 'string' ? [kind] : kind, 'one', options));
}

/** A list of child components. */
export function slots<Kind extends keyof Kinds>(kind: Kind | readonly Kind[], options: SlotOptions = {}) {
  return describe(z.array(anySlot<Kind>()), slotFacts(typeof kind === 'string' ? [kind] : kind, 'list', options));
}

/** Child components by name. */
export function slotMap<Kind extends keyof Kinds>(kind: Kind, options: SlotOptions = {}) {
  return describe(
    z.custom<{ [name: string]: Slot<Kind> }>(
      (value) => isPlainObject(value) && Object.values(value).every(isPlainObject),
      'expected components by name',
    ),
    slotFacts([kind], 'map', options),
  );
}
