import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ConfigError } from './failure.ts';

/** Longest quotation of a wrong value in an error. */
const LONGEST_QUOTE = 60;

/** A place in an input document, from which its parts are read; what is not as expected throws a `ConfigError` naming the place. */
export interface Place {
  /** What document it is: `catalog`, `state`. */
  readonly document: string;
  /** Where in it, as in `streams[0].sync_mode`; empty at the top. */
  readonly path: string;
  readonly value: Json | undefined;
}

/** The top of a document. */
export function topOf(document: string, value: Json): Place {
  return { document, path: '', value };
}

/** The place of a key of an object; a null counts as absent, since platforms write nulls for absent optional keys. */
export function placeOf(place: Place, object: JsonObject, key: string): Place {
  const value = ownProperty(object, key);
  return { document: place.document, path: place.path === '' ? key : `${place.path}.${key}`, value: value === null ? undefined : value };
}

/** Throws the error for a value that is not what it should be. */
export function refuse(place: Place, expected: string): never {
  const at = place.path === '' ? '' : ` at ${place.path}`;
  const found = place.value === undefined ? 'nothing' : quote(place.value);
  throw new ConfigError(`The ${place.document} is not valid${at}: expected ${expected}, found ${found}.`);
}

export function objectAt(place: Place): JsonObject {
  return isPlainObject(place.value) ? place.value : refuse(place, 'an object');
}

/** The places of a list's items. */
export function itemsAt(place: Place): Place[] {
  if (!Array.isArray(place.value)) return refuse(place, 'a list');
  return place.value.map((value, index) => ({ document: place.document, path: `${place.path}[${index}]`, value }));
}

export function stringAt(place: Place): string {
  return typeof place.value === 'string' ? place.value : refuse(place, 'a string');
}

export function booleanAt(place: Place): boolean {
  return typeof place.value === 'boolean' ? place.value : refuse(place, 'true or false');
}

export function integerAt(place: Place): number | bigint {
  if (typeof place.value === 'bigint' || Number.isSafeInteger(place.value)) return place.value as number | bigint;
  return refuse(place, 'an integer');
}

export function choiceAt<T extends string>(place: Place, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === place.value);
  return choice ?? refuse(place, `one of ${choices.join(', ')}`);
}

export function stringsAt(place: Place): string[] {
  return itemsAt(place).map(stringAt);
}

/** Reads a place that may be absent. */
export function optionalAt<T>(place: Place, read: (place: Place) => T): T | undefined {
  return place.value === undefined ? undefined : read(place);
}

function quote(value: Json): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (isPlainObject(value)) return describeKeys(Object.keys(value));
  const text = JSON.stringify(value);
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}...` : text;
}

function describeKeys(keys: readonly string[]): string {
  if (keys.length === 0) return 'an empty object';
  const shown = keys.slice(0, 5).join(', ').slice(0, LONGEST_QUOTE);
  return `an object with the keys ${shown}${keys.length > 5 ? ', ...' : ''}`;
}
