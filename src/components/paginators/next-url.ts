import { joinUrl } from '../../engine/http.ts';
import type { Page } from '../../engine/page.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';

/** The URL of the next page as a page states it, resolved against the URL that the page was asked for by. */
// parity: dlt/sources/helpers/rest_client/paginators.py:BaseNextUrlPaginator.update_request
export function nextUrl({ response }: Page, stated: Value): string {
  return joinUrl(response.request.url, str(stated));
}
