import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { anything, boolean, describe, number, oneOf, optional, text, withDefault } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import type { Cursor, IncrementalSync, LatestValue, Row } from '../../engine/kinds.ts';
import { compileExact } from '../../engine/mappings.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { compare, PythonError, repr, typeName, type Value } from '../../lang/index.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { compileJsonPath, type JsonPath, JsonPathError } from '../../lib/json-path.ts';
import { ownProperty } from '../../lib/objects.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { createBoundaryRows, hashRow } from './boundary-rows.ts';
import { isDateOnly, moveValue } from './lagged-value.ts';

/** The key of a state for the rows that have the value which was reached. */
const HASHES = 'unique_hashes';

/** parity: dlt/extract/incremental/__init__.py:Incremental, dlt/extract/incremental/transform.py:JsonIncremental */
export const ValueBasedCursor = component({
  type: 'ValueBasedCursor',
  kind: 'incrementalSync',
  extension: true,
  summary:
    'Reads what is new since the last sync by a value that only grows, or only shrinks: any text or number, compared as it stands. Rows that the last sync had are dropped, also those that share the value it reached.',
  example: `
    type: ValueBasedCursor
    cursor_path: updated_at
    initial_value: "2024-01-01T00:00:00Z"
    lag: 3600`,
  fields: () => ({
    cursor_path: text('A JSONPath to the value in a record.'),
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
    const read = field === only ? (record: Row) => ownProperty(record, field) : (record: Row) => path.first(record);
    const constant = (value: Json | undefined): Json | undefined =>
      value === undefined ? undefined : (jsonValue(compileExact(b, value)(b.context())) ?? undefined);
    const rules: Rules = {
      field,
      read,
      initial: constant(spec.initial_value),
      end: constant(spec.end_value),
      isAfter: ordering(field, spec.order),
      lag: spec.lag,
      isMax: spec.order === 'max',
      onMissing: spec.on_missing,
      isStartOpen: spec.range_start === 'open',
      isEndClosed: spec.range_end === 'closed',
      rowOrder: spec.row_order,
      dropsKnown: spec.drops_known,
      warn: (message) => b.run.log.warn(`Stream ${b.stream?.name ?? ''}: ${message}`),
    };
    if (rules.end !== undefined && rules.initial === undefined) b.fail('An end_value needs an initial_value.', 'end_value');
    if (rules.end !== undefined && rules.isAfter(rules.initial as Json, rules.end))
      b.fail('The end_value lies before the initial_value.', 'end_value');
    const open = (state: JsonObject | undefined): Cursor => createValueCursor(rules, state ?? {});
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
      normalise: (value) => value,
      latest: (initial) => createLatest(rules, initial),
    };
  },
});

interface Rules {
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
  readonly warn: (message: string) => void;
}

function compilePath(b: Builder, text: string): JsonPath {
  try {
    return compileJsonPath(text);
  } catch (error) {
    if (error instanceof JsonPathError) return b.fail(error.message, 'cursor_path');
    throw error;
  }
}

/** How values are compared; those that have no order are a failure. */
function ordering(field: string, order: 'max' | 'min'): Rules['isAfter'] {
  const operator = order === 'max' ? '>' : '<';
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return order === 'max' ? a > b : a < b;
    try {
      return compare(a as Value, b as Value, operator);
    } catch (error) {
      if (!(error instanceof PythonError)) throw error;
      throw new ConfigError(
        `The values of "${field}" cannot be compared: ${repr(a as Value)} is of type ${typeName(a as Value)}, ${repr(b as Value)} of type ${typeName(b as Value)}. Write initial_value and end_value as the records have the value, or reset the state.`,
        { cause: error },
      );
    }
  };
}

/** The value that a sync begins at: the one that the last sync reached, less the lag, but not before the initial one. */
// parity: dlt/extract/incremental/lag.py:apply_lag
function startOf({ initial, lag, isMax, isAfter, field }: Rules, reached: Json | undefined): Json | undefined {
  if (lag === undefined || lag === 0 || reached === undefined) return reached;
  const moved = moveValue(reached, isMax ? -lag : lag, isDateOnly(initial ?? reached));
  if (moved === undefined)
    throw new ConfigError(
      `A lag is not possible for the value ${repr(reached as Value)} of "${field}": it is neither a number nor a date.`,
    );
  return initial !== undefined && isAfter(initial, moved) ? initial : moved;
}

function createValueCursor(rules: Rules, begun: JsonObject): Cursor {
  const { field, read, initial, end, isAfter, rowOrder } = rules;
  // A bounded range is read anew each time and leaves the state alone.
  const isBounded = end !== undefined;
  const known = isBounded ? undefined : (ownProperty(begun, field) ?? undefined);
  const reached = known ?? initial;
  const start = isBounded ? initial : startOf(rules, reached);
  const remembers = rules.dropsKnown && !isBounded && !rules.isStartOpen && !rules.lag;
  const seen = new Set(remembers && known !== undefined ? hashesIn(begun) : []);
  const boundary = createBoundaryRows([...seen]);
  let latest: Json | undefined = known;
  let settled = begun;
  let isSorted = rowOrder === 'asc' && !rules.isStartOpen && !isBounded;
  let hasMoved = false;

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
    shouldBeSynced(record) {
      const value = cursorValue(record);
      if (value === undefined) return rules.onMissing === 'include';
      return !isBeforeStart(value) && !isBeyondEnd(value) && !isKnown(record, value);
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
