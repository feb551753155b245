import { Headers, StreamRecord, StreamSlice } from '../engine/host.ts';
import { Dict, isPlainDict, type Value } from '../lang/values.ts';
import { type JsonObject, parseJson } from '../lib/json.ts';

const TEXT = /"(?:[^"\\]|\\.)*"/g;
const KEY_END = /^\s*:/;
const MARK = '\\u0000#';
const MARKED = '\0#';

/** Parses JSON so that objects with integer-like keys, which objects of JavaScript reorder, become dicts in the order of the text. */
export function parseOrdered(text: string): Value {
  if (!/"\d+"\s*:/.test(text)) return parseJson(text);
  const marked = text.replace(TEXT, (found, at: number) => {
    const isKey = /^"\d+"$/.test(found) && KEY_END.test(text.slice(at + found.length, at + found.length + 20));
    return isKey ? `"${MARK}${found.slice(1)}` : found;
  });
  return withoutMarks(parseJson(marked));
}

function withoutMarks(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (!isPlainDict(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withoutMarks(item)] as const);
  if (!entries.some(([key]) => key.startsWith(MARKED))) return Object.fromEntries(entries);
  return Dict.from(entries.map(([key, item]) => [key.startsWith(MARKED) ? key.slice(MARKED.length) : key, item]));
}

/** Turns `{"$slice": …}`, `{"$record": …}` and `{"$headers": …}`, at any depth, into the objects that the engine hands to templates. */
export function hostValues(value: Value): Value {
  if (Array.isArray(value)) return value.map(hostValues);
  if (value instanceof Map) return Dict.from([...value].map(([key, item]) => [key, hostValues(item)]));
  if (!isPlainDict(value)) return value;
  const { $slice: slice, $record: record, $headers: headers } = value;
  if (slice !== undefined && isPlainDict(slice)) {
    return new StreamSlice(objectOf(slice['partition']), objectOf(slice['cursor_slice']), objectOf(slice['extra_fields']));
  }
  if (record !== undefined) return new StreamRecord(objectOf(record), 's');
  if (headers !== undefined) return new Headers(Object.entries(objectOf(headers)) as [string, Value][]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hostValues(item)]));
}

function objectOf(value: Value | undefined): JsonObject {
  const inner = value === undefined ? {} : hostValues(value);
  return (inner instanceof Map ? Object.fromEntries(inner) : inner) as JsonObject;
}
