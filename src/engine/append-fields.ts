import { type Json, stringifyJson } from '../lib/json.ts';
import { AddedTexts } from '../lib/json-list/added-texts.ts';
import { escapeLineSeparators, hasLineSeparator } from '../lib/line-separators.ts';
import type { PageRequest, Row } from './kinds.ts';

/** A field that is computed and added to each record. */
export interface AppendedField {
  readonly name: string;
  readonly compute: (record: Row, request: PageRequest) => Json;
}

/** Computes fields, adds them to what was read of each record, and keeps their JSON. */
export interface FieldAppender {
  append(index: number, record: Row): void;
  readonly texts: AddedTexts;
}

/** The one place for texts: they are written before anything else is appended. */
const texts = new AddedTexts();

/** Appends fields to so many records of a page. */
export function createFieldAppender(fields: readonly AppendedField[], request: PageRequest, count: number): FieldAppender {
  const [only, ...others] = fields;
  const keys = fields.map(({ name }) => `${JSON.stringify(name)}:`);
  texts.reset(count, Buffer.from(keys[0] ?? ''));
  if (only === undefined || others.length > 0) return { texts, append: (index, record) => texts.assignText(index, appendAll(record)) };
  const { name, compute } = only;
  return {
    texts,
    append(index, record) {
      const value = compute(record, request);
      record[name] = value;
      if (value !== null && !texts.assignNumber(index, value)) texts.assignText(index, keys[0] + lineOf(value));
    },
  };

  function appendAll(record: Row): string {
    let text = '';
    for (const [i, { name, compute }] of fields.entries()) {
      const value = compute(record, request);
      record[name] = value;
      // As in every record, a null is left out.
      if (value !== null) text += (text === '' ? '' : ',') + keys[i] + lineOf(value);
    }
    return text;
  }
}

function lineOf(value: Json): string {
  const json = stringifyJson(value);
  return hasLineSeparator(json) ? escapeLineSeparators(json) : json;
}
