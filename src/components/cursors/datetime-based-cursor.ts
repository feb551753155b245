import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import {
  boolean,
  describe,
  either,
  extension,
  list,
  object,
  oneOf,
  optional,
  type Slot,
  shape,
  slot,
  template,
  text,
  withDefault,
} from '../../engine/fields.ts';
import type { DatetimeBound, IncrementalSync, LatestValue } from '../../engine/kinds.ts';
import { StateError } from '../../engine/state-error.ts';
import { str } from '../../lang/index.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { DateError, DateTime, Delta, type Duration, isBeyondYears, parseDuration } from '../../lib/time/index.ts';
import { ConfigError } from '../../protocol/failure.ts';
import { type Axis, later } from './axis.ts';
import { borderContributor, warnOnce } from './borders.ts';
import { type Clamping, clampingOf } from './clamping.ts';
import { cursorHazards } from './cursor-hazards.ts';
import { createDatetimeAxis, isNone, minus, plus } from './datetime-axis.ts';
import { createBound } from './datetime-bound.ts';
import { createFineValues } from './fine-values.ts';
import { createIntervalCursor, type Future, type IntervalCursorOptions } from './interval-cursor.ts';
import { beginFrom, lacksValue, readValue, type StateReading } from './intervals.ts';
import { createLatestValue } from './latest-value.ts';
import { createLeftOut } from './left-out.ts';
import type { Granularity, Windowing } from './windows.ts';

const REMEDY = "add the value's format to cursor_datetime_formats";
const ONE_MILLISECOND = Delta.of({ milliseconds: 1 });

