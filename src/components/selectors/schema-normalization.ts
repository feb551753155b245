import type { SchemaFit } from '../../engine/field-edits.ts';
import { str } from '../../lang/index.ts';
import { parseFloatText, parseIntText } from '../../lang/numbers.ts';
import { isContainer } from '../../lib/dpath.ts';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { ANY_KIND, type KeptKinds, KIND } from '../../lib/json-list/list-scan.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';
import { strip } from '../../lib/trim.ts';

/** The default normalisation by a schema. */
export interface SchemaNormalization {
  /** Fits the values of a record to the schema, in place. */
  normalize(record: JsonObject): void;
  /** Which records it leaves as they are; undefined when their kinds do not tell. */
  readonly fit: SchemaFit | undefined;
}

/** Makes a value of one type of another; undefined when it has no form of that type and stays. */
type Convert = (value: Json) => Json | undefined;

/** Looks into a value that has been converted, to convert what it holds. */
type Descend = (value: Json) => void;

/** What happens to the value at a place of the schema. */
interface Rule {
  readonly convert: ((value: Json) => Json) | undefined;
  readonly descend: Descend | undefined;
}

/** A rule of an object's field. */
interface FieldRule extends Rule {
  readonly name: string;
  readonly isInherited: boolean;
}

const SIMPLE_TYPES: ReadonlySet<Json> = new Set(['string', 'number', 'integer', 'boolean', 'null']);
const TRUE_TEXTS: ReadonlySet<string> = new Set(['y', 'yes', 't', 'true', 'on', '1']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['n', 'no', 'f', 'false', 'off', '0']);
const CONVERSIONS: Readonly<Record<string, { readonly convert: Convert; readonly kept: number }>> = {
  string: { convert: toText, kept: KIND.text },
  number: { convert: toNumber, kept: KIND.fraction },
  integer: { convert: toInteger, kept: KIND.integer },
  boolean: { convert: toBoolean, kept: KIND.boolean },
};

/**
 * Compiles the default normalisation by a schema: values are converted where it names one type (beside null), and stay where that is not
 * possible; `warn` is told once for each such place.
 */
