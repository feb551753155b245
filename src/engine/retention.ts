import type { JsonObject } from '../lib/json.ts';
import { DateTime, Duration, parseDuration } from '../lib/time/index.ts';
import type { Cursor } from './kinds.ts';

/**
 * Whether a state is older than the API keeps its data: by the first of the cursors that can tell, and when none can. The period is an ISO
 * 8601 duration, `now` is in microseconds since 1970. Throws DateError for a period that is no duration.
 * parity: parsers/model_to_component_factory.py:_is_cursor_older_than_retention_period
 */
export function isBeyondRetention(state: JsonObject, cursors: readonly Cursor[], period: string, now: bigint): boolean {
  const length = parseDuration(period);
  const present = DateTime.fromEpochMicroseconds(now);
  const cutoff = length instanceof Duration ? length.subtractFrom(present) : present.subtract(length);
  for (const cursor of cursors) {
    const reached = cursor.reachedAt?.(state);
    if (reached !== undefined) return reached < cutoff.epochMicroseconds();
  }
  return true;
}
