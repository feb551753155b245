import { repr } from '../lang/text.ts';
import type { Value } from '../lang/values.ts';
import { SystemError } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';
import type { Guards } from './guards.ts';

/** Tokens of a slice that are remembered; a circle of more pages than this ends at the page limit. */
const MOST_TOKENS = 100_000;

/** Makes a text of bytes that come one after the other. */
export interface BytePrint {
  update(chunk: Uint8Array): void;
  /** A text that other bytes are not likely to have. */
  print(): string;
}

/** Watches the pages of one slice for signs that paging will never end. */
export interface PageGuard {
  /**
   * Throws SystemError when the page is one that its token gave before, the last of too many identical ones, or one too many; `print` stands for
   * its bytes.
   */
  check(token: Value | undefined, print: string): void;
  /**
   * Told how many records the page checked last turned out to have. Many pages without records in a row are alike and yet lead on, and
   * pages of one record may well be equal; two equal pages of several records are warned of.
   */
  sawRecords(count: number): void;
}

/** The print of some bytes. */
export function createBytePrint(): BytePrint {
  // Loaded by the first page: most commands read none.
  const { crc32 } = process.getBuiltinModule('node:zlib');
  let [length, sum] = [0, 0];
  return {
    update(chunk) {
      length += chunk.length;
      sum = crc32(chunk, sum);
    },
    print: () => `${length}:${sum}`,
  };
}

/** A guard for the pages of one slice of a stream. */
export function createPageGuard(streamName: string, log: Log, { repeated_token, identical_pages, max_pages }: Guards): PageGuard {
  const where = `Stream ${streamName}`;
  const byToken = new Map<string, { readonly page: number; readonly print: string }>();
  let page = 0;
  let identical = 1;
  let last: string | undefined;
  let hasWarned = false;

  /** How to go on where the API is right. */
  const otherwise = (setting: string): string => `If the pages are right, allow them: --guard ${streamName}.${setting}.`;

  function checkToken(token: Value, print: string): void {
    const key = repr(token);
    const seen = byToken.get(key);
    if (seen === undefined || seen.print !== print) {
      if (byToken.size < MOST_TOKENS || seen !== undefined) byToken.set(key, { page, print });
      return;
    }
    const found = `${where}: page token ${key} was used before (page ${page}, first on page ${seen.page}) and gave the same page again`;
    if (repeated_token === 'error') {
      throw new SystemError(
        `${found}, so paging would never end. The API repeats its pages: correct the cursor_value, or add a stop_condition to the paginator. ` +
          otherwise('repeated_token=warn'),
      );
    }
    if (!hasWarned) log.warn(`${found}; it is read on, as the guard repeated_token says.`);
    hasWarned = true;
  }

  function check(token: Value | undefined, print: string): void {
    page += 1;
    identical = print === last ? identical + 1 : 1;
    last = print;
    if (token !== undefined && repeated_token !== 'ignore') checkToken(token, print);
    if (identical > identical_pages) {
      throw new SystemError(
        `${where}: the last ${identical} pages are identical, so paging would never end. ` +
          'The API does not seem to look at the page token: check page_token_option (name and place) and the stop condition. ' +
          otherwise('identical_pages=none'),
      );
    }
    if (page > max_pages) {
      throw new SystemError(
        `${where}: a slice has more than ${max_pages} pages, so paging may never end. Check the stop condition of the paginator. ` +
          otherwise('max_pages=none'),
      );
    }
  }

  return {
    check,
    sawRecords(count) {
      if (count === 0) last = undefined;
      else if (count > 1 && identical === 2 && Number.isFinite(identical_pages))
        log.warn(`${where}: page ${page} is identical to the page before; the API may not look at the page token.`);
    },
  };
}