// parity: sources/utils/transform.py:TypeTransformer
export function compileNormalization(schema: JsonObject, warn: (message: string) => void): SchemaNormalization {
  const compiled = new Map<JsonObject, { descend: Descend | undefined }>();
  const fieldRules = new Map<JsonObject, readonly FieldRule[]>();

  /** Runs what a schema says of the values within a value; recursive schemas find what is being compiled already. */
  function descentOf(subschema: JsonObject, path: string): Descend | undefined {
    const present = compiled.get(subschema);
    if (present !== undefined) return present.descend ?? ((value) => present.descend?.(value));
    const entry: { descend: Descend | undefined } = { descend: undefined };
    compiled.set(subschema, entry);
    const parts: Descend[] = [];
    for (const [keyword, value] of Object.entries(subschema)) {
      const part = descentBy(keyword, value, path);
      if (part !== undefined) parts.push(part);
    }
    const [first] = parts;
    if (first !== undefined) {
      entry.descend =
        parts.length === 1
          ? first
          : (value) => {
              for (const part of parts) part(value);
            };
    }
    return entry.descend;
  }

  function descentBy(keyword: string, value: Json, path: string): Descend | undefined {
    if (keyword === 'properties' && isPlainObject(value)) return compileProperties(value as JsonObject, path);
    if (keyword === 'items') return compileItems(value, path);
    if (keyword !== '$ref' || typeof value !== 'string') return undefined;
    const target = resolvePointer(schema, value);
    if (target !== undefined) return descentOf(target, path);
    warn(`The schema refers to ${value}, which it does not hold: values there are not normalised.`);
    return undefined;
  }

  function ruleOf(subschema: Json, path: string): Rule {
    if (!isPlainObject(subschema)) return { convert: undefined, descend: undefined };
    return { convert: conversionBy(subschema as JsonObject, path), descend: descentOf(subschema as JsonObject, path) };
  }

  function conversionBy(subschema: JsonObject, path: string): ((value: Json) => Json) | undefined {
    const { type, nullable } = targetType(subschema);
    if (type === 'array')
      return wrapsScalars(subschema) ? (value) => (isContainer(value) || (nullable && value === null) ? value : [value]) : undefined;
    const conversion = conversionTo(type);
    if (conversion === undefined) return undefined;
    let warned = false;
    return (value) => {
      if (nullable && value === null) return value;
      const converted = conversion.convert(value);
      if (converted !== undefined) return converted;
      if (!warned) warn(`A value at "${path}" does not fit the type ${type} of the schema and stays as it is.`);
      warned = true;
      return value;
    };
  }

  /** The rules of the fields to which anything happens. */
  function rulesOf(properties: JsonObject, path: string): readonly FieldRule[] {
    const known = fieldRules.get(properties);
    if (known !== undefined) return known;
    const rules = Object.entries(properties)
      .map(([name, subschema]) => ({
        name,
        isInherited: name in Object.prototype,
        ...ruleOf(subschema, path === '' ? name : `${path}.${name}`),
      }))
      .filter(({ convert, descend }) => convert !== undefined || descend !== undefined);
    fieldRules.set(properties, rules);
    return rules;
  }

  function compileProperties(properties: JsonObject, path: string): Descend | undefined {
    const rules = rulesOf(properties, path);
    if (rules.length === 0) return undefined;
    return (value) => {
      if (!isPlainObject(value)) return;
      const object = value as JsonObject;
      for (let i = 0; i < rules.length; i += 1) {
        const { name, isInherited, convert, descend } = rules[i] as (typeof rules)[number];
        const present = object[name];
        if (present === undefined || (isInherited && !Object.hasOwn(object, name))) continue;
        const converted = convert === undefined ? present : convert(present);
        if (converted !== present) setOwnProperty(object, name, converted);
        if (descend !== undefined) descend(converted);
      }
    };
  }

  function compileItems(items: Json, path: string): Descend | undefined {
    if (Array.isArray(items)) return compileTuple(items, path);
    const { convert, descend } = ruleOf(items, `${path}[]`);
    if (convert === undefined && descend === undefined) return undefined;
    return (value) => {
      if (!Array.isArray(value)) return;
      for (let i = 0; i < value.length; i += 1) {
        if (convert !== undefined) value[i] = convert(value[i] as Json);
        if (descend !== undefined) descend(value[i] as Json);
      }
    };
  }

  /** A schema for each item by its place: what the items hold is converted, the items themselves are not. */
  function compileTuple(items: readonly Json[], path: string): Descend {
    const descents = items.map((item, index) => ruleOf(item, `${path}[${index}]`).descend);
    return (value) => {
      if (!Array.isArray(value)) return;
      for (const [index, descend] of descents.entries()) descend?.(value[index] ?? null);
    };
  }

  function fitOf(): SchemaFit | undefined {
    if (Object.hasOwn(schema, '$ref')) return undefined;
    const properties = ownProperty(schema, 'properties');
    const rules = isPlainObject(properties) ? rulesOf(properties as JsonObject, '') : [];
    const byName = new Map(rules.map((rule) => [rule.name, rule]));
    return {
      kept: keptBy(schema).fields ?? new Map(),
      convert(name, value) {
        const { convert, descend } = byName.get(name) ?? {};
        const converted = convert === undefined ? value : convert(value);
        descend?.(converted);
        return converted;
      },
    };
  }

  return { normalize: descentOf(schema, '') ?? (() => {}), fit: fitOf() };
}

/** The one type that is not null, empty when there is none or there are several, and whether null is one of them. */
function targetType(subschema: JsonObject): { type: string; nullable: boolean } {
  const type = ownProperty(subschema, 'type');
  if (typeof type === 'string') return { type, nullable: type.includes('null') };
  if (!Array.isArray(type)) return { type: '', nullable: false };
  const others = type.filter((item) => item !== 'null');
  return { type: others.length === 1 && typeof others[0] === 'string' ? others[0] : '', nullable: others.length < type.length };
}

function conversionTo(type: string): (typeof CONVERSIONS)[string] | undefined {
  return Object.hasOwn(CONVERSIONS, type) ? CONVERSIONS[type] : undefined;
}

