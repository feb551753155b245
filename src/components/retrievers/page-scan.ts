import type { HttpResponse } from '../../engine/http.ts';
import type { Batch, Cursor, Decoder, PageRequest, Paginator, Reads, RecordSelector, Refined, Row } from '../../engine/kinds.ts';
import type { Page } from '../../engine/page.ts';
import { createBytePrint, type PageGuard } from '../../engine/page-guard.ts';
import {
  createRawPlan,
  GROUP,
  parsedBatch,
  parseGroups,
  type RawBatch,
  type RawPlan,
  type RowParser,
  rawBatches,
} from '../../engine/raw-rows.ts';
import { refuseTooLong } from '../../engine/refuse-too-long.ts';
import type { Json } from '../../lib/json.ts';
import {
  canScan,
  type Elements,
  freeElements,
  isScannable,
  ListScan,
  type ListShape,
  type ScannedDocument,
  scanDocument,
} from '../../lib/json-list/list-scan.ts';
import { onDemand } from '../../lib/on-demand.ts';
import { isNamedUtf8 } from '../../lib/utf8-bytes.ts';
import { SystemError } from '../../protocol/failure.ts';

/** Bytes of a body that are loaded before its first record goes out, so that a page that breaks off or is no JSON gives none at all. */
export const WHOLE_BODY = 8 * 1024 * 1024;
/** The bytes below which parsing a page is quicker than looking for its records. */
const WORTH_SCANNING = 4096;
/** The bytes below which parsing all records of a page together is quicker than parsing some at a time. */
const WORTH_GROUPING = 2 * GROUP;

/** Reads pages by finding their records in the bytes, and parses only what somebody looks into. */
export interface PageScan {
  /** The page that a loaded response holds; undefined when it is to be decoded in the usual way. */
  readLoaded(request: PageRequest, response: HttpResponse): ScannedPage | undefined;
  /** Whether what has begun to arrive is a document whose records can be read as they come. */
  canFollow(response: HttpResponse): boolean;
  /** The records of a body that is too large to be held, as it arrives; throws SystemError for anything but JSON with a list of records. */
  readArriving(request: PageRequest, guard: PageGuard, response: HttpResponse): AsyncGenerator<Batch, Page>;
}

/** A page whose every byte was checked. */
export interface ScannedPage {
  /** A text that other pages are not likely to have. */
  readonly print: string;
  /** Its records, to be taken once. */
  readonly batches: Iterable<RawBatch | Promise<RawBatch>>;
  /** The page when so many records of it were written, and the last batch of them. */
  page(emitted: number, last: RawBatch | undefined): Page;
}

/** The parts that decide how a page can be read. */
export interface ScannedParts {
  readonly selector: RecordSelector;
  readonly decoder: Decoder;
  readonly paginator: Paginator;
  readonly cursor: Cursor | undefined;
  /** Whether paging counts the records that filters refuse. */
  readonly countsRefused: boolean;
  /** Bytes of a response that may be held at a time. */
  readonly mostHeld: number;
}

/** How pages are read by choice: `scanned` wherever that is possible, `parsed` always; else whichever is quicker. */
const CHOICE = 'SOURCE_DECLARATIVE_PAGES';

