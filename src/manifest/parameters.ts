import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import type { DefaultTypes } from './default-types.ts';
import { ManifestError } from './errors.ts';
import { MAX_VALUES, tooLarge } from './limits.ts';
import { memberPath } from './paths.ts';
import { isTruthy } from './python-truth.ts';

const PARAMETERS = '$parameters';

/** How `propagateParameters` starts: at a component that stands somewhere in a larger whole. */
export interface PropagationOptions {
  /** The type and field that hold the component, such as `DeclarativeSource.streams`; empty for the manifest itself. */
  readonly field?: string;
  /** Parameters of the components above. */
  readonly parameters?: JsonObject;
  /** Whether outer parameters win over inner ones of the same name, as they do in streams made from a template. */
  readonly outerWins?: boolean;
}

type Parameters = Map<string, Json>;

/**
 * Gives every component its type, when the manifest leaves it out, and the `$parameters` of the components around it: as `$parameters`
 * and as the value of each field of that name that is missing or falsy. The result shares nothing with its input but what is no component.
 * Throws ManifestError when `$parameters` is no object.
 */
// parity: manifest_component_transformer.py:ManifestComponentTransformer.propagate_types_and_parameters
export function propagateParameters(component: JsonObject, defaults: DefaultTypes, options: PropagationOptions = {}): JsonObject {
  const { field = '', parameters = {}, outerWins = false } = options;
  let values = 0;

  function propagate(place: string, spec: JsonObject, outer: Parameters, path: string): JsonObject {
    const result: JsonObject = {};
    for (const key of Object.keys(spec)) if (key !== PARAMETERS) setOwnProperty(result, key, spec[key] as Json);
    if (!Object.hasOwn(result, 'type')) {
      const type = ownProperty(Object.hasOwn(result, 'class_name') ? defaults.customTypes : defaults.types, place);
      if (type !== undefined) result['type'] = type;
    }
    const current = merge(outer, parametersOf(spec, path), outerWins);
    if (isJsonSchema(result)) return result;
    if (!Object.hasOwn(result, 'type')) return propagateNested(place, result, current, path);
    propagateFields(result, current, path);
    if (current.size > 0) result[PARAMETERS] = toObject(current);
    values += Object.keys(result).length + current.size;
    if (values > MAX_VALUES) throw tooLarge();
    return result;
  }

  /** An object without a type passes parameters on only to children that have one. */
  function propagateNested(place: string, result: JsonObject, current: Parameters, path: string): JsonObject {
    for (const [key, value] of Object.entries(result)) {
      if (isPlainObject(value) && isTruthy(ownProperty(value as JsonObject, 'type'))) {
        setOwnProperty(result, key, propagate(place, value as JsonObject, current, memberPath(path, key)));
      }
    }
    return result;
  }

  /** A parameter does not reach the field of its own name; one that is falsy is lost to the fields after that as well. */
  function propagateFields(result: JsonObject, current: Parameters, path: string): void {
    const given = new Set<string>();
    for (const [key, value] of current) {
      if (isTruthy(ownProperty(result, key))) continue;
      setOwnProperty(result, key, value);
      given.add(key);
    }
    for (const [key, value] of Object.entries(result)) {
      const isList = Array.isArray(value);
      if (!isList && !isPlainObject(value)) continue;
      const withheld = current.get(key);
      current.delete(key);
      const place = `${String(result['type'])}.${key}`;
      const at = memberPath(path, key);
      const propagated = isList ? propagateList(place, value, current, at) : propagate(place, value as JsonObject, current, at);
      setOwnProperty(result, key, propagated);
      if (isTruthy(withheld)) current.set(key, isList && given.has(key) ? propagated : (withheld as Json));
    }
  }

  function propagateList(place: string, list: Json[], current: Parameters, path: string): Json[] {
    if (!list.some(isPlainObject)) return list;
    return list.map((item, index) => (isPlainObject(item) ? propagate(place, item as JsonObject, current, memberPath(path, index)) : item));
  }

  return propagate(field, component, new Map(Object.entries(parameters)), '');
}

function parametersOf(spec: JsonObject, path: string): JsonObject {
  const own = ownProperty(spec, PARAMETERS);
  if (own === undefined) return {};
  if (isPlainObject(own)) return own as JsonObject;
  throw new ManifestError({ code: 'parameters-type', path: memberPath(path, PARAMETERS), message: '$parameters must be an object.' });
}

function merge(outer: Parameters, own: JsonObject, outerWins: boolean): Parameters {
  const [weak, strong] = outerWins ? [Object.entries(own), outer] : [outer, Object.entries(own)];
  const merged = new Map(weak);
  for (const [key, value] of strong) merged.set(key, value);
  return merged;
}

/** A type that is a list or an object is a JSON schema's union of types, or its property called `type`. */
// parity: manifest_component_transformer.py:ManifestComponentTransformer._is_json_schema_object
function isJsonSchema(spec: JsonObject): boolean {
  const type = ownProperty(spec, 'type');
  return type === 'object' || Array.isArray(type) || isPlainObject(type);
}

function toObject(parameters: Parameters): JsonObject {
  const object: JsonObject = {};
  for (const [key, value] of parameters) setOwnProperty(object, key, value);
  return object;
}
