import { component } from '../../engine/component.ts';
import { either, number, optional, template, text } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';
import { compileCap, headerNumber } from './waiting.ts';

/** parity: requesters/error_handlers/backoff_strategies/wait_time_from_header_backoff_strategy.py:WaitTimeFromHeaderBackoffStrategy */
export const WaitTimeFromHeader = component({
  type: 'WaitTimeFromHeader',
  kind: 'backoffStrategy',
  summary: 'Waits as many seconds as a response header says.',
  example: `
    type: WaitTimeFromHeader
    header: Retry-After
    max_waiting_time_in_seconds: 600`,
  fields: () => ({
    header: template('config'),
    regex: optional(text()),
    max_waiting_time_in_seconds: optional(either(number(), template('config'))),
  }),
  build(spec, b) {
    const [header, regex] = [b.string(spec.header), spec.regex ? b.string(spec.regex) : undefined];
    const cap = compileCap(b, spec.max_waiting_time_in_seconds);
    const context = b.context();
    return {
      seconds(outcome) {
        const seconds = headerNumber(outcome, str(header.evaluate(context)), regex && str(regex.evaluate(context)));
        return seconds ? cap(seconds) : seconds;
      },
    };
  },
});
