import { component } from '../../engine/component.ts';
import { toFloat } from '../../engine/conversion.ts';
import { either, number, optional, template } from '../../engine/fields.ts';
import { Headers } from '../../engine/host.ts';
import { PythonError, type Value } from '../../lang/values.ts';
import { compileCap } from './waiting.ts';

const CONTEXT = ['config', 'response', 'headers'] as const;
const DEFERRED = new Set(['UndefinedError', 'TypeError', 'ValueError', 'ZeroDivisionError', 'OverflowError', 'ArithmeticError']);

/** parity: requesters/error_handlers/backoff_strategies/wait_time_from_response_backoff_strategy.py:WaitTimeFromResponseBackoffStrategy */
export const WaitTimeFromResponse = component({
  type: 'WaitTimeFromResponse',
  kind: 'backoffStrategy',
  summary: 'Waits as many seconds as a template finds in the body or the headers of the response.',
  example: `
    type: WaitTimeFromResponse
    wait_time_in_seconds: "{{ response.error.retry_in }}"`,
  fields: () => ({
    wait_time_in_seconds: template(...CONTEXT),
    max_waiting_time_in_seconds: optional(either(number(), template('config'))),
  }),
  build(spec, b) {
    const template = b.template(spec.wait_time_in_seconds);
    const cap = compileCap(b, spec.max_waiting_time_in_seconds);
    return {
      readsBody: true,
      seconds({ response }) {
        const context = {
          ...b.context(),
          response: (response?.json ?? {}) as Value,
          headers: response === undefined ? {} : Headers.of(response.headers),
        };
        const value = evaluate(context);
        if (value === undefined) return undefined;
        const seconds = toFloat(value);
        if (seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return undefined;
        return seconds > 0 ? cap(seconds) : 0;
      },
    };

    function evaluate(context: Parameters<typeof template.evaluate>[0]): Value | undefined {
      try {
        const value = template.evaluate(context, { default: spec.wait_time_in_seconds });
        return value === spec.wait_time_in_seconds || value === null ? undefined : value;
      } catch (error) {
        if (!(error instanceof PythonError && DEFERRED.has(error.type))) throw error;
        b.run.log.warn(`${b.path}: the wait could not be evaluated on this response (${error.type}); the next strategy decides.`);
        return undefined;
      }
    }
  },
});
