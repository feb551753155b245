import { parseDocument } from '../components/decoders/json-document.ts';
import { compileNormalization, type SchemaNormalization } from '../components/selectors/schema-normalization.ts';
import { joinEdits } from '../engine/field-edits.ts';
import type { PageRequest, Row, Transformation } from '../engine/kinds.ts';
import { createRawPlan, type RawPlan, type RowParser, rawBatches } from '../engine/raw-rows.ts';
import { StreamSlice } from '../engine/stream-slice.ts';
import { compileDpath, DpathError } from '../lib/dpath.ts';
import { Float, type Json, parseExactJson, stringifyJson } from '../lib/json.ts';
import { copyJson } from '../lib/json-copy.ts';
import { type Elements, isScannable, ListScan, type ListShape, scanDocument } from '../lib/json-list/list-scan.ts';
import { isPlainObject } from '../lib/objects.ts';
import { buildFromYaml } from './build-from-yaml.ts';
import { type DocumentCase, documentOf } from './json-documents.ts';
import { Random } from './random.ts';

/** How many documents were read by copying their records, and how many both ways refuse. */
export interface Comparison {
  readonly copied: number;
  readonly refused: number;
  readonly left: number;
}

const REQUEST: PageRequest = { slice: new StreamSlice(), token: undefined };
const NO_RECORD = 'no record';

/** Reads so many generated documents as values and as bytes, whole and in pieces; throws Error with the seed of one where the two differ. */
export function comparePages(firstSeed: number, count: number): Comparison {
  const tally = { copied: 0, refused: 0, left: 0 };
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const document = documentOf(seed);
    const expected = plainLines(document);
    const whole = copiedLines(document, (shape) => {
      const scanned = scanDocument(halves(document.bytes, seed), shape);
      return scanned && [scanned.elements];
    });
    if (whole === undefined) {
      if (expected === undefined) tally.refused += 1;
      else tally.left += 1;
      continue;
    }
    tally.copied += 1;
    requireEqual(seed, 'whole', whole, expected);
    requireEqual(
      seed,
      'in pieces',
      copiedLines(document, (shape) => pieces(document.bytes, shape, seed)),
      expected,
    );
  }
  return tally;
}

/** The bytes in two chunks. */
function halves(bytes: Buffer, seed: number): Buffer[] {
  const at = new Random(seed).below(bytes.length + 1);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

function requireEqual(seed: number, way: string, got: readonly string[] | undefined, expected: readonly string[] | undefined): void {
  const [left, right] = [JSON.stringify(got), JSON.stringify(expected)];
  if (left !== right) throw new Error(`seed ${seed}, read ${way}:\n  copied ${left}\n  parsed ${right}`);
}

function pieces(bytes: Buffer, shape: ListShape, seed: number): Elements[] | undefined {
  const random = new Random(seed);
  const scan = new ListScan(shape);
  const found: Elements[] = [];
  for (let at = 0; at <= bytes.length; ) {
    const next = at + 1 + random.below(random.chance(0.5) ? 7 : 200);
    const elements = scan.push(Buffer.from(bytes.subarray(at, next)), next > bytes.length);
    if (elements === 'unfit') return undefined;
    if (elements !== undefined) found.push(elements);
    at = next;
  }
  return scan.finish() === undefined ? undefined : found;
}

/** The value that the added field of a record gets. */
function computed(record: Row, { fields }: DocumentCase): Json {
  const value = fields.length === 0 ? 7 : record[fields[0] as string];
  if (value === undefined) return null;
  if (!Number.isSafeInteger(value)) return copyJson(value);
  const number = value as number;
  return [number, number / 1000, new Float(number), number / 7][Math.abs(number) % 4] as Json;
}

/** Whether records of a document are filtered: in those that add nothing, or the field `a`. */
function isFiltered({ added: name, fields }: DocumentCase): boolean {
  return name === 'a' || (name === undefined && fields.length > 0);
}

/** Whether a record stays: about half of them, by the value of a field. */
function isKept(record: Row, document: DocumentCase): boolean {
  const { fields } = document;
  if (!isFiltered(document)) return true;
  return (stringifyJson(record[fields[0] ?? 'id'] ?? null).length & 1) === 0;
}

/** What is done to the records of a document, in some order. */
function stepsOf(document: DocumentCase): Transformation[] {
  const { added: name, fields, nested, dropped, bytes } = document;
  const steps: Transformation[] = [];
  if (name !== undefined) {
    const compute = (record: Row): Json => computed(record, document);
    steps.push({
      reads: [name, ...fields],
      edits: { sets: [{ name, compute }], drops: [] },
      transform: (record) => ({ ...record, [name]: compute(record) }),
    });
  }
  if (nested !== undefined)
    steps.push(stepOf(`{type: AddFields, fields: [{type: AddedFieldDefinition, path: [${nested}, x], value: "7"}]}`));
  if (dropped !== undefined) steps.push(stepOf(`{type: RemoveFields, field_pointers: [[${dropped}]]}`));
  return bytes.length % 2 === 0 ? steps : steps.reverse();
}

const builtSteps = new Map<string, Transformation>();

function stepOf(yaml: string): Transformation {
  const step = builtSteps.get(yaml) ?? buildFromYaml('transformation', yaml);
  builtSteps.set(yaml, step);
  return step;
}

function normalizationOf({ schema }: DocumentCase): SchemaNormalization | undefined {
  return schema && compileNormalization(schema, () => {});
}

/** How records come through the steps and the schema. */
function refinementOf(document: DocumentCase): (record: Row) => Row {
  const [steps, normalization] = [stepsOf(document), normalizationOf(document)];
  return (record) => {
    const refined = steps.reduce((present, { transform }) => transform(present, REQUEST) ?? present, record);
    normalization?.normalize(refined);
    return refined;
  };
}

/** The records as the usual way prints them; undefined for no JSON, for no list at the path; one error for anything that cannot be printed. */
function plainLines(document: DocumentCase): string[] | undefined {
  const parsed = parseDocument(document.bytes);
  const list = parsed === undefined || !isPlainObject(parsed) ? undefined : compileDpath(document.path).get(parsed as Json);
  if (!Array.isArray(list)) return undefined;
  if (!list.every(isPlainObject)) return [NO_RECORD];
  const refine = refinementOf(document);
  return orError(() => (list as unknown as Row[]).filter((record) => isKept(record, document)).map((record) => printed(refine(record))));
}

/** The lines, or one that stands for an error of a field that nothing can be put into. */
function orError(make: () => string[]): string[] {
  try {
    return make();
  } catch (error) {
    if (error instanceof DpathError) return [NO_RECORD];
    throw error;
  }
}

function printed(record: Row): string {
  const kept = Object.entries(record).filter(([, value]) => value !== null);
  return canonical(`{${kept.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`);
}

/** JSON as it reads, whatever its spelling: numbers by value, the order of keys and their repetitions left aside. */
function canonical(json: string): string {
  return JSON.stringify(sorted(parseExactJson(json)));
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlainObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted((value as unknown as Row)[key] as Json)]));
}

