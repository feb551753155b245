import { batchOf } from '../../engine/batch.ts';
import type { Builder } from '../../engine/builder.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type {
  Batch,
  Decoder,
  PageRequest,
  Paginator,
  QueryProperties,
  RecordSelector,
  RequestContributor,
  Requester,
  Row,
  SendOptions,
} from '../../engine/kinds.ts';
import { recordsPurpose } from '../../engine/observer.ts';
import type { Page } from '../../engine/page.ts';
import { createBytePrint, type PageGuard } from '../../engine/page-guard.ts';
import { mergeChunks } from '../../engine/property-chunks.ts';
import type { RawBatch } from '../../engine/raw-rows.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json } from '../../lib/json.ts';
import { SystemError } from '../../protocol/failure.ts';
import { createPageScan, WHOLE_BODY } from './page-scan.ts';

/** What the pages of a stream are read with. */
export interface PageParts {
  readonly requester: Requester;
  readonly selector: RecordSelector;
  readonly decoder: Decoder;
  readonly paginator: Paginator;
  readonly contributors: readonly RequestContributor[];
}

/** The records of a page, batch by batch, then what the paginator needs to know of it; undefined when the page was ignored. */
export type PageRecords = AsyncGenerator<Batch, Page | undefined>;

/** Reads one page at a time; throws SystemError at a body that cannot be read and at pages that repeat. */
export interface PageReader {
  /** Asks for a page, in several requests where a request cannot name all properties. */
  read(request: PageRequest, guard: PageGuard): PageRecords;
  /** Takes a page that is here already. */
  readEmbedded(request: PageRequest, guard: PageGuard, response: HttpResponse): PageRecords;
}

const UNGUARDED: PageGuard = { check() {}, sawRecords() {} };

