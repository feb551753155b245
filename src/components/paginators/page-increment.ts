import { component } from '../../engine/component.ts';
import { boolean, either, integer, optional, template, withDefault } from '../../engine/fields.ts';
import { evaluatePageSize, shortPage } from './page-size.ts';

/** parity: requesters/paginators/strategies/page_increment.py:PageIncrement */
export const PageIncrement = component({
  type: 'PageIncrement',
  kind: 'pageStrategy',
  summary: 'Pages by number: each token is one more than the last, until a page holds fewer records than the page size, or none.',
  example: `
    type: PageIncrement
    page_size: 100
    start_from_page: 1`,
  fields: () => ({
    page_size: optional(either(integer(), template('config'))),
    start_from_page: withDefault(integer(), 0),
    inject_on_first_request: withDefault(boolean(), false),
  }),
  build(spec, b) {
    const pageSize = evaluatePageSize(b, spec.page_size);
    return {
      pageSize,
      readsDocument: 'nothing',
      initialToken: spec.inject_on_first_request ? spec.start_from_page : undefined,
      nextToken({ extracted, token, pageSize: reduced }) {
        if (reduced !== undefined)
          b.fail('PageIncrement cannot go on with a smaller page size: page numbers would shift. Use OffsetIncrement or CursorPagination.');
        if (extracted === 0 || (pageSize !== undefined && extracted < pageSize)) return undefined;
        if (token === undefined) return spec.start_from_page + 1;
        if (typeof token !== 'number') return b.fail(`The page number ${String(token)} is no whole number.`);
        return token + 1;
      },
      gaveNothing: ({ extracted }) => shortPage(extracted, pageSize),
    };
  },
});
