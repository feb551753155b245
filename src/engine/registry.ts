import * as z from 'zod/mini';
import type { Json, JsonObject } from '../lib/json.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ManifestError } from '../manifest/errors.ts';
import type { AnyComponent } from './component.ts';
import type { FieldFacts, Fields } from './fields.ts';
import type { Kinds } from './kinds.ts';

/** A component type with its fields made: what parsing needs. */
export interface Known {
  readonly component: AnyComponent;
  readonly fields: Fields;
}

/** A child of a component and where it stands. */
export interface Child {
  readonly spec: JsonObject;
  readonly path: string;
  readonly facts: FieldFacts;
}

/** The component types that a manifest may use. */
export interface Registry {
  readonly components: readonly AnyComponent[];
  /** The type of that name, undefined when there is none. */
  find(type: string): Known | undefined;
  /** The type that a child is of; throws ManifestError when it is unknown or of another kind. */
  resolve(spec: JsonObject, kinds: readonly (keyof Kinds)[], path: string, defaultType?: string): Known;
  /** The checked fields of a component; throws ManifestError naming each field that is missing or of the wrong type. */
  parse(known: Known, spec: JsonObject, path: string): Record<string, unknown>;
  /** The children of a component in the order of its fields. */
  children(known: Known, spec: JsonObject, path: string): Child[];
  /** A warning for each key of a component that nobody reads. */
  strayKeys(known: Known, spec: JsonObject, path: string): StrayKey[];
  /** Everything that is wrong with a component and its children; warnings are about keys that nobody reads. */
  validate(spec: JsonObject, kinds: readonly (keyof Kinds)[], path: string): Findings;
}

/** A key of a component that nobody reads. */
export interface StrayKey {
  /** The type and the key, which may stand in many places. */
  readonly name: string;
  readonly warning: string;
}

/** What a manifest's validation found. */
export interface Findings {
  readonly errors: ManifestError[];
  readonly strayKeys: StrayKey[];
}

/** Keys that any component may carry. */
const COMMON_KEYS = new Set(['type', '$parameters', '$options', 'name', 'primary_key', 'class_name', 'description']);

/** Makes a registry of a list of component types. */
export function createRegistry(components: readonly AnyComponent[]): Registry {
  const byName = new Map<string, AnyComponent>();
  for (const component of components) {
    for (const name of [component.type, ...(component.aliases ?? [])]) {
      if (byName.has(name)) throw new Error(`component type ${name} is declared twice`);
      byName.set(name, component);
    }
  }
  const made = new Map<string, Known>();

  function find(type: string): Known | undefined {
    const component = byName.get(type);
    if (component === undefined) return undefined;
    let known = made.get(component.type);
    if (known === undefined) {
      const fields: Fields = component.fields();
      known = { component, fields };
      made.set(component.type, known);
    }
    return known;
  }

  function typesOf(kinds: readonly (keyof Kinds)[]): string[] {
    return components.filter(({ kind }) => kinds.includes(kind)).map(({ type }) => type);
  }

  function resolve(spec: JsonObject, kinds: readonly (keyof Kinds)[], path: string, defaultType?: string): Known {
    const type = ownProperty(spec, 'type') ?? defaultType;
    if (typeof type !== 'string') {
      throw new ManifestError({
        code: 'type-missing',
        path,
        message: `A component needs a type here: one of ${typesOf(kinds).join(', ')}.`,
      });
    }
    const known = find(type);
    if (known === undefined || !kinds.includes(known.component.kind)) {
      const names = typesOf(kinds);
      const near = nearestName(type, names);
      throw new ManifestError({
        code: 'type-unknown',
        path: `${path}.type`,
        message: known === undefined ? `There is no component type "${type}".` : `A ${type} cannot stand here.`,
        hint: near === undefined ? `Known here: ${names.join(', ')}.` : `Did you mean ${near}?`,
      });
    }
    return known;
  }

  function parse(known: Known, spec: JsonObject, path: string): Record<string, unknown> {
    const values: Record<string, unknown> = { ...spec };
    const errors: ManifestError[] = [];
    for (const [name, { isRequired, fallback, fitsPlainly, schema }] of Object.entries(known.fields)) {
      const value = ownProperty(spec, name);
      if (value === undefined && isRequired) errors.push(missingField(known, spec, path, name));
      else if (value === undefined || (value === null && !isRequired)) {
        if (fallback !== undefined) values[name] = fallback();
        else delete values[name];
      } else if (!fitsPlainly(value)) {
        const { data, error } = z.safeParse(schema(), value);
        if (error === undefined) values[name] = data;
        else errors.push(...error.issues.map((issue) => fieldError(known, spec, path, { ...issue, path: [name, ...issue.path] })));
      }
    }
    const [first, ...others] = errors;
    if (first !== undefined) throw others.length === 0 ? first : first.with(others);
    return values;
  }

  function children(known: Known, spec: JsonObject, path: string): Child[] {
    const found: Child[] = [];
    for (const [name, { facts }] of Object.entries(known.fields)) {
      if (facts.slot === undefined) continue;
      const value = ownProperty(spec, name);
      const at = path === '' ? name : `${path}.${name}`;
      if (Array.isArray(value)) {
        value.forEach((item, index) => {
          if (isPlainObject(item)) found.push({ spec: item as JsonObject, path: `${at}[${index}]`, facts });
        });
      } else if (isPlainObject(value)) {
        if (facts.nesting === 'map') {
          for (const [key, item] of Object.entries(value))
            if (isPlainObject(item)) found.push({ spec: item as JsonObject, path: `${at}.${key}`, facts });
        } else {
          found.push({ spec: value as JsonObject, path: at, facts });
        }
      }
    }
    return found;
  }

  function validate(spec: JsonObject, kinds: readonly (keyof Kinds)[], path: string): Findings {
    const errors: ManifestError[] = [];
    const stray: StrayKey[] = [];
    const visit = (child: JsonObject, allowed: readonly (keyof Kinds)[], at: string, defaultType?: string): void => {
      try {
        const known = resolve(child, allowed, at, defaultType);
        parse(known, child, at);
        stray.push(...strayKeys(known, child, at));
        for (const next of children(known, child, at)) visit(next.spec, next.facts.slot ?? [], next.path, next.facts.defaultType);
      } catch (error) {
        if (!(error instanceof ManifestError)) throw error;
        errors.push(error);
      }
    };
    visit(spec, kinds, path);
    return { errors, strayKeys: stray };
  }

  return { components, find, resolve, parse, children, strayKeys, validate };
}

