import type { Cursor, CursorTracker, RequestContributor, Row } from '../../engine/kinds.ts';
import type { BegunSlice } from '../../engine/resumption.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { asPropertyName, ownProperty } from '../../lib/objects.ts';
import { SystemError } from '../../protocol/failure.ts';
import type { Axis } from './axis.ts';
import { type Beginning, type Interval, listsIntervals, mergeIntervals, printState } from './intervals.ts';
import { createSliceProgress, type SliceProgress } from './slice-progress.ts';
import { type Window, type Windowing, windowsAround, windowsBeside } from './windows.ts';

/** What one cursor is made of, beside the state that it begins with. */
export interface IntervalCursorOptions<T> {
  readonly windowing: Windowing<T>;
  readonly field: string;
  /** The keys of a slice that hold the borders of its window. */
  readonly borders: readonly [start: string, end: string];
  /** Whether windows have an end, so that closing one tells how far reading got. */
  readonly bounded: boolean;
  readonly contribute: RequestContributor['contribute'];
  /** The ends of the first and the starts of the second half of a window; undefined when it cannot be cut. */
  readonly halve?: (start: T, end: T, minimum: string | undefined) => readonly [end: T, start: T] | undefined;
  /** The time that a value stands for; undefined when values are no times. */
  readonly instantOf?: (value: T) => bigint;
  /** What keeps values of the future out of the state; undefined where they move it as any others do. */
  readonly future: Future<T> | undefined;
  /** Whether a slice that is gone on with is all that a sync reads, since every slice has the same records. */
  readonly resumesAlone?: boolean;
  /** Told once of a record that has no value of the cursor, or none that can be read. */
  readonly onUnreadable: (value: Json | undefined) => void;
  /** Told of the value of each record that is read. */
  readonly inspect?: ((value: Json | undefined) => void) | undefined;
  /** Called for each record that lies behind the end that the manifest names, and is left out for that. */
  readonly onBeyondEnd?: () => void;
  /** Called once when records are not in ascending order; undefined where they need not be, and the state moves on at the end of slices only. */
  readonly onDisorder?: (() => void) | undefined;
}

/** Tells the values that no record should have yet. */
export interface Future<T> {
  has(value: T): boolean;
  /** The latest value that a record may have. */
  begin(): T;
}

/** The greatest value among the records of one slice that does not lie in the future; `raw` is what it was read from. */
interface Peak<T> {
  value: T | undefined;
  raw: Json | undefined;
  /** Whether a record had a value of the future. */
  wasExceeded: boolean;
  /** The value looked at last, which often comes again. */
  last: Json | undefined;
}

/**
 * A cursor that reads what lies between its start and its end and is no part of the stretches that were read before.
 * parity: streams/concurrent/cursor.py:ConcurrentCursor
 */
