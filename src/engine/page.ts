import type { Value } from '../lang/values.ts';
import type { Json } from '../lib/json.ts';
import type { HttpResponse } from './http.ts';
import type { Row } from './kinds.ts';
import type { StreamSlice } from './stream-slice.ts';

/** One response as the parts that ask for the next one see it: decoded once, its records already selected. */
export interface Page {
  readonly response: HttpResponse;
  /** The first document of the response; an empty object when there was none. */
  readonly document: Json;
  /** Records found in it, before any filter, with those that the extractor left out for being empty. */
  readonly extracted: number;
  /** Records left of them. */
  readonly emitted: number;
  readonly lastEmitted: Row | undefined;
  /** Records as paging counts them: all that came to the filters; only those left where the guard `filtered_paging` is `keep`. */
  readonly size: number;
  /** The last of the records that paging counts, after the transformations, whether or not a filter refused it. */
  readonly lastRecord: Row | undefined;
  /** The token that the page was asked for with. */
  readonly token: Value | undefined;
  readonly slice: StreamSlice;
  /** The page size that was asked for instead of the configured one. */
  readonly pageSize: number | undefined;
  /** Gives the memory back that the page was read from; the response and the document must not be looked at again. */
  free?(): void;
}
