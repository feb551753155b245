import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { doubleQueryBraces } from './graph-ql.ts';
import { choiceAt, isGiven, type Members, member, membersAt, type Place, refuse, refuseCode, textAt } from './places.ts';
import type { Resource } from './resources.ts';
import type { Scope } from './scope.ts';
import { expressionOf, mayBeTyped, type Segment, templateOf } from './templates.ts';
import { type Compilation, formatSegments, mapTexts } from './texts.ts';

/** The request of a resource: what its requester declares, and the values that a paginator may take over. */
export interface Request {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly params: JsonObject;
  readonly headers: JsonObject;
  /** The JSON body: an object, or a list; undefined without one. */
  readonly json: Json | undefined;
  readonly data: JsonObject | string | undefined;
  /** Whether the path leads to one record. */
  readonly isSingle: boolean;
}

/** Reads the path, the parameters, the headers and the body of a resource. */
export function compileRequest(compilation: Compilation, resource: Resource, scope: Scope): Request {
  const { endpoint } = resource;
  const params = new Map(paramsOf(endpoint));
  const path = compilePath(compilation, resource, scope, params);
  for (const name of incrementalParams(endpoint).keys()) params.delete(name);
  const { json, data } = compileBody(compilation, endpoint, scope);
  const method = member(endpoint, 'method');
  return {
    path: path.text,
    isSingle: path.isSingle,
    method:
      method === undefined
        ? 'GET'
        : choiceAt({ ...method, value: textAt(method, 'The method').toUpperCase() }, 'The method', ['GET', 'POST'] as const),
    params: compileTexts(compilation, params, scope, 'A parameter'),
    headers: compileTexts(compilation, headersOf(endpoint), scope, 'A header'),
    json,
    data,
  };
}

function paramsOf(endpoint: Members): Members {
  const place = member(endpoint, 'params');
  return place === undefined ? new Map() : membersAt(place, 'params');
}

function headersOf(endpoint: Members): Members {
  const place = member(endpoint, 'headers');
  return place === undefined ? new Map() : membersAt(place, 'headers');
}

/**
 * The path with its placeholders filled: by fields of a parent, by parameters, which it uses up, or from the config.
 * parity: dlt/sources/rest_api/config_setup.py:_bind_path_params
 */
function compilePath(
  compilation: Compilation,
  { name, endpoint }: Resource,
  scope: Scope,
  params: Map<string, Place>,
): { text: string; isSingle: boolean } {
  const place = member(endpoint, 'path') as Place;
  const used = new Set<string>();
  const segments = formatSegments(compilation, place, 'The path', (placeholder, at) => {
    const param = params.get(placeholder);
    if (param === undefined) return scope.resolve(placeholder, at);
    used.add(placeholder);
    const { value } = param;
    if (isPlainObject(value))
      return resolvedField(scope, param) ?? refuse(param, `The path needs a value for "{${placeholder}}", or one of type "resolve".`);
    return expressionOf(formatSegments(compilation, { ...param, value: String(value) }, 'A parameter', scope.resolve));
  });
  for (const placeholder of used) params.delete(placeholder);
  for (const param of params.values()) {
    if (isPlainObject(param.value) && param.value['type'] === 'resolve')
      refuse(
        param,
        `The path of "${name}" has no such placeholder.`,
        'Fields of a parent stand in parameters as {resources.<resource>.<field>}.',
      );
  }
  return { text: templateOf(withoutScheme(segments)), isSingle: /\{[A-Za-z0-9._-]+\}[^/]*\/?$/.test(textAt(place, 'The path')) };
}

/** The expression for a parameter that names a field of a parent; undefined for any other object. */
function resolvedField(scope: Scope, place: Place): string | undefined {
  const members = membersAt(place, 'A parameter');
  if (members.get('type')?.value !== 'resolve') return undefined;
  const { resource, field } = Object.fromEntries(membersAt(place, 'A parameter of type "resolve"', ['type', 'resource', 'field']));
  if (resource === undefined || field === undefined) return refuse(place, 'A parameter of type "resolve" needs "resource" and "field".');
  return scope.parentField(textAt(resource, '"resource"'), textAt(field, '"field"'), place);
}

