import { component } from '../../engine/component.ts';
import { slots } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';
import { ownProperty } from '../../lib/objects.ts';

const DECISIVE = new Set(['SUCCESS', 'RETRY', 'IGNORE', 'RESET_PAGINATION', 'REDUCE_PAGE_SIZE', 'SPLIT_REQUEST_WINDOW']);

/** parity: requesters/error_handlers/composite_error_handler.py:CompositeErrorHandler */
export const CompositeErrorHandler = component({
  type: 'CompositeErrorHandler',
  kind: 'errorHandler',
  summary: 'Asks several error handlers in turn; the first that does not fail decides, the number of retries is that of the first.',
  example: `
    type: CompositeErrorHandler
    error_handlers:
      - type: DefaultErrorHandler
        response_filters:
          - predicate: "{{ 'quota' in response }}"
            action: RETRY
      - type: DefaultErrorHandler
        response_filters:
          - http_codes: [403]
            action: IGNORE`,
  fields: () => ({ error_handlers: slots('errorHandler', { defaultType: 'DefaultErrorHandler' }) }),
  build(spec, b) {
    const handlers = b.buildAll('errorHandler', spec.error_handlers, { defaultType: 'DefaultErrorHandler' });
    const [first] = handlers;
    if (first === undefined) return b.fail('CompositeErrorHandler needs at least one error handler.', 'error_handlers');
    const others = handlers.flatMap(({ maxRetries }, index) =>
      index > 0 && ownProperty(spec.error_handlers[index] as JsonObject, 'max_retries') !== undefined && maxRetries !== first.maxRetries
        ? [`${maxRetries} of number ${index + 1}`]
        : [],
    );
    if (others.length > 0)
      b.warn(
        `max_retries of a CompositeErrorHandler is that of its first error handler, which is ${first.maxRetries}: the ${others.join(' and the ')} counts for nothing. Give it to the first.`,
      );
    return {
      maxRetries: first.maxRetries,
      readsBody: handlers.some((handler) => handler.readsBody),
      hasBackoff: handlers.some((handler) => handler.hasBackoff),
      usualBackoff: first.usualBackoff,
      actions: new Set(handlers.flatMap(({ actions }) => [...actions])),
      interpret(outcome) {
        let resolution = first.interpret(outcome);
        for (const handler of handlers.slice(1)) {
          if (DECISIVE.has(resolution.action)) return resolution;
          resolution = handler.interpret(outcome);
        }
        return resolution;
      },
      backoffSeconds(outcome, attempt) {
        let seconds: number | undefined;
        for (const handler of handlers) {
          seconds = handler.backoffSeconds(outcome, attempt);
          if (seconds) return seconds;
        }
        return seconds;
      },
    };
  },
});
