import { canonicalJson } from '../lib/canonical-json.ts';
import { canonicalNumber } from '../lib/canonical-number.ts';
import { Float, type Json, stringifyJson } from '../lib/json.ts';

/** Stands between the parts of a key. */
export const SEPARATOR = '\u001f';

/** Texts that would read as a value of another type, or as a hash. */
const READS_OTHERWISE = /^(?:["#[{]|(?:true|false|null|NaN|-?Infinity)$|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$)/;
const CONTROL = /\p{Cc}/u;

/**
 * A part of a key as text, a different one for different values: the number 1 (or 1.0), the text "1" and true are three. Texts stand as they are unless they
 * could be taken for something else.
 */
export function keyText(value: Exclude<Json, null>): string {
  if (typeof value !== 'string') return canonicalContent(value);
  return READS_OTHERWISE.test(value) || CONTROL.test(value) || !value.isWellFormed() ? JSON.stringify(value) : value;
}

/** A value as JSON that is the same whatever the order of keys and the way in which numbers were written. */
export function canonicalContent(value: Json): string {
  return canonicalJson(value, scalarText);
}

function scalarText(value: Json): string {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return canonicalNumber(value);
  return stringifyJson(value);
}
