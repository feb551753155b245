import { contextName } from '../lang/context-variables.ts';
import type { Templates } from '../lang/index.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ManifestError } from '../manifest/errors.ts';
import type { FieldFacts, Fields } from './fields.ts';

/** Variables beside those of a place: names that the slices of a stream bring along, or any where code of its own makes the slices. */
export type SliceVariables = ReadonlySet<string> | 'any';

/** Variables that slices may bring into the templates of requests. */
const OF_SLICES = ['query_properties', 'child_response', 'creation_response', 'polling_response', 'download_target'];
const ALWAYS = ['config', 'parameters'];
/** A variable with an error of its own, which says what to use in its place. */
const BANNED = 'stream_state';

/** Where templates are looked at. */
export interface VariableScope {
  readonly templates: Templates;
  readonly slices: SliceVariables | undefined;
  readonly streamName: string | undefined;
}

/** What is wrong with a component whose templates read variables that their place does not have; undefined when nothing is. */
export function unknownVariable(
  { templates, slices, streamName }: VariableScope,
  fields: Fields,
  spec: JsonObject,
  path: string,
): ManifestError | undefined {
  for (const [field, { facts }] of Object.entries(fields)) {
    const { context, alsoReads = [] } = facts;
    const value = ownProperty(spec, field);
    if ((context === undefined && alsoReads.length === 0) || value === undefined) continue;
    const known = variablesOf(facts, slices);
    if (known === 'any') continue;
    for (const text of textsIn(value)) {
      const name = [...templates.compile(text).variables].find((variable) => variable !== BANNED && !known.has(contextName(variable)));
      if (name !== undefined) {
        const found = { text, name, streamName };
        return mistake(found, [...ALWAYS, ...(context ?? alsoReads)], path === '' ? field : `${path}.${field}`);
      }
    }
  }
  return undefined;
}

function variablesOf({ context = [], alsoReads = [] }: FieldFacts, slices: SliceVariables | undefined): SliceVariables {
  const names = [...ALWAYS, ...context, ...alsoReads];
  const isOfRequests = names.includes('next_page_token') && names.includes('stream_slice');
  if (!isOfRequests) return new Set(names.map(contextName));
  return slices === 'any' ? 'any' : new Set([...names, ...OF_SLICES, ...(slices ?? [])].map(contextName));
}

/** The templates of a value, those in its keys included; children and parameters have places of their own. */
function* textsIn(value: Json): Generator<string> {
  if (typeof value === 'string') {
    if (value.includes('{{') || value.includes('{%')) yield value;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* textsIn(item);
  } else if (isPlainObject(value) && ownProperty(value as JsonObject, 'type') === undefined) {
    for (const [key, item] of Object.entries(value as JsonObject)) {
      yield* textsIn(key);
      if (key !== '$parameters') yield* textsIn(item);
    }
  }
}

function mistake(
  { text, name, streamName }: { readonly text: string; readonly name: string; readonly streamName: string | undefined },
  names: readonly string[],
  path: string,
): ManifestError {
  const near = nearestName(name, names);
  return new ManifestError({
    code: 'template-variable',
    path,
    message: `The template ${JSON.stringify(text)}${streamName ? ` of stream ${streamName}` : ''} reads "${name}", which is not available here.`,
    hint: near === undefined ? `It may read ${[...new Set(names)].join(', ')}.` : `Did you mean ${near}?`,
  });
}

/** The variables that a router brings into the templates of requests: the extra fields of its parents. */
export function sliceVariables(retriever: JsonObject): SliceVariables {
  const names = new Set<string>();
  let isOpen = ownProperty(retriever, 'class_name') !== undefined;
  const visit = (value: Json | undefined): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isPlainObject(value)) return;
    const { class_name, extra_fields, stream: _parent, ...others } = value as JsonObject;
    if (class_name !== undefined) isOpen = true;
    for (const field of Array.isArray(extra_fields) ? extra_fields : []) {
      const name = Array.isArray(field) ? field.join('.') : '';
      if (name.includes('{')) isOpen = true;
      names.add(name);
    }
    Object.values(others).forEach(visit);
  };
  visit(ownProperty(retriever, 'partition_router'));
  return isOpen ? 'any' : names;
}
