import { component } from '../../engine/component.ts';
import { optional, text } from '../../engine/fields.ts';
import { parseLinks } from '../../lib/link-header.ts';
import { nextUrl } from './next-url.ts';

/** parity: dlt/sources/helpers/rest_client/paginators.py:HeaderCursorPaginator, HeaderLinkPaginator */
export const HeaderPagination = component({
  type: 'HeaderPagination',
  kind: 'pageStrategy',
  extension: true,
  summary: 'Pages by a cursor in a header of the response, or by the URL of a relation in its Link header; ends when it is not there.',
  example: `
    type: HeaderPagination
    link_relation: next`,
  fields: () => ({
    header: optional(text('The header that holds the cursor, in any case.')),
    link_relation: optional(text('The relation in the Link header that leads to the next page.')),
  }),
  build({ header, link_relation: relation }, b) {
    if ((header === undefined) === (relation === undefined)) b.fail('HeaderPagination needs either header or link_relation.');
    return {
      pageSize: undefined,
      readsDocument: 'nothing',
      initialToken: undefined,
      givesWholeUrls: relation !== undefined,
      nextToken(page) {
        const { headers } = page.response;
        if (header !== undefined) return headers.get(header) || undefined;
        const url = parseLinks(headers.get('link'))[relation as string]?.['url'];
        return url ? nextUrl(page, url) : undefined;
      },
      gaveNothing: () => (header === undefined ? `the Link header has no relation ${relation}` : `the response has no header ${header}`),
    };
  },
});
