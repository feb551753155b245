import { component } from '../../engine/component.ts';
import { slots } from '../../engine/fields.ts';

/** parity: sources/streams/call_rate.py:UnlimitedCallRatePolicy */
export const UnlimitedCallRatePolicy = component({
  type: 'UnlimitedCallRatePolicy',
  kind: 'callRatePolicy',
  summary: 'Exempts requests from the policies that come after it.',
  example: `
    type: UnlimitedCallRatePolicy
    matchers:
      - type: HttpRequestRegexMatcher
        url_path_pattern: ^/health$`,
  fields: () => ({ matchers: slots('requestMatcher', { defaultType: 'HttpRequestRegexMatcher' }) }),
  build: (spec, b) => ({
    kind: 'unlimited',
    matchers: b.buildAll('requestMatcher', spec.matchers, { defaultType: 'HttpRequestRegexMatcher' }),
  }),
});