/** parity: parsers/model_to_component_factory.py:create_concurrent_cursor_from_datetime_based_cursor */
export const DatetimeBasedCursor = component({
  type: 'DatetimeBasedCursor',
  kind: 'incrementalSync',
  summary: 'Reads what is new since the last sync by a date in the records, in windows of time when the API takes a start and an end.',
  example: `
    type: DatetimeBasedCursor
    cursor_field: updated_at
    datetime_format: "%Y-%m-%dT%H:%M:%SZ"
    start_datetime: "{{ config['start_date'] }}"
    step: P30D
    cursor_granularity: PT1S
    start_time_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: updated_since
    end_time_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: updated_until`,
  fields: () => ({
    clamping: optional(clampingField()),
    cursor_field: template('config'),
    allow_catalog_defined_cursor_field: optional(boolean()),
    cursor_datetime_formats: optional(
      list(text('How the date may be written in records and in states; the first format that fits is taken.')),
    ),
    start_datetime: either(slot('datetimeBound', { types: ['MinMaxDatetime'], defaultType: 'MinMaxDatetime' }), template('config')),
    start_time_option: optional(slot('requestOption', { types: ['RequestOption'] })),
    end_datetime: optional(either(slot('datetimeBound', { types: ['MinMaxDatetime'], defaultType: 'MinMaxDatetime' }), template('config'))),
    end_time_option: optional(slot('requestOption', { types: ['RequestOption'] })),
    datetime_format: text('How dates are written in requests and in the state.'),
    cursor_granularity: optional(text('The distance between the end of a window and the start of the next, such as PT1S; goes with step.')),
    is_data_feed: optional(boolean()),
    is_client_side_incremental: optional(boolean()),
    is_compare_strictly: withDefault(boolean(), false),
    global_substream_cursor: withDefault(boolean(), false),
    lookback_window: optional(template('config')),
    partition_field_end: optional(text('The key of a slice that holds the end of its window.')),
    partition_field_start: optional(text('The key of a slice that holds the start of its window.')),
    step: optional(template('config')),
    row_order: extension(
      optional(oneOf('asc')),
      'Says that the API gives the records in ascending order of the cursor field, so that the state moves on after every page and a sync that was stopped goes on there.',
    ),
  }),
  build(spec, b): IncrementalSync {
    const context = b.context();
    const evaluate = (template: string): string => str(b.string(template).evaluate(context));
    if (!spec.step !== !spec.cursor_granularity)
      b.fail('step and cursor_granularity only work together: give both or neither.', spec.step ? 'step' : 'cursor_granularity');
    const declaredField = evaluate(spec.cursor_field);
    const format = spec.datetime_format;
    const granularity = durationOf(b, 'cursor_granularity', spec.cursor_granularity);
    const axis = createDatetimeAxis(format, spec.cursor_datetime_formats ?? [], granularity ?? ONE_MILLISECOND);
    const borders = [evaluate(spec.partition_field_start || 'start_time'), evaluate(spec.partition_field_end || 'end_time')] as const;
    const contribute = borderContributor([
      [borders[0], spec.start_time_option && b.build('requestOption', spec.start_time_option)],
      [borders[1], spec.end_time_option && b.build('requestOption', spec.end_time_option)],
    ]);
    const windowing = windowingOf(b, axis, granularity, {
      start: boundOf(b, spec.start_datetime).at(format),
      end: endOf(b, spec.end_datetime, format),
      isEndless: !spec.end_datetime,
      lookback: durationOf(b, 'lookback_window', spec.lookback_window && b.string(spec.lookback_window).evaluate(context)),
      step: parsedDuration(b, 'step', spec.step && b.string(spec.step).evaluate(context)),
      clamping: spec.clamping && readClamping(b, evaluate(spec.clamping.target), spec.clamping.target_details),
      strict: spec.is_compare_strictly,
    });
    const formats = [...new Set([...(spec.cursor_datetime_formats ?? []), format])].map((name) => `"${name}"`).join(', ');
    const onUnreadable = warnOnce(b, declaredField, `does not fit ${formats}: add its format to cursor_datetime_formats.`);
    const future = futureOf(b, windowing, declaredField);
    const allowsCatalogField = spec.allow_catalog_defined_cursor_field ?? false;
    const fieldFor = (catalogField: string | undefined): string => (allowsCatalogField && catalogField) || declaredField;
    const readingOf = (field: string): StateReading<DateTime> => ({ axis, field, remedy: REMEDY });
    const fineValues = createFineValues(axis, { format, otherFormats: spec.cursor_datetime_formats ?? [], granularity });
    const leftOut = createLeftOut('end_datetime');

    const optionsFor = (field: string): IntervalCursorOptions<DateTime> => ({
      windowing,
      field,
      borders,
      bounded: true,
      contribute,
      halve: (start, end, minimum) => halve(windowing, granularity, start, end, minimum),
      instantOf: (time) => time.epochMicroseconds(),
      future,
      onBeyondEnd: leftOut.add,
      resumesAlone: (spec.is_data_feed === true || spec.is_client_side_incremental === true) && !spec.step,
      onUnreadable,
      onDisorder: spec.row_order && warnOfDisorder(b, field),
    });
    const open = (state: JsonObject, options: IntervalCursorOptions<DateTime>) =>
      createIntervalCursor(options, beginFrom(readingOf(options.field), windowing.start, state));

    return {
      field: declaredField,
      allowsCatalogField,
      partitionable: true,
      isDataFeed: spec.is_data_feed ?? false,
      isClientSideIncremental: spec.is_client_side_incremental ?? false,
      isGlobal: spec.global_substream_cursor,
      onUnreadable,
      contribute,
      open: (state, catalogField) => open(state ?? {}, { ...optionsFor(fieldFor(catalogField)), inspect: fineValues?.inspect }),
      openPartition(state, lookbackSeconds, catalogField) {
        const field = fieldFor(catalogField);
        const begun = lookbackSeconds === 0 ? state : lookBack(readingOf(field), state ?? {}, lookbackSeconds);
        return open(begun ?? {}, optionsFor(field));
      },
      lacksValue: (state, catalogField) => lacksValue(state, fieldFor(catalogField)),
      normalise(value, catalogField) {
        const time = readValue(readingOf(fieldFor(catalogField)), value);
        return time && axis.print(time);
      },
      latest: (initial) => inspected(createLatestValue(axis, initial, future), fineValues?.inspect),
      remarks: () => [...leftOut.remarks(), ...(fineValues?.remarks() ?? [])],
      splitProblem: () => splitProblem(granularity, format),
      hazards: () =>
        cursorHazards(
          {
            borders,
            sendsStart: spec.start_time_option !== undefined,
            startOption: 'start_time_option',
            sendsEnd: spec.end_time_option !== undefined,
            isDataFeed: spec.is_data_feed === true,
            isClientSideIncremental: spec.is_client_side_incremental === true,
            hasWindows: cutsTime(windowing),
            coarseGranularity:
              granularity !== undefined && hidesTime(axis, windowing.start, granularity)
                ? { stated: spec.cursor_granularity ?? '', better: finestGranularity(axis, windowing.start) }
                : undefined,
          },
          b.declaration,
        ),
    };
  },
});

