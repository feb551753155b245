import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';
import { ConfigError } from '../../protocol/failure.ts';
import { type Axis, later } from './axis.ts';

/** A stretch that was read, both ends included, and the greatest cursor value of its records, if it had any. */
export interface Interval<T> {
  readonly start: T;
  readonly end: T;
  readonly latest: T | undefined;
}

/** What a sync begins with: the stretches read before, where reading goes on, and the keys of the old state that it keeps. */
export interface Beginning<T> {
  readonly intervals: readonly Interval<T>[];
  /** The value that the last sync reached, or the configured start. */
  readonly reached: T;
  readonly legacy: JsonObject;
}

const STATE_TYPES: readonly (Json | undefined)[] = ['date-range', 'integer'];

/** Whether the state lists the stretches that were read, instead of the one value that was reached. */
export function listsIntervals(state: JsonObject): boolean {
  return STATE_TYPES.includes(ownProperty(state, 'state_type'));
}

/**
 * Reads a state of either form; throws what the axis throws for values that are none, ConfigError for a list without stretches.
 * parity: state_converters/abstract_stream_state_converter.py:deserialize and convert_from_sequential_state
 */
export function beginFrom<T>(axis: Axis<T>, field: string, start: T, state: JsonObject): Beginning<T> {
  if (listsIntervals(state)) return beginFromIntervals(axis, start, state);
  const value = ownProperty(state, field);
  const present = value === undefined ? undefined : axis.parse(value);
  const reached = present !== undefined && !axis.isFalsy(present) && axis.compare(present, start) >= 0 ? present : start;
  return { intervals: [{ start, end: reached, latest: reached }], reached, legacy: state };
}

function beginFromIntervals<T>(axis: Axis<T>, start: T, state: JsonObject): Beginning<T> {
  const listed = ownProperty(state, 'slices');
  if (!Array.isArray(listed) || listed.length === 0) throw new ConfigError('The state lists no slices that were read.');
  const intervals = listed.map((entry) => readInterval(axis, entry));
  const first = intervals[0] as Interval<T>;
  const reached = Object.hasOwn(listed[0] as JsonObject, 'most_recent_cursor_value') ? first.latest : first.end;
  const legacy = ownProperty(state, 'legacy');
  return {
    intervals,
    reached: reached === undefined || axis.isFalsy(reached) ? start : reached,
    legacy: isPlainObject(legacy) ? (legacy as JsonObject) : {},
  };
}

function readInterval<T>(axis: Axis<T>, entry: Json): Interval<T> {
  if (!isPlainObject(entry) || !Object.hasOwn(entry, 'start') || !Object.hasOwn(entry, 'end')) {
    throw new ConfigError('A slice in the state has no start or no end.');
  }
  const { start, end, most_recent_cursor_value: latest } = entry as { start: Json; end: Json; most_recent_cursor_value?: Json };
  return { start: axis.parse(start), end: axis.parse(end), latest: latest === undefined ? undefined : axis.parse(latest) };
}

/**
 * Joins the stretches that touch or overlap; the result is in order and the input stays as it is.
 * parity: state_converters/abstract_stream_state_converter.py:merge_intervals
 */
export function mergeIntervals<T>(axis: Axis<T>, intervals: readonly Interval<T>[]): Interval<T>[] {
  const sorted = [...intervals].sort((a, b) => axis.compare(a.start, b.start) || axis.compare(a.end, b.end));
  const merged: Interval<T>[] = [];
  for (const interval of sorted) {
    const last = merged.at(-1);
    if (last === undefined || axis.compare(axis.next(last.end), interval.start) < 0) {
      merged.push(interval);
    } else {
      merged[merged.length - 1] = {
        start: last.start,
        end: later(axis, last.end, interval.end),
        latest: latestOf(axis, interval.latest, last.latest),
      };
    }
  }
  return merged;
}

function latestOf<T>(axis: Axis<T>, a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || axis.isFalsy(a)) return b;
  return b === undefined || axis.isFalsy(b) ? a : later(axis, a, b);
}

/**
 * The state to print: the greatest value of records in the first stretch, over what the old state held.
 * parity: state_converters/abstract_stream_state_converter.py:convert_to_state_message
 */
export function printState<T>(axis: Axis<T>, field: string, intervals: readonly Interval<T>[], legacy: JsonObject): JsonObject {
  const first = mergeIntervals(axis, intervals)[0] as Interval<T>;
  const value = first.latest === undefined || axis.isFalsy(first.latest) ? first.start : first.latest;
  const state = { ...legacy };
  setOwnProperty(state, field, axis.print(value));
  return state;
}
