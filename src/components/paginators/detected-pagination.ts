import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import type { Page } from '../../engine/page.ts';
import { valueAt } from '../../engine/record-detection.ts';
import { truth } from '../../lang/operators.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { parseLinks } from '../../lib/link-header.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { SystemError } from '../../protocol/failure.ts';
import { nextUrl } from './next-url.ts';
import { findNext, findTotalPages } from './page-detection.ts';
import { wholeDocument } from './response-paths.ts';

/** The way of paging that the first page of a slice showed; tokens carry it, so that the next pages follow it. */
type Way = 'link header' | 'link' | 'cursor' | 'page number';

/** A token with the way it came by: the keys that lead to it in the response, or to the number of pages. */
interface Token {
  readonly way: Way;
  readonly path: string[];
  readonly value: Value;
}

/** parity: dlt/sources/helpers/rest_client/detector.py:PaginatorFactory */
export const DetectedPagination = component({
  type: 'DetectedPagination',
  kind: 'paginator',
  extension: true,
  summary:
    'Finds out from the first page of a slice how the API pages: by a Link header, a URL or a cursor under a key that begins with `next`, or a number of pages; says what it took.',
  example: `
    type: DetectedPagination`,
  fields: () => ({}),
  build(_spec, b) {
    return {
      pages: true,
      pageSize: undefined,
      readsDocument: 'all',
      givesWholeUrls: true,
      initialToken: () => undefined,
      nextToken(page) {
        const token = page.token === undefined ? detect(b, page) : follow(page, page.token as unknown as Token);
        return token as unknown as Value | undefined;
      },
      path({ token }) {
        const { way, value } = (token ?? {}) as unknown as Partial<Token>;
        return (way === 'link header' || way === 'link') && value !== undefined ? str(value) : undefined;
      },
      contribute(options, { token }) {
        const { way, value } = (token ?? {}) as unknown as Partial<Token>;
        if (way === 'cursor') options.params['cursor'] = value as Value;
        if (way === 'page number') options.params['page'] = value as Value;
      },
    };
  },
});

/** The token after the first page; undefined when nothing tells of a second one. */
function detect(b: Builder, page: Page): Token | undefined {
  const document = wholeDocument(page);
  const next = findNext(document);
  if (linkOf(page) !== undefined) return taken(b, page, 'link header', []);
  if (typeof next?.value === 'string' && /^(?:http|\/)/.test(next.value)) return taken(b, page, 'link', [...next.path]);
  const pages = findTotalPages(document);
  if (pages !== undefined && isWhole(pages.value as Json)) return taken(b, page, 'page number', [...pages.path]);
  if (next !== undefined) return taken(b, page, 'cursor', [...next.path]);
  tellOfSinglePage(b, page);
  return undefined;
}

const CERTAIN: ReadonlySet<Way> = new Set(['link header', 'link']);

/** Follows a way from the first page, after saying once which it is. */
function taken(b: Builder, page: Page, way: Way, path: string[]): Token | undefined {
  const place = path.length === 0 ? 'its Link header' : path.join('.');
  const stream = b.stream?.name ?? '';
  b.run.shared.once(`paging of ${stream}`, () => {
    if (CERTAIN.has(way)) b.run.log.info(`Stream ${stream}: the next page is the link in ${place} of the response.`);
    else
      b.run.log.warn(
        `Stream ${stream}: no paginator is declared, so pages are asked for by a guess: ${way === 'cursor' ? `the query parameter "cursor" with what ${place} of the response holds` : `the query parameter "page" from 1 up to the number in ${place} of the response`}. Declare the paginator of the API.`,
      );
  });
  return follow(page, { way, path, value: 0 });
}

function tellOfSinglePage(b: Builder, page: Page): void {
  if (page.extracted === 0) return;
  const stream = b.stream?.name ?? '';
  const isList = page.extracted > 1 || Array.isArray(wholeDocument(page));
  b.run.shared.once(`paging of ${stream}`, () => {
    const found = `Stream ${stream}: nothing in the response tells of further pages, so it is taken for the only one.`;
    if (isList) b.run.log.warn(`${found} Declare the paginator of the API if there are more, or single_page if not.`);
    else b.run.log.info(found);
  });
}

/** The token of the page after one that was asked for by the given one; undefined at the end. */
function follow(page: Page, { way, path, value }: Token): Token | undefined {
  if (way === 'link header') {
    const url = linkOf(page);
    return url === undefined ? undefined : { way, path, value: nextUrl(page, url) };
  }
  const found = (valueAt(wholeDocument(page), path) ?? null) as Value;
  if (way === 'page number') return nextNumber(page, { way, path, value }, found);
  if (!truth(found)) return undefined;
  return { way, path, value: way === 'link' ? nextUrl(page, found) : found };
}

function nextNumber({ extracted }: Page, { way, path, value }: Token, total: Value): Token | undefined {
  if (extracted === 0) return undefined;
  if (!isWhole(total as Json)) throw new SystemError(`The number of pages is no longer at ${path.join('.')} of the response.`);
  const next = Number(value) + 1;
  return next >= Number(str(total)) ? undefined : { way, path, value: next };
}

function linkOf({ response }: Page): string | undefined {
  return parseLinks(response.headers.get('link'))['next']?.['url'] || undefined;
}

function isWhole(value: Json): boolean {
  return value !== null && !isPlainObject(value as JsonObject) && /^\s*[-+]?\d+\s*$/.test(str(value as Value));
}