/** A way to read pages without parsing them; undefined where records stand in no list of their own, or the paginator looks at that list. */
export function createPageScan(
  { selector, decoder, paginator, cursor, countsRefused, mostHeld }: ScannedParts,
  environment: Readonly<Record<string, string | undefined>>,
): PageScan | undefined {
  const choice = environment[CHOICE];
  const { listPath } = selector;
  const { parseList } = decoder;
  const [top] = listPath ?? [];
  if (choice === 'parsed' || !canScan()) return undefined;
  if (listPath === undefined || parseList === undefined || top === undefined || lookAt(paginator.readsDocument, top)) return undefined;
  if (!isScannable({ path: listPath, fields: [] })) return undefined;
  const parser: RowParser = { parse: parseList, refine: selector.refineNow };
  // What the schema says is known when the selector is ready, which it is before anything is read.
  const scanning = onDemand(() => {
    const plan = planOf(listPath, selector, cursor);
    const leastBytes = choice === 'scanned' ? 0 : plan === undefined ? WORTH_GROUPING : WORTH_SCANNING;
    return { plan, shape: shapeOf(listPath, plan), leastBytes };
  });

  function* parsedBatches(elements: Elements, request: PageRequest): Generator<RawBatch | Promise<RawBatch>> {
    for (const group of parseGroups(elements, 0, elements.count, parser)) {
      let failure: unknown;
      const taken = (refined: Refined): RawBatch => {
        failure = refined.failure;
        return parsedBatch(refined.records);
      };
      const refined = selector.refine(group, request);
      yield refined instanceof Promise ? refined.then(taken) : taken(refined);
      if (failure !== undefined) throw failure;
    }
  }

  function batchesOf(elements: Elements, plan: RawPlan | undefined, request: PageRequest): Iterable<RawBatch | Promise<RawBatch>> {
    return plan === undefined ? parsedBatches(elements, request) : rawBatches(elements, plan, request, parser);
  }

  return {
    readLoaded(request, response) {
      const { plan, shape, leastBytes } = scanning();
      const { parts } = response;
      const [first = NOTHING] = parts;
      if (isShorter(parts, leastBytes) || startsOddly(first)) return undefined;
      const document = scanDocument(parts, shape);
      if (document === undefined) return undefined;
      const { elements, print } = document;
      return {
        print,
        batches: batchesOf(elements, plan, request),
        page: (emitted, last) => new LoadedPage({ request, response, document, parser, selector, countsRefused }, emitted, last),
      };
    },
    canFollow({ beginning, namedCharset }) {
      if (namedCharset !== null && !isNamedUtf8(namedCharset)) return false;
      const probe = new ListScan(scanning().shape);
      for (const chunk of beginning) {
        const found = probe.push(chunk, false);
        if (found !== undefined) return found !== 'unfit';
      }
      return false;
    },
    async *readArriving(request, guard, response) {
      const { plan, shape } = scanning();
      const scan = new ListScan(shape);
      const bytes = createBytePrint();
      let [extracted, emitted] = [0, 0];
      let [lastRecord, lastEmitted]: (Row | undefined)[] = [];
      const unfit = (): SystemError =>
        new SystemError(
          `${response.request.method} ${response.request.url} answered ${response.status} with a body that is no JSON document with a list at ${listPath.join('.')}, or that ends before it is whole.`,
        );
      for await (const chunk of chunksAndEnd(response)) {
        bytes.update(chunk ?? NOTHING);
        const elements = scan.push(chunk ?? NOTHING, chunk === undefined);
        if (elements === 'unfit') throw unfit();
        refuseTooLong('record', scan.held(), mostHeld);
        if (elements === undefined) continue;
        extracted += elements.count;
        const before = emitted;
        for (const made of batchesOf(elements, plan, request)) {
          const batch = made instanceof Promise ? await made : made;
          if (batch.count === 0) continue;
          emitted += batch.count;
          yield batch;
          lastEmitted = batch.lastRecord;
          lastRecord = lastEmitted;
        }
        if (paginator.pages && countsRefused && emitted - before < elements.count)
          lastRecord = lastUnfiltered(elements, { selector, parser, request }) ?? lastRecord;
        if (chunk !== undefined) response.free(chunk);
      }
      const skeleton = scan.finish();
      if (skeleton === undefined) throw unfit();
      if (paginator.pages) guard.check(request.token, bytes.print());
      const { token, slice, pageSize } = request;
      return {
        response,
        token,
        slice,
        pageSize,
        extracted,
        emitted,
        lastEmitted,
        size: countsRefused ? extracted : emitted,
        lastRecord,
        get document() {
          return parseOne(parser, skeleton);
        },
      };
    },
  };
}

const NOTHING = new Uint8Array(0);

/** What a page is made of that was scanned. */
interface LoadedParts {
  readonly request: PageRequest;
  readonly response: HttpResponse;
  readonly document: ScannedDocument;
  readonly parser: RowParser;
  readonly selector: RecordSelector;
  readonly countsRefused: boolean;
}

