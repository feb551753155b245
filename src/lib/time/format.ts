import { cached } from './cache.ts';
import type { DateTime } from './date-time.ts';
import { compileStrftime } from './strftime.ts';
import { compileStrptime, type Strptime } from './strptime.ts';

/** A strptime and strftime format, both ways. */
export interface Format extends Strptime {
  /** Python's `datetime.strftime(format)`. */
  format(time: DateTime): string;
}

/** Python's `strptime` and `strftime` of one format, compiled once; see `compileStrptime` and `compileStrftime`. */
export const compileFormat: (format: string) => Format = cached((format) => ({
  ...compileStrptime(format),
  format: compileStrftime(format),
}));
