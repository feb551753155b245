import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** A copy of a manifest whose incremental syncs by time begin so much earlier than the last one ended; `duration` is in ISO 8601. */
export function withOverlap(manifest: JsonObject, duration: string): JsonObject {
  return withLookback(manifest, duration) as JsonObject;
}

function withLookback(value: Json, duration: string): Json {
  if (Array.isArray(value)) return value.map((item) => withLookback(item, duration));
  if (!isPlainObject(value)) return value;
  const copy = Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, withLookback(item, duration)]));
  return copy['type'] === 'DatetimeBasedCursor' ? { ...copy, lookback_window: duration } : copy;
}
