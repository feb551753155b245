import type { Builder } from '../../engine/builder.ts';
import type { DatetimeBound } from '../../engine/kinds.ts';
import { str } from '../../lang/index.ts';
import { clampDatetime, DateError, type DateTime, isBeyondYears, parseDatetime } from '../../lib/time/index.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** A date as the manifest writes it, with templates. */
export interface BoundSpec {
  readonly datetime: string;
  readonly datetime_format?: string | undefined;
  readonly min_datetime?: string | undefined;
  readonly max_datetime?: string | undefined;
}

/**
 * A date that is evaluated anew each time, since it may depend on the present; the maximum wins over the minimum.
 * parity: datetime/min_max_datetime.py:MinMaxDatetime
 */
export function createBound(b: Builder, spec: BoundSpec): DatetimeBound {
  const context = b.context();
  const textOf = (template: string | undefined): (() => string) => {
    if (template === undefined || template === '') return () => '';
    const expression = b.string(template);
    return () => str(expression.evaluate(context));
  };
  const datetime = textOf(spec.datetime);
  const minimum = textOf(spec.min_datetime);
  const maximum = textOf(spec.max_datetime);

  const read = (text: string, format: string): DateTime => {
    try {
      return parseDatetime(text, format);
    } catch (error) {
      if (!(error instanceof DateError)) throw error;
      const problem = isBeyondYears(error) ? 'lies outside of the years 1 to 9999 in' : 'does not match';
      throw new ConfigError(`${b.path}: the date "${text}" ${problem} the format "${format}".`, { cause: error });
    }
  };
  return {
    at(inherited) {
      const format = spec.datetime_format || inherited;
      const [lowest, highest] = [minimum(), maximum()].map((text) => (text === '' ? undefined : read(text, format)));
      return clampDatetime(read(datetime(), format), lowest, highest);
    },
  };
}
