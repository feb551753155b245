import type { Formula } from '../lang/index.ts';
import { Float, type Json, stringifyJson } from '../lib/json.ts';
import { AddedTexts } from '../lib/json-list/added-texts.ts';
import { escapeLineSeparators, hasLineSeparator } from '../lib/line-separators.ts';
import { asPropertyName } from '../lib/objects.ts';
import type { PageRequest, Row } from './kinds.ts';

/** A field that is computed and added to each record. */
export interface AppendedField {
  readonly name: string;
  readonly compute: (record: Row, request: PageRequest) => Json;
  /** Makes what is written of what was computed, after all fields were computed. */
  readonly fit?: ((value: Json) => Json) | undefined;
  /** Whether all records of a slice get the same. */
  readonly isSliceWide?: boolean;
  /** How it follows from another field, where that is a whole number that is not negative. */
  readonly formula?: Formula | undefined;
}

/** The fields of records that are whole numbers which are not negative, by name; NaN for any other value. */
export type Columns = (name: string) => Float64Array | undefined;

/** Computes fields, adds them to what was read of each record, and keeps their JSON. */
export interface FieldAppender {
  /** Makes room for so many records of a page; gives what appends to each. */
  begin(count: number, request: PageRequest): (index: number, record: Row) => void;
  /** Appends to so many records together, and puts the numbers that they get into the columns; false where that cannot be done. */
  fill(count: number, request: PageRequest, columns: Columns): boolean;
  /** Adds the fields to what was read of a record, without writing them. */
  complete(record: Row, request: PageRequest): void;
  readonly texts: AddedTexts;
}

/** The one place for texts: they are written before anything else is appended. */
const texts = new AddedTexts();

/** What appends fields to the records of a stream. */
export function createFieldAppender(fields: readonly AppendedField[]): FieldAppender {
  const keyed = fields.map((field) => ({ ...field, name: asPropertyName(field.name), key: `${JSON.stringify(field.name)}:` }));
  const [only, ...others] = keyed;
  const firstKey = Buffer.from(only?.key ?? '');
  const fitted = keyed.filter(({ fit }) => fit !== undefined);

  function complete(record: Row, request: PageRequest): void {
    for (const { name, compute } of keyed) record[name] = compute(record, request);
    for (const { name, fit } of fitted) record[name] = fit?.(record[name] as Json) as Json;
  }

  function appendAll(record: Row, request: PageRequest): string {
    complete(record, request);
    let text = '';
    for (const { name, key } of keyed) {
      const value = record[name] as Json;
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
      const { name, compute, fit, key } = only;
      return (index, record) => {
        const computed = compute(record, request);
        const value = fit === undefined ? computed : fit(computed);
        record[name] = value;
        if (value !== null && !texts.assignNumber(index, value)) texts.assignText(index, key + lineOf(value));
      };
    },
    fill: fillOf(),
    complete,
  };

  function fillOf(): FieldAppender['fill'] {
    if (fields.every(({ isSliceWide }) => isSliceWide === true)) {
      return (count, request) => {
        texts.reset(count, firstKey);
        texts.assignToAll(appendAll({}, request));
        return true;
      };
    }
    if (only?.formula === undefined || others.length > 0) return () => false;
    const { name, formula } = only;
    return (count, _request, columns) => {
      const [from, to] = [columns(formula.field), columns(name)];
      if (from === undefined || to === undefined) return false;
      texts.reset(count, firstKey);
      return texts.assignNumbers(from, to, formula.compute, formula.isFloat);
    };
  }
}

function lineOf(value: Json): string {
  const json = stringifyJson(value);
  return typeof value !== 'number' && !(value instanceof Float) && hasLineSeparator(json) ? escapeLineSeparators(json) : json;
}
