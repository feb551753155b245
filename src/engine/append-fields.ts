import { Float, type Json, stringifyJson } from '../lib/json.ts';
import { AddedTexts } from '../lib/json-list/added-texts.ts';
import { escapeLineSeparators, hasLineSeparator } from '../lib/line-separators.ts';
import type { PageRequest, Row } from './kinds.ts';

/** A field that is computed and added to each record. */
export interface AppendedField {
  readonly name: string;
  readonly compute: (record: Row, request: PageRequest) => Json;
}

/** Computes fields and keeps their JSON, record by record. */
export interface FieldAppender {
  /** Adds the computed fields to what was read of a record, and their JSON to its texts. */
  append(index: number, record: Row): void;
  readonly texts: AddedTexts;
}

/** The one place for texts: they are written before anything else is appended. */
const texts = new AddedTexts();
const FRACTION = Buffer.from('.0');

/** Appends fields to so many records of a page. */
export function createFieldAppender(fields: readonly AppendedField[], request: PageRequest, count: number): FieldAppender {
  texts.reset(count);
  const appended = fields.map(({ name, compute }) => ({ name, compute, key: Buffer.from(`${JSON.stringify(name)}:`) }));
  const separator = Buffer.from(',');
  return {
    texts,
    append(index, record) {
      const start = texts.length;
      for (let i = 0; i < appended.length; i += 1) {
        const { name, compute, key } = appended[i] as (typeof appended)[number];
        const value = compute(record, request);
        record[name] = value;
        // As in every record, a null is left out.
        if (value === null) continue;
        if (texts.length > start) texts.writeBytes(separator);
        texts.writeBytes(key);
        writeValue(value);
      }
      texts.assign(index, start);
    },
  };
}

function writeValue(value: Json): void {
  if (typeof value === 'number') {
    if (value > 0 && Number.isSafeInteger(value)) texts.writeInteger(value);
    else texts.writeText(stringifyJson(value));
  } else if (value instanceof Float && value.source === undefined && value.value > 0 && Number.isSafeInteger(value.value)) {
    texts.writeInteger(value.value);
    texts.writeBytes(FRACTION);
  } else texts.writeText(lineOf(stringifyJson(value)));
}

function lineOf(json: string): string {
  return hasLineSeparator(json) ? escapeLineSeparators(json) : json;
}