export function createIntervalCursor<T>(options: IntervalCursorOptions<T>, { intervals: begun, reached, legacy }: Beginning<T>): Cursor {
  const { windowing, field, bounded } = options;
  const { axis } = windowing;
  const [startKey, endKey] = options.borders;
  const read = fieldReader(field);
  const note = createObserver(options, read);
  const bounds = createBounds(options, reached);
  const peaks = new Map<string, Peak<T>>();
  const progress = options.onDisorder && createSliceProgress(axis, options.onDisorder);
  let intervals: readonly Interval<T>[] = begun;
  const base = mergeIntervals(axis, begun);
  /** Up to where the earlier run was to read. */
  let until: T | undefined;
  /** Up to where this run reads; undefined until its slices are asked for. */
  let readsTo: T | undefined;
  const resumed: Resumed<T>[] = [];
  /** What this sync has read, beside what was read before. */
  let closed: readonly Interval<T>[] = [];
  let hasClosed = false;
  let present: StreamSlice | undefined;
  let peak: Peak<T> = newPeak();

  function peakIn(slice: StreamSlice): Peak<T> {
    if (slice !== present) {
      present = slice;
      peak = peakOf(slice);
    }
    return peak;
  }

  function peakOf(slice: StreamSlice): Peak<T> {
    // Windows that print the same share what was seen, as slices are compared by their texts in the reference.
    const key = JSON.stringify([slice.cursorSlice[startKey], slice.cursorSlice[endKey]]);
    let found = peaks.get(key);
    if (found === undefined) {
      found = newPeak();
      peaks.set(key, found);
    }
    return found;
  }

  function readOf(slice: StreamSlice): Interval<T> | undefined {
    const peak = peakOf(slice);
    const latest = peak.value ?? (peak.wasExceeded ? options.future?.begin() : undefined);
    if (bounded) return { start: axis.parse(borderOf(slice, startKey)), end: axis.parse(borderOf(slice, endKey)), latest };
    if (latest === undefined || axis.isFalsy(latest)) return undefined;
    if (hasClosed) throw new SystemError(`A cursor without an end can follow one slice only, and "${field}" was given several.`);
    return { start: reached, end: latest, latest };
  }

  function presentValue(raw: Json | undefined): T | undefined {
    return raw === undefined || raw === null ? undefined : axis.tryParse(raw);
  }

  function observeExtremes(greatest: Row, least: Row, slice: StreamSlice): boolean {
    const peak = peakIn(slice);
    note(greatest, peak);
    const { raw } = peak;
    // What lies between two that are covered is covered as well; a greatest one of the future is not.
    return raw !== undefined && [greatest, least].every((record) => axis.isCovered(read(record) ?? null, raw));
  }

  return {
    field,
    reads: [field],
    contribute: options.contribute,
    async *slices() {
      readsTo = windowing.end();
      for (const { cursorSlice } of resumed) yield new StreamSlice({}, cursorSlice);
      if (resumed.length > 0 && options.resumesAlone === true) return;
      const stretches = mergeIntervals(axis, [...closed, ...resumed.map(({ interval }) => interval)]);
      const left =
        stretches.length === 0
          ? windowsBeside(windowing, mergeIntervals(axis, intervals))
          : windowsAround(windowing, { reached: (base[0] as Interval<T>).end, until, stretches });
      for (const window of left) {
        const slice = sliceOf(axis, options.borders, window);
        if (!isBorderOf(resumed, slice, options.borders)) yield slice;
      }
    },
    observe(record, slice) {
      options.inspect?.(read(record));
      note(record, peakIn(slice));
      if (progress !== undefined) noteProgress(progress, options, read(record), slice);
    },
    ...(axis.tellsCovered && { observeExtremes }),
    ...(progress && { needsOrder: true, checkpoint: () => progress.hasMoved() }),
    close(slice) {
      const interval = readOf(slice);
      progress?.close(slice);
      hasClosed = true;
      if (interval === undefined) return false;
      intervals = mergeIntervals(axis, [...intervals, interval]);
      closed = mergeIntervals(axis, [...closed, interval]);
      return true;
    },
    shouldBeSynced(record) {
      const raw = read(record);
      const value = presentValue(raw);
      if (value !== undefined) return !bounds.isBefore(value) && !bounds.isBeyond(value);
      options.onUnreadable(raw);
      return true;
    },
    leaveOut(record) {
      const value = presentValue(read(record));
      if (value !== undefined && bounds.isBeyond(value)) options.onBeyondEnd?.();
    },
    endsFeed(record) {
      const value = presentValue(read(record));
      return value !== undefined && bounds.isBefore(value);
    },
    state() {
      const open = progress?.intervals((slice) => axis.parse(borderOf(slice, startKey))) ?? [];
      return printState(axis, field, [...intervals, ...open], legacy);
    },
    split: (slice, minimum) => splitSlice(options, slice, minimum),
    track: () => createTracker(options, note),
    reachedAt: (state) => reachedAt(options, state),
    resume({ slices, memo }) {
      // What was read before must be one stretch, to whose end the rest is to be read.
      if (base.length !== 1) return;
      const end = ownProperty(memo, 'end');
      until = end === undefined || end === null ? undefined : axis.tryParse(end);
      for (const { cursorSlice, isRead, latest } of slices) {
        const interval = begunInterval(options, cursorSlice, latest);
        if (interval === undefined) continue;
        if (isRead) {
          intervals = mergeIntervals(axis, [...intervals, interval]);
          closed = mergeIntervals(axis, [...closed, interval]);
        } else {
          // Without an end, windows are cut again as they were.
          if (bounded) resumed.push({ cursorSlice, interval });
          if (interval.latest !== undefined) Object.assign(peakOf(new StreamSlice({}, cursorSlice)), { value: interval.latest });
        }
      }
    },
    progress: () =>
      bounded
        ? { read: closed.map((interval) => readSlice(options, interval)), memo: readsTo === undefined ? {} : { end: axis.print(readsTo) } }
        : { read: [], memo: {} },
    latestIn(slice) {
      const { value } = peakOf(slice);
      return value === undefined ? undefined : axis.print(value);
    },
  };
}

