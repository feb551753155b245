import type { RequestedPage } from '../http/exchange-log.ts';
import type { Context } from '../lang/index.ts';
import { repr } from '../lang/text.ts';
import type { Builder } from './builder.ts';
import type { PageRequest } from './kinds.ts';

/** Variables that the templates of a request may read. */
export const REQUEST_VARIABLES = ['next_page_token', 'stream_interval', 'stream_partition', 'stream_slice'] as const;

/**
 * The variables of a request's templates: the slice, the token, and what the run put beside the slice.
 * parity: utils/mapping_helpers.py:get_interpolation_context
 */
export function requestContext(b: Builder, { slice, token }: PageRequest): Context {
  return {
    config: b.config,
    parameters: b.parameters,
    stream_slice: slice,
    next_page_token: token === undefined ? null : { next_page_token: token },
    ...slice.extraFields,
  };
}

/** The page that a request asks for, as those who watch are told of it. */
export function requestedPage({ slice, token }: PageRequest): RequestedPage {
  const isPlain = typeof token === 'string' || typeof token === 'number';
  const shown = token === undefined || token === null ? null : isPlain ? token : repr(token);
  return { slice: { ...slice.partition, ...slice.cursorSlice }, token: shown };
}
