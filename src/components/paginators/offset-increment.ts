import { component } from '../../engine/component.ts';
import { boolean, either, integer, optional, template, withDefault } from '../../engine/fields.ts';
import type { Page } from '../../engine/page.ts';
import { truth } from '../../lang/operators.ts';
import type { Value } from '../../lang/values.ts';
import { requireWholeNumber, resizingOf, shortPage } from './page-size.ts';

/** parity: requesters/paginators/strategies/offset_increment.py:OffsetIncrement */
export const OffsetIncrement = component({
  type: 'OffsetIncrement',
  kind: 'pageStrategy',
  summary:
    'Pages by offset: each token is the number of records read so far, until a page holds fewer records than the page size, or none.',
  example: `
    type: OffsetIncrement
    page_size: 100`,
  fields: () => ({
    page_size: optional(either(integer(), template('config', 'response'))),
    inject_on_first_request: withDefault(boolean(), false),
  }),
  build(spec, b) {
    const configured = spec.page_size === undefined || spec.page_size === '' ? undefined : b.string(spec.page_size);
    // What has to be made of the page is made only where the size is a template.
    const requested = (page: Page): Value | undefined =>
      page.pageSize ?? configured?.constant ?? configured?.evaluate({ ...b.context(), response: page.document as Value });
    return {
      get pageSize() {
        return configured === undefined ? undefined : requireWholeNumber(b, configured.evaluate(b.context()));
      },
      readsDocument: configured !== undefined && configured.constant === undefined ? 'all' : 'nothing',
      resizing: (minimum) => resizingOf(spec.page_size, minimum),
      initialToken: spec.inject_on_first_request ? 0 : undefined,
      nextToken(page) {
        const { extracted, token } = page;
        const size = requested(page);
        if (size !== undefined && truth(size) && extracted < requireWholeNumber(b, size)) return undefined;
        if (extracted === 0) return undefined;
        if (token === undefined) return extracted;
        if (typeof token !== 'number') return b.fail(`The offset ${String(token)} is no whole number.`);
        return token + extracted;
      },
      gaveNothing(page) {
        const size = requested(page);
        return size !== undefined && truth(size) ? shortPage(page.extracted, requireWholeNumber(b, size)) : undefined;
      },
    };
  },
});
