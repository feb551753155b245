import { Float, floatText } from '../lib/json.ts';
import { TransportError } from './errors.ts';
import { encodeParams, type Params } from './url.ts';

/** The fields of a form body, encoded like query parameters. */
export type FormData = Params;

// parity: requests.models.RequestEncodingMixin._encode_params
/** The text of an `application/x-www-form-urlencoded` body. */
export function formText(fields: FormData): string {
  return encodeParams(fields);
}

// parity: requests.models.PreparedRequest.prepare_body (allow_nan=False)
/** The text of a JSON request body; throws TransportError for infinities and NaN, which JSON does not have. */
export function jsonBody(value: unknown): string {
  return dump(value, (number) => refuseNonFinite(number, value));
}

/** JSON text as Python's json.dumps writes it: `", "` and `": "`, non-ASCII escaped, NaN and Infinity by name. */
export function dumpsJson(value: unknown): string {
  return dump(value, nameNonFinite);
}

type NonFiniteText = (value: number) => string;

function nameNonFinite(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

function refuseNonFinite(value: number, body: unknown): never {
  const path = pathOfNonFinite(body, '');
  const place = path === undefined ? 'A key of ' : path === '' ? '' : `The field ${path} of `;
  throw new TransportError({
    kind: 'invalid_body',
    what: `${place}${place === '' ? 'The' : 'the'} request's JSON body is ${nameNonFinite(value)}, which JSON does not have`,
    hint: 'A template makes a number of any text that reads as one, such as 12e999: with "verbatim: true" the requester sends it as the text that it is.',
  });
}

/** Where the first number of a body that JSON does not have stands, e.g. `filters.0.value`; undefined when no value is one. */
function pathOfNonFinite(body: unknown, path: string): string | undefined {
  const value = body instanceof Float ? body.value : body;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value.entries() : Object.entries(value);
  for (const [key, item] of entries) {
    const found = pathOfNonFinite(item, path === '' ? String(key) : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function dump(value: unknown, nonFinite: NonFiniteText): string {
  switch (typeof value) {
    case 'string':
      return dumpString(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return value.toString();
    case 'number':
      return dumpNumber(value, nonFinite);
    case 'object':
      return dumpObject(value, nonFinite);
    default:
      throw new TypeError(`Object of type ${typeof value} is not JSON serializable`);
  }
}

function dumpNumber(value: number, nonFinite: NonFiniteText): string {
  if (!Number.isFinite(value)) return nonFinite(value);
  return Number.isInteger(value) ? String(Object.is(value, -0) ? 0 : value) : floatText(value);
}

function dumpObject(value: object | null, nonFinite: NonFiniteText): string {
  if (value === null) return 'null';
  if (value instanceof Float) return Number.isFinite(value.value) ? floatText(value.value) : nonFinite(value.value);
  if (Array.isArray(value)) return `[${value.map((item) => dump(item, nonFinite)).join(', ')}]`;
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value.entries() : Object.entries(value);
  const parts: string[] = [];
  for (const [key, item] of entries) parts.push(`${dumpString(keyText(key, nonFinite))}: ${dump(item, nonFinite)}`);
  return `{${parts.join(', ')}}`;
}

function keyText(key: unknown, nonFinite: NonFiniteText): string {
  return typeof key === 'string' ? key : dump(key, nonFinite);
}

function dumpString(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
