import type { Json, JsonObject } from '../../lib/json.ts';
import { Float } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

const NEXT = /^next/;
const LINK = /^(?:href|url)/;
const TOTAL_PAGES = /^(?:total_pages|pages|totalpages)$/;

/** A value of a response and the keys that lead to it. */
export interface Found {
  readonly path: readonly string[];
  readonly value: string | number | bigint | boolean | Float;
}

/** Where a response holds the next page's URL or cursor: under a key that begins with `next`, or under `href` or `url` below it. */
// parity: dlt/sources/helpers/rest_client/detector.py:find_next_page_path
export function findNext(document: Json, path: readonly string[] = []): Found | undefined {
  return search(document, path, findNext, (key, value, at) => {
    if (!NEXT.test(key)) return undefined;
    if (isScalar(value)) return { path: at, value };
    if (!isPlainObject(value)) return undefined;
    const link = Object.entries(value as JsonObject).find(([name, item]) => LINK.test(name.toLowerCase()) && isScalar(item));
    return link && { path: [...at, link[0]], value: link[1] as Found['value'] };
  });
}

/** Where a response holds the number of its pages. */
// parity: dlt/sources/helpers/rest_client/detector.py:find_total_pages_path
export function findTotalPages(document: Json, path: readonly string[] = []): Found | undefined {
  return search(document, path, findTotalPages, (key, value, at) =>
    TOTAL_PAGES.test(key) && isScalar(value) ? { path: at, value } : undefined,
  );
}

/** Asks for each member of an object in turn, and below it, before the next one. */
function search(
  document: Json,
  path: readonly string[],
  below: (value: Json, path: readonly string[]) => Found | undefined,
  look: (key: string, value: Json, path: readonly string[]) => Found | undefined,
): Found | undefined {
  if (!isPlainObject(document)) return undefined;
  for (const [key, value] of Object.entries(document as JsonObject)) {
    const at = [...path, key];
    const found = look(key.toLowerCase(), value, at) ?? below(value, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isScalar(value: Json): value is Found['value'] {
  return value !== null && (typeof value !== 'object' || value instanceof Float);
}
