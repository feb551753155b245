import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { ManifestError } from '../errors.ts';
import { memberPath } from '../paths.ts';
import { CODE } from './python-values.ts';

/** A value of a config with its path, which errors name; undefined where there is none. */
export interface Place {
  readonly value: Json | undefined;
  readonly path: string;
  /** Whether the value, or one beside it, may be a secret; so may be all within it. */
  readonly isSecret?: boolean;
}

/** The members of an object, each with its place. */
export type Members = ReadonlyMap<string, Place>;

/** Ends the compilation with an error at a place. */
export function refuse({ path, isSecret = false }: Place, message: string, hint?: string): never {
  throw new ManifestError({ code: 'dlt', path, message, isSecret, ...(hint === undefined ? {} : { hint }) });
}

/** Whether there is a value; null counts as none. */
export function isGiven(place: Place | undefined): place is Place {
  return place?.value !== undefined && place.value !== null;
}

/** The members of an object; an unknown key ends the compilation with the known one that it probably means. */
export function membersAt(place: Place, what: string, known?: readonly string[]): Members {
  const object = objectAt(place, what);
  for (const key of known === undefined ? [] : Object.keys(object)) {
    if (known?.includes(key)) continue;
    const near = nearestName(key, known ?? []);
    const hint = near === undefined ? `Known there: ${known?.join(', ')}.` : `Did you mean "${near}"?`;
    refuse(within(place, key, object[key]), `${what} has no "${key}".`, hint);
  }
  return new Map(Object.entries(object).map(([key, value]) => [key, within(place, key, value)]));
}

/** A member of an object that was read. */
export function member(members: Members, key: string): Place | undefined {
  const found = members.get(key);
  return isGiven(found) ? found : undefined;
}

/** The object at a place. */
export function objectAt(place: Place, what: string): JsonObject {
  const { value } = place;
  refuseCode(place);
  return isPlainObject(value) ? (value as JsonObject) : refuse(place, `${what} must be an object, not ${described(value)}.`);
}

/** The items of a list, each with its place. */
export function itemsAt(place: Place, what: string): Place[] {
  const { value } = place;
  refuseCode(place);
  if (!Array.isArray(value)) return refuse(place, `${what} must be a list, not ${described(value)}.`);
  return value.map((item, index) => within(place, index, item));
}

/** A place within another one, as secret as that. */
function within({ path, isSecret }: Place, key: string | number, value: Json | undefined): Place {
  return { value, path: memberPath(path, key), ...(isSecret === true && { isSecret }) };
}

/** The text at a place. */
export function textAt(place: Place, what: string): string {
  refuseCode(place);
  return typeof place.value === 'string' ? place.value : refuse(place, `${what} must be a text, not ${described(place.value)}.`);
}

/** The whole number at a place. */
export function integerAt(place: Place, what: string): number {
  refuseCode(place);
  const value = place.value instanceof Float ? place.value.value : place.value;
  return Number.isSafeInteger(value) ? (value as number) : refuse(place, `${what} must be a whole number, not ${described(place.value)}.`);
}

/** The number at a place. */
export function numberAt(place: Place, what: string): number {
  refuseCode(place);
  const value = place.value instanceof Float ? place.value.value : place.value;
  return typeof value === 'number' ? value : refuse(place, `${what} must be a number, not ${described(place.value)}.`);
}

/** True or false at a place. */
export function booleanAt(place: Place, what: string): boolean {
  refuseCode(place);
  return typeof place.value === 'boolean' ? place.value : refuse(place, `${what} must be true or false, not ${described(place.value)}.`);
}

/** One of some words at a place. */
export function choiceAt<const Words extends readonly string[]>(place: Place, what: string, words: Words): Words[number] {
  const word = textAt(place, what);
  if (words.includes(word)) return word;
  const near = nearestName(word, words);
  return refuse(place, `${what} cannot be "${word}".`, near === undefined ? `Possible: ${words.join(', ')}.` : `Did you mean "${near}"?`);
}

/** A text, or a list of texts. */
export function textsAt(place: Place, what: string): string[] {
  if (typeof place.value === 'string') return [place.value];
  return itemsAt(place, what).map((item) => textAt(item, `Each item of ${what}`));
}

/** Ends the compilation at Python code, which cannot run here. */
export function refuseCode(place: Place, hint?: string): void {
  const { value } = place;
  const code = isPlainObject(value) ? ownProperty(value as JsonObject, CODE) : undefined;
  if (typeof code !== 'string') return;
  if (place.isSecret) refuse(place, 'Python code cannot run here.', hint);
  const shown = code.length > 80 ? `${code.slice(0, 80)}...` : code;
  refuse(place, `Python code cannot run here: ${shown.replace(/\s+/g, ' ')}`, hint);
}

/** Whether a value is Python code. */
export function isCode(value: Json | undefined): boolean {
  return isPlainObject(value) && Object.hasOwn(value, CODE);
}

function described(value: Json | undefined): string {
  if (value === undefined) return 'left out';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isPlainObject(value)) return 'an object';
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 60))}` : String(value);
}
