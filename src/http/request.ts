import { type FormData, formText, jsonBody } from './body.ts';
import { TransportError } from './errors.ts';
import { dedupeParams, type Params, prepareUrl } from './url.ts';

/** One HTTP request, ready to be sent: absolute URL, header names as they go out. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array | null;
  /** Why it goes out without credentials that it would have had otherwise; absent where nothing is missing. */
  readonly withheld?: Withheld | undefined;
  /** Whether nobody may read what a refusing response says; its status is no secret. */
  readonly hidesAnswer?: boolean;
}

/** Only the API names the host, or a redirect leads to another one. */
export type Withheld = 'unnamed' | 'redirected';

/** What a request is built from; `json` and `data` are left out when they are empty, and only one of them may be given. */
export interface RequestParts {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  params?: Params;
  json?: unknown;
  data?: string | FormData;
  /** Leaves out parameters that the URL's query already holds. */
  dedupeParams?: boolean;
  /** Whether the API gave the URL as a link, with a query of its own. */
  isLink?: boolean;
  /** The Content-Type of a body that is a text, unless a header says another. */
  textType?: string | undefined;
  /** Sends `json` also when it is empty; undefined is then no body. */
  keepEmptyJson?: boolean;
}

const BODY_METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH']);

// parity: http_client.py:HttpClient._create_prepared_request
/** Builds a request as the reference does; throws TransportError for a bad URL or header and Error when both bodies are given. */
export function buildRequest(parts: RequestParts): HttpRequest {
  const method = parts.method.toUpperCase();
  const params = parts.params ?? {};
  const headers = mergeHeaders(parts.headers ?? {});
  const { body, contentType } = BODY_METHODS.has(method) ? buildBody(parts) : NO_BODY;
  if (contentType !== null && findHeader(headers, 'content-type') === undefined) headers['Content-Type'] = contentType;
  return { method, url: prepareUrl(parts.url, parts.dedupeParams ? dedupeParams(parts.url, params, parts.isLink) : params), headers, body };
}

/** The header's name as the request spells it, whatever its case; undefined when the request lacks it. */
export function findHeader(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  if (Object.hasOwn(headers, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(headers).find((key) => key.toLowerCase() === lower);
}

/** The headers without those whose names (lower case) are in `names`. */
export function withoutHeaders(headers: Readonly<Record<string, string>>, names: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase())));
}

// parity: requests.utils.check_header_validity
function mergeHeaders(source: Readonly<Record<string, string>>): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(source)) {
    if (!/^[^:\s][^:\r\n]*$/.test(name) || !/^\S[^\r\n]*$|^$/.test(value)) {
      throw new TransportError({
        kind: 'invalid_header',
        what: `The header ${JSON.stringify(name)} has an invalid name or value`,
        hint: 'A header value may not start with a blank nor hold a line break.',
      });
    }
    const previous = findHeader(headers, name);
    if (previous !== undefined) delete headers[previous];
    headers[name] = value;
  }
  return headers;
}

interface BuiltBody {
  body: string | null;
  contentType: string | null;
}

const NO_BODY: BuiltBody = { body: null, contentType: null };

// parity: requests.models.PreparedRequest.prepare_body
function buildBody({ json, data, keepEmptyJson = false, textType }: RequestParts): BuiltBody {
  const hasJson = keepEmptyJson ? json !== undefined : isTruthy(json);
  if (hasJson && isTruthy(data)) {
    throw new Error("At the same time only one of the 'request_body_data' and 'request_body_json' functions can return data");
  }
  if (hasJson) return { body: jsonBody(json), contentType: 'application/json' };
  if (!isTruthy(data)) return NO_BODY;
  if (typeof data === 'string') return { body: data, contentType: textType ?? null };
  return { body: formText(data as FormData), contentType: 'application/x-www-form-urlencoded' };
}

function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
    return Object.keys(value).length > 0;
  return Boolean(value);
}
