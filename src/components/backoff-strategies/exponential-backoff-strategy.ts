import { component } from '../../engine/component.ts';
import { either, number, optional, template, withDefault } from '../../engine/fields.ts';
import { asFloat, jittered } from './waiting.ts';

const DEFAULT_FACTOR = 5;

/** parity: requesters/error_handlers/backoff_strategies/exponential_backoff_strategy.py:ExponentialBackoffStrategy */
export const ExponentialBackoffStrategy = component({
  type: 'ExponentialBackoffStrategy',
  kind: 'backoffStrategy',
  aliases: ['ExponentialBackoff'],
  summary: 'Doubles the wait with each attempt: factor times two to the power of the attempt, in seconds.',
  example: `
    type: ExponentialBackoffStrategy
    factor: 2`,
  fields: () => ({
    factor: withDefault(either(number(), template('config')), DEFAULT_FACTOR),
    jitter_range_in_seconds: optional(number()),
  }),
  build(spec, b) {
    const factor = b.string(spec.factor || DEFAULT_FACTOR);
    const context = b.context();
    return {
      seconds: (_outcome, attempt) =>
        jittered(b.run, asFloat(b, factor.evaluate(context), 'factor') * 2 ** attempt, spec.jitter_range_in_seconds),
    };
  },
});
