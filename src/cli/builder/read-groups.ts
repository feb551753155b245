import type { HttpResponse } from '../../engine/http.ts';
import type { Purpose, RunObserver } from '../../engine/observer.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** A response and what it was asked for. */
export interface SeenResponse {
  readonly response: HttpResponse;
  readonly purpose: Purpose;
}

/** The records between two responses, and the response that they came from. */
export interface SeenPage {
  readonly records: readonly JsonObject[];
  readonly response: HttpResponse | undefined;
}

/** What was read of one slice. */
export interface SeenSlice {
  readonly descriptor: Json;
  readonly pages: readonly SeenPage[];
  readonly state: JsonObject | undefined;
  readonly jobs: readonly SeenResponse[];
}

/** What a test read saw, sorted into slices and pages as it came. */
export interface ReadGroups {
  readonly observer: RunObserver;
  record(data: JsonObject): void;
  state(state: JsonObject): void;
  /** Closes the last slice. */
  finish(): { readonly slices: readonly SeenSlice[]; readonly auxiliary: readonly SeenResponse[] };
}

/** The most that a test read keeps of responses, in bytes: what it shows has to fit into one answer. */
const MOST_KEPT = 100 * 1024 * 1024;

/**
 * The groups of a read of one stream: a response ends the page before it, and a slice that begins ends the slice before it when that had
 * pages. Pages of other streams, which dynamic streams are made of, count for nothing.
 */
// parity: connector_builder/test_reader/message_grouper.py:get_message_groups
export function createReadGroups(streamName: string): ReadGroups {
  const slices: SeenSlice[] = [];
  const auxiliary: SeenResponse[] = [];
  // One list for all slices, since jobs are made and asked for before the first slice is read.
  const jobs: SeenResponse[] = [];
  let descriptor: Json = null;
  let pages: SeenPage[] = [];
  let records: JsonObject[] = [];
  let response: HttpResponse | undefined;
  let state: JsonObject | undefined;
  let kept = 0;

  function closePage(): void {
    pages.push({ records, response });
    records = [];
    response = undefined;
  }

  function closeSlice(): void {
    slices.push({ descriptor, pages, state, jobs: jobs.length === 0 ? [] : jobs });
    pages = [];
  }

  function keep(bytes: number): void {
    kept += bytes;
    if (kept <= MOST_KEPT) return;
    throw new ConfigError(
      `The responses of this test read are larger than ${MOST_KEPT / 1024 / 1024} MB together: ask for fewer pages or slices, or for smaller pages.`,
    );
  }

  return {
    observer: {
      response(seen, purpose) {
        const isPage = !purpose.auxiliary;
        if (isPage && purpose.streamName !== streamName) return;
        keep(seen.bytes.length);
        if (!isPage) {
          (purpose.type.startsWith('ASYNC_') && !purpose.ofParent ? jobs : auxiliary).push({ response: seen, purpose });
          return;
        }
        if (response !== undefined) closePage();
        response = seen;
      },
      slice(next) {
        if (response !== undefined) closePage();
        if (pages.length > 0) closeSlice();
        descriptor = next;
      },
    },
    record: (data) => void records.push(data),
    state(next) {
      state = next;
    },
    finish() {
      if (response !== undefined || records.length > 0) closePage();
      if (pages.length > 0) closeSlice();
      return { slices, auxiliary };
    },
  };
}
