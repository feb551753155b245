import { repr } from '../lang/text.ts';
import type { Value } from '../lang/values.ts';
import { SystemError } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';

/** Bytes hashed at each end of a page; with its length they tell pages apart without reading all of a large one. */
const SAMPLE = 65_536;
/** Identical pages in a row that a slice may have; one more ends it with an error. */
const MOST_IDENTICAL = 10;

/** Watches the pages of one slice for signs that paging will never end. */
export interface PageGuard {
  /** Throws SystemError when the page is one that its token gave before, or the last of too many identical ones. */
  check(token: Value | undefined, body: Uint8Array): void;
  /** Follows a page that is not held as a whole. */
  follow(): { update(chunk: Uint8Array): void; check(token: Value | undefined): void };
  /** Told when a page turned out to have no records: many such pages in a row are alike and yet lead on. */
  sawNoRecords(): void;
}

/** A guard for the pages of one slice of a stream. */
export function createPageGuard(streamName: string, log: Log): PageGuard {
  const where = `Stream ${streamName}`;
  const byToken = new Map<string, { readonly page: number; readonly print: string }>();
  let page = 0;
  let identical = 1;
  let last: string | undefined;

  function check(token: Value | undefined, print: string): void {
    page += 1;
    identical = print === last ? identical + 1 : 1;
    last = print;
    if (token !== undefined) {
      const key = repr(token);
      const seen = byToken.get(key);
      if (seen !== undefined && seen.print === print) {
        throw new SystemError(
          `${where}: page token ${key} was used before (page ${page}, first on page ${seen.page}) and gave the same page again, so paging would never end. ` +
            'The API repeats its pages: correct the cursor_value, or add a stop_condition to the paginator.',
        );
      }
      byToken.set(key, { page, print });
    }
    if (identical === 2) log.warn(`${where}: page ${page} is identical to the page before; the API may not look at the page token.`);
    if (identical > MOST_IDENTICAL) {
      throw new SystemError(
        `${where}: the last ${identical} pages are identical, so paging would never end. ` +
          'The API does not seem to look at the page token: check page_token_option (name and place) and the stop condition.',
      );
    }
  }

  return {
    check: (token, body) => check(token, fingerprint(body)),
    follow() {
      const { crc32 } = process.getBuiltinModule('node:zlib');
      let [length, sum] = [0, 0];
      return {
        update(chunk) {
          length += chunk.length;
          sum = crc32(chunk, sum);
        },
        check: (token) => check(token, `${length}:${sum}`),
      };
    },
    sawNoRecords() {
      last = undefined;
    },
  };
}

function fingerprint(body: Uint8Array): string {
  const { length } = body;
  // Loaded by the first page: most commands read none.
  const { crc32 } = process.getBuiltinModule('node:zlib');
  if (length <= 2 * SAMPLE) return `${length}:${crc32(body)}`;
  return `${length}:${crc32(body.subarray(length - SAMPLE), crc32(body.subarray(0, SAMPLE)))}`;
}
