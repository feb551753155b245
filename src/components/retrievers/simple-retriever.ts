import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { embeddedResponse } from '../../engine/embedded-response.ts';
import { boolean, either, optional, type Slot, slot, slots, withDefault } from '../../engine/fields.ts';
import { type HttpResponse, PageSizeTooLarge, PaginationResetNeeded, WindowTooLarge } from '../../engine/http.ts';
import type { Batch, PageRequest, RequestContributor, Row } from '../../engine/kinds.ts';
import type { Page } from '../../engine/page.ts';
import { createPageGuard, type PageGuard } from '../../engine/page-guard.ts';
import { createPaginationTracker } from '../../engine/pagination-tracker.ts';
import { mergeChunks } from '../../engine/property-chunks.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { SystemError } from '../../protocol/failure.ts';

/** parity: retrievers/simple_retriever.py:SimpleRetriever */
export const SimpleRetriever = component({
  type: 'SimpleRetriever',
  kind: 'retriever',
  summary: 'Reads a slice page by page: asks, decodes, selects records, and asks for the next page until the paginator ends.',
  example: `
    type: SimpleRetriever
    requester:
      type: HttpRequester
      url: https://api.example.com/v1/items
    record_selector:
      type: RecordSelector
      extractor:
        type: DpathExtractor
        field_path: [items]`,
  fields: () => ({
    requester: slot('requester', { defaultType: 'HttpRequester' }),
    decoder: optional(slot('decoder')),
    record_selector: slot('recordSelector', { defaultType: 'RecordSelector' }),
    paginator: optional(slot('paginator')),
    pagination_reset: optional(slot('paginationReset', { defaultType: 'PaginationReset' })),
    page_size_reduction: optional(slot('pageSizeReduction', { defaultType: 'PageSizeReduction' })),
    request_window_splitting: optional(slot('windowSplitting', { defaultType: 'RequestWindowSplitting' })),
    ignore_stream_slicer_parameters_on_paginated_requests: withDefault(boolean(), false),
    partition_router: optional(either(slot('partitionRouter'), slots('partitionRouter'))),
  }),
  build(spec, b) {
    const requester = b.build('requester', spec.requester, { defaultType: 'HttpRequester' });
    const selector = b.build('recordSelector', spec.record_selector, { defaultType: 'RecordSelector' });
    const decoder = selector.decoder ?? b.build('decoder', spec.decoder ?? ({ type: 'JsonDecoder' } as Slot<'decoder'>));
    const paginator = b.build('paginator', spec.paginator ?? ({ type: 'NoPagination' } as Slot<'paginator'>));
    if (paginator.pages && !decoder.paginates)
      b.fail('Only responses that are decoded whole can be paged: this decoder gives the paginator nothing to look at.', 'paginator');
    const contributors = [paginator, ...slicingOf(b, spec.ignore_stream_slicer_parameters_on_paginated_requests)];
    const { stream, run } = b;
    const streamName = stream?.name ?? '';
    const feed = stream?.incremental?.isDataFeed === true ? stream.cursor : undefined;
    const reset =
      spec.pagination_reset &&
      b.build('paginationReset', spec.pagination_reset, { defaultType: 'PaginationReset', declaration: spec as JsonObject });
    const reduction =
      spec.page_size_reduction && b.build('pageSizeReduction', spec.page_size_reduction, { defaultType: 'PageSizeReduction' });
    const splitting =
      spec.request_window_splitting && b.build('windowSplitting', spec.request_window_splitting, { defaultType: 'RequestWindowSplitting' });
    checkAction(b, requester.actions.has('REDUCE_PAGE_SIZE'), reduction !== undefined, 'REDUCE_PAGE_SIZE', 'page_size_reduction');
    checkAction(
      b,
      requester.actions.has('SPLIT_REQUEST_WINDOW'),
      splitting !== undefined,
      'SPLIT_REQUEST_WINDOW',
      'request_window_splitting',
    );
    if (stream?.router?.embedsPages === true && !stream.hasState) checkEmbedded(b, spec.decoder);
    reduction?.check(requester, paginator);
    splitting?.check(requester);

    /** Ends a slice at a body that is no document at all, which would otherwise pass for a page without records. */
    function refuseUnreadable(response: HttpResponse): void {
      const refusal = decoder.refusal?.(response);
      if (refusal === undefined) return;
      const { method, url } = response.request;
      throw new SystemError(`${method} ${run.secrets.redactUrl(url)} answered ${response.status} with a body that ${refusal}`);
    }

    let hasWarned = false;

    function warnOfMissing(document: Json): void {
      const reason = hasWarned ? undefined : selector.explain?.(document);
      if (reason === undefined) return;
      run.log.warn(`Stream ${streamName}: the first page of a slice has no records. ${reason}`);
      hasWarned = true;
    }

    /** The records of one request, batch by batch; returns what the paginator needs to know of it, undefined when it was ignored. */
    async function* fetch(request: PageRequest, guard: PageGuard, embedded?: HttpResponse): AsyncGenerator<Row[], Page | undefined> {
      const response = embedded ?? (await requester.send(request, contributors, paginator.path(request), { stream: decoder.streams }));
      if (response === null || response.status >= 400) {
        response?.discard();
        return undefined;
      }
      if (paginator.pages) guard.check(request.token, await response.load());
      let [extracted, emitted] = [0, 0];
      let document: Json | undefined;
      let lastRecord: Row | undefined;
      for await (const documents of selector.wholeResponse ? together(decoder.decode(response)) : decoder.decode(response)) {
        // What is decoded while it arrives is not kept for the paginator. parity: decoders/pagination_decoder_decorator.py
        if (!decoder.streams) document ??= documents[0];
        const selecting = selector.select(documents, request);
        const selected = selecting instanceof Promise ? await selecting : selecting;
        extracted += selected.extracted;
        emitted += selected.records.length;
        lastRecord = selected.records.at(-1) ?? lastRecord;
        if (selected.records.length > 0) yield selected.records;
      }
      if (extracted === 0) {
        refuseUnreadable(response);
        guard.sawNoRecords();
        if (request.token === paginator.initialToken() && document !== undefined) warnOfMissing(document);
      }
      if (selector.changesDocuments && paginator.readsDocument && !decoder.streams)
        document = await firstDocument(decoder.decode(response));
      return {
        response,
        document: document ?? {},
        extracted,
        emitted,
        lastRecord,
        token: request.token,
        slice: request.slice,
        pageSize: request.pageSize,
      };
    }

    /** The same for a page that is asked for in several parts, one for each list of properties. */
    async function* fetchChunks(request: PageRequest, guard: PageGuard): AsyncGenerator<Row[], Page | undefined> {
      const properties = requester.queryProperties;
      if (properties === undefined) return yield* fetch(request, guard);
      const merged = mergeChunks(properties);
      const unguarded: PageGuard = { check() {}, sawNoRecords() {} };
      let page: Page | undefined;
      let [emitted, lastRecord]: [number, Row | undefined] = [0, undefined];
      for (const chunk of await properties.chunks()) {
        const { partition, cursorSlice, extraFields } = request.slice;
        const slice = new StreamSlice(partition, cursorSlice, { ...extraFields, query_properties: [...chunk] });
        const records = fetch({ ...request, slice }, page === undefined ? guard : unguarded);
        let step = await records.next();
        for (; !step.done; step = await records.next()) {
          const ready = merged.add(step.value);
          emitted += ready.length;
          lastRecord = ready.at(-1) ?? lastRecord;
          if (ready.length > 0) yield ready;
        }
        page = step.value;
      }
      const joined = merged.finish();
      if (joined.length > 0) yield joined;
      return page && { ...page, emitted: emitted + joined.length, lastRecord: joined.at(-1) ?? lastRecord };
    }

    async function* readPages(original: StreamSlice): AsyncGenerator<Row[]> {
      const tracker = reset?.begin() ?? createPaginationTracker(undefined, undefined);
      const reducer = reduction?.begin(paginator.pageSize);
      let slice = original;
      let token: Value | undefined = paginator.initialToken();
      let guard = createPageGuard(streamName, run.log);
      let embedded = stream?.hasState === false ? embeddedResponse(slice) : undefined;
      for (let pages = 0; ; ) {
        const request: PageRequest = { slice, token, pageSize: reducer?.pageSize };
        let page: Page | undefined;
        let resetting = false;
        let written = 0;
        try {
          const batches = embedded === undefined ? fetchChunks(request, guard) : fetch(request, guard, embedded);
          embedded = undefined;
          let step = await batches.next();
          for (; !step.done; step = await batches.next()) {
            tracker.observe(step.value);
            written += step.value.length;
            yield step.value;
          }
          page = step.value;
        } catch (error) {
          if (error instanceof PageSizeTooLarge && reducer !== undefined) {
            await reducer.reduce(error.message, written);
            continue;
          }
          if (!(error instanceof PaginationResetNeeded)) throw error;
          resetting = true;
        }
        if (!resetting) {
          if (page === undefined) return;
          reducer?.onPage();
        }
        pages += 1;
        if (run.limits.pagesPerSlice !== undefined && pages >= run.limits.pagesPerSlice) return;
        if (resetting || tracker.reachedLimit()) {
          slice = tracker.nextSlice(slice, original);
          token = paginator.initialToken();
          guard = createPageGuard(streamName, run.log);
          continue;
        }
        token = paginator.nextToken(page as Page);
        if (token === undefined) return;
      }
    }

    /** Reads a slice, and where the API refuses its window, the smaller windows in its stead. */
    async function* readWindow(slice: StreamSlice, original: StreamSlice, depth: number): AsyncGenerator<Batch> {
      let windows: readonly StreamSlice[];
      try {
        for await (const records of readPages(slice)) {
          const kept = feed === undefined ? records : records.filter((record) => feed.shouldBeSynced(record, original));
          if (kept.length > 0) yield { records: kept };
        }
        return;
      } catch (error) {
        if (!(error instanceof WindowTooLarge) || splitting === undefined) throw error;
        windows = splitting.split(slice, depth, error.message);
      }
      for (const window of windows) yield* readWindow(window, original, depth + 1);
    }

    return { read: (slice) => readWindow(slice, slice, 0) };
  },
});

