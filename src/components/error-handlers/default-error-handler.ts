import { component } from '../../engine/component.ts';
import { toInteger } from '../../engine/conversion.ts';
import { bounded, either, extension, integer, number, optional, slots, template, withDefault } from '../../engine/fields.ts';
import { resolveByDefault } from './default-resolution.ts';

/** parity: requesters/error_handlers/default_error_handler.py:DefaultErrorHandler */
export const DefaultErrorHandler = component({
  type: 'DefaultErrorHandler',
  kind: 'errorHandler',
  summary:
    'Asks its filters what a response means, in order, then the meanings that statuses usually have; waits between attempts as its strategies say.',
  example: `
    type: DefaultErrorHandler
    max_retries: 3
    response_filters:
      - http_codes: [404]
        action: IGNORE
    backoff_strategies:
      - type: ExponentialBackoffStrategy
        factor: 2`,
  fields: () => ({
    backoff_strategies: optional(slots('backoffStrategy')),
    max_retries: withDefault(either(integer(), template('config')), 5),
    response_filters: optional(slots('responseFilter', { defaultType: 'HttpResponseFilter' })),
    usual_backoff_factor: extension(
      optional(bounded(number(), { minimum: 0 })),
      'Seconds before the first repetition where no strategy and no Retry-After states the wait; each further wait is twice as long.',
    ),
    longest_usual_backoff: extension(optional(bounded(number(), { minimum: 0 })), 'The longest of those waits in seconds.'),
  }),
  build(spec, b) {
    const filters = b.buildAll('responseFilter', spec.response_filters, { defaultType: 'HttpResponseFilter' });
    const strategies = b.buildAll('backoffStrategy', spec.backoff_strategies);
    const defaults = { guards: b.run.guards.of(b.stream?.name ?? ''), secrets: b.run.secrets };
    const maxRetries = toInteger(b.string(spec.max_retries).evaluate(b.context()));
    if (maxRetries === undefined) return b.fail('max_retries must evaluate to a whole number.', 'max_retries');
    return {
      maxRetries,
      readsBody: filters.some((filter) => filter.readsBody),
      hasBackoff: strategies.length > 0,
      usualBackoff: { factor: spec.usual_backoff_factor, longestSeconds: spec.longest_usual_backoff },
      actions: new Set(filters.flatMap(({ action }) => action ?? [])),
      interpret(outcome) {
        for (const filter of filters) {
          const resolution = filter.match(outcome);
          if (resolution !== undefined) return resolution;
        }
        return resolveByDefault(outcome, defaults);
      },
      backoffSeconds(outcome, attempt) {
        let seconds: number | undefined;
        for (const strategy of strategies) {
          seconds = strategy.seconds(outcome, attempt);
          if (seconds) return seconds;
        }
        return seconds;
      },
    };
  },
});
