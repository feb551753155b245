import * as z from 'zod/mini';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { onDemand } from '../lib/on-demand.ts';
import type { Kinds } from './kinds.ts';

z.config({ jitless: true });

/** A child component as it stands in the manifest; parsed only when it is built. */
export type Slot<Kind extends keyof Kinds = keyof Kinds> = JsonObject & { readonly [kindOf]?: Kind };
declare const kindOf: unique symbol;

/** A field of a component: what is known of it, and how its values are checked. */
export interface Field<Z extends z.ZodMiniType = z.ZodMiniType> {
  readonly facts: FieldFacts;
  /** Whether it must be given; one that need not be may be null, too. */
  readonly isRequired: boolean;
  /** Its value where it is left out; absent where it then has none. */
  readonly fallback?: () => Json;
  /** Whether a value fits just as it is, told without the schema; false may also mean that the schema changes it. */
  readonly fitsPlainly: (value: unknown) => boolean;
  /** The schema of a value that does not fit plainly: made for the first of them, since making it takes longer than checking. */
  readonly schema: () => z.ZodMiniType;
  readonly [typeOf]?: Z;
}
declare const typeOf: unique symbol;

/** The fields of a component by name. */
export type Fields = { readonly [name: string]: Field };

type SchemaOf<F> = F extends Field<infer Z> ? Z : never;
type Schemas<F extends Fields> = { readonly [Name in keyof F]: SchemaOf<F[Name]> };

/** The fields of a parsed component. */
export type Parsed<F extends Fields> = z.output<z.ZodMiniObject<Schemas<F>, z.core.$loose>>;

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
  /** Variables that they may read as well, which the reference's schema does not name. */
  readonly alsoReads?: readonly string[];
  readonly description?: string;
  /** What to use instead, for a field that manifests should no longer use. */
  readonly deprecated?: string;
  readonly default?: Json;
  /** Whether the reference lacks it, so that a manifest that sets it does the same here only. */
  readonly extension?: boolean;
}

function field<Z extends z.ZodMiniType>(fitsPlainly: (value: unknown) => boolean, schema: () => Z, facts: FieldFacts): Field<Z> {
  return { facts, isRequired: true, fitsPlainly, schema: onDemand(schema) };
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNever = (): boolean => false;

/** A field with facts added to those it has. */
export function describe<Z extends z.ZodMiniType>(described: Field<Z>, added: FieldFacts): Field<Z> {
  return { ...described, facts: { ...described.facts, ...added } };
}

/** A field that the reference lacks. */
export function extension<Z extends z.ZodMiniType>(described: Field<Z>, description: string): Field<Z> {
  return describe(described, { extension: true, description });
}

/** Text that is no template. */
export function text(description?: string) {
  return field(isText, () => z.string(), { schema: { type: 'string' }, ...(description === undefined ? {} : { description }) });
}

/** Text that may hold a template reading the given variables. */
export function template(...context: string[]) {
  return field(isText, () => z.string(), { schema: { type: 'string' }, context });
}

/** A whole number; one written `1.0` or as text counts too. */
export function integer() {
  return field(Number.isSafeInteger, () => z.pipe(z.transform(toWhole), z.int()), { schema: { type: 'integer' } });
}

function toWhole(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) : value;
}

/** A number; one written `1.0` counts as 1. */
export function number() {
  return field(
    Number.isFinite,
    () =>
      z.pipe(
        z.transform((value: unknown) => (value instanceof Float ? value.value : value)),
        z.number(),
      ),
    { schema: { type: 'number' } },
  );
}

/** A number within bounds. */
export function bounded(
  { facts, fitsPlainly, schema }: Field<z.ZodMiniType<number>>,
  { minimum, exclusiveMinimum }: { readonly minimum?: number; readonly exclusiveMinimum?: number },
) {
  const within = (value: number): boolean =>
    (minimum === undefined || value >= minimum) && (exclusiveMinimum === undefined || value > exclusiveMinimum);
  const error = minimum === undefined ? `expected a number above ${exclusiveMinimum}` : `expected a number of at least ${minimum}`;
  const bounds = { ...(minimum === undefined ? {} : { minimum }), ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }) };
  return field(
    (value) => fitsPlainly(value) && within(value as number),
    () =>
      z.pipe(
        schema(),
        z.custom<number>((value) => within(value as number), error),
      ),
    { ...facts, schema: { ...facts.schema, ...bounds } },
  );
}

/** True or false. */
export function boolean() {
  return field(
    (value) => typeof value === 'boolean',
    () => z.boolean(),
    { schema: { type: 'boolean' } },
  );
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return field(
    (value) => (words as readonly unknown[]).includes(value),
    () => z.enum(words),
    { schema: { type: 'string', enum: [...words] } },
  );
}