function strayKeys(known: Known, spec: JsonObject, path: string): StrayKey[] {
  if (known.component.open === true) return [];
  const parameters = ownProperty(spec, '$parameters');
  return Object.keys(spec)
    .filter(
      (key) => !Object.hasOwn(known.fields, key) && !COMMON_KEYS.has(key) && !(isPlainObject(parameters) && Object.hasOwn(parameters, key)),
    )
    .map((key) => {
      const near = nearestName(key, Object.keys(known.fields));
      const name = `${known.component.type}.${key}`;
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      return {
        name,
        warning: `${path === '' ? key : `${path}.${key}`}: ${known.component.type} has no "${key}", so it does nothing${hint}`,
      };
    });
}

function missingField(known: Known, spec: JsonObject, path: string, name: string): ManifestError {
  const near = nearestName(
    name,
    Object.keys(spec).filter((key) => !Object.hasOwn(known.fields, key)),
  );
  return new ManifestError({
    code: 'field-missing',
    path,
    message: `${known.component.type} needs "${name}".`,
    ...(near === undefined ? {} : { hint: `There is "${near}": did you mean ${name}?` }),
  });
}

function fieldError(known: Known, spec: JsonObject, path: string, issue: z.core.$ZodIssue): ManifestError {
  const at = issue.path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`),
    path,
  );
  return new ManifestError({
    code: 'field-type',
    path: at,
    message: `"${issue.path.join('.')}" of ${known.component.type} ${expectation(issue)}, not ${described(valueAt(spec, issue.path))}.`,
  });
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_union':
      return `must be ${[...new Set(issue.errors.flat().map((inner) => expectation(inner).replace(/^must be /, '')))].join(' or ')}`;
    default:
      return issue.message.startsWith('expected') ? `must be ${issue.message.slice('expected '.length)}` : issue.message;
  }
}

function article(type: string): string {
  const names: Record<string, string> = {
    int: 'a whole number',
    string: 'text',
    boolean: 'true or false',
    number: 'a number',
    array: 'a list',
    object: 'an object',
  };
  return names[type] ?? type;
}

function valueAt(spec: Json, path: readonly PropertyKey[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, step) => (value !== null && typeof value === 'object' ? (value as JsonObject)[String(step)] : undefined),
    spec,
  );
}

function described(value: Json | undefined): string {
  if (value === undefined) return 'left out';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isPlainObject(value)) return 'an object';
  return typeof value === 'string' ? `the text "${value}"` : String(value);
}
