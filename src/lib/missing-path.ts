import { excerptOf } from './excerpt.ts';
import type { Json } from './json.ts';
import { isPlainObject, ownProperty } from './objects.ts';

const MOST_NAMES = 12;
const LONGEST_NAME = 40;

/**
 * Where a path into a document ends too early and what is there instead, such as `"data" has no "items" but "users", "total"`;
 * undefined when the path leads to a value or holds a pattern, and for a document that is empty. `redact` masks secrets in names.
 */
export function explainMissing(document: Json, path: readonly (string | number)[], redact: (text: string) => string): string | undefined {
  if (isPlainObject(document) && Object.keys(document).length === 0) return undefined;
  let [value, place]: [Json, string] = [document, 'the response'];
  for (const step of path) {
    if (typeof step === 'string' && /[*?[\]]/.test(step)) return undefined;
    const next = childOf(value, step);
    if (next === undefined) return `${place} ${contentsOf(value, step, redact)}`;
    [value, place] = [next, JSON.stringify(step)];
  }
  return undefined;
}

function childOf(value: Json, step: string | number): Json | undefined {
  if (Array.isArray(value)) return typeof step === 'number' ? value.at(step) : undefined;
  // An index is no key, not even of an object with such a key.
  return isPlainObject(value) && typeof step === 'string' ? (ownProperty(value, step) as Json | undefined) : undefined;
}

function contentsOf(value: Json, step: string | number, redact: (text: string) => string): string {
  if (Array.isArray(value)) return `is a list of ${value.length}, without ${JSON.stringify(step)}`;
  if (!isPlainObject(value))
    return `is ${value === null ? 'null' : `a ${typeof value === 'string' ? 'text' : typeof value}`}, without ${JSON.stringify(step)}`;
  const names = Object.keys(value);
  const shown = names.slice(0, MOST_NAMES).map((name) => JSON.stringify(excerptOf(name, LONGEST_NAME, redact)));
  const rest = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return names.length === 0 ? 'is an empty object' : `has no ${JSON.stringify(step)} but ${shown.join(', ')}${rest}`;
}
