import { batchOf } from '../../engine/batch.ts';
import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { embeddedResponse } from '../../engine/embedded-response.ts';
import { boolean, either, optional, type Slot, slot, slots, withDefault } from '../../engine/fields.ts';
import { ChangedBody, PageSizeTooLarge, PaginationResetNeeded, WindowTooLarge } from '../../engine/http.ts';
import type { Batch, Cursor, PagePosition, PageRequest, RequestContributor, Row } from '../../engine/kinds.ts';
import { nextPageHint } from '../../engine/next-page-hint.ts';
import type { Page } from '../../engine/page.ts';
import { createPageGuard } from '../../engine/page-guard.ts';
import { createPaginationTracker } from '../../engine/pagination-tracker.ts';
import { isRefusal } from '../../engine/refusal.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { reportSuspiciousEnd } from '../../engine/suspicious-end.ts';
import type { Value } from '../../lang/values.ts';
import type { JsonObject } from '../../lib/json.ts';
import { createPageReader } from './page-reader.ts';

/** How often pages of a slice are read anew since they broke off and then were others. */
const MOST_CHANGES = 3;
/** Slices that end with their first page and are looked at for pages that nobody asked for. */
const WATCHED_ENDS = 20;

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

    let endsWatched = 0;
    const pages = createPageReader(b, { requester, selector, decoder, paginator, contributors });

    async function* readPages(original: StreamSlice, position: PagePosition | undefined): AsyncGenerator<Batch> {
      const tracker = reset?.begin() ?? createPaginationTracker(undefined, undefined);
      const reducer = reduction?.begin(paginator.pageSize);
      let slice = original;
      let token: Value | undefined = position?.token ?? paginator.initialToken();
      /** Whether the page is the first one of a run that goes on within a slice. */
      let resumes = position?.token !== undefined;
      let guard = createPageGuard(streamName, run.log, run.guards.of(streamName));
      let changes = 0;
      let embedded = stream?.hasState === false ? embeddedResponse(slice) : undefined;
      for (let count = 0; ; ) {
        const request: PageRequest = { slice, token, pageSize: reducer?.pageSize };
        let page: Page | undefined;
        let resetting = false;
        let written = 0;
        const batches = embedded === undefined ? pages.read(request, guard) : pages.readEmbedded(request, guard, embedded);
        embedded = undefined;
        try {
          let step = await batches.next();
          for (; !step.done; step = await batches.next()) {
            if (reset !== undefined) tracker.observe(step.value.records);
            written += step.value.count;
            yield step.value;
          }
          page = step.value;
        } catch (error) {
          if (error instanceof PageSizeTooLarge && reducer !== undefined) {
            await reducer.reduce(error.message, written);
            continue;
          }
          if (error instanceof ChangedBody && reset === undefined && changes < MOST_CHANGES) {
            changes += 1;
            run.log.warn(`${error.message} Its page is read anew: up to ${written} records of it come again.`);
            continue;
          }
          if (resumes && written === 0 && isRefusal(error)) page = undefined;
          else if (!(error instanceof PaginationResetNeeded)) throw error;
          else resetting = true;
        } finally {
          await batches.return(undefined);
        }
        if (resumes && !resetting && leadsNowhere(page, token)) {
          run.log.warn(
            `Stream ${streamName}: the API does not go on at the page token that the state holds, so the slice is read from its start.`,
          );
          resumes = false;
          token = paginator.initialToken();
          continue;
        }
        resumes = false;
        if (!resetting) {
          if (page === undefined) return;
          tracker.count(page.size);
          reducer?.onPage();
        }
        count += 1;
        if (run.limits.pagesPerSlice !== undefined && count >= run.limits.pagesPerSlice) return;
        if (resetting || tracker.reachedLimit()) {
          slice = tracker.nextSlice(slice, original);
          token = paginator.initialToken();
          guard = createPageGuard(streamName, run.log, run.guards.of(streamName));
          continue;
        }
        token = paginator.nextToken(page as Page);
        if (token === undefined && count === 1 && position?.token === undefined) watchEnd(page as Page);
        page?.free?.();
        if (token === undefined) return;
        position?.reached(token);
      }
    }

    /** Looks whether a slice that ends with its first page ends too early; slices are alike, so that the first ones tell. */
    function watchEnd(page: Page): void {
      if (endsWatched >= WATCHED_ENDS || page.extracted === 0) return;
      endsWatched += 1;
      const reason = paginator.gaveNothing?.(page);
      const hint = reason === undefined ? undefined : nextPageHint(page.document, page.extracted, selector.listPath);
      if (hint === undefined) return;
      reportSuspiciousEnd(
        run,
        streamName,
        `paging ends with the first page, since ${reason}, but ${hint.key} of the response ${hint.says}. Correct the paginator of the stream, or give it a stop_condition if there is no other page.`,
      );
    }

    /** Whether a page that a stored token was asked for says nothing: then the token may have expired. A number does not. */
    function leadsNowhere(page: Page | undefined, token: Value | undefined): boolean {
      if (page === undefined) return true;
      return page.extracted === 0 && typeof token !== 'number' && paginator.nextToken(page) === undefined;
    }

    /** Reads a slice, and where the API refuses its window, the smaller windows in its stead. */
    async function* readWindow(slice: StreamSlice, original: StreamSlice, depth: number, position?: PagePosition): AsyncGenerator<Batch> {
      let windows: readonly StreamSlice[];
      try {
        for await (const batch of readPages(slice, position)) {
          const kept = feed === undefined ? batch : batchOf(batch.records.filter((record) => isOfFeed(feed, record, original)));
          if (stream?.tally !== undefined) stream.tally.outside += batch.count - kept.count;
          if (kept.count > 0) yield kept;
        }
        return;
      } catch (error) {
        if (!(error instanceof WindowTooLarge) || splitting === undefined) throw error;
        windows = splitting.split(slice, depth, error.message);
      }
      for (const window of windows) yield* readWindow(window, original, depth + 1);
    }

    const leavesWindows = feed === undefined && splitting === undefined;
    return {
      read(slice, given) {
        // Where paging is begun anew within a slice, a token alone does not tell how far it was read.
        const position = reset === undefined ? given : undefined;
        return leavesWindows ? readPages(slice, position) : readWindow(slice, slice, 0, position);
      },
    };
  },
});

/** Whether a record of a feed is synced. */
function isOfFeed(feed: Cursor, record: Row, slice: StreamSlice): boolean {
  const isSynced = feed.shouldBeSynced(record, slice);
  if (!isSynced) feed.leaveOut?.(record, slice);
  return isSynced;
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