/** Any JSON object, not looked into. */
export function object() {
  return field(isPlainObject, () => z.custom<JsonObject>((value) => isPlainObject(value), 'expected an object'), {
    schema: { type: 'object', additionalProperties: true },
  });
}

/** An object with fields of its own that is no component; a closed one has no others. */
export function shape<const F extends Fields>(fields: F, { closed = false }: { readonly closed?: boolean } = {}) {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, jsonSchemaOf(one)]));
  const schema = { type: 'object', properties, ...(closed ? { additionalProperties: false } : {}) };
  const schemas = (): Schemas<F> => Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, wholeSchema(one)])) as Schemas<F>;
  return field(isNever, () => (closed ? z.strictObject(schemas()) : z.looseObject(schemas())), { schema });
}

/** The schema of a field's value that may be left out. */
function wholeSchema({ schema, isRequired, fallback }: Field): z.ZodMiniType {
  if (isRequired) return schema();
  return fallback === undefined ? z.optional(schema()) : z._default(schema(), fallback);
}

/** The JSON Schema of a field with its default and its description. */
function jsonSchemaOf({ facts: { schema = {}, default: fallback, description } }: Field): JsonObject {
  return { ...schema, ...(fallback === undefined ? {} : { default: fallback }), ...(description === undefined ? {} : { description }) };
}

/** Any JSON value, not looked into. */
export function anything() {
  const isGiven = (value: unknown): boolean => value !== undefined;
  return field(isGiven, () => z.custom<Json>(isGiven, 'expected a value'), { schema: {} });
}

/** A list of values of one sort, at least so many. */
export function list<Z extends z.ZodMiniType>(item: Field<Z>, { atLeast = 0 }: { readonly atLeast?: number } = {}) {
  const { alternatives: _, ...kept } = item.facts;
  return field(isList(item.fitsPlainly, atLeast), () => lengthened(z.array(item.schema() as Z), atLeast), {
    ...kept,
    schema: { type: 'array', items: item.facts.schema ?? {} },
    items: item.facts,
  });
}

function isList(fitsItem: (item: unknown) => boolean, atLeast: number): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.length >= atLeast && value.every(fitsItem);
}

function lengthened<Z extends z.ZodMiniType>(array: z.ZodMiniArray<Z>, atLeast: number): z.ZodMiniArray<Z> {
  return atLeast === 0 ? array : array.check(z.minLength(atLeast));
}

/** A value of one of several sorts, tried in order. */
export function either<A extends z.ZodMiniType, B extends z.ZodMiniType>(first: Field<A>, second: Field<B>) {
  const { items: _, ...kept } = { ...first.facts, ...second.facts };
  return field(first.fitsPlainly, () => z.union([first.schema() as A, second.schema() as B]), {
    ...kept,
    schema: { anyOf: [first.facts.schema ?? {}, second.facts.schema ?? {}] },
    alternatives: [first.facts, second.facts],
  });
}

/** A field that may be left out; `null` counts as left out. */
export function optional<Z extends z.ZodMiniType>({ facts, fitsPlainly, schema }: Field<Z>, fallback?: Json): Field<z.ZodMiniOptional<Z>> {
  return { facts: { ...facts, ...(fallback === undefined ? {} : { default: fallback }) }, isRequired: false, fitsPlainly, schema };
}

/** A field that has a value even when it is left out. */
export function withDefault<Z extends z.ZodMiniType>(
  { facts, fitsPlainly, schema }: Field<Z>,
  value: z.output<Z> & Json,
): Field<z.ZodMiniDefault<Z>> {
  return { facts: { ...facts, default: value }, isRequired: false, fallback: () => structuredClone(value), fitsPlainly, schema };
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
  return field(isPlainObject, () => anySlot<Kind>(), slotFacts(typeof kind === 'string' ? [kind] : kind, 'one', options));
}

/** A list of child components, at least so many. */
export function slots<Kind extends keyof Kinds>(
  kind: Kind | readonly Kind[],
  { atLeast = 0, ...options }: SlotOptions & { readonly atLeast?: number } = {},
) {
  const facts = slotFacts(typeof kind === 'string' ? [kind] : kind, 'list', options);
  return field(isList(isPlainObject, atLeast), () => lengthened(z.array(anySlot<Kind>()), atLeast), facts);
}

/** Child components by name. */
export function slotMap<Kind extends keyof Kinds>(kind: Kind, options: SlotOptions = {}) {
  const isMap = (value: unknown): boolean => isPlainObject(value) && Object.values(value).every(isPlainObject);
  const schema = () => z.custom<{ [name: string]: Slot<Kind> }>(isMap, 'expected components by name');
  return field(isMap, schema, slotFacts([kind], 'map', options));
}
