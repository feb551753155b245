import { freeBytes, joinBytes } from '../lib/free-bytes.ts';
import { type Json, parseJson } from '../lib/json.ts';
import { composeLines } from '../lib/json-list/compose-lines.ts';
import { bytesOf, type Elements, FLAG, KIND, keepElements, numbersOf, ROW } from '../lib/json-list/list-scan.ts';
import { asPropertyName } from '../lib/objects.ts';
import { type AppendedField, type Columns, createFieldAppender, type FieldAppender } from './append-fields.ts';
import type { FieldEdits, SchemaFit } from './field-edits.ts';
import type { Batch, PageRequest, Refined, Row, RowFilter, RowTarget } from './kinds.ts';

/** How records are written that nothing but some of their fields is looked at of. */
export interface RawPlan {
  /** The fields that are looked at, then those that are set or dropped, as they stand in the rows. */
  readonly fields: readonly string[];
  /** How many of them are set or dropped: what records had there before is left out. */
  readonly dropped: number;
  /** What fields may have in records that are copied. */
  readonly kept: SchemaFit['kept'] | undefined;
  readonly appender: FieldAppender | undefined;
  /** The field that the cursor reads; undefined when it reads none or several. */
  readonly observed: string | undefined;
  readonly filter: RowFilter | undefined;
}

/** What a plan is made of beside the fields that are looked at: those that the cursor reads, the filter, and the schema. */
export interface RawPlanOptions {
  readonly observed?: readonly string[];
  readonly filter?: RowFilter | undefined;
  readonly fit?: SchemaFit | undefined;
}

/** The plan for records of which some fields are looked at, those of the cursor and the filter among them, and some are set or dropped. */
export function createRawPlan(
  looked: readonly string[],
  { sets, drops }: FieldEdits,
  { observed: [observed, ...others] = [], filter, fit }: RawPlanOptions = {},
): RawPlan {
  const names = [...sets.map(({ name }) => name), ...drops].map(asPropertyName);
  const appended = sets.map((field) => fitField(withoutOwnFormula(field, names), fit));
  return {
    fields: [...new Set(looked)]
      .filter((name) => !names.includes(name))
      .map(asPropertyName)
      .concat(names),
    dropped: names.length,
    kept: fit && new Map([...fit.kept].filter(([name]) => !names.includes(name))),
    appender: appended.length === 0 ? undefined : createFieldAppender(appended),
    observed: others.length === 0 ? observed : undefined,
    filter,
  };
}

/** The field, computed by its template when its formula starts from what is set. */
function withoutOwnFormula(field: AppendedField, names: readonly string[]): AppendedField {
  return field.formula === undefined || !names.includes(field.formula.field) ? field : { ...field, formula: undefined };
}

/** The field with values as the schema has them. */
function fitField(field: AppendedField, fit: SchemaFit | undefined): AppendedField {
  const { name, formula } = field;
  const kinds = fit?.kept.get(name)?.kinds;
  if (fit === undefined || kinds === undefined) return field;
  const isKept = formula !== undefined && (kinds & (formula.isFloat ? KIND.fraction : KIND.integer)) !== 0;
  return { ...field, toSchema: (value) => fit.convert(name, value), formula: isKept ? formula : undefined };
}

/** What makes records of bytes where they must be parsed after all. */
export interface RowParser {
  /** The values in the bytes of a JSON list. */
  parse(bytes: Uint8Array): Json[];
  /** The records that become of them. */
  refine(records: Json[], request: PageRequest): Refined;
}

/** Bytes of records that are parsed together: few enough that V8 throws them away while they are new. */
export const GROUP = 64 * 1024;
const SUFFIX = Buffer.from('}}\n');
const [OPEN, COMMA, CLOSE] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OBJECT, LIST] = [0x7b, 0x5b];
/** The fewest digits of an integer that 64 bits may not hold. */
const SHORT = 19;

/** A batch whose last record can be asked for alone. */
export interface RawBatch extends Batch {
  readonly lastRecord: Row | undefined;
}

/**
 * Records that are written by copying their bytes, all that can be together; whoever needs them as values has them parsed. What a record fails
 * with is thrown once those before it were taken.
 */
