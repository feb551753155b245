import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { isEmptyValue } from '../../engine/empty-values.ts';
import { anything, boolean, describe, number, oneOf, optional, text, withDefault } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import type { Cursor, IncrementalSync, LatestValue, Row } from '../../engine/kinds.ts';
import { compileExact } from '../../engine/mappings.ts';
import { StateError, type StateFault } from '../../engine/state-error.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { compare, PythonError, repr, typeName, type Value } from '../../lang/index.ts';
import { Float, type Json, type JsonObject, stringifyJson } from '../../lib/json.ts';
import { compileJsonPath, type JsonPath, JsonPathError } from '../../lib/json-path.ts';
import { ownProperty } from '../../lib/objects.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { createBoundaryRows, hashRow, MOST_ROWS } from './boundary-rows.ts';
import { areWrittenAlike, compareInstants, isInstant } from './instant-order.ts';
import { isDateOnly, moveValue } from './lagged-value.ts';
import { createLeftOut, type LeftOut } from './left-out.ts';

/** The key of a state for the rows that have the value which was reached. */
const HASHES = 'unique_hashes';

/** parity: dlt/extract/incremental/__init__.py:Incremental, dlt/extract/incremental/transform.py:JsonIncremental */
export const ValueBasedCursor = component({
  type: 'ValueBasedCursor',
  kind: 'incrementalSync',
  extension: true,
  summary:
    'Reads what is new since the last sync by a value that only grows, or only shrinks: any text or number. Dates and date-times are compared as moments, other texts as they stand. Rows that the last sync had are dropped, also up to 1000 that share the value it reached.',
  example: `
    type: ValueBasedCursor
    cursor_path: updated_at
    initial_value: "2024-01-01T00:00:00Z"
    lag: 3600`,
  fields: () => ({
    cursor_path: text('A JSONPath to the value in a record. Of several values the greatest counts, or the least where order is min.'),
    initial_value: describe(optional(anything()), { context: ['config'] }),
    end_value: describe(optional(anything()), { context: ['config'] }),
    order: withDefault(oneOf('max', 'min'), 'max'),
    lag: optional(number()),
    on_missing: withDefault(oneOf('fail', 'include', 'exclude'), 'fail'),
    range_start: withDefault(oneOf('closed', 'open'), 'closed'),
    range_end: withDefault(oneOf('open', 'closed'), 'open'),
    row_order: optional(oneOf('asc', 'desc')),
    drops_known: withDefault(boolean(), true),
  }),
  build(spec, b): IncrementalSync {
    const path = compilePath(b, spec.cursor_path);
    const [only, ...deeper] = path.keys ?? [];
    const field = typeof only === 'string' && deeper.length === 0 ? only : path.text;
    const stream = b.stream?.name ?? nameOf(b);
    const warn = (message: string): void => b.run.log.warn(`Stream ${stream}: ${message}`);
    const isAfter = ordering(stream, field, spec.order);
    const read = readerOf(path, field === only ? field : undefined, isAfter);
    const constant = (value: Json | undefined): Json | undefined =>
      value === undefined ? undefined : (jsonValue(compileExact(b, value)(b.context())) ?? undefined);
    const rules: Rules = {
      stream,
      field,
      read,
      initial: constant(spec.initial_value),
      end: constant(spec.end_value),
      isAfter,
      lag: spec.lag,
      isMax: spec.order === 'max',
      onMissing: spec.on_missing,
      isStartOpen: spec.range_start === 'open',
      isEndClosed: spec.range_end === 'closed',
      rowOrder: spec.row_order,
      dropsKnown: spec.drops_known,
      leftOut: createLeftOut('end_value'),
      warn,
      warnOfLag: onceFor(warn),
      warnOfFullBoundary: onceFor(warn),
    };
    if (rules.end !== undefined && rules.initial === undefined) b.fail('An end_value needs an initial_value.', 'end_value');
    if (rules.end !== undefined && rules.isAfter(rules.initial as Json, rules.end))
      b.fail('The end_value lies before the initial_value.', 'end_value');
    const open = (state: JsonObject | undefined): Cursor => createValueCursor(rules, state ?? {});
    const lacksValue = (state: JsonObject): boolean => isEmptyValue(ownProperty(state, field));
    return {
      field,
      valueIn: read,
      allowsCatalogField: false,
      partitionable: true,
      isDataFeed: spec.row_order !== undefined,
      isClientSideIncremental: true,
      isGlobal: false,
      contribute() {},
      open,
      openPartition: open,
      lacksValue,
      normalise: (value) => knownIn(rules, { [field]: value }),
      latest: (initial) => createLatest(rules, initial),
      remarks: () => rules.leftOut.remarks(),
    };
  },
});

