import { component } from '../../engine/component.ts';
import { slots } from '../../engine/fields.ts';

/** parity: sources/streams/call_rate.py:MovingWindowCallRatePolicy */
export const MovingWindowCallRatePolicy = component({
  type: 'MovingWindowCallRatePolicy',
  kind: 'callRatePolicy',
  summary: 'Allows so many calls in any stretch of time of a given length.',
  example: `
    type: MovingWindowCallRatePolicy
    rates:
      - type: Rate
        limit: 10
        interval: PT1S
    matchers: []`,
  fields: () => ({
    rates: slots('rate', { defaultType: 'Rate' }),
    matchers: slots('requestMatcher', { defaultType: 'HttpRequestRegexMatcher' }),
  }),
  build(spec, b) {
    const rates = b.buildAll('rate', spec.rates, { defaultType: 'Rate' });
    if (rates.length === 0) b.fail('MovingWindowCallRatePolicy needs at least one rate.', 'rates');
    return {
      kind: 'movingWindow',
      rates,
      matchers: b.buildAll('requestMatcher', spec.matchers, { defaultType: 'HttpRequestRegexMatcher' }),
    };
  },
});