export function* rawBatches(elements: Elements, plan: RawPlan, request: PageRequest, parser: RowParser): Generator<RawBatch> {
  if (plan.filter === undefined) yield* wholeBatch(new ElementsBatch(elements, plan, request, parser));
  else if (elements.odd === 0) {
    const { kept, failure } = keptElements(elements, plan, plan.filter, request, parser);
    yield* wholeBatch(new ElementsBatch(kept, plan, request, parser));
    if (failure !== undefined) throw failure;
  }
  // What is to be parsed in any case tells by its values whether it stays.
  else for (const group of parseGroups(elements, 0, elements.count, parser)) yield* refinedBatch(parser.refine(group, request));
}

function* wholeBatch(batch: ElementsBatch): Generator<RawBatch> {
  yield batch;
  if (batch.failure !== undefined) throw batch.failure;
}

/** Refined records as a batch, then what the record after them failed with. */
function* refinedBatch(refined: Refined): Generator<RawBatch> {
  yield parsedBatch(refined.records);
  if (refined.failure !== undefined) throw refined.failure;
}

/** The records of some elements: a class, since V8 makes slow objects of literals with getters. */
class ElementsBatch implements RawBatch {
  readonly count: number;
  readonly #elements: Elements;
  readonly #plan: RawPlan;
  readonly #request: PageRequest;
  readonly #parser: RowParser;
  #parsed: Row[] | undefined;
  #failure: unknown;

  constructor(elements: Elements, plan: RawPlan, request: PageRequest, parser: RowParser) {
    this.count = elements.count;
    this.#elements = elements;
    this.#plan = plan;
    this.#request = request;
    this.#parser = parser;
  }

  /** What one of them failed with when they were taken. */
  get failure(): unknown {
    return this.#failure;
  }

  get records(): Row[] {
    if (this.#parsed === undefined) {
      const { records, failure } = this.#refine(0, this.count);
      this.#parsed = records;
      this.#failure = failure;
    }
    return this.#parsed;
  }

  get lastRecord(): Row | undefined {
    return this.count === 0 ? undefined : this.#refine(this.count - 1, this.count).records.at(-1);
  }

  first(): Row | undefined {
    const { records, failure } = this.#refine(0, 1);
    if (failure !== undefined) throw failure;
    return records[0];
  }

  sample(count: number): Row[] {
    return this.#refine(0, Math.min(count, this.count)).records;
  }

  writeTo(target: RowTarget): void {
    this.#failure = writeRows(this.#elements, this.#plan, this.#request, this.#parser, target);
  }

  #refine(from: number, to: number): Refined {
    return this.#parser.refine(parseElements(this.#elements, from, to, this.#parser), this.#request);
  }
}

/** Records that were parsed, as such a batch. */
export function parsedBatch(records: Row[]): RawBatch {
  return { count: records.length, records, lastRecord: records.at(-1) };
}

/** The elements that a filter leaves, up to the one that it fails on. */
function keptElements(
  elements: Elements,
  { appender, fields }: RawPlan,
  { keep, seesAdded }: RowFilter,
  request: PageRequest,
  parser: RowParser,
): { kept: Elements; failure?: unknown } {
  const { count, read } = lookInto(elements, 0, elements.count, fields, parser);
  const marks = new Uint8Array(count);
  let kept = 0;
  let failure: unknown;
  try {
    for (let index = 0; index < count; index += 1) {
      const record = read(index);
      if (seesAdded) appender?.complete(record, request);
      if (!keep(record, request)) continue;
      marks[index] = 1;
      kept += 1;
    }
  } catch (error) {
    failure = error;
  }
  return { kept: kept === count ? elements : keepElements(elements, marks), failure };
}

/** The elements from one to another as values. */
function parseElements(elements: Elements, from: number, to: number, parser: RowParser): Json[] {
  const bytes = listOf(elements, from, to);
  const values = parser.parse(bytes);
  freeBytes(bytes);
  return values;
}

