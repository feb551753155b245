import { component } from '../../engine/component.ts';
import { integer, list, slots, text, withDefault } from '../../engine/fields.ts';

/** parity: sources/streams/call_rate.py:HttpAPIBudget */
export const HTTPAPIBudget = component({
  type: 'HTTPAPIBudget',
  kind: 'apiBudget',
  summary: 'Holds requests back so that the rates of an API are never exceeded; the first policy that a request fits counts.',
  example: `
    type: HTTPAPIBudget
    ratelimit_reset_header: X-RateLimit-Reset
    ratelimit_remaining_header: X-RateLimit-Remaining
    policies:
      - type: MovingWindowCallRatePolicy
        rates:
          - type: Rate
            limit: 10
            interval: PT1S
        matchers: []`,
  fields: () => ({
    policies: slots('callRatePolicy'),
    ratelimit_reset_header: withDefault(
      text('The header that tells when the calls are renewed, in seconds since 1970.'),
      'ratelimit-reset',
    ),
    ratelimit_remaining_header: withDefault(text('The header that tells how many calls are left.'), 'ratelimit-remaining'),
    status_codes_for_ratelimit_hit: withDefault(list(integer()), [429]),
  }),
  build: (spec, b) => ({
    budget: {
      policies: b.buildAll('callRatePolicy', spec.policies),
      resetHeader: spec.ratelimit_reset_header || 'ratelimit-reset',
      remainingHeader: spec.ratelimit_remaining_header || 'ratelimit-remaining',
      limitStatuses: spec.status_codes_for_ratelimit_hit.length === 0 ? [429] : spec.status_codes_for_ratelimit_hit,
    },
  }),
});
