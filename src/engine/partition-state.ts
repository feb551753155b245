import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { StateError } from './state-error.ts';

/** The state of a partitioned stream as the last sync left it. */
export interface PartitionState {
  /** Whether one state stood for all partitions; undefined when the state is of a stream that had none. */
  readonly isGlobal: boolean | undefined;
  readonly states: readonly { readonly partition: JsonObject; readonly cursor: JsonObject }[];
  /** The state that partitions without one of their own begin with. */
  readonly global: JsonObject;
  /** Seconds that are taken off it. */
  readonly lookback: number;
  readonly parents: JsonObject | undefined;
}

/**
 * Reads both forms: the one that partitions leave, and the plain one of a cursor, which then counts for every partition. Throws StateError
 * for a part of the wrong shape.
 * parity: incremental/concurrent_partition_cursor.py:ConcurrentPerPartitionCursor._set_initial_state
 */
export function readPartitionState(state: JsonObject): PartitionState {
  const parents = objectIn(state, 'parent_state');
  const isEmpty = parents === undefined || Object.keys(parents).length === 0;
  const common = { parents: isEmpty ? undefined : parents };
  if (!Object.hasOwn(state, 'states') && !Object.hasOwn(state, 'state')) {
    return { ...common, isGlobal: undefined, states: [], global: state, lookback: 0 };
  }
  const lookback = Number(ownProperty(state, 'lookback_window') ?? 0);
  if (!Number.isFinite(lookback)) throw wrongShape('lookback_window');
  return {
    ...common,
    isGlobal: Boolean(ownProperty(state, 'use_global_cursor')),
    states: readStates(ownProperty(state, 'states') ?? []),
    global: objectIn(state, 'state') ?? {},
    lookback: Math.trunc(lookback),
  };
}

function readStates(states: Json): PartitionState['states'] {
  if (!Array.isArray(states)) throw wrongShape('states');
  return states.map((entry, index) => {
    const partition = isPlainObject(entry) ? entry['partition'] : undefined;
    const cursor = isPlainObject(entry) ? entry['cursor'] : undefined;
    if (!isPlainObject(partition) || !isPlainObject(cursor)) throw wrongShape(`states[${index}]`);
    return { partition: partition as JsonObject, cursor: cursor as JsonObject };
  });
}

function objectIn(state: JsonObject, key: string): JsonObject | undefined {
  const value = ownProperty(state, key);
  if (value === undefined || value === null) return undefined;
  if (!isPlainObject(value)) throw wrongShape(key);
  return value as JsonObject;
}

function wrongShape(where: string): StateError {
  return new StateError({ problem: `"${where}" has the wrong shape` });
}
