import { Float, type Json, type JsonObject } from './json.ts';

/** What an object or a list takes beside what is in it, about. */
const FRAME = 32;
/** What a field or an item takes beside its content. */
const SLOT = 8;
/** What a text takes beside its characters. */
const TEXT_FRAME = 16;

/** About how many bytes of memory a value holds; a text counts one byte a character. */
export function heldBytes(value: Json): number {
  if (typeof value === 'string') return TEXT_FRAME + value.length;
  if (typeof value !== 'object' || value === null) return 0;
  if (value instanceof Float) return FRAME;
  return FRAME + (Array.isArray(value) ? heldByItems(value) : heldByFields(value));
}

function heldByItems(items: readonly Json[]): number {
  let bytes = 0;
  for (const item of items) bytes += SLOT + heldBytes(item);
  return bytes;
}

function heldByFields(object: JsonObject): number {
  let bytes = 0;
  for (const name in object) {
    const value = object[name] as Json;
    // Most values are texts, numbers and nulls, for which no call is worth its time.
    if (typeof value === 'string') bytes += SLOT + TEXT_FRAME + value.length;
    else bytes += typeof value === 'object' && value !== null ? SLOT + heldBytes(value) : SLOT;
  }
  return bytes;
}
