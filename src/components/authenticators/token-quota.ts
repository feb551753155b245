import { component } from '../../engine/component.ts';
import { integer, list, optional, slots, text } from '../../engine/fields.ts';

/** parity: auth/rate_limited_multiple_token.py:TokenQuota */
export const TokenQuota = component({
  type: 'TokenQuota',
  kind: 'tokenQuota',
  summary: 'A pool of calls that each token has, for the requests that its matchers take or, without matchers, for all others.',
  example: `
    type: TokenQuota
    name: core
    remaining_path: [resources, core, remaining]
    reset_path: [resources, core, reset]
    limit_path: [resources, core, limit]
    remaining_header: X-RateLimit-Remaining
    reset_header: X-RateLimit-Reset
    exhaustion_status_codes: [429]`,
  fields: () => ({
    name: text(),
    remaining_path: list(text()),
    reset_path: list(text()),
    limit_path: optional(list(text())),
    matchers: optional(slots('requestMatcher', { types: ['HttpRequestRegexMatcher'], defaultType: 'HttpRequestRegexMatcher' })),
    remaining_header: optional(text('The response header that tells how many calls are left.')),
    reset_header: optional(text('The response header that tells when the calls are renewed.')),
    limit_header: optional(text('The response header that tells how many calls there are in all.')),
    exhaustion_status_codes: optional(list(integer())),
  }),
  build: (spec, b) => ({
    name: spec.name,
    matchers: b.buildAll('requestMatcher', spec.matchers, { defaultType: 'HttpRequestRegexMatcher' }),
    paths: { remaining: spec.remaining_path, reset: spec.reset_path, limit: spec.limit_path },
    headers: { remaining: spec.remaining_header, reset: spec.reset_header, limit: spec.limit_header },
    exhaustionStatuses: new Set(spec.exhaustion_status_codes),
  }),
});
