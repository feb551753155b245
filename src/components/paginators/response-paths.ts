import type { Builder } from '../../engine/builder.ts';
import type { Page } from '../../engine/page.ts';
import { repr } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { Float, type Json } from '../../lib/json.ts';
import { compileJsonPath, type JsonPath, JsonPathError } from '../../lib/json-path.ts';
import { SystemError } from '../../protocol/failure.ts';

const LONGEST_SHOWN = 100;
const TRUE = new Set(['yes', 'true', 't', 'y', '1']);
const FALSE = new Set(['no', 'false', 'f', 'n', '0']);

/** The JSONPath of a field, undefined when the field is left out; ends the build when it is none. */
export function pathOf(b: Builder, text: string | undefined, field: string): JsonPath | undefined {
  if (text === undefined) return undefined;
  try {
    return compileJsonPath(text);
  } catch (error) {
    if (error instanceof JsonPathError) return b.fail(error.message, field);
    throw error;
  }
}

/** The document of a page as a whole: also where the decoder gives the items of a list one by one. */
export function wholeDocument({ response, document }: Page): Json {
  return response.loaded && Array.isArray(response.json) ? response.json : document;
}

/** The whole number at a path of a response; undefined when nothing is there. Throws SystemError for anything else. */
// parity: dlt/sources/helpers/rest_client/paginators.py:RangePaginator.update_state
export function totalAt(path: JsonPath, document: Json): number | undefined {
  const value = path.first(document) ?? null;
  if (value === null) return undefined;
  const plain = value instanceof Float ? value.value : value;
  const total = typeof plain === 'string' && !/^\s*[-+]?\d+\s*$/.test(plain) ? Number.NaN : Math.trunc(Number(plain));
  if (Array.isArray(plain) || typeof plain === 'object' || Number.isNaN(total))
    throw new SystemError(`The total at ${path.text} of the response is no whole number but ${shown(value)}.`);
  return total;
}

/** Whether the response says at a path that there is more; throws SystemError when it does not say so by true, false or a word for them. */
// parity: dlt/sources/helpers/rest_client/paginators.py:RangePaginator.update_state
export function hasMoreAt(path: JsonPath, document: Json): boolean {
  const value = path.first(document) ?? null;
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  if (value === null) throw new SystemError(`The response has nothing at ${path.text} that says whether there are more pages.`);
  throw new SystemError(`What the response has at ${path.text}, ${shown(value)}, does not say whether there are more pages.`);
}

function shown(value: Json): string {
  const text = repr(value as Value);
  return text.length <= LONGEST_SHOWN ? text : `a value of ${text.length} characters`;
}
