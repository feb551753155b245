import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import {
  type Presence,
  type Read,
  readBoolean,
  readEither,
  readItems,
  readMembers,
  readNumber,
  readPresent,
  readText,
  readThen,
  readWhere,
  readWhole,
  readWord,
} from './field-reading.ts';
import type { Kinds } from './kinds.ts';

/** A child component as it stands in the manifest; parsed only when it is built. */
export type Slot<Kind extends keyof Kinds = keyof Kinds> = JsonObject & { readonly [kindOf]?: Kind };
declare const kindOf: unique symbol;

/** The fields of a component by name, each with its schema. */
export type Fields = { readonly [name: string]: Field };

type Output<F> = F extends Field<infer T> ? T : never;
type OptionalNames<F> = { [Name in keyof F]: F[Name] extends { readonly presence: 'optional' } ? Name : never }[keyof F];

/** The fields of a parsed component. */
export type Parsed<F extends Fields> = { [Name in Exclude<keyof F, OptionalNames<F>>]: Output<F[Name]> } & {
  [Name in OptionalNames<F>]?: Output<F[Name]>;
} & { [name: string]: unknown };

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

/** What is taken under one name of a component, and in which form it is given to the component. */
export interface Field<T = unknown> {
  readonly presence: Presence;
  readonly read: Read<T>;
  readonly facts: FieldFacts;
}

/** A field that may be left out. */
export interface OptionalField<T> extends Field<T | undefined> {
  readonly presence: 'optional';
}

function required<T>(read: Read<T>, facts: FieldFacts): Field<T> {
  return { presence: 'required', read, facts };
}

/** What is known of a field. */
export function factsOf({ facts }: Field): FieldFacts {
  return facts;
}

/** A field with facts added to those it has. */
export function describe<F extends Field>(field: F, added: FieldFacts): F {
  return { ...field, facts: { ...field.facts, ...added } };
}

/** A field that the reference lacks. */
export function extension<F extends Field>(field: F, description: string): F {
  return describe(field, { extension: true, description });
}

/** Text that is no template. */
export function text(description?: string): Field<string> {
  return required(readText, { schema: { type: 'string' }, ...(description === undefined ? {} : { description }) });
}

/** Text that may hold a template reading the given variables. */
export function template(...context: string[]): Field<string> {
  return required(readText, { schema: { type: 'string' }, context });
}

/** A whole number; one written `1.0` or as text counts too. */
export function integer(): Field<number> {
  return required(readWhole, { schema: { type: 'integer' } });
}

/** A number; one written `1.0` counts as 1. */
export function number(): Field<number> {
  return required(readNumber, { schema: { type: 'number' } });
}

/** A number within bounds. */
export function bounded(
  { read, facts }: Field<number>,
  { minimum, exclusiveMinimum }: { readonly minimum?: number; readonly exclusiveMinimum?: number },
): Field<number> {
  const isWithin = (value: number): boolean =>
    (minimum === undefined || value >= minimum) && (exclusiveMinimum === undefined || value > exclusiveMinimum);
  const expectation = minimum === undefined ? `must be a number above ${exclusiveMinimum}` : `must be a number of at least ${minimum}`;
  const bounds = { ...(minimum === undefined ? {} : { minimum }), ...(exclusiveMinimum === undefined ? {} : { exclusiveMinimum }) };
  return required(
    readThen(
      read,
      readWhere((value) => isWithin(value as number), expectation),
    ),
    { ...facts, schema: { ...facts.schema, ...bounds } },
  );
}

/** True or false. */
export function boolean(): Field<boolean> {
  return required(readBoolean, { schema: { type: 'boolean' } });
}

/** One of the given words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words): Field<Words[number]> {
  return required(readWord(words), { schema: { type: 'string', enum: [...words] } });
}

/** Any JSON object, not looked into. */
export function object(): Field<JsonObject> {
  return required(readWhere(isPlainObject, 'must be an object'), { schema: { type: 'object', additionalProperties: true } });
}