/** A page that parses what is asked of it: a class, since V8 makes slow objects of literals with getters. */
class LoadedPage implements Page {
  readonly response: HttpResponse;
  readonly token: Page['token'];
  readonly slice: Page['slice'];
  readonly pageSize: Page['pageSize'];
  readonly extracted: number;
  readonly emitted: number;
  readonly size: number;
  readonly #parts: LoadedParts;
  readonly #last: RawBatch | undefined;

  constructor(parts: LoadedParts, emitted: number, last: RawBatch | undefined) {
    const { request, response, document, countsRefused } = parts;
    this.response = response;
    this.token = request.token;
    this.slice = request.slice;
    this.pageSize = request.pageSize;
    this.extracted = document.elements.count;
    this.emitted = emitted;
    this.size = countsRefused ? this.extracted : emitted;
    this.#parts = parts;
    this.#last = last;
  }

  get document(): Json {
    return parseOne(this.#parts.parser, this.#parts.document.skeleton());
  }

  get lastEmitted(): Row | undefined {
    return this.#last?.lastRecord;
  }

  get lastRecord(): Row | undefined {
    const refused = this.size > this.emitted ? lastUnfiltered(this.#parts.document.elements, this.#parts) : undefined;
    return refused ?? this.lastEmitted;
  }

  free(): void {
    freeElements(this.#parts.document.elements);
    this.response.free();
  }
}

/** The last of some elements as it would leave the selector if no filter refused it. */
function lastUnfiltered(
  elements: Elements,
  { selector, parser, request }: { selector: RecordSelector; parser: RowParser; request: PageRequest },
): Row | undefined {
  const { count } = elements;
  if (count === 0) return undefined;
  const [[last = null] = []] = parseGroups(elements, count - 1, count, parser);
  return selector.unfiltered(last, request);
}

/** The chunks of a body, then undefined. */
async function* chunksAndEnd(response: HttpResponse): AsyncGenerator<Uint8Array | undefined> {
  yield* response.chunks();
  yield undefined;
}

/** Which fields of the records are looked at, set and dropped, and which records stay; undefined when whole records are looked at. */
function planOf(
  path: readonly string[],
  { edits, schemaFit, filter, reads }: RecordSelector,
  cursor: Cursor | undefined,
): RawPlan | undefined {
  const observed = cursor?.reads ?? 'nothing';
  if (edits === undefined || reads === 'all' || observed === 'all') return undefined;
  if (namesIn(observed).some((name) => edits.drops.includes(name))) return undefined;
  // A filter that sees what is set sees it before it is fitted to the schema, and does not see what is dropped.
  if (filter?.seesAdded === true && (schemaFit !== undefined || edits.drops.length > 0)) return undefined;
  const fit = schemaFit?.();
  if (schemaFit !== undefined && fit === undefined) return undefined;
  const options = { observed: namesIn(observed), filter, fit };
  const plan = createRawPlan([...namesIn(reads), ...namesIn(observed)], edits, options);
  return isScannable(shapeOf(path, plan)) ? plan : undefined;
}

function shapeOf(path: readonly string[], plan: RawPlan | undefined): ListShape {
  return plan === undefined ? { path, fields: [] } : { path, fields: plan.fields, dropped: plan.dropped, kept: plan.kept };
}

function namesIn(reads: Reads): readonly string[] {
  return typeof reads === 'string' ? [] : reads;
}

function lookAt(reads: Reads, field: string): boolean {
  return reads === 'all' || (reads !== 'nothing' && reads.includes(field));
}

function isShorter(parts: readonly Uint8Array[], bytes: number): boolean {
  let length = 0;
  for (let i = 0; i < parts.length && length < bytes; i += 1) length += (parts[i] as Uint8Array).length;
  return length < bytes;
}

/** Whether a body begins as the decoder takes for no JSON: with a byte order mark, or in an encoding of more than one byte. */
function startsOddly(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef || bytes.subarray(0, 4).includes(0);
}

function parseOne(parser: RowParser, bytes: Uint8Array): Json {
  const [document] = parser.parse(Buffer.concat([Buffer.from('['), bytes, Buffer.from(']')]));
  return document as Json;
}
