import { Float, type Json } from './json.ts';

/** What an object, a list or a number takes beside what is in it, about. */
const FRAME = 32;
/** What a name or an item takes in an object or a list. */
const SLOT = 8;
/** What a text takes beside its characters. */
const TEXT_FRAME = 16;

/** About how many bytes of memory a value holds; a text counts one byte a character. */
export function heldBytes(value: Json): number {
  if (typeof value === 'string') return TEXT_FRAME + value.length;
  if (typeof value !== 'object' || value === null || value instanceof Float) return typeof value === 'object' ? FRAME : SLOT;
  let bytes = FRAME;
  if (Array.isArray(value)) for (const item of value) bytes += SLOT + heldBytes(item);
  else for (const name in value) bytes += SLOT + heldBytes(value[name] as Json);
  return bytes;
}