/** A reader of the stream's pages. */
export function createPageReader(
  { stream, run }: Builder,
  { requester, selector, decoder, paginator, contributors }: PageParts,
): PageReader {
  const countsRefused = run.guards.of(stream?.name ?? '').filtered_paging === 'mend';
  const purpose = run.observer && (stream?.purpose ?? recordsPurpose(stream?.name ?? ''));
  let hasWarned = false;

  /** Says, once, what is where the records should be. */
  function warnOfMissing(document: Json): void {
    const reason = hasWarned ? undefined : selector.explain?.(document);
    if (reason === undefined) return;
    run.log.warn(`Stream ${stream?.name ?? ''}: the first page of a slice has no records. ${reason}`);
    if (stream?.tally !== undefined) stream.tally.missing = reason;
    hasWarned = true;
  }

  /** Ends a slice at a body that is no document at all, which would otherwise pass for a page without records. */
  function refuseUnreadable(response: HttpResponse): void {
    const refusal = decoder.refusal?.(response);
    if (refusal === undefined) return;
    const { method, url } = response.request;
    throw new SystemError(`${method} ${run.secrets.redactUrl(url)} answered ${response.status} with a body that ${refusal}`);
  }

  /** Notes a response that was looked into. */
  function count(extracted: number): void {
    if (stream?.tally === undefined) return;
    stream.tally.responses += 1;
    stream.tally.selected += extracted;
  }

  async function* readEmbedded(request: PageRequest, guard: PageGuard, response: HttpResponse): PageRecords {
    if (paginator.pages) {
      await response.load();
      const bytes = createBytePrint();
      for (const part of response.parts) bytes.update(part);
      guard.check(request.token, bytes.print());
    }
    let [extracted, found, emitted] = [0, 0, 0];
    let document: Json | undefined;
    let [lastRecord, lastEmitted]: (Row | undefined)[] = [];
    for await (const documents of selector.wholeResponse ? together(decoder.decode(response)) : decoder.decode(response)) {
      // What is decoded while it arrives is not kept for the paginator. parity: decoders/pagination_decoder_decorator.py
      if (!decoder.streams) document ??= documents[0];
      const selecting = selector.select(documents, request);
      const selected = selecting instanceof Promise ? await selecting : selecting;
      const { records, refusedLast, failure } = selected;
      extracted += selected.extracted;
      found += selected.found;
      emitted += records.length;
      lastEmitted = records.at(-1) ?? lastEmitted;
      lastRecord = (countsRefused ? refusedLast : undefined) ?? records.at(-1) ?? lastRecord;
      if (records.length > 0) yield batchOf(records);
      if (failure !== undefined) throw failure;
    }
    count(extracted);
    guard.sawRecords(extracted);
    if (extracted === 0) {
      refuseUnreadable(response);
      if (request.token === paginator.initialToken() && document !== undefined) warnOfMissing(document);
    }
    if (selector.changesDocuments && paginator.readsDocument !== 'nothing' && !decoder.streams)
      document = await firstDocument(decoder.decode(response));
    const { token, slice, pageSize } = request;
    const free = run.observer === undefined ? { free: () => response.free() } : {};
    const size = countsRefused ? found : emitted;
    return { response, document: document ?? {}, extracted, emitted, lastEmitted, size, lastRecord, token, slice, pageSize, ...free };
  }

  // Whoever watches sees the records as values.
  const scan =
    run.observer === undefined
      ? createPageScan(
          { selector, decoder, paginator, cursor: stream?.cursor, countsRefused, mostHeld: run.guards.max_response_bytes },
          run.environment,
        )
      : undefined;
  const sending: SendOptions = scan === undefined ? { stream: decoder.streams, purpose } : { stream: true, beginning: WHOLE_BODY, purpose };

  async function* readWhole(request: PageRequest, guard: PageGuard): PageRecords {
    const path = paginator.path(request);
    const withoutQuery = path !== undefined && paginator.givesWholeUrls === true;
    const response = await requester.send(request, contributors, path, { ...sending, withoutQuery });
    if (response === null || response.status >= 400) {
      response?.discard();
      return undefined;
    }
    if (scan === undefined) return yield* readEmbedded(request, guard, response);
    await selector.ready();
    if (!(await response.begin(WHOLE_BODY))) {
      if (!scan.canFollow(response)) {
        await response.load();
        return yield* readEmbedded(request, guard, response);
      }
      const arrived = yield* scan.readArriving(request, guard, response);
      count(arrived.extracted);
      guard.sawRecords(arrived.extracted);
      return arrived;
    }
    const scanned = scan.readLoaded(request, response);
    if (scanned === undefined) return yield* readEmbedded(request, guard, response);
    if (paginator.pages) guard.check(request.token, scanned.print);
    let emitted = 0;
    let last: RawBatch | undefined;
    for (const made of scanned.batches) {
      const batch = made instanceof Promise ? await made : made;
      if (batch.count === 0) continue;
      emitted += batch.count;
      last = batch;
      yield batch;
    }
    const page = scanned.page(emitted, last);
    count(page.extracted);
    guard.sawRecords(page.extracted);
    return page;
  }

  async function* readInParts(properties: QueryProperties, request: PageRequest, guard: PageGuard): PageRecords {
    const merged = mergeChunks(properties);
    let page: Page | undefined;
    let [emitted, lastRecord]: [number, Row | undefined] = [0, undefined];
    for (const chunk of await properties.chunks()) {
      const { partition, cursorSlice, extraFields } = request.slice;
      const slice = new StreamSlice(partition, cursorSlice, { ...extraFields, query_properties: [...chunk] });
      // The parts of one page share its token, so the first stands for all.
      const records = readWhole({ ...request, slice }, page === undefined ? guard : UNGUARDED);
      try {
        let step = await records.next();
        for (; !step.done; step = await records.next()) {
          const ready = merged.add(step.value.records);
          emitted += ready.length;
          lastRecord = ready.at(-1) ?? lastRecord;
          if (ready.length > 0) yield batchOf(ready);
        }
        page = step.value;
      } finally {
        await records.return(undefined);
      }
    }
    const joined = merged.finish();
    if (joined.length > 0) yield batchOf(joined);
    if (page === undefined) return undefined;
    const { response, document, extracted, token, slice, pageSize } = page;
    const free = (): void => page?.free?.();
    emitted += joined.length;
    const lastEmitted = joined.at(-1) ?? lastRecord;
    // Where a filter refused records of the parts, only the parts tell what the API sent.
    const counted =
      page.size === page.emitted ? { size: emitted, lastRecord: lastEmitted } : { size: page.size, lastRecord: page.lastRecord };
    return { response, document, extracted, emitted, lastEmitted, ...counted, token, slice, pageSize, free };
  }

  return {
    read(request, guard) {
      const { queryProperties } = requester;
      return queryProperties === undefined ? readWhole(request, guard) : readInParts(queryProperties, request, guard);
    },
    readEmbedded,
  };
}

async function* together(batches: AsyncIterable<readonly Json[]>): AsyncGenerator<readonly Json[]> {
  const all: Json[] = [];
  for await (const batch of batches) all.push(...batch);
  yield all;
}

async function firstDocument(batches: AsyncIterable<readonly Json[]>): Promise<Json | undefined> {
  for await (const [document] of batches) return document;
  return undefined;
}
