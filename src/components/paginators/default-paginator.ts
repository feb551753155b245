import { WITHOUT_PARAMETERS } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { optional, slot } from '../../engine/fields.ts';
import type { Cursor, Row } from '../../engine/kinds.ts';
import { combineOptions, RequestOptions } from '../../engine/request-options.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { truth } from '../../lang/operators.ts';
import { str } from '../../lang/text.ts';
import { resolveLink } from './relative-link.ts';

/** parity: requesters/paginators/default_paginator.py:DefaultPaginator */
export const DefaultPaginator = component({
  type: 'DefaultPaginator',
  kind: 'paginator',
  summary: 'Asks for page after page: a strategy finds the next token, and options put token and page size into the requests.',
  example: `
    type: DefaultPaginator
    pagination_strategy:
      type: PageIncrement
      page_size: 100
    page_token_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: page
    page_size_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: per_page`,
  fields: () => ({
    pagination_strategy: slot('pageStrategy'),
    page_size_option: optional(slot('requestOption', { types: ['RequestOption'], defaultType: 'RequestOption' })),
    page_token_option: optional(slot('requestOption', { types: ['RequestOption', 'RequestPath'] })),
  }),
  build(spec, b) {
    const strategy = b.build('pageStrategy', spec.pagination_strategy);
    const sizeOption = spec.page_size_option && b.build('requestOption', spec.page_size_option, WITHOUT_PARAMETERS);
    const tokenOption = spec.page_token_option && b.build('requestOption', spec.page_token_option, WITHOUT_PARAMETERS);
    if (sizeOption !== undefined && !strategy.pageSize)
      b.fail('page_size_option needs a pagination strategy with a page_size.', 'page_size_option');
    if (sizeOption !== undefined && tokenOption !== undefined && tokenOption.place !== 'path') {
      const shares = [sizeOption, tokenOption].map((option, index) => {
        const share = new RequestOptions();
        option.inject(share, index);
        return share;
      });
      combineOptions(shares);
    }
    const { stream } = b;
    const feed = stream?.incremental?.isDataFeed === true ? stream.cursor : undefined;
    return {
      pages: true,
      get pageSize() {
        return strategy.pageSize;
      },
      readsDocument: strategy.readsDocument,
      givesWholeUrls: strategy.givesWholeUrls === true && tokenOption?.place === 'path',
      resizing(minimum) {
        if (sizeOption === undefined) return { problem: 'The paginator needs a page_size_option, by which the smaller page size is sent.' };
        if (tokenOption?.place === 'path')
          return {
            problem: "With a RequestPath the API's own URL asks for the page size, so it cannot be made smaller: use a RequestOption.",
          };
        return (
          strategy.resizing?.(minimum) ?? {
            problem: 'This pagination strategy cannot go on with a smaller page size: use OffsetIncrement or CursorPagination.',
          }
        );
      },
      initialToken: () => strategy.initialToken,
      nextToken(page) {
        if (feed !== undefined && page.lastEmitted !== undefined && endsFeed(feed, page.lastEmitted, page.slice)) return undefined;
        const token = strategy.nextToken(page);
        if (token === undefined || !truth(token)) return undefined;
        return tokenOption?.place === 'path' ? resolveLink(page, token) : token;
      },
      gaveNothing(page) {
        if (feed !== undefined && page.lastEmitted !== undefined && endsFeed(feed, page.lastEmitted, page.slice)) return undefined;
        return strategy.gaveNothing?.(page);
      },
      path({ token }) {
        return tokenOption?.place === 'path' && token !== undefined && truth(token) ? str(token) : undefined;
      },
      contribute(options, { token, pageSize }) {
        if (tokenOption !== undefined && tokenOption.place !== 'path' && token !== undefined) tokenOption.inject(options, token);
        if (sizeOption === undefined) return;
        const size = pageSize ?? strategy.pageSize;
        if (size) sizeOption.inject(options, size);
      },
    };
  },
});

/** Whether nothing after a record is left to read in a stream that comes in order. */
function endsFeed(feed: Cursor, record: Row, slice: StreamSlice): boolean {
  return feed.endsFeed?.(record, slice) ?? !feed.shouldBeSynced(record, slice);
}