/** An object with fields of its own that is no component; a closed one has no others. */
export function shape<const F extends Fields>(fields: F, { closed = false }: { readonly closed?: boolean } = {}): Field<Parsed<F>> {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]));
  const schema = { type: 'object', properties, ...(closed ? { additionalProperties: false } : {}) };
  return required(readMembers(fields, closed) as Read<Parsed<F>>, { schema });
}

/** The JSON Schema of a field with its default and its description. */
function schemaOf({ facts: { schema = {}, default: fallback, description } }: Field): JsonObject {
  return { ...schema, ...(fallback === undefined ? {} : { default: fallback }), ...(description === undefined ? {} : { description }) };
}

/** Any JSON value, not looked into. */
export function anything(): Field<Json> {
  return required(
    readWhere((value) => value !== undefined, 'must be a value'),
    { schema: {} },
  );
}

/** A list of values of one sort. */
export function list<T>({ read, facts }: Field<T>): Field<T[]> {
  const { alternatives: _, ...kept } = facts;
  return required(readItems(read), { ...kept, schema: { type: 'array', items: facts.schema ?? {} }, items: facts });
}

/** A value of one of several sorts, tried in order. */
export function either<A, B>(first: Field<A>, second: Field<B>): Field<A | B> {
  const [one, other] = [first.facts, second.facts];
  const { items: _, ...kept } = { ...one, ...other };
  return required(readEither(first.read, second.read), {
    ...kept,
    schema: { anyOf: [one.schema ?? {}, other.schema ?? {}] },
    alternatives: [one, other],
  });
}

/** A field that may be left out; `null` counts as left out. */
export function optional<T>({ read, facts }: Field<T>, fallback?: Json): OptionalField<T> {
  return {
    presence: 'optional',
    read: readPresent(read, undefined),
    facts: { ...facts, ...(fallback === undefined ? {} : { default: fallback }) },
  };
}

/** A field that has a value even when it is left out. */
export function withDefault<T>({ read, facts }: Field<T>, fallback: NoInfer<T> & Json): Field<T> {
  return { presence: 'defaulted', read: readPresent(read, fallback), facts: { ...facts, default: fallback } };
}

/** Choices for a child: the types that fit when not all of the kind do, and the type taken when it states none. */
export interface SlotOptions {
  readonly types?: readonly string[];
  readonly defaultType?: string;
}

function slotFacts(kinds: readonly (keyof Kinds)[], nesting: 'one' | 'list' | 'map', options: SlotOptions): FieldFacts {
  return { slot: kinds, nesting, ...options };
}

function readSlot<Kind extends keyof Kinds>(): Read<Slot<Kind>> {
  return readWhere(isPlainObject, 'must be a component (an object with a type)');
}

/** A child component. */
export function slot<Kind extends keyof Kinds>(kind: Kind | readonly Kind[], options: SlotOptions = {}): Field<Slot<Kind>> {
  return required(readSlot<Kind>(), slotFacts(typeof kind === 'string' ? [kind] : kind, 'one', options));
}

/** A list of child components, which may have to be so many. */
export function slots<Kind extends keyof Kinds>(
  kind: Kind | readonly Kind[],
  { least = 0, ...options }: SlotOptions & { readonly least?: number } = {},
): Field<Slot<Kind>[]> {
  return required(readItems(readSlot<Kind>(), least), slotFacts(typeof kind === 'string' ? [kind] : kind, 'list', options));
}

/** Child components by name. */
export function slotMap<Kind extends keyof Kinds>(kind: Kind, options: SlotOptions = {}): Field<{ [name: string]: Slot<Kind> }> {
  return required(
    readWhere((value) => isPlainObject(value) && Object.values(value).every(isPlainObject), 'must be components by name'),
    slotFacts([kind], 'map', options),
  );
}
