import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** Objects of a response that tell of its pages rather than of its records. */
const PAGING_OBJECT =
  /^(_?meta(data)?|_?links|paging|pagination|pages?|page_?info|response_?meta(data)?|result_?info|search_?meta(data)?|navigation|cursors?|hypermedia)$/i;
/** Keys that lead to the next page, after a prefix such as `@odata.`. */
const NEXT =
  /^(next([-_]?(page([-_]?(token|cursor|url|uri|link|key|id))?|cursor|token|link|url|uri|href|offset|start|marker|key|from|skip|after|batch|set|results?([-_]?url)?|records?([-_]?url)?|continuation([-_]?token)?))?|(page|continuation|pagination|scroll)[-_]?token|cursor|(pagination|page|continuation)[-_]?cursor)$/i;
/** Keys that count all records, and keys that count all pages. */
const TOTAL =
  /^(total([-_]?(count|records?|results?|items?|size|elements?|entries|hits|rows|objects?))?|(records?|items?|results?)[-_]?total)$/i;
const PAGES = /^(total[-_]?pages?|page[-_]?count|pages[-_]?total|num[-_]?pages|last[-_]?page)$/i;
/** Keys that say whether there is more. */
const MORE =
  /^((has|have|is)[-_]?(more|next)([-_]?(page|pages|records?|results?|items?))?|more|more[-_]?(pages|records?|results?|items?)([-_]?available)?)$/i;
const DEEPEST = 3;

/** A key of a response, as a path, with what it says of further pages. */
export interface PageHint {
  readonly key: string;
  readonly says: string;
}

/**
 * What a response says of further pages after so many records of it were read: a key that holds a link or a token to the next one, or a total
 * above them. Undefined when it says nothing of the kind, or says that there is no further page. Looks at the response itself, at the objects
 * on the way to its records, and at those that usually tell of pages; never into lists.
 */
export function nextPageHint(document: Json, read: number, listPath: readonly string[] | undefined): PageHint | undefined {
  // A response that is itself the record may have any keys.
  if (!isPlainObject(document) || listPath?.length === 0) return undefined;
  const places = placesIn(document as JsonObject, listPath ?? [], '', 1);
  const entries = places.flatMap(({ object, path }) =>
    Object.entries(object).map(([name, value]) => ({ path, name: bare(name), key: name, value })),
  );
  if (entries.some(({ name, value }) => deniesMore(name, value))) return undefined;
  const next = entries.find(({ name, value }) => NEXT.test(name) && leadsOn(value));
  if (next !== undefined) return { key: join(next.path, next.key), says: 'leads to a next page' };
  const total = entries.find(({ name, value }) => TOTAL.test(name) && isAbove(value, read));
  if (total !== undefined) return { key: join(total.path, total.key), says: `is ${String(total.value)}, above the ${read} that were read` };
  const pages = entries.find(({ name, value }) => PAGES.test(name) && isAbove(value, 1));
  return pages && { key: join(pages.path, pages.key), says: `is ${String(pages.value)}` };
}

interface Place {
  readonly object: JsonObject;
  readonly path: string;
}

function placesIn(object: JsonObject, listPath: readonly string[], path: string, depth: number): Place[] {
  const [first, ...rest] = listPath;
  const inner = Object.entries(object).flatMap(([key, value]) => {
    if (depth === DEEPEST || !isPlainObject(value)) return [];
    if (key !== first && !PAGING_OBJECT.test(bare(key))) return [];
    return placesIn(value as JsonObject, key === first ? rest : [], join(path, key), depth + 1);
  });
  return [{ object, path }, ...inner];
}

/** Whether an entry says that this page is the last one. */
function deniesMore(name: string, value: Json): boolean {
  if (MORE.test(name)) return value === false || value === 0 || value === 'false';
  if (PAGES.test(name)) return value === 1 || value === 0;
  return NEXT.test(name) && (value === null || value === '' || value === false);
}

/** Whether a value is a token or a link: a text, a number, or an object with one such as `{"href": "..."}`. */
function leadsOn(value: Json): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (typeof value === 'number' || typeof value === 'bigint') return value > 0;
  return isPlainObject(value) && Object.values(value as JsonObject).some((item) => typeof item === 'string' && item !== '');
}

function isAbove(value: Json, bound: number): boolean {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return (typeof number === 'number' || typeof number === 'bigint') && number > bound;
}

/** A name without the namespace before it, such as that of `@odata.nextLink`. */
function bare(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf(':')) + 1);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