/** The elements from one to another as a JSON list. */
function listOf(elements: Elements, from: number, to: number): Uint8Array {
  const { rows, width, hasGaps = false } = elements;
  if (from === to) return joinBytes([OPEN, CLOSE]);
  const { buffer, base } = bytesOf(elements);
  const between = (first: number, last: number): Buffer =>
    buffer.subarray((rows[first * width + ROW.start] as number) - base, (rows[last * width + ROW.end] as number) - base);
  if (!hasGaps) return joinBytes([OPEN, between(from, to - 1), CLOSE]);
  const parts: Buffer[] = [];
  for (let index = from; index < to; index += 1) parts.push(index === from ? OPEN : COMMA, between(index, index));
  return joinBytes([...parts, CLOSE]);
}

/** The elements from one to another as values, some 64 kB of them at a time. */
export function* parseGroups(elements: Elements, from: number, to: number, parser: RowParser): Generator<Json[]> {
  const { rows, width } = elements;
  for (let [first, next] = [from, from]; first < to; first = next) {
    const end = (rows[first * width + ROW.start] as number) + GROUP;
    do next += 1;
    while (next < to && (rows[next * width + ROW.end] as number) <= end);
    yield parseElements(elements, first, next, parser);
  }
}

/** Writes all elements; gives what the first one fails with that does, after those before it. */
function writeRows(elements: Elements, plan: RawPlan, request: PageRequest, parser: RowParser, target: RowTarget): unknown {
  const { count, odd, rows, width } = elements;
  if (count > 0 && odd === 0) return writeRun(elements, 0, count, plan, request, parser, target);
  const mustParse = (index: number): boolean => ((rows[index * width + ROW.flags] as number) & (FLAG.parse | FLAG.other)) !== 0;
  let failure: unknown;
  for (let from = 0; from < count && failure === undefined; ) {
    let to = from;
    while (to < count && !mustParse(to)) to += 1;
    if (to > from) failure = writeRun(elements, from, to, plan, request, parser, target);
    from = to;
    while (to < count && mustParse(to)) to += 1;
    failure ??= writeParsed(elements, from, to, request, parser, target);
    from = to;
  }
  return failure;
}

/** Writes elements by their values, up to the one that fails; gives what it fails with. */
function writeParsed(elements: Elements, from: number, to: number, request: PageRequest, parser: RowParser, target: RowTarget): unknown {
  for (const group of parseGroups(elements, from, to, parser)) {
    const { records, failure } = parser.refine(group, request);
    for (const record of records) target.write(record);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function writeRun(
  elements: Elements,
  from: number,
  to: number,
  plan: RawPlan,
  request: PageRequest,
  parser: RowParser,
  target: RowTarget,
): unknown {
  const { appender } = plan;
  if (appender !== undefined || target.observe !== undefined) {
    try {
      const run = lookInto(elements, from, to, plan.fields, parser);
      if (!takeTogether(run, plan, request, target)) takeEach(run, plan, request, target);
    } catch (error) {
      // Nothing of the run is written yet: by their values they go out up to the one that fails.
      return writeParsed(elements, from, to, request, parser, target) ?? error;
    }
  }
  const { lines } = target;
  composeLines(elements, from, to, { prefix: lines.prefix(), suffix: SUFFIX, added: appender?.texts }, lines.write);
  return undefined;
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
function lookInto(elements: Elements, from: number, to: number, fields: readonly string[], parser: RowParser): Run {
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
        if (start >= 0) record[fields[i] as string] = valueAt(buffer, start - base, (rows[at + 1] as number) - base, parser);
      }
      return record;
    },
  };
}

/** The value that JSON text in the bytes stands for; texts without escapes are read directly, short numbers and words alone. */
function valueAt(buffer: Buffer, start: number, end: number, parser: RowParser): Json {
  if (buffer[start] !== QUOTE) {
    if (end - start < SHORT && buffer[start] !== OBJECT && buffer[start] !== LIST) return parseJson(buffer.toString('latin1', start, end));
    return parseAlone(buffer, start, end, parser);
  }
  for (let at = start + 1; at < end - 1; at += 1) {
    const byte = buffer[at] as number;
    if (byte === BACKSLASH || byte > 0x7f) return parseJson(buffer.toString('utf8', start, end));
  }
  return buffer.toString('latin1', start + 1, end - 1);
}

/** A value as it would be parsed within its record. */
function parseAlone(buffer: Buffer, start: number, end: number, parser: RowParser): Json {
  return parser.parse(Buffer.concat([OPEN, buffer.subarray(start, end), CLOSE]))[0] as Json;
}
