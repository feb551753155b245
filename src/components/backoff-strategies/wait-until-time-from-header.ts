import { component } from '../../engine/component.ts';
import { toFloat } from '../../engine/conversion.ts';
import { either, number, optional, template } from '../../engine/fields.ts';
import { truth } from '../../lang/operators.ts';
import { str } from '../../lang/text.ts';
import { compileCap, headerNumber } from './waiting.ts';

/** parity: requesters/error_handlers/backoff_strategies/wait_until_time_from_header_backoff_strategy.py:WaitUntilTimeFromHeaderBackoffStrategy */
export const WaitUntilTimeFromHeader = component({
  type: 'WaitUntilTimeFromHeader',
  kind: 'backoffStrategy',
  summary: 'Waits until the time, in seconds since 1970, that a response header says.',
  example: `
    type: WaitUntilTimeFromHeader
    header: X-RateLimit-Reset
    min_wait: 5`,
  fields: () => ({
    header: template('config'),
    min_wait: optional(either(number(), template('config'))),
    regex: optional(template('config')),
    max_waiting_time_in_seconds: optional(either(number(), template('config'))),
  }),
  build(spec, b) {
    const [header, regex] = [b.string(spec.header), spec.regex ? b.string(spec.regex) : undefined];
    const minimum = b.string(spec.min_wait ?? null);
    const cap = compileCap(b, spec.max_waiting_time_in_seconds);
    const context = b.context();
    return {
      seconds(outcome) {
        const until = headerNumber(outcome, str(header.evaluate(context)), regex && str(regex.evaluate(context)));
        const least = minimum.evaluate(context);
        const floor = truth(least) ? toFloat(least) : undefined;
        if (truth(least) && floor === undefined) return b.fail('min_wait must be a number of seconds.', 'min_wait');
        if (!until) return floor === undefined ? undefined : cap(floor);
        const wait = until - Number(b.run.clock.now()) / 1e6;
        if (floor !== undefined) return cap(Math.max(wait, floor));
        return wait < 0 ? undefined : cap(wait);
      },
    };
  },
});
