import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import type { Part } from './parts.ts';
import { type ExportScope, literalOf, type TextExport } from './texts.ts';

/** What of an endpoint is its request. */
export interface ExportedRequest {
  /** What the path is joined to; undefined where the path is the whole URL. */
  readonly base: string | undefined;
  readonly path: string;
  readonly method: string;
  readonly params: JsonObject;
  readonly headers: JsonObject;
  readonly json: Json | undefined;
  readonly data: Json | undefined;
  /** The parameter whose own template sends the page's token from the second page on. */
  readonly tokenParam: string | undefined;
}

const OWN_BASE = /^\{\{ config\.get\('base_url'\) or ((['"])[\s\S]*\2) \}\}$/;
const FIRST_THEN_TOKEN =
  /^(?:\{% if next_page_token %\}\{\{ next_page_token\.next_page_token \}\}\{% else %\}([\s\S]*)\{% endif %\}|\{\{ next_page_token\.next_page_token if next_page_token else ([\s\S]*) \}\})$/;

/** Reads the request of a requester. */
export function exportRequest(texts: TextExport, requester: Part, scope: ExportScope): ExportedRequest {
  const isVerbatim = requester.take('verbatim') === true;
  const { params, tokenParam } = exportParams(texts, requester, scope, isVerbatim);
  return {
    ...exportUrl(texts, requester, scope),
    method: String(requester.take('http_method') ?? 'GET'),
    params,
    tokenParam,
    headers: exportTexts(texts, requester, 'request_headers', scope, isVerbatim),
    ...exportBody(texts, requester, scope, isVerbatim),
  };
}

function exportUrl(texts: TextExport, requester: Part, scope: ExportScope): { base: string | undefined; path: string } {
  const [url, base, path] = [requester.take('url'), requester.take('url_base'), requester.take('path')];
  const own = literalOf(OWN_BASE.exec(String(base))?.[1] ?? '');
  const tail = texts.text(String(path ?? ''), `${requester.path}.path`, scope)?.replace(/^\.\/(?=[^/?#]*:)/, '') ?? '';
  if (own !== undefined) return { base: own, path: tail };
  if (base !== undefined && path !== undefined) return { base: texts.plain(String(base), `${requester.path}.url_base`) ?? '', path: tail };
  const whole = texts.text(String(url ?? base ?? ''), `${requester.path}.${url === undefined ? 'url_base' : 'url'}`, scope) ?? '';
  return { base: undefined, path: tail === '' ? whole : `${whole.replace(/\/$/, '')}/${tail.replace(/^\//, '')}` };
}

function exportTexts(texts: TextExport, requester: Part, key: string, scope: ExportScope, isVerbatim: boolean): JsonObject {
  const given = requester.take(key);
  if (given === undefined) return {};
  if (isPlainObject(given)) return texts.value(given, `${requester.path}.${key}`, scope, isVerbatim) as JsonObject;
  requester.lose('dlt wants an object here, not a text.', key);
  return {};
}

/** The parameters, where one that pages replace from the second one on is given as on the first. */
function exportParams(
  texts: TextExport,
  requester: Part,
  scope: ExportScope,
  isVerbatim: boolean,
): Pick<ExportedRequest, 'params' | 'tokenParam'> {
  const given = requester.take('request_parameters');
  if (!isPlainObject(given))
    return { params: exportTexts(texts, requester, 'request_parameters', scope, isVerbatim), tokenParam: undefined };
  const path = `${requester.path}.request_parameters`;
  let tokenParam: string | undefined;
  const declared = Object.entries(given as JsonObject).map(([name, value]): [string, Json] => {
    const [, text, literal] = typeof value === 'string' ? (FIRST_THEN_TOKEN.exec(value) ?? []) : [];
    if (text === undefined && literal === undefined) return [name, value];
    tokenParam = name;
    return [name, text ?? literalValue(literal as string)];
  });
  const params = texts.value(Object.fromEntries(declared), path, scope, isVerbatim) as JsonObject;
  return { params, tokenParam };
}

/** The value of a JSON literal in an expression; the expression itself as a template where it is none. */
function literalValue(expression: string): Json {
  try {
    return expression === 'none' ? null : (JSON.parse(expression) as Json);
  } catch (error) {
    if (error instanceof SyntaxError) return `{{ ${expression} }}`;
    throw error;
  }
}

type Body = Pick<ExportedRequest, 'json' | 'data'>;

function exportBody(texts: TextExport, requester: Part, scope: ExportScope, isVerbatim: boolean): Body {
  const [json, data] = [requester.take('request_body_json'), requester.take('request_body_data')];
  const write = (value: Json, path: string): Json | undefined => texts.value(value, path, scope, isVerbatim);
  if (typeof json === 'string') requester.lose('dlt wants an object or a list here, not a text.', 'request_body_json');
  else if (json !== undefined) return { json: write(json, `${requester.path}.request_body_json`), data: undefined };
  if (data !== undefined) return { json: undefined, data: write(data, `${requester.path}.request_body_data`) };
  const body = requester.part('request_body');
  if (body === undefined) return { json: undefined, data: undefined };
  const value = body.take('value');
  const written = value === undefined ? undefined : write(withoutType(value), `${body.path}.value`);
  const isForm = body.type === 'RequestBodyPlainText' || body.type === 'RequestBodyUrlEncodedForm';
  return isForm ? { json: undefined, data: written } : { json: written, data: undefined };
}

/** A body without what only says which component it is. */
function withoutType(value: Json): Json {
  if (!isPlainObject(value)) return value;
  const { type, ...rest } = value as JsonObject;
  return type === 'RequestBodyGraphQlQuery' ? rest : value;
}
