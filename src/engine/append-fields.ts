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
  /** Makes room for so many records of a page; gives what appends to each. */
  begin(count: number, request: PageRequest): (index: number, record: Row) => void;
  readonly texts: AddedTexts;
}

/** The one place for texts: they are written before anything else is appended. */
const texts = new AddedTexts();

/** What appends fields to the records of a stream. */
export function createFieldAppender(fields: readonly AppendedField[]): FieldAppender {
  const keyed = fields.map((field) => ({ ...field, key: `${JSON.stringify(field.name)}:` }));
  const [only, ...others] = keyed;
  const firstKey = Buffer.from(only?.key ?? '');

  function appendAll(record: Row, request: PageRequest): string {
    let text = '';
    for (const { name, compute, key } of keyed) {
      const value = compute(record, request);
      record[name] = value;
      // As in every record, a null is left out.
      if (value !== null) text += (text === '' ? '' : ',') + key + lineOf(value);
    }
    return text;
  }

  return {
    texts,
    begin(count, request) {
      texts.reset(count, firstKey);
      if (only === undefined || others.length > 0) return (index, record) => texts.assignText(index, appendAll(record, request));
      const { name, compute, key } = only;
      return (index, record) => {
        const value = compute(record, request);
        record[name] = value;
        if (value !== null && !texts.assignNumber(index, value)) texts.assignText(index, key + lineOf(value));
      };
    },
  };
}

function lineOf(value: Json): string {
  const json = stringifyJson(value);
  return hasLineSeparator(json) ? escapeLineSeparators(json) : json;
}