interface Rules {
  readonly stream: string;
  readonly field: string;
  readonly read: (record: Row) => Json | undefined;
  readonly initial: Json | undefined;
  readonly end: Json | undefined;
  /** Whether the first value comes after the second one. */
  readonly isAfter: (a: Json, b: Json) => boolean;
  readonly lag: number | undefined;
  readonly isMax: boolean;
  readonly onMissing: 'fail' | 'include' | 'exclude';
  readonly isStartOpen: boolean;
  readonly isEndClosed: boolean;
  readonly rowOrder: 'asc' | 'desc' | undefined;
  readonly dropsKnown: boolean;
  readonly leftOut: LeftOut;
  readonly warn: (message: string) => void;
  /** Says once which unit the lag was taken in. */
  readonly warnOfLag: (message: string) => void;
  /** Says once that more rows share the greatest value than a state remembers. */
  readonly warnOfFullBoundary: (message: string) => void;
}

function nameOf({ declaration }: Builder): string {
  const name = declaration?.['name'];
  return typeof name === 'string' ? name : '';
}

/** Passes on the first message only. */
function onceFor(warn: (message: string) => void): (message: string) => void {
  let told = false;
  return (message) => {
    if (!told) warn(message);
    told = true;
  };
}

function compilePath(b: Builder, text: string): JsonPath {
  try {
    return compileJsonPath(text);
  } catch (error) {
    if (error instanceof JsonPathError) return b.fail(error.message, 'cursor_path');
    throw error;
  }
}

/** Reads the value of a record: that of a top-level field, or what a path leads to. */
function readerOf(path: JsonPath, topLevel: string | undefined, isAfter: Rules['isAfter']): Rules['read'] {
  if (topLevel !== undefined) return (record) => ownProperty(record, topLevel);
  return path.keys === undefined ? (record) => farthest(path.find(record), isAfter) : (record) => path.first(record);
}

/** Of several values the one that none comes after; undefined when there is none. */
function farthest(values: readonly Json[], isAfter: Rules['isAfter']): Json | undefined {
  let found: Json | undefined;
  for (const value of values) {
    if (value !== null && (found === undefined || isAfter(value, found))) found = value;
  }
  return found;
}

/** How values are compared; those that have no order are a failure. */
function ordering(stream: string, field: string, order: 'max' | 'min'): Rules['isAfter'] {
  const operator = order === 'max' ? '>' : '<';
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return order === 'max' ? a > b : a < b;
    if (typeof a === 'string' && typeof b === 'string' && !areWrittenAlike(a, b)) {
      const difference = compareInstants(a, b);
      if (difference !== undefined) return order === 'max' ? difference > 0 : difference < 0;
    }
    try {
      return compare(a as Value, b as Value, operator);
    } catch (error) {
      if (!(error instanceof PythonError)) throw error;
      throw new ConfigError(
        `The values of "${field}"${stream === '' ? '' : ` in stream ${stream}`} cannot be compared: ${repr(a as Value)} is of type ${typeName(a as Value)}, ${repr(b as Value)} of type ${typeName(b as Value)}. Write initial_value and end_value as the records have the value, or reset the state.`,
        { cause: error },
      );
    }
  };
}