/** The values that a schema leaves as they are, as far as their kinds tell; of what it refers to, lists and objects that are empty. */
function keptBy(subschema: Json): KeptKinds {
  if (!isPlainObject(subschema)) return { kinds: ANY_KIND };
  const { $ref, items, properties } = subschema as JsonObject;
  const kinds = keptKinds(subschema as JsonObject);
  if ($ref !== undefined) return { kinds: kinds & ~(KIND.list | KIND.object) };
  const inner = items === undefined || Array.isArray(items) ? undefined : keptBy(items);
  const named = isPlainObject(properties)
    ? Object.entries(properties as JsonObject).map(([name, value]) => [name, keptBy(value)] as const)
    : [];
  const fields = named.filter(([, kept]) => !isAnything(kept));
  return {
    kinds: Array.isArray(items) ? kinds & ~KIND.list : kinds,
    items: inner === undefined || isAnything(inner) ? undefined : inner,
    fields: fields.length === 0 ? undefined : new Map(fields),
  };
}

function isAnything({ kinds, fields, items }: KeptKinds): boolean {
  return kinds === ANY_KIND && fields === undefined && items === undefined;
}

/** The kinds of values that are not converted themselves. */
function keptKinds(subschema: JsonObject): number {
  const { type, nullable } = targetType(subschema);
  const keptNull = nullable ? KIND.null : 0;
  if (type === 'array') return wrapsScalars(subschema) ? KIND.list | KIND.object | KIND.empty | keptNull : ANY_KIND;
  const conversion = conversionTo(type);
  return conversion === undefined ? ANY_KIND : conversion.kept | keptNull;
}

/** Whether a scalar becomes a list of one: unless the items have a type that is not a list of simple types. */
function wrapsScalars(subschema: JsonObject): boolean {
  const items = ownProperty(subschema, 'items') ?? {};
  if (!isPlainObject(items)) return false;
  const type = ownProperty(items as JsonObject, 'type') ?? [];
  return Array.isArray(type) ? type.every((item) => SIMPLE_TYPES.has(item)) : type === '';
}

function toText(value: Json): Json {
  return typeof value === 'string' ? value : str(value);
}

function toNumber(value: Json): Json | undefined {
  switch (typeof value) {
    case 'number':
      // There is no integer -0.
      return Number.isInteger(value) ? new Float(value + 0) : value;
    case 'string': {
      const parsed = parseFloatText(value);
      return parsed === undefined ? undefined : asFloat(parsed);
    }
    case 'boolean':
    case 'bigint':
      return asFloat(Number(value));
    default:
      return value instanceof Float ? value : undefined;
  }
}

function asFloat(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

function toInteger(value: Json): Json | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? value : truncate(value);
    case 'string':
      return parseIntText(value);
    case 'boolean':
      return Number(value);
    case 'bigint':
      return value;
    default:
      return value instanceof Float ? truncate(value.value) : undefined;
  }
}

function truncate(value: number): number | bigint | undefined {
  if (!Number.isFinite(value)) return undefined;
  const whole = Math.trunc(value);
  if (!Number.isSafeInteger(whole)) return BigInt(whole);
  return whole === 0 ? 0 : whole;
}

function toBoolean(value: Json): Json | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return isTrue(value);
  const text = strip(value.toLowerCase());
  if (TRUE_TEXTS.has(text)) return true;
  return FALSE_TEXTS.has(text) ? false : undefined;
}

function isTrue(value: Exclude<Json, string>): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (isContainer(value)) return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
  return typeof value === 'number' && Number.isNaN(value) ? true : Boolean(value);
}

/** The part of a schema that a reference within it names; undefined when there is none. */
function resolvePointer(schema: JsonObject, reference: string): JsonObject | undefined {
  if (!reference.startsWith('#')) return undefined;
  let value: Json | undefined = schema;
  for (const step of decodeURIComponent(reference.slice(1)).split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isContainer(value) ? ownProperty(value as JsonObject, name) : undefined;
  }
  return isPlainObject(value) ? (value as JsonObject) : undefined;
}