async function* together(batches: AsyncIterable<readonly Json[]>): AsyncGenerator<readonly Json[]> {
  const all: Json[] = [];
  for await (const batch of batches) all.push(...batch);
  yield all;
}

async function firstDocument(batches: AsyncIterable<readonly Json[]>): Promise<Json | undefined> {
  for await (const [document] of batches) return document;
  return undefined;
}

/** An action without the block that carries it out ends the build; a block that no filter calls for does nothing, which is worth a warning. */
function checkAction(b: Builder, used: boolean, configured: boolean, action: string, field: string): void {
  if (used && !configured) b.fail(`A response filter asks to ${action}, but the retriever has no ${field}: add it.`);
  if (!used && configured) b.run.log.warn(`${b.path}.${field} does nothing: no response filter of the requester has the action ${action}.`);
}

/**
 * Ends the build of a stream whose first pages come with the parent's records where one such page would not be all of a slice.
 * parity: parsers/model_to_component_factory.py:create_simple_retriever
 */
function checkEmbedded(b: Builder, decoder: Slot<'decoder'> | undefined): void {
  const cursor = b.declaration?.['incremental_sync'] as JsonObject | undefined;
  if (cursor && cursor['type'] !== 'DatetimeBasedCursor') b.fail('With a lazy_read_pointer, only a DatetimeBasedCursor is possible.');
  if (cursor && (cursor['step'] || cursor['cursor_granularity'])) {
    b.fail("With a lazy_read_pointer, a parent's record makes one slice: leave step and cursor_granularity out of the cursor.");
  }
  if (decoder && decoder['type'] !== 'JsonDecoder') b.fail('With a lazy_read_pointer, only a JsonDecoder is possible.', 'decoder');
}

/** The share of the router and the cursor; left out of all but the first request of a slice when the manifest says so. */
function slicingOf(b: Builder, onlyFirst: boolean): RequestContributor[] {
  const slicing = b.stream?.slicing;
  if (slicing === undefined) return [];
  if (!onlyFirst) return [slicing];
  return [
    {
      contribute(options, request) {
        if (request.token === undefined) slicing.contribute(options, request);
      },
    },
  ];
}