/** Has the values of records looked at on their way; all partitions of a stream offer theirs to one. */
function inspected(latest: LatestValue, inspect: ((value: Json | undefined) => void) | undefined): LatestValue {
  if (inspect === undefined) return latest;
  return {
    get value() {
      return latest.value;
    },
    offer(value) {
      inspect(value);
      return latest.offer(value);
    },
    offerState: latest.offerState,
  };
}

/** Whether a window that the step cuts holds more than one value of the format. */
function cutsTime({ axis, start, step, granularity }: Windowing<DateTime>): boolean {
  if (step === undefined || granularity === undefined) return false;
  try {
    return axis.print(granularity.before(step(start))) !== axis.print(start);
  } catch (error) {
    if (error instanceof DateError) return false;
    throw error;
  }
}

/** Granularities, the coarsest first. */
const GRANULARITIES = ['P1D', 'PT1H', 'PT1M', 'PT1S', 'PT0.001S'];

/** The coarsest granularity that hides no time that the format can write. */
function finestGranularity(axis: Axis<DateTime>, start: DateTime): string {
  return GRANULARITIES.find((text) => !hidesTime(axis, start, parseDuration(text))) ?? 'PT0.001S';
}

/** Whether the format tells times apart that lie within one granularity of each other. */
function hidesTime(axis: Axis<DateTime>, start: DateTime, granularity: Delta | Duration): boolean {
  // Formats write microseconds for want of a way to write milliseconds.
  if (granularity instanceof Delta && granularity.compare(ONE_MILLISECOND) <= 0) return false;
  try {
    const first = axis.parse(axis.print(start));
    return axis.print(minus(plus(first, granularity), Delta.resolution)) !== axis.print(first);
  } catch (error) {
    if (error instanceof DateError) return false;
    throw error;
  }
}

function warnOfDisorder(b: Builder, field: string): () => void {
  return () =>
    b.run.log.warn(
      `${b.path}: the records are not in ascending order of "${field}", though row_order says so: the state moves on at the end only. Leave row_order out.`,
    );
}

function clampingField() {
  return describe(shape({ target: template('config'), target_details: optional(object()) }), {
    schema: {
      type: 'object',
      required: ['target'],
      properties: { target: { type: 'string' }, target_details: { type: 'object', additionalProperties: true } },
    },
    description: 'Moves the borders of windows to the begin of a DAY, a WEEK (from target_details.weekday) or a MONTH.',
  });
}

function boundOf(b: Builder, value: string | Slot<'datetimeBound'>): DatetimeBound {
  return typeof value === 'string'
    ? createBound(b, { datetime: value })
    : b.build('datetimeBound', value, { defaultType: 'MinMaxDatetime' });
}

function endOf(b: Builder, value: string | Slot<'datetimeBound'> | undefined, format: string): () => DateTime {
  if (value === undefined || value === '') return () => DateTime.fromEpochMicroseconds(b.run.clock.now());
  const bound = boundOf(b, value);
  return () => bound.at(format);
}

