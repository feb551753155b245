import { type Json, parseJson, stringifyJson } from '../lib/json.ts';
import { composeLines } from '../lib/json-list/compose-lines.ts';
import { bytesOf, type Elements, FLAG, ROW } from '../lib/json-list/list-scan.ts';
import { escapeLineSeparators, hasLineSeparator } from '../lib/line-separators.ts';
import type { Batch, PageRequest, Row, RowTarget } from './kinds.ts';

/** A field that is computed and added to each record. */
export interface AppendedField {
  readonly name: string;
  readonly compute: (record: Row, request: PageRequest) => Json;
}

/** How records are written that nothing but some of their fields is looked at of. */
export interface RawPlan {
  /** The fields that are looked at or added, as they stand in the rows. */
  readonly fields: readonly string[];
  readonly appended: readonly AppendedField[];
}

/** What makes records of bytes where they must be parsed after all. */
export interface RowParser {
  /** The values in the bytes of a JSON list. */
  parse(bytes: Uint8Array): Json[];
  /** The records that become of them. */
  refine(records: Json[], request: PageRequest): Row[];
}

const SUFFIX = Buffer.from('}}\n');
const [OPEN, CLOSE] = [Buffer.from('['), Buffer.from(']')];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const MOST_DIGITS = 15;

/** Records that are written by copying their bytes; whoever needs them as values has them parsed. */
export function rawBatch(elements: Elements, plan: RawPlan, request: PageRequest, parser: RowParser): Batch {
  let parsed: Row[] | undefined;
  return {
    count: elements.count,
    get records() {
      parsed ??= parser.refine(parser.parse(listOf(elements, 0, elements.count)), request);
      return parsed;
    },
    writeTo: (target) => writeRows(elements, plan, request, parser, target),
  };
}

/** The elements from one to another as a JSON list. */
export function listOf(elements: Elements, from: number, to: number): Uint8Array {
  const { rows, width } = elements;
  if (from === to) return Buffer.concat([OPEN, CLOSE]);
  const start = rows[from * width + ROW.start] as number;
  const end = rows[(to - 1) * width + ROW.end] as number;
  const { buffer, base } = bytesOf(elements);
  return Buffer.concat([OPEN, buffer.subarray(start - base, end - base), CLOSE]);
}

function writeRows(elements: Elements, plan: RawPlan, request: PageRequest, parser: RowParser, target: RowTarget): void {
  const { count } = elements;
  const mustParse = parsingTest(elements, plan);
  for (let from = 0; from < count; ) {
    let to = from;
    while (to < count && !mustParse(to)) to += 1;
    if (to > from) writeRun(elements, from, to, plan, request, target);
    from = to;
    while (to < count && mustParse(to)) to += 1;
    if (to > from) for (const record of parser.refine(parser.parse(listOf(elements, from, to)), request)) target.write(record);
    from = to;
  }
}

/** Which elements cannot be copied: those that the scan says it of, and those that have a field already that is to be added. */
function parsingTest({ rows, width }: Elements, { fields, appended }: RawPlan): (index: number) => boolean {
  const added = appended.map(({ name }) => ROW.fields + 2 * fields.indexOf(name));
  return (index) => {
    const at = index * width;
    if (((rows[at + ROW.flags] as number) & (FLAG.parse | FLAG.other)) !== 0) return true;
    for (let i = 0; i < added.length; i += 1) if ((rows[at + (added[i] as number)] as number) >= 0) return true;
    return false;
  };
}

function writeRun(elements: Elements, from: number, to: number, plan: RawPlan, request: PageRequest, { lines, observe }: RowTarget): void {
  const { appended } = plan;
  const added: string[] | undefined = appended.length === 0 ? undefined : new Array<string>(to - from);
  if (added !== undefined || observe !== undefined) {
    const read = fieldReader(elements, plan.fields);
    // The last record goes first: most lists ascend, and then the cursor need not look closely at the others.
    for (let n = from - 1; n < to - 1; n += 1) {
      const i = n < from ? to - 1 : n;
      const record = read(i);
      if (added !== undefined) added[i - from] = appendTo(record, appended, request);
      observe?.(record);
    }
  }
  composeLines(elements, from, to, { prefix: lines.prefix(), suffix: SUFFIX, added }, lines.write);
}

/** Adds the computed fields to what was read of a record, and gives their JSON; a null is left out, as it is of every record. */
function appendTo(record: Row, appended: readonly AppendedField[], request: PageRequest): string {
  let text = '';
  for (let i = 0; i < appended.length; i += 1) {
    const { name, compute } = appended[i] as AppendedField;
    const value = compute(record, request);
    record[name] = value;
    if (value === null) continue;
    const json = typeof value === 'number' && Number.isFinite(value) ? String(value) : lineOf(stringifyJson(value));
    text += text === '' ? `${JSON.stringify(name)}:${json}` : `,${JSON.stringify(name)}:${json}`;
  }
  return text;
}

function lineOf(json: string): string {
  return hasLineSeparator(json) ? escapeLineSeparators(json) : json;
}

/** Reads the fields of interest of an element. */
function fieldReader(elements: Elements, fields: readonly string[]): (index: number) => Row {
  const { rows, width } = elements;
  const { buffer, base } = bytesOf(elements);
  return (index) => {
    const record: Row = {};
    for (let i = 0; i < fields.length; i += 1) {
      const at = index * width + ROW.fields + 2 * i;
      const start = rows[at] as number;
      if (start >= 0) record[fields[i] as string] = valueAt(buffer, start - base, (rows[at + 1] as number) - base);
    }
    return record;
  };
}

/** The value that JSON text in the bytes stands for; short whole numbers and texts without escapes are read directly. */
function valueAt(buffer: Buffer, start: number, end: number): Json {
  const first = buffer[start] as number;
  if (first === QUOTE) {
    for (let at = start + 1; at < end - 1; at += 1) {
      const byte = buffer[at] as number;
      if (byte === BACKSLASH || byte > 0x7f) return parseJson(buffer.toString('utf8', start, end));
    }
    return buffer.toString('latin1', start + 1, end - 1);
  }
  if (end - start > MOST_DIGITS) return parseJson(buffer.toString('utf8', start, end));
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = (buffer[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return parseJson(buffer.toString('utf8', start, end));
    value = value * 10 + digit;
  }
  return value;
}
