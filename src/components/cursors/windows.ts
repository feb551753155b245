import { type Axis, earlier, later } from './axis.ts';
import type { Interval } from './intervals.ts';

/** How a stretch that is still to be read is cut into windows. */
export interface Windowing<T> {
  readonly axis: Axis<T>;
  readonly start: T;
  /** Where reading ends, as of now. */
  end(): T;
  /** The last value that the manifest wants, where records are sorted out here; undefined where it names no end. */
  readonly last: (() => T) | undefined;
  /** What the manifest subtracts from where the last sync ended; undefined when it subtracts nothing. */
  readonly lookback: ((value: T) => T) | undefined;
  /** The end of a window that begins at the value; undefined for one window as long as there is. */
  readonly step: ((value: T) => T) | undefined;
  readonly granularity: Granularity<T> | undefined;
  /** Moves the border of a window up to where one may be. */
  readonly clamp: (value: T) => T;
  /** Whether the API refuses a window that starts where it ends. */
  readonly strict: boolean;
}

/** The smallest distance between two values. */
export interface Granularity<T> {
  after(value: T): T;
  before(value: T): T;
}

/** A window to read, both ends included. */
export type Window<T> = readonly [start: T, end: T];

/**
 * The windows that are left to read beside the merged stretches: gaps first, then from the last stretch to the end.
 * parity: streams/concurrent/cursor.py:ConcurrentCursor.stream_slices
 */
export function* windowsBeside<T>(windowing: Windowing<T>, intervals: readonly Interval<T>[]): Generator<Window<T>> {
  const { axis, start, granularity, lookback } = windowing;
  const first = intervals[0];
  const last = intervals.at(-1);
  if (first === undefined || last === undefined) return;
  if (axis.compare(start, first.start) < 0) yield* cut(windowing, start, first.start, false);
  for (let i = 0; i < intervals.length - 1; i++) {
    const { end } = intervals[i] as Interval<T>;
    const next = intervals[i + 1] as Interval<T>;
    yield* cut(windowing, granularity === undefined ? end : granularity.after(end), next.start, false);
  }
  yield* cut(windowing, lookback === undefined ? last.end : lookback(last.end), windowing.end(), true);
}

/** A sync that an earlier run began: from where it was to read, up to where, and the merged stretches that were read or are about to be. */
export interface Begun<T> {
  readonly reached: T;
  readonly until: T | undefined;
  readonly stretches: readonly Interval<T>[];
}

/**
 * The windows that are left of a sync that an earlier run began: from its start on, the first moment included, between the stretches, and
 * after the last one, where the lookback is read again if the end has moved on, since what was read before is older by now.
 */
export function* windowsAround<T>(windowing: Windowing<T>, { reached, until, stretches }: Begun<T>): Generator<Window<T>> {
  const { axis, granularity, lookback = (value: T) => value } = windowing;
  const after = (value: T): T => (granularity === undefined ? value : granularity.after(value));
  const [first, ...others] = stretches;
  if (first === undefined) return;
  const from = lookback(reached);
  if (axis.compare(from, first.start) < 0) yield* cut(windowing, from, first.start, false);
  let { end } = first;
  for (const next of others) {
    yield* cut(windowing, after(end), next.start, false);
    end = next.end;
  }
  const last = windowing.end();
  const border = until ?? end;
  const isWhole = axis.compare(end, border) >= 0;
  if (axis.compare(last, border) > 0)
    yield* cut(windowing, isWhole ? lookback(end) : earlier(axis, after(end), lookback(border)), last, true);
  else if (!isWhole) yield* cut(windowing, after(end), last, true);
}

/**
 * Cuts a stretch into windows; its end is read too only when nothing was read behind it.
 * parity: streams/concurrent/cursor.py:ConcurrentCursor._split_per_slice_range
 */
function* cut<T>(windowing: Windowing<T>, from: T, to: T, isEnd: boolean): Generator<Window<T>> {
  const { axis, start, granularity, step, clamp, strict } = windowing;
  const order = axis.compare(from, to);
  if (order > 0 || (order === 0 && granularity === undefined)) return;
  if (!axis.isFalsy(start) && axis.compare(to, start) < 0) return;
  const lower = clamp(axis.isFalsy(start) ? from : later(axis, from, start));
  const clamped = axis.compare(lower, to);
  if (clamped > 0 || (clamped === 0 && (strict || !isEnd))) return;

  if (step === undefined || axis.compare(step(lower), to) >= 0) {
    const upper = isEnd && granularity !== undefined ? to : clamp(to);
    yield [lower, granularity === undefined || isEnd ? upper : granularity.before(upper)];
    return;
  }
  for (let border = lower; ; ) {
    const next = earlier(axis, step(border), to);
    const upper = axis.compare(next, to) === 0 ? next : clamp(next);
    const isLast = axis.compare(next, to) >= 0 || axis.compare(upper, to) === 0;
    const low = clamp(border);
    if (axis.compare(low, upper) >= 0) return;
    yield [low, granularity === undefined || (isEnd && isLast) ? upper : granularity.before(upper)];
    if (isLast) return;
    border = upper;
  }
}