/** The length that a field gives; undefined for none and for zero. */
function durationOf(b: Builder, field: string, value: unknown): Delta | Duration | undefined {
  const duration = parsedDuration(b, field, value);
  return duration === undefined || isNone(duration) ? undefined : duration;
}

function parsedDuration(b: Builder, field: string, value: unknown): Delta | Duration | undefined {
  if (value === undefined || value === null || value === '' || value === 0 || value === false) return undefined;
  try {
    return parseDuration(value);
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    return b.fail(`${field} needs an ISO 8601 duration such as P30D or PT1H, not ${JSON.stringify(value)}.`, field);
  }
}

function readClamping(b: Builder, target: string, details: JsonObject | undefined): Clamping {
  const weekday = isPlainObject(details) ? ownProperty(details, 'weekday') : undefined;
  const clamping = clampingOf(target, weekday);
  if (clamping !== undefined) return clamping;
  if (target !== 'WEEK') return b.fail(`The clamping target is DAY, WEEK or MONTH, not "${target}".`, 'clamping.target');
  return b.fail('Clamping to a WEEK needs target_details with a weekday from MONDAY to SUNDAY.', 'clamping.target_details');
}

interface Lengths {
  readonly start: DateTime;
  readonly end: () => DateTime;
  /** Whether the manifest names no end. */
  readonly isEndless: boolean;
  readonly lookback: Delta | Duration | undefined;
  readonly step: Delta | Duration | undefined;
  readonly clamping: Clamping | undefined;
  readonly strict: boolean;
}

function windowingOf(b: Builder, axis: Axis<DateTime>, unit: Delta | Duration | undefined, lengths: Lengths): Windowing<DateTime> {
  const { start, lookback, step, clamping, strict } = lengths;
  const end =
    clamping === undefined
      ? lengths.end
      : () => moving(b, 'end_datetime', () => minus(clamping.down(lengths.end()), unit ?? clamping.unit));
  const granularity: Granularity<DateTime> | undefined = unit && {
    after: (time) => moving(b, 'cursor_granularity', () => plus(time, unit)),
    before: (time) => moving(b, 'cursor_granularity', () => minus(time, unit)),
  };
  return {
    axis,
    start,
    end,
    last: lengths.isEndless ? undefined : end,
    lookback: lookback && ((time) => moving(b, 'lookback_window', () => minus(time, lookback))),
    step: stepOf(b, step, end),
    granularity,
    clamp: clamping === undefined ? (time) => time : clamping.up,
    strict,
  };
}

/** Moves dates by what a field of the manifest says; where that leads to no date, the error names the field. */
function moving(b: Builder, field: string, compute: () => DateTime): DateTime {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    const problem = isBeyondYears(error) ? 'leads beyond the years 1 to 9999' : `cannot be used: ${error.message}`;
    throw new ConfigError(`${b.path}: the ${field} ${problem}.`, { cause: error });
  }
}

/** What lies behind the present and behind the end of what is read; undefined where the guard keeps such values. Warns of the first one. */
function futureOf(b: Builder, { axis, end }: Windowing<DateTime>, field: string): Future<DateTime> | undefined {
  const name = b.declaration?.['name'];
  if (b.run.guards.of(typeof name === 'string' ? name : '').future_cursor === 'keep') return undefined;
  const begin = (): DateTime => later(axis, DateTime.fromEpochMicroseconds(b.run.clock.now()), end());
  let border: DateTime | undefined;
  let hasWarned = false;
  return {
    begin,
    has(value) {
      // The border only moves on: what lies before an earlier one needs no new one.
      if (border !== undefined && axis.compare(value, border) <= 0) return false;
      border = begin();
      if (axis.compare(value, border) <= 0) return false;
      if (!hasWarned) {
        b.run.log.warn(
          `${b.path}: a record has the ${field} ${JSON.stringify(axis.print(value))}, which lies in the future. Such records do not move the state; ` +
            'the guard future_cursor=keep lets them.',
        );
      }
      hasWarned = true;
      return true;
    },
  };
}

