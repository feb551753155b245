import { component } from '../../engine/component.ts';
import { either, number, optional, template } from '../../engine/fields.ts';
import { asFloat, jittered } from './waiting.ts';

/** parity: requesters/error_handlers/backoff_strategies/constant_backoff_strategy.py:ConstantBackoffStrategy */
export const ConstantBackoffStrategy = component({
  type: 'ConstantBackoffStrategy',
  kind: 'backoffStrategy',
  aliases: ['ConstantBackoff'],
  summary: 'Waits the same time before each attempt.',
  example: `
    type: ConstantBackoffStrategy
    backoff_time_in_seconds: 30`,
  fields: () => ({
    backoff_time_in_seconds: either(number(), template('config')),
    jitter_range_in_seconds: optional(number()),
  }),
  build(spec, b) {
    const wait = b.string(spec.backoff_time_in_seconds);
    const context = b.context();
    return { seconds: () => jittered(b.run, asFloat(b, wait.evaluate(context), 'backoff_time_in_seconds'), spec.jitter_range_in_seconds) };
  },
});