/** A window that an earlier run began, as it was given then. */
interface Resumed<T> {
  readonly cursorSlice: JsonObject;
  readonly interval: Interval<T>;
}

/** Whether a window is no more than the last moment, as it is written, of one that is gone on with. */
function isBorderOf<T>(
  resumed: readonly Resumed<T>[],
  { cursorSlice }: StreamSlice,
  [startKey, endKey]: readonly [string, string],
): boolean {
  const [start, end] = [cursorSlice[startKey], cursorSlice[endKey]];
  return start === end && resumed.some((other) => other.cursorSlice[endKey] === end);
}

/** The stretch of a slice that an earlier run began; undefined when its borders cannot be read. */
function begunInterval<T>(
  { windowing: { axis }, borders: [startKey, endKey], bounded }: IntervalCursorOptions<T>,
  cursorSlice: JsonObject,
  latest: Json | undefined,
): Interval<T> | undefined {
  const value = (raw: Json | undefined): T | undefined => (raw === undefined || raw === null ? undefined : axis.tryParse(raw));
  const start = value(ownProperty(cursorSlice, startKey));
  const end = bounded ? value(ownProperty(cursorSlice, endKey)) : start;
  return start === undefined || end === undefined ? undefined : { start, end, latest: value(latest) };
}

/** A stretch that was read, as a slice. */
function readSlice<T>({ windowing: { axis }, borders }: IntervalCursorOptions<T>, { start, end, latest }: Interval<T>): BegunSlice {
  const { cursorSlice } = sliceOf(axis, borders, [start, end]);
  return { partition: {}, cursorSlice, isRead: true, latest: latest === undefined ? undefined : axis.print(latest) };
}

function noteProgress<T>(
  progress: SliceProgress<T>,
  { windowing: { axis }, future }: IntervalCursorOptions<T>,
  raw: Json | undefined,
  slice: StreamSlice,
): void {
  const value = raw === undefined || raw === null ? undefined : axis.tryParse(raw);
  if (value !== undefined && future?.has(value) !== true) progress.observe(value, slice);
}

function newPeak<T>(): Peak<T> {
  return { value: undefined, raw: undefined, wasExceeded: false, last: undefined };
}

/** Reads a top-level field; names that every object inherits are looked up as own ones. */
function fieldReader(name: string): (record: Row) => Json | undefined {
  const field = asPropertyName(name);
  return field in Object.prototype ? (record) => ownProperty(record, field) : (record) => record[field];
}

/** Notes the value of a record when it is the greatest so far, with as little work as the order of the texts allows. */
function createObserver<T>(
  { windowing: { axis }, future, onUnreadable }: IntervalCursorOptions<T>,
  read: (record: Row) => Json | undefined,
): (record: Row, peak: Peak<T>) => void {
  return (record, peak) => {
    const raw = read(record);
    if (raw === peak.last && raw !== undefined) return;
    peak.last = raw;
    if (raw === undefined || raw === null) return onUnreadable(raw);
    if (peak.raw !== undefined && axis.isCovered(raw, peak.raw)) return;
    const value = axis.tryParse(raw);
    if (value === undefined) return onUnreadable(raw);
    if (peak.value !== undefined && axis.compare(peak.value, value) >= 0) return;
    if (future?.has(value) === true) peak.wasExceeded = true;
    else {
      peak.value = value;
      peak.raw = raw;
    }
  };
}

/** What is read this time, the lookback included. */
interface Bounds<T> {
  isBefore(value: T): boolean;
  /** Whether a value lies behind the end that the manifest names; where it names none, what lies ahead of now is read as well. */
  isBeyond(value: T): boolean;
}