/** Without a step a window reaches to the end, wherever that is by then; with a step of zero there is one window, as long as there is to read. */
function stepOf(b: Builder, step: Delta | Duration | undefined, end: () => DateTime): ((time: DateTime) => DateTime) | undefined {
  if (step === undefined) return end;
  return isNone(step) ? undefined : (time) => moving(b, 'step', () => orElse(() => plus(time, step), end));
}

/** A step beyond the year 9999 is one to the end. */
function orElse(compute: () => DateTime, fallback: () => DateTime): DateTime {
  try {
    return compute();
  } catch (error) {
    if (error instanceof DateError && isBeyondYears(error)) return fallback();
    throw error;
  }
}

/**
 * The state as it was some seconds before, for partitions that begin with the global state.
 * parity: create_concurrent_cursor_from_datetime_based_cursor (runtime_lookback_window)
 */
function lookBack(reading: StateReading<DateTime>, state: JsonObject, seconds: number): JsonObject {
  const { axis, field } = reading;
  const value = ownProperty(state, field);
  if (value === 0) return state;
  const time = readValue(reading, value);
  if (time === undefined) return state;
  try {
    return { ...state, [field]: axis.print(time.subtract(Delta.of({ seconds }))) };
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    throw new StateError({ problem: `its lookback_window of ${seconds} seconds leads beyond the year 1`, cause: error });
  }
}

/** parity: streams/concurrent/cursor.py:ConcurrentCursor.split_request_window */
function halve(
  { axis }: Windowing<DateTime>,
  unit: Delta | Duration | undefined,
  start: DateTime,
  end: DateTime,
  minimum: string | undefined,
): readonly [DateTime, DateTime] | undefined {
  // Months have no fixed length that a window could be counted in.
  if (!(unit instanceof Delta) || axis.compare(start, end) >= 0) return undefined;
  const span = end.difference(start);
  const least = minimum === undefined ? undefined : parseDuration(minimum);
  if (least instanceof Delta && span.compare(least) <= 0) return undefined;
  const units = span.floorRatio(unit) + 1n;
  if (units <= 1n) return undefined;
  const firstEnd = start.add(unit.multiply(units / 2n)).subtract(unit);
  const secondStart = firstEnd.add(unit);
  const isOrdered = axis.compare(start, firstEnd) <= 0 && axis.compare(firstEnd, secondStart) < 0 && axis.compare(secondStart, end) <= 0;
  return isOrdered ? [firstEnd, secondStart] : undefined;
}

/** The shortest time that each directive of a format tells apart, in microseconds. */
const RESOLUTIONS: readonly (readonly [directive: string, microseconds: number])[] = [
  ['%epoch_microseconds', 1],
  ['%s_as_float', 1],
  ['%f', 1],
  ['%_ms', 1_000],
  ['%ms', 1_000],
  ['%S', 1_000_000],
  ['%s', 1_000_000],
  ['%M', 60_000_000],
  ['%H', 3_600_000_000],
  ['%I', 3_600_000_000],
  ['%d', 86_400_000_000],
];

/** parity: parsers/model_to_component_factory.py:_validate_request_window_splitting_is_supported */
function splitProblem(granularity: Delta | Duration | undefined, format: string): string | undefined {
  if (granularity === undefined) return 'Windows can only be split by a DatetimeBasedCursor with a cursor_granularity above zero.';
  const finest = Math.min(...RESOLUTIONS.filter(([directive]) => format.includes(directive)).map(([, microseconds]) => microseconds));
  if (!Number.isFinite(finest) || !(granularity instanceof Delta) || granularity.compare(Delta.of({ microseconds: finest })) >= 0)
    return undefined;
  return `The datetime_format ${format} cannot tell times apart that are one cursor_granularity from each other, so windows cannot be split.`;
}
