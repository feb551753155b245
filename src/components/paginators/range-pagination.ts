import { component } from '../../engine/component.ts';
import { boolean, integer, optional, text, withDefault } from '../../engine/fields.ts';
import { SystemError } from '../../protocol/failure.ts';
import { hasMoreAt, pathOf, totalAt, wholeDocument } from './response-paths.ts';

/** parity: dlt/sources/helpers/rest_client/paginators.py:RangePaginator */
export const RangePagination = component({
  type: 'RangePagination',
  kind: 'pageStrategy',
  extension: true,
  summary:
    'Pages by a number that grows by a fixed step, such as an offset or a page number, from the first request on; ends after an empty page, at a total or a maximum, or when the response says that there is no more.',
  example: `
    type: RangePagination
    step: 100
    page_size: 100
    total_path: meta.total`,
  fields: () => ({
    start: withDefault(integer(), 0),
    step: withDefault(integer(), 1),
    base: withDefault(integer(), 0),
    page_size: optional(integer()),
    maximum: optional(integer()),
    total_path: optional(text('A JSONPath to the number at which the range ends, counted from `base`.')),
    is_total_optional: withDefault(boolean(), false),
    has_more_path: optional(text('A JSONPath to what says whether there are more pages.')),
    stop_after_empty_page: withDefault(boolean(), true),
  }),
  build(spec, b) {
    const { start, step, base, maximum } = spec;
    const total = pathOf(b, spec.total_path, 'total_path');
    const hasMore = pathOf(b, spec.has_more_path, 'has_more_path');
    if (step < 1) b.fail('step must be at least 1.', 'step');
    if (!spec.stop_after_empty_page && maximum === undefined && hasMore === undefined && (total === undefined || spec.is_total_optional)) {
      b.fail('Paging would never end: give total_path, maximum or has_more_path, or let it stop after an empty page.');
    }
    return {
      pageSize: spec.page_size,
      readsDocument: total !== undefined || hasMore !== undefined ? 'all' : 'nothing',
      initialToken: start,
      nextToken(page) {
        if (spec.stop_after_empty_page && page.extracted === 0) return undefined;
        const document = wholeDocument(page);
        const end = total && totalAt(total, document);
        if (total !== undefined && end === undefined && !spec.is_total_optional)
          throw new SystemError(`The response has no total at ${total.text}: correct total_path, or leave it out.`);
        const goesOn = hasMore === undefined || hasMoreAt(hasMore, document);
        const next = Number(page.token ?? start) + step;
        if (!goesOn || (end !== undefined && next >= end + base) || (maximum !== undefined && next >= maximum)) return undefined;
        return next;
      },
    };
  },
});
