import type { Builder } from '../../engine/builder.ts';
import { toFloat } from '../../engine/conversion.ts';
import type { Outcome } from '../../engine/http.ts';
import type { Run } from '../../engine/run.ts';
import { compileRegex } from '../../lang/regex.ts';
import type { Value } from '../../lang/values.ts';
import { SystemError, TransientError } from '../../protocol/failure.ts';

/** The value as Python's float() gives it; ends the build or the wait with an error naming the field when it is none. */
export function asFloat(b: Builder, value: Value, field: string): number {
  const number = toFloat(value);
  if (number === undefined) return b.fail(`${field} must be a number of seconds.`, field);
  return number;
}

/** The wait with up to twice the jitter added, evenly spread; seconds. */
export function jittered(run: Run, seconds: number, jitterSeconds: number | undefined): number {
  return jitterSeconds === undefined ? seconds : seconds + run.random() * jitterSeconds * 2;
}

/**
 * The number in a response header, or in the part of it that the pattern matches from its start; undefined when there is none.
 * parity: error_handlers/backoff_strategies/header_helper.py:get_numeric_value_from_header
 */
export function headerNumber(outcome: Outcome, header: string, pattern: string | undefined): number | undefined {
  if (outcome.response === undefined) return undefined;
  const value = outcome.response.headers.get(header);
  if (value === undefined || value === '') return undefined;
  return toFloat(pattern === undefined ? value : (compileRegex(pattern).match(value)?.groups[0] ?? value));
}

/** A check that throws TransientError for a wait that reaches the configured maximum. */
export type Cap = (seconds: number) => number;

/**
 * The cap of a strategy, evaluated when it is built so that a wrong one is found at once.
 * parity: error_handlers/backoff_strategies/max_waiting_time_helper.py:evaluate_max_waiting_time
 */
export function compileCap(b: Builder, maximum: number | string | undefined): Cap {
  if (maximum === undefined) return (seconds) => seconds;
  const limit = toFloat(b.string(maximum).evaluate(b.context()));
  if (limit === undefined || !Number.isFinite(limit)) {
    throw new SystemError(`${b.path}.max_waiting_time_in_seconds: the longest wait allowed must evaluate to a number of seconds.`);
  }
  return (seconds) => {
    if (seconds >= limit) {
      throw new TransientError(
        `The API asks to wait ${seconds} s, and the manifest allows less than ${limit} s: try again later, or raise max_waiting_time_in_seconds.`,
      );
    }
    return seconds;
  };
}
