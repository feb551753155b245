import { DateTime } from './date-time.ts';
import { DateError, isBeyondYears } from './errors.ts';
import { Zone } from './zone.ts';

/** The time that a computation gives; the end of the year 9999, UTC, where it leads beyond it. For what has no end that anybody will see. */
export function orLatest(compute: () => DateTime): DateTime {
  try {
    return compute();
  } catch (error) {
    if (error instanceof DateError && isBeyondYears(error)) return DateTime.max.withZone(Zone.utc);
    throw error;
  }
}