/** A relative path whose first part has a colon would be taken for a URL. */
function withoutScheme(segments: readonly Segment[]): readonly Segment[] {
  const [first] = segments;
  if (first === undefined || !('text' in first) || /^https?:\/\//i.test(first.text) || !/^[^/?#]*:/.test(first.text)) return segments;
  return [{ text: './' }, ...segments];
}

/** The parameter that holds an incremental, by its name. */
export function incrementalParams(endpoint: Members): Members {
  const found = new Map([...paramsOf(endpoint)].filter(([, { value }]) => isPlainObject(value) && value['type'] === 'incremental'));
  const [, second] = found.values();
  if (second !== undefined) refuse(second, 'Only one parameter of an endpoint can be incremental.');
  return found;
}

/** Texts by name, as the query and headers hold them; null values are left out. */
function compileTexts(compilation: Compilation, members: Members, scope: Scope, what: string): JsonObject {
  const result: JsonObject = {};
  for (const [name, place] of members) {
    if (!isGiven(place)) continue;
    const { value } = place;
    refuseCode(place);
    if (isPlainObject(value))
      refuse(place, `${what} cannot be an object${what === 'A parameter' ? ', unless its type is resolve or incremental' : ''}.`);
    result[formatted(compilation, { value: name, path: place.path }, scope, `The name of ${what}`)] = Array.isArray(value)
      ? value.map((item, index) => scalar(compilation, { value: item, path: `${place.path}[${index}]` }, scope, what))
      : scalar(compilation, place, scope, what);
  }
  return result;
}

function scalar(compilation: Compilation, place: Place, scope: Scope, what: string): Json {
  return typeof place.value === 'string' ? formatted(compilation, place, scope, what) : (place.value ?? null);
}

function formatted(compilation: Compilation, place: Place, scope: Scope, what: string): string {
  return templateOf(formatSegments(compilation, place, what, scope.resolve));
}

function compileBody(compilation: Compilation, endpoint: Members, scope: Scope): Pick<Request, 'json' | 'data'> {
  const given = ['json', 'body', 'data'].flatMap((key) => member(endpoint, key) ?? []);
  const [place, second] = given;
  if (second !== undefined) refuse(second, 'A request has one body: json, or data.', 'Use json for JSON, data for a form or a text.');
  const data = member(endpoint, 'data');
  if (place === undefined) return { json: undefined, data: undefined };
  if (place !== data && typeof place.value !== 'object') refuse(place, 'A JSON body is an object or a list.');
  const query = `${place.path}.query`;
  const body = mapTexts(place, (text) => {
    const value = text.path === query ? doubleQueryBraces(text.value as string) : text.value;
    return formatted(compilation, { ...text, value }, scope, 'A text of the body');
  }) as Json;
  if (place !== data) return { json: body, data: undefined };
  if (typeof body === 'string') return { json: undefined, data: body };
  const form = Array.isArray(body) ? formOf(place, body) : body;
  if (!isPlainObject(form)) return refuse(place, '"data" is an object or a list of pairs, which are sent as a form, or a text.');
  return { json: undefined, data: Object.fromEntries(Object.entries(form as JsonObject).filter(([, value]) => value !== null)) };
}

/** A form out of pairs of names and values, where a name may come several times. */
function formOf(place: Place, pairs: readonly Json[]): JsonObject {
  const form: JsonObject = {};
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[0] !== 'string')
      return refuse(place, 'Each item of "data" is a pair of a name and a value.');
    const [name, value] = pair as [string, Json];
    const before = form[name];
    form[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return form;
}

/** Whether an engine that types texts would send something else than what stands here. */
export function needsVerbatim({ path, params, headers, json, data }: Request): boolean {
  const isTyped = (value: Json | undefined): boolean => typeof value === 'string' && mayBeTyped(value);
  const inTexts = (texts: JsonObject): boolean => Object.values(texts).some((value) => Array.isArray(value) || isTyped(value));
  const inJson = (value: Json | undefined): boolean =>
    value === null ||
    isTyped(value) ||
    (Array.isArray(value)
      ? value.some(inJson)
      : isPlainObject(value) && (isEmpty(value) || Object.values(value as JsonObject).some(inJson)));
  return (
    isTyped(path) ||
    inTexts(params) ||
    inTexts(headers) ||
    inJson(json) ||
    (isPlainObject(data) ? inTexts(data as JsonObject) : isTyped(data))
  );
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}
