import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';

const QUERY = /^\s*(?:#[^\n]*\n\s*)*(?:\{|(?:query|mutation|fragment)\b)/;
const PLACEHOLDER = /(\{(?:(?:resources|incremental)\.[\w.-]+|dlt\.(?:secrets|config)[^{}]*)\})/;

/** Whether a JSON body is a GraphQL request. */
export function asksGraphQl(json: Json | undefined): boolean {
  const query = isPlainObject(json) ? ownProperty(json as JsonObject, 'query') : undefined;
  return typeof query === 'string' && QUERY.test(query);
}

/**
 * A query with its own braces doubled, as dlt wants those that are no placeholder; only fields of parents, borders of an incremental and values
 * of dlt can be placeholders then. A query with doubled braces stays as it is.
 */
export function doubleQueryBraces(query: string): string {
  if (!QUERY.test(query) || query.includes('{{')) return query;
  return query
    .split(PLACEHOLDER)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[{}]/g, '$&$&')))
    .join('');
}
