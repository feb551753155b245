import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import type { PagePlace, Paging } from './paginators.ts';
import { refuse } from './places.ts';
import type { Request } from './request.ts';

const TOKEN = 'next_page_token.next_page_token';

/**
 * A request and a paginator that do not set the same value twice: what the paginator sends on every page takes the declared value's place;
 * what it sends from the second page on leaves the declared value to the first one.
 */
// parity: dlt/sources/helpers/rest_client/paginators.py:BasePaginator.init_request, update_request
export function settlePaging(request: Request, { paginator, taken }: Paging): { request: Request; paginator: JsonObject | undefined } {
  let settled = request;
  let own = paginator;
  for (const page of taken) {
    if (page.body) checkBody(settled, page);
    const declared = valueAt(page.body ? settled.json : settled.params, page.keys);
    if (declared === undefined) continue;
    if (isPlainObject(declared))
      refuse(page.place, `The request has an object at ${page.keys.join('.')}, where the paginator puts a value.`);
    const value = page.fromFirst ? undefined : firstThenToken(declared);
    const changed = withValue((page.body ? settled.json : settled.params) as JsonObject, page.keys, value);
    settled = page.body ? { ...settled, json: changed } : { ...settled, params: changed };
    if (!page.fromFirst) own = withoutTokenOption(own);
  }
  return { request: settled, paginator: own };
}

function checkBody({ json, data }: Request, { keys, place }: PagePlace): void {
  if (data !== undefined) refuse(place, 'A value of the paginator in the body needs a JSON body, not "data".');
  if (Array.isArray(json)) refuse(place, 'A body that is a list has no place for a value of the paginator: put it into the query.');
  for (let depth = 1; depth < keys.length; depth += 1) {
    const inner = valueAt(json, keys.slice(0, depth));
    if (inner !== undefined && !isPlainObject(inner)) refuse(place, `The body has no object at ${keys.slice(0, depth).join('.')}.`);
  }
}

function valueAt(value: Json | undefined, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>(
    (inner, key) => (isPlainObject(inner) && Object.hasOwn(inner, key) ? (inner as JsonObject)[key] : undefined),
    value,
  );
}

/** A copy with another value at some keys; undefined takes the value away. */
function withValue(object: JsonObject, [key = '', ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const copy = { ...object };
  if (rest.length > 0) copy[key] = withValue(copy[key] as JsonObject, rest, value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** A template for the declared value on the first page and for the token on all others. */
function firstThenToken(declared: Json): string {
  if (typeof declared === 'string') return `{% if next_page_token %}{{ ${TOKEN} }}{% else %}${declared}{% endif %}`;
  const literal = declared === null ? 'none' : JSON.stringify(declared);
  return `{{ ${TOKEN} if next_page_token else ${literal} }}`;
}

function withoutTokenOption(paginator: JsonObject | undefined): JsonObject | undefined {
  if (paginator === undefined) return undefined;
  const { page_token_option: _, ...rest } = paginator;
  return rest;
}