/** The records as copying prints them; undefined when `scan` finds that the document cannot be read so. */
function copiedLines(document: DocumentCase, scan: (shape: ListShape) => readonly Elements[] | undefined): string[] | undefined {
  const edits = joinEdits(stepsOf(document));
  if (edits === undefined) return undefined;
  const plan = createRawPlan(isFiltered(document) && document.fields.length === 0 ? ['id', 'meta'] : [...document.fields, 'meta'], edits, {
    ...(isFiltered(document) ? { filter: { keep: (record) => isKept(record, document), seesAdded: false } } : {}),
    fit: normalizationOf(document)?.fit,
  });
  const shape: ListShape = { path: document.path, fields: plan.fields, dropped: plan.dropped, kept: plan.kept };
  if (!isScannable(shape)) return undefined;
  const parts = scan(shape);
  return parts && orError(() => linesOf(document, plan, parts));
}

function linesOf(document: DocumentCase, plan: RawPlan, parts: readonly Elements[]): string[] {
  const refine = refinementOf(document);
  const lines: string[] = [];
  const parser: RowParser = {
    parse: (bytes) => parseDocument(bytes) as Json[],
    refine: (records) => ({
      records: records.flatMap((record) => {
        if (!isPlainObject(record)) return [record as unknown as Row];
        return isKept(record as unknown as Row, document) ? [refine(record as unknown as Row)] : [];
      }),
    }),
  };
  const writer = {
    prefix: () => Buffer.from('{{'),
    write: (block: Uint8Array, count: number): void => {
      const text = Buffer.from(block).toString();
      const found = text.split('\n').slice(0, -1);
      if (found.length !== count || !text.endsWith('}}\n')) throw new Error(`${count} lines were announced: ${text}`);
      lines.push(...found.map((line) => canonical(line.slice(2, -2))));
    },
  };
  let isWrong = false;
  const write = (record: Json): void => {
    if (isPlainObject(record)) lines.push(printed(record as unknown as Row));
    else isWrong = true;
  };
  for (const elements of parts) {
    for (const batch of rawBatches(elements, plan, REQUEST, parser)) {
      if (batch.writeTo === undefined) for (const record of batch.records) write(record);
      else batch.writeTo({ lines: writer, write, observe: undefined });
    }
  }
  return isWrong ? [NO_RECORD] : lines;
}
