import { type Json, parseJson } from '../lib/json.ts';
import { composeLines } from '../lib/json-list/compose-lines.ts';
import { bytesOf, type Elements, FLAG, numbersOf, ROW } from '../lib/json-list/list-scan.ts';
import { type AppendedField, type Columns, createFieldAppender, type FieldAppender } from './append-fields.ts';
import type { Batch, PageRequest, Row, RowTarget } from './kinds.ts';

/** How records are written that nothing but some of their fields is looked at of. */
export interface RawPlan {
  /** The fields that are looked at, then those that are added, as they stand in the rows. */
  readonly fields: readonly string[];
  /** How many of them are added: records that have such a field already cannot be copied. */
  readonly added: number;
  readonly appender: FieldAppender | undefined;
  /** The field that the cursor reads; undefined when it reads none or several. */
  readonly observed: string | undefined;
}

/** The plan for records of which some fields are looked at, those of the cursor among them, and some are added. */
export function createRawPlan(
  looked: readonly string[],
  appended: readonly AppendedField[],
  [observed, ...others]: readonly string[] = [],
): RawPlan {
  const names = appended.map(({ name }) => name);
  return {
    fields: [...new Set(looked)].filter((name) => !names.includes(name)).concat(names),
    added: names.length,
    appender: appended.length === 0 ? undefined : createFieldAppender(appended),
    observed: others.length === 0 ? observed : undefined,
  };
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
  const { count, odd, rows, width } = elements;
  if (count > 0 && odd === 0) {
    writeRun(elements, 0, count, plan, request, target);
    return;
  }
  const mustParse = (index: number): boolean => ((rows[index * width + ROW.flags] as number) & (FLAG.parse | FLAG.other)) !== 0;
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

function writeRun(elements: Elements, from: number, to: number, plan: RawPlan, request: PageRequest, target: RowTarget): void {
  const { appender } = plan;
  if (appender !== undefined || target.observe !== undefined) {
    const run = lookInto(elements, from, to, plan.fields);
    if (!takeTogether(run, plan, request, target)) takeEach(run, plan, request, target);
  }
  const { lines } = target;
  composeLines(elements, from, to, { prefix: lines.prefix(), suffix: SUFFIX, added: appender?.texts }, lines.write);
}

/** Elements that follow one another, as far as they are looked into. */
interface Run {
  readonly count: number;
  readonly column: Columns;
  /** The fields of interest of one of them. */
  read(index: number): Row;
}

/** Appends to all elements, and has them observed, by their columns; false when they must be looked at one by one. */
function takeTogether({ count, column, read }: Run, { appender, observed }: RawPlan, request: PageRequest, target: RowTarget): boolean {
  const { observe, observeExtremes, inOrder } = target;
  const values = observed === undefined ? undefined : column(observed);
  if (observe !== undefined && (inOrder || observeExtremes === undefined || values === undefined)) return false;
  if (appender?.fill(count, request, column) === false) return false;
  if (observe === undefined) return true;
  const extremes = extremesOf(values as Float64Array);
  if (extremes === undefined) return false;
  const [least, greatest] = extremes.map((index) => {
    const record = read(index);
    appender?.complete(record, request);
    return record;
  }) as [Row, Row];
  return observeExtremes?.(greatest, least) === true;
}

/** Where the least and the greatest of the numbers stand; undefined when any is NaN. */
function extremesOf(values: Float64Array): [least: number, greatest: number] | undefined {
  let [least, greatest] = [0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] as number;
    if (value >= (values[greatest] as number)) greatest = i;
    else if (!(value >= (values[least] as number))) {
      if (Number.isNaN(value)) return undefined;
      least = i;
    }
  }
  return Number.isNaN(values[0]) ? undefined : [least, greatest];
}

function takeEach({ count, read }: Run, { appender }: RawPlan, request: PageRequest, { observe, inOrder }: RowTarget): void {
  // Whether a text is a template at all is decided by its first evaluation, which is for the first record.
  if (!inOrder) appender?.complete(read(0), request);
  const append = appender?.begin(count, request);
  // The last record goes first if it may: most lists ascend, and then the cursor need not look closely at the others.
  const first = inOrder ? 0 : -1;
  for (let n = first; n < first + count; n += 1) {
    const index = n < 0 ? count - 1 : n;
    const record = read(index);
    append?.(index, record);
    observe?.(record);
  }
}

/** Looks at some fields of the elements from one to another. */
function lookInto(elements: Elements, from: number, to: number, fields: readonly string[]): Run {
  const { rows, width } = elements;
  // The last column is asked for first: it makes the room for the others, which growing memory would be lost to.
  const columns = fields.map((_, i) => numbersOf(elements, from, to, fields.length - 1 - i)).reverse();
  const { buffer, base } = bytesOf(elements);
  return {
    count: to - from,
    column: (name) => columns[fields.indexOf(name)],
    read(index) {
      const record: Row = {};
      for (let i = 0; i < fields.length; i += 1) {
        const number = columns[i]?.[index];
        if (number !== undefined && number >= 0) {
          record[fields[i] as string] = number;
          continue;
        }
        const at = (from + index) * width + ROW.fields + 2 * i;
        const start = rows[at] as number;
        if (start >= 0) record[fields[i] as string] = valueAt(buffer, start - base, (rows[at + 1] as number) - base);
      }
      return record;
    },
  };
}

/** The value that JSON text in the bytes stands for; texts without escapes are read directly. */
function valueAt(buffer: Buffer, start: number, end: number): Json {
  if (buffer[start] !== QUOTE) return parseJson(buffer.toString('utf8', start, end));
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = buffer[at] as number;
    if (byte === BACKSLASH || byte > 0x7f) return parseJson(buffer.toString('utf8', start, end));
  }
  return buffer.toString('latin1', start + 1, end - 1);
}
