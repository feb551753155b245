import { hash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../lib/canonical-json.ts';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { LoadedStream } from './destination.ts';

/** Longer keys are stood for by their hash. */
const LONGEST_KEY = 120;
const SEPARATOR = '\u001f';

/**
 * Gives each record of a stream the text that identifies its row: made of the natural key, of the whole content where there is none or where
 * a part of it is missing, and a new one for streams whose rows are never the same.
 */
export function rowIdentity({ mode, key }: Pick<LoadedStream, 'mode' | 'key'>): (record: JsonObject) => string {
  if (mode === 'append' || (mode === 'replace' && key.length === 0)) {
    const run = randomUUID();
    let count = 0;
    return () => `~${run}-${++count}`;
  }
  if (key.length === 0) return contentIdentity;
  return (record) => {
    let text = '=';
    for (const [index, path] of key.entries()) {
      const value = valueAt(record, path);
      if (value === undefined || value === null) return contentIdentity(record);
      text += `${index === 0 ? '' : SEPARATOR}${typeof value === 'string' ? value : stringifyJson(value)}`;
    }
    return text.length <= LONGEST_KEY ? text : `=#${digest(text)}`;
  };
}

function contentIdentity(record: JsonObject): string {
  return `#${digest(canonicalJson(record))}`;
}

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 40);
}

function valueAt(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const name of path) value = isPlainObject(value) ? (value as JsonObject)[name] : undefined;
  return value;
}
