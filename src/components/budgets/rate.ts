import { component } from '../../engine/component.ts';
import { toInteger } from '../../engine/conversion.ts';
import { either, integer, template, text } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';
import { periodMs } from './period.ts';

/** parity: sources/streams/call_rate.py:Rate */
export const Rate = component({
  type: 'Rate',
  kind: 'rate',
  summary: 'So many calls in so much time.',
  example: `
    type: Rate
    limit: 100
    interval: PT1M`,
  fields: () => ({
    limit: either(integer(), template('config')),
    interval: text('An ISO 8601 duration.'),
  }),
  build(spec, b) {
    const limit = toInteger(b.string(str(spec.limit)).evaluate(b.context()));
    if (limit === undefined) return b.fail('The limit of a rate must evaluate to a whole number.', 'limit');
    return { limit, intervalMs: periodMs(b, spec.interval, 'interval') };
  },
});