/** The value of a state; undefined when there is none, or an empty one. Throws StateError for one that cannot be compared with the initial value. */
function knownIn({ field, initial }: Pick<Rules, 'field' | 'initial'>, state: JsonObject): Json | undefined {
  const value = ownProperty(state, field);
  if (value === undefined || isEmptyValue(value)) return undefined;
  if (initial !== undefined && isText(initial) !== isText(value)) throw unlike(field, value, initial, { whose: 'initial_value' });
  return value;
}

/** A value of a state is written in another way than those that it has to be compared with. */
function unlike(
  field: string,
  value: Json,
  other: Json,
  { whose, ...place }: { readonly whose: string } & Pick<StateFault, 'stream' | 'partition'>,
): StateError {
  return new StateError({
    problem: `"${field}" is ${stringifyJson(value)}, but ${whose} is ${kindOf(other)}, ${stringifyJson(other)}`,
    remedy: 'write initial_value as the records have the value',
    ...place,
  });
}

function isText(value: Json): boolean {
  return typeof value === 'string';
}

/** What values are compared as. */
function kindOf(value: Json): string {
  if (typeof value === 'string') return isInstant(value) ? 'a date' : 'a text';
  return typeof value === 'object' && !(value instanceof Float) ? 'a single value' : 'a number';
}

/** The value that a sync begins at: the one that the last sync reached, less the lag, but not before the initial one. */
// parity: dlt/extract/incremental/lag.py:apply_lag
function startOf(rules: Rules, known: Json | undefined): Json | undefined {
  const { initial, lag, isMax, isAfter, field } = rules;
  const reached = known ?? initial;
  if (lag === undefined || lag === 0 || reached === undefined) return reached;
  const inDays = isDateOnly(initial ?? reached);
  const moved = moveValue(reached, isMax ? -lag : lag, inDays);
  if (moved === undefined) {
    const problem = `"${field}" is ${stringifyJson(reached)}, which is neither a number nor a date, so no lag can be taken off it`;
    throw known === undefined ? new ConfigError(`A lag is not possible for the initial_value: ${problem}.`) : new StateError({ problem });
  }
  if (known !== undefined && typeof reached === 'string') rules.warnOfLag(describeLag(lag, inDays || isDateOnly(reached), moved));
  return initial !== undefined && isAfter(initial, moved) ? initial : moved;
}

function describeLag(lag: number, inDays: boolean, start: Json): string {
  return `the lag of ${lag} is taken as ${lag} ${inDays ? 'days' : 'seconds'}: reading begins at ${stringifyJson(start)}. It counts days where initial_value or the values are dates, and seconds where they are date-times.`;
}