/** parity: streams/concurrent/cursor.py:ConcurrentCursor.should_be_synced */
function createBounds<T>({ windowing }: IntervalCursorOptions<T>, reached: T): Bounds<T> {
  const { axis, last } = windowing;
  const lowest = lowestToSync(windowing, reached);
  let end: T | undefined;
  return {
    isBefore: (value) => axis.compare(value, lowest) < 0,
    isBeyond(value) {
      if (last === undefined) return false;
      // The end moves on with the time, if it moves: what lies before an earlier end needs no new one.
      if (end !== undefined && axis.compare(value, end) <= 0) return false;
      end = last();
      return axis.compare(value, end) > 0;
    },
  };
}

function lowestToSync<T>({ axis, start, lookback }: Windowing<T>, reached: T): T {
  if (lookback === undefined) return reached;
  const lower = lookback(reached);
  if (axis.isFalsy(start)) return lower;
  const floor = axis.compare(start, reached) < 0 ? start : reached;
  return axis.compare(floor, lower) > 0 ? floor : lower;
}

function sliceOf<T>(axis: Axis<T>, [startKey, endKey]: readonly [string, string], [start, end]: Window<T>): StreamSlice {
  return new StreamSlice({}, { [startKey]: axis.print(start), [endKey]: axis.print(end) });
}

function borderOf(slice: StreamSlice, key: string): Json {
  const value = ownProperty(slice.cursorSlice, key);
  if (value === undefined) throw new SystemError(`A slice lacks "${key}", the border of its window.`);
  return value;
}

/** parity: streams/concurrent/cursor.py:ConcurrentCursor.split_request_window */
function splitSlice<T>(options: IntervalCursorOptions<T>, slice: StreamSlice, minimum: string | undefined): StreamSlice[] | undefined {
  if (options.halve === undefined) return undefined;
  const { axis } = options.windowing;
  const [startKey, endKey] = options.borders;
  const [start, end] = [borderOf(slice, startKey), borderOf(slice, endKey)].map((border) => {
    const value = axis.tryParse(border);
    if (value === undefined)
      throw new SystemError(`The window of a slice cannot be split: its border ${JSON.stringify(border)} cannot be read.`);
    return value;
  }) as [T, T];
  const halves = options.halve(start, end, minimum);
  if (halves === undefined) return undefined;
  const [firstEnd, secondStart] = halves;
  const windows: Window<T>[] = [
    [start, firstEnd],
    [secondStart, end],
  ];
  return windows.map((window) => new StreamSlice(slice.partition, sliceOf(axis, options.borders, window).cursorSlice, slice.extraFields));
}

/** parity: streams/concurrent/cursor.py:ConcurrentCursor.reduce_slice_range */
function createTracker<T>(options: IntervalCursorOptions<T>, note: (record: Row, peak: Peak<T>) => void): CursorTracker {
  const { axis } = options.windowing;
  const [startKey, endKey] = options.borders;
  const peak = newPeak<T>();
  return {
    observe: (record) => note(record, peak),
    reduce(slice) {
      if (peak.value === undefined) return slice;
      const cursorSlice = { [startKey]: axis.print(peak.value), [endKey]: borderOf(slice, endKey) };
      return new StreamSlice(slice.partition, cursorSlice, slice.extraFields);
    },
  };
}

/** parity: streams/concurrent/cursor.py:ConcurrentCursor.get_cursor_datetime_from_state */
function reachedAt<T>({ windowing: { axis }, field, instantOf }: IntervalCursorOptions<T>, state: JsonObject): bigint | undefined {
  const raw = listsIntervals(state) ? reachedInList(state) : ownProperty(state, field);
  if (instantOf === undefined || raw === undefined || raw === null || raw === '') return undefined;
  const value = axis.tryParse(raw);
  return value === undefined ? undefined : instantOf(value);
}

function reachedInList(state: JsonObject): Json | undefined {
  const listed = ownProperty(state, 'slices');
  const first = Array.isArray(listed) ? (listed[0] as JsonObject | undefined) : undefined;
  return first === undefined ? undefined : ownProperty(first, 'most_recent_cursor_value') || ownProperty(first, 'end');
}
