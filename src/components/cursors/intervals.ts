import { isEmptyValue } from '../../engine/empty-values.ts';
import { StateError } from '../../engine/state-error.ts';
import { type Json, type JsonObject, stringifyJson } from '../../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';
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

/** How the values of a state are read: along an axis, as those of a field. */
export interface StateReading<T> {
  readonly axis: Axis<T>;
  readonly field: string;
  /** What helps where a value cannot be read. */
  readonly remedy?: string | undefined;
}

/** Reads a value of a state; undefined for one that is absent, empty or null. Throws StateError for one that cannot be read. */
export function readValue<T>({ axis, field, remedy }: StateReading<T>, value: Json | undefined, name = field): T | undefined {
  if (value === undefined || isEmptyValue(value)) return undefined;
  const fault = axis.fault(value);
  if (fault !== undefined) throw new StateError({ problem: `"${name}" is ${stringifyJson(value)}, ${fault}`, remedy });
  return axis.parse(value);
}

/** Whether a state has a value that is empty or null, where it should tell how far reading got. */
export function lacksValue(state: JsonObject, field: string): boolean {
  if (!listsIntervals(state)) return isEmptyValue(ownProperty(state, field));
  const listed = ownProperty(state, 'slices');
  if (!Array.isArray(listed)) return false;
  return (
    listed.length === 0 || listed.some((entry) => isPlainObject(entry) && (isEmptyValue(entry['start']) || isEmptyValue(entry['end'])))
  );
}

/**
 * Reads a state of either form, of which one that lacks its value counts for none. Throws StateError for values that cannot be read.
 * parity: state_converters/abstract_stream_state_converter.py:deserialize and convert_from_sequential_state
 */
export function beginFrom<T>(reading: StateReading<T>, start: T, state: JsonObject): Beginning<T> {
  const { axis, field } = reading;
  if (lacksValue(state, field)) return beginAt(start, start, listsIntervals(state) ? {} : state);
  if (listsIntervals(state)) return beginFromIntervals(reading, start, state);
  const present = readValue(reading, ownProperty(state, field));
  const reached = present !== undefined && !axis.isFalsy(present) && axis.compare(present, start) >= 0 ? present : start;
  return beginAt(start, reached, state);
}

function beginAt<T>(start: T, reached: T, legacy: JsonObject): Beginning<T> {
  return { intervals: [{ start, end: reached, latest: reached }], reached, legacy };
}

function beginFromIntervals<T>(reading: StateReading<T>, start: T, state: JsonObject): Beginning<T> {
  const listed = ownProperty(state, 'slices');
  if (!Array.isArray(listed)) throw new StateError({ problem: 'it lists no slices that were read' });
  const intervals = listed.map((entry) => readInterval(reading, entry));
  const first = intervals[0] as Interval<T>;
  const reached = Object.hasOwn(listed[0] as JsonObject, 'most_recent_cursor_value') ? first.latest : first.end;
  const legacy = ownProperty(state, 'legacy');
  return {
    intervals,
    reached: reached === undefined || reading.axis.isFalsy(reached) ? start : reached,
    legacy: isPlainObject(legacy) ? (legacy as JsonObject) : {},
  };
}

function readInterval<T>(reading: StateReading<T>, entry: Json): Interval<T> {
  const read = (key: string): T | undefined => readValue(reading, ownProperty(entry as JsonObject, key), key);
  const [start, end] = isPlainObject(entry) ? [read('start'), read('end')] : [];
  if (start === undefined || end === undefined) throw new StateError({ problem: 'one of its slices has no start or no end' });
  return { start, end, latest: read('most_recent_cursor_value') };
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