function createValueCursor(rules: Rules, begun: JsonObject): Cursor {
  const { field, read, initial, end, isAfter, rowOrder } = rules;
  // A bounded range is read anew each time and leaves the state alone.
  const isBounded = end !== undefined;
  const known = isBounded ? undefined : knownIn(rules, begun);
  const start = isBounded ? initial : startOf(rules, known);
  const remembers = rules.dropsKnown && !isBounded && !rules.isStartOpen && !rules.lag;
  const seen = new Set(remembers && known !== undefined ? hashesIn(begun) : []);
  const boundary = createBoundaryRows([...seen]);
  let latest: Json | undefined = known;
  let settled = begun;
  let isSorted = rowOrder === 'asc' && !rules.isStartOpen && !isBounded;
  let hasMoved = false;
  /** The value of the state while it may be in another format than the records: a text that is no date, where the initial value is one. */
  let doubtful =
    known !== undefined && kindOf(known) === 'a text' && initial !== undefined && kindOf(initial) === 'a date' ? known : undefined;

  /** By the first record that has a value. */
  function settleDoubt(value: Json, { partition }: StreamSlice): void {
    const state = doubtful as Json;
    doubtful = undefined;
    if (kindOf(value) !== 'a date') return;
    const place = { stream: rules.stream, ...(Object.keys(partition).length > 0 && { partition }) };
    throw unlike(field, state, value, { whose: 'the value of a record', ...place });
  }

  function isBeforeStart(value: Json): boolean {
    if (start === undefined) return false;
    return isAfter(start, value) || (rules.isStartOpen && !isAfter(value, start));
  }

  function isBeyondEnd(value: Json): boolean {
    return end !== undefined && (rules.isEndClosed ? isAfter(value, end) : !isAfter(end, value));
  }

  function isKnown(record: Row, value: Json): boolean {
    return seen.size > 0 && start !== undefined && !isAfter(value, start) && seen.has(hashRow(record));
  }

  function cursorValue(record: Row): Json | undefined {
    const value = read(record) ?? undefined;
    if (value !== undefined || rules.onMissing !== 'fail') return value;
    throw new SystemError(
      `A record has no value at "${field}", by which new ones are told. Correct the path, or say what to do with such records. It has ${Object.keys(record).join(', ')}.`,
    );
  }

  function settle(): void {
    if (isBounded || latest === undefined) return;
    const hashes = remembers ? boundary.hashes() : undefined;
    if (remembers && hashes === undefined)
      rules.warnOfFullBoundary(
        `more than ${MOST_ROWS} rows have the newest "${field}", ${stringifyJson(latest)}, which are too many to remember: all of them come again in the next sync.`,
      );
    settled = { [field]: latest, ...(hashes === undefined || hashes.length === 0 ? {} : { [HASHES]: hashes }) };
    hasMoved = false;
  }

  return {
    field,
    reads: 'all',
    contribute() {},
    async *slices() {
      const [first, last] = [start ?? null, end ?? null];
      yield new StreamSlice({}, { start_value: first, end_value: last, initial_value: initial ?? null, last_value: first });
    },
    observe(record) {
      const value = cursorValue(record);
      if (value === undefined) return;
      if (latest === undefined || isAfter(value, latest)) {
        latest = value;
        boundary.restart(record);
        hasMoved = true;
      } else if (!isAfter(latest, value)) {
        boundary.add(record);
        hasMoved = true;
      } else if (isSorted) {
        isSorted = false;
        rules.warn(`the records are not in ascending order of "${field}", though row_order says so: the state moves on at the end only.`);
      }
    },
    checkpoint() {
      if (!isSorted || !hasMoved) return false;
      settle();
      return true;
    },
    close() {
      settle();
      return !isBounded;
    },
    shouldBeSynced(record, slice) {
      const value = cursorValue(record);
      if (value === undefined) return rules.onMissing === 'include';
      if (doubtful !== undefined) settleDoubt(value, slice);
      return !isBeforeStart(value) && !isBeyondEnd(value) && !isKnown(record, value);
    },
    leaveOut(record) {
      const value = cursorValue(record);
      if (value !== undefined && isBeyondEnd(value)) rules.leftOut.add();
    },
    endsFeed(record) {
      const value = cursorValue(record);
      if (value === undefined) return false;
      return rowOrder === 'desc' ? start !== undefined && isAfter(start, value) : isBeyondEnd(value);
    },
    state: () => settled,
  };
}

function hashesIn(state: JsonObject): string[] {
  const hashes = ownProperty(state, HASHES);
  return Array.isArray(hashes) ? hashes.filter((hash) => typeof hash === 'string') : [];
}

function createLatest({ isAfter }: Rules, initial: Json | undefined): LatestValue {
  let latest = initial ?? undefined;
  const offer = (value: Json | undefined): boolean => {
    if (value === undefined || value === null) return false;
    if (latest === undefined || isAfter(value, latest)) latest = value;
    return true;
  };
  return {
    get value() {
      return latest;
    },
    offer,
    offerState: (value) => void offer(value),
  };
}
