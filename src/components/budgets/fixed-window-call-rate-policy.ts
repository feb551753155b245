import { component } from '../../engine/component.ts';
import { integer, slots, text } from '../../engine/fields.ts';
import { periodMs } from './period.ts';

/** When the first window ends unless a response says so before. */
const FIRST_RESET_MS = 10 * 86_400_000;

/** parity: sources/streams/call_rate.py:FixedWindowCallRatePolicy */
export const FixedWindowCallRatePolicy = component({
  type: 'FixedWindowCallRatePolicy',
  kind: 'callRatePolicy',
  summary: 'Allows so many calls in each window of time; when a window ends is learnt from the responses.',
  example: `
    type: FixedWindowCallRatePolicy
    period: PT1H
    call_limit: 1000
    matchers: []`,
  fields: () => ({
    period: text('An ISO 8601 duration: the length of a window.'),
    call_limit: integer(),
    matchers: slots('requestMatcher', { defaultType: 'HttpRequestRegexMatcher' }),
  }),
  build(spec, b) {
    const nowMs = Number(b.run.clock.now() / 1000n);
    return {
      kind: 'fixedWindow',
      limit: spec.call_limit,
      periodMs: periodMs(b, spec.period, 'period'),
      nextResetMs: nowMs + FIRST_RESET_MS,
      matchers: b.buildAll('requestMatcher', spec.matchers, { defaultType: 'HttpRequestRegexMatcher' }),
    };
  },
});
