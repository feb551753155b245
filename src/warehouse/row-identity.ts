import { hash, randomUUID } from 'node:crypto';
import { canonicalJson } from '../lib/canonical-json.ts';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import type { KeyForm, LoadedStream } from './destination.ts';
import { canonicalContent, keyText, SEPARATOR } from './key-text.ts';

/** Longer keys are stood for by their hash. */
const LONGEST_KEY = 120;

/** How keys and whole records become texts. */
interface Form {
  readonly part: (value: Exclude<Json, null>) => string;
  readonly content: (record: JsonObject) => string;
}

const FORMS: Readonly<Record<KeyForm, Form>> = {
  typed: { part: keyText, content: canonicalContent },
  untyped: { part: (value) => (typeof value === 'string' ? value : stringifyJson(value)), content: (record) => canonicalJson(record) },
};

/**
 * Gives each record of a stream the text that identifies its row: made of the natural key, of the whole content where there is none or where
 * a part of it is missing, and a new one for streams whose rows are never the same.
 */
export function rowIdentity({ mode, key, keyForm }: Pick<LoadedStream, 'mode' | 'key' | 'keyForm'>): (record: JsonObject) => string {
  if (mode === 'append' || (mode === 'replace' && key.length === 0)) {
    const run = randomUUID();
    let count = 0;
    return () => `~${run}-${++count}`;
  }
  const { part, content } = FORMS[keyForm];
  const contentIdentity = (record: JsonObject): string => `#${digest(content(record))}`;
  if (key.length === 0) return contentIdentity;
  return (record) => {
    let text = '=';
    for (const [index, path] of key.entries()) {
      const value = keyValue(record, path);
      if (value === undefined || value === null) return contentIdentity(record);
      text += `${index === 0 ? '' : SEPARATOR}${part(value)}`;
    }
    return text.length <= LONGEST_KEY ? text : `=#${digest(text)}`;
  };
}

function digest(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 40);
}

/** The value of a part of a key; undefined when the record has none. */
export function keyValue(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const name of path) value = isPlainObject(value) ? ownProperty(value as JsonObject, name) : undefined;
  return value;
}
