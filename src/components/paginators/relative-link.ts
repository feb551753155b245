import { joinUrl } from '../../engine/http.ts';
import type { Page } from '../../engine/page.ts';
import type { Value } from '../../lang/values.ts';
import type { Json } from '../../lib/json.ts';
import { parseLinks } from '../../lib/link-header.ts';

/** What begins with a scheme, or at the root of a host. */
const WHOLE = /^(?:[a-z][a-z0-9+.-]{0,20}:|\/)/i;

/**
 * A page token that is a path, resolved against the URL that the page came from if it is a relative link of the API. Any other is left to the
 * requester, which takes it for relative to its base: tokens that the manifest puts together, and links written from a folder that the page's own
 * URL goes through.
 */
// parity: RFC 3986, section 5.2; the reference knows only the base
export function resolveLink(page: Page, token: Value): Value {
  const asked = page.response.url || page.response.request.url;
  if (typeof token !== 'string' || asked === '' || WHOLE.test(token)) return token;
  if (token.startsWith('?')) return joinUrl(asked, token);
  const isLink = /[/?]/.test(token) && isStated(page, token);
  return isLink && !isWrittenFromAbove(asked, token) ? joinUrl(asked, token) : token;
}

/** Whether the API itself gave the text. */
function isStated({ response, document, lastRecord }: Page, text: string): boolean {
  const links = Object.values(parseLinks(response.headers.get('link')));
  return links.some(({ url }) => url === text) || holds(document, text) || (lastRecord !== undefined && holds(lastRecord, text));
}

function holds(document: Json, text: string): boolean {
  const waiting: Json[] = [document];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value === text) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const item of Array.isArray(value) ? value : Object.values(value)) waiting.push(item as Json);
  }
  return false;
}

/** Whether a link begins with a folder of the URL, as one does that is written from the API's base: `v2/items?page=2` beside `/v2/items`. */
function isWrittenFromAbove(asked: string, link: string): boolean {
  const [first] = link.split(/[/?#]/, 1);
  const folders = new URL(asked).pathname.split('/').slice(1, -1);
  return folders.some((folder) => folder === first);
}
