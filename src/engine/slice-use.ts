import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';

/** Which parts of its slices the templates of a stream read. */
export interface SliceUse {
  /** The fields of the retriever in which a key of the slices is read, or in which whole slices are. */
  placesOf(key: string): readonly string[];
  /** Whether code of its own may read them, of which nothing is known. */
  readonly isOpen: boolean;
}

/** A slice as a template names it, with the key of it that is read, where that can be told. */
const MENTION = /\bstream_(?:interval|slice|partition)\b(?:\.get\(\s*["'](\w+)["']|\[\s*["'](\w+)["']|\.(\w+))?/g;
/** What gives a slice itself, or a part of it with keys of its own. */
const WHOLE = new Set(['get', 'items', 'values', 'keys', 'cursor_slice', 'partition']);
/** What is no part of the stream's own requests and records. */
const OTHERS = new Set(['incremental_sync', 'schema_loader', 'parent_stream_configs', '$parameters', 'state_migrations']);

/** Looks at the declaration of a stream, at its parents' no more than at its cursor. */
export function sliceUseOf(stream: JsonObject): SliceUse {
  const places = new Map<string, Set<string>>();
  const whole = new Set<string>();
  let isOpen = false;

  function note(text: string, place: string): void {
    if (!text.includes('{{') && !text.includes('{%')) return;
    for (const [, got, item, member] of text.matchAll(MENTION)) {
      const key = got ?? item ?? member;
      if (key === undefined || WHOLE.has(key)) whole.add(place);
      else places.set(key, (places.get(key) ?? new Set()).add(place));
    }
  }

  function visit(value: Json, place: string): void {
    if (typeof value === 'string') note(value, place);
    else if (Array.isArray(value)) for (const item of value) visit(item, place);
    else if (isPlainObject(value)) {
      if (ownProperty(value as JsonObject, 'class_name') !== undefined) isOpen = true;
      for (const [key, item] of Object.entries(value as JsonObject)) {
        if (OTHERS.has(key)) continue;
        note(key, place);
        visit(item, place);
      }
    }
  }

  for (const [field, value] of Object.entries(stream)) {
    if (OTHERS.has(field)) continue;
    if (field !== 'retriever' || !isPlainObject(value)) visit(value, field);
    else {
      if (ownProperty(value as JsonObject, 'class_name') !== undefined) isOpen = true;
      for (const [part, item] of Object.entries(value as JsonObject)) if (!OTHERS.has(part)) visit(item, part);
    }
  }
  return { placesOf: (key) => [...new Set([...(places.get(key) ?? []), ...whole])], isOpen };
}
