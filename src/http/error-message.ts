import type { Json } from '../lib/json.ts';
import type { HttpResponse } from './response.ts';

const MESSAGE_KEYS = [
  'message',
  'messages',
  'error',
  'errors',
  'failures',
  'failure',
  'detail',
  'err',
  'error_message',
  'msg',
  'reason',
  'status_message',
];

// parity: json_error_message_parser.py:JsonErrorMessageParser.parse_response_error_message
/** The API's own message in a loaded error response: found in the JSON body, else the body's text; null when there is none. */
export function errorMessageOf(response: HttpResponse): string | null {
  if (!response.loaded) return null;
  const body = response.json;
  if (body !== undefined) return findMessage(body);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return text.decode(response.bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function findMessage(value: Json): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    return value
      .map(findMessage)
      .filter((message) => message !== null)
      .join(', ');
  }
  if (!isObject(value)) return null;
  const key = MESSAGE_KEYS.find((name) => Object.hasOwn(value, name) && isTruthy(value[name]));
  // When every candidate is falsy the last one counts, as Python's `or` has it.
  const found = value[key ?? 'status_message'];
  return found === undefined ? null : findMessage(found);
}

function isObject(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isTruthy(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value !== undefined && isObject(value)) return Object.keys(value).length > 0;
  return typeof value === 'object' && value !== null ? Number(value) !== 0 : Boolean(value);
}
