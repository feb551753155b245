import type { Formula } from '../lang/index.ts';
import { Float, type Json, stringifyJson } from '../lib/json.ts';
import { AddedTexts } from '../lib/json-list/added-texts.ts';
import { asPropertyName } from '../lib/objects.ts';
import type { PageRequest, Row } from './kinds.ts';

/** A field that is computed and added to each record. */
export interface AppendedField {
  readonly name: string;
  readonly compute: (record: Row, request: PageRequest) => Json;
  /** Makes what is written of what was computed, after all fields were computed. */
  readonly toSchema?: ((value: Json) => Json) | undefined;
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

/** What appends fields, of which there is one at least, to the records of a stream. */
export function createFieldAppender(fields: readonly AppendedField[]): FieldAppender {
  const keyed = fields.map((field) => ({ ...field, name: asPropertyName(field.name), key: `${JSON.stringify(field.name)}:` }));
  // The one whose numbers are written by themselves stands before the texts of the others.
  const first = (keyed.find(({ formula }) => formula !== undefined) ?? keyed[0]) as KeyedField;
  const others = keyed.filter((field) => field !== first);
  const ordered = [first, ...others];
  const firstKey = Buffer.from(first.key);
  const { formula } = first;
  const together = formula === undefined ? ordered : others;
  const canFill = together.every(({ isSliceWide }) => isSliceWide === true);

  return {
    texts,
    begin(count, request) {
      texts.reset(count, firstKey);
      return (index, record) => {
        computeAll(keyed, record, request);
        const value = record[first.name] as Json;
        const isWritten = value === null || texts.assignNumber(index, value);
        const text = textsOf(isWritten ? others : ordered, record);
        if (text !== '') texts.assignText(index, text);
      };
    },
    fill(count, request, columns) {
      if (!canFill) return false;
      const [from, to] = formula === undefined ? [] : [columns(formula.field), columns(first.name)];
      if (formula !== undefined && (from === undefined || to === undefined)) return false;
      texts.reset(count, firstKey);
      const record: Row = {};
      computeAll(together, record, request);
      texts.assignToAll(textsOf(together, record));
      return formula === undefined || texts.assignNumbers(from as Float64Array, to as Float64Array, formula.compute, formula.isFloat);
    },
    complete: (record, request) => computeAll(keyed, record, request),
  };
}

interface KeyedField extends AppendedField {
  /** Its name as JSON, with a colon. */
  readonly key: string;
}

/** Computes fields one after the other, then fits them to the schema. */
function computeAll(fields: readonly AppendedField[], record: Row, request: PageRequest): void {
  for (const { name, compute } of fields) record[name] = compute(record, request);
  for (const { name, toSchema } of fields) if (toSchema !== undefined) record[name] = toSchema(record[name] as Json);
}

/** Fields of a record as JSON without brackets; nulls are left out, as in every record. */
function textsOf(fields: readonly KeyedField[], record: Row): string {
  let text = '';
  for (const { name, key } of fields) {
    const value = record[name] as Json;
    if (value !== null) text += (text === '' ? '' : ',') + key + textOf(value);
  }
  return text;
}

/** As `stringifyJson`, which takes longer for numbers. */
function textOf(value: Json): string {
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`;
  return value instanceof Float ? value.toText() : stringifyJson(value);
}
