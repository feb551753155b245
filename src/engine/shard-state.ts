import { isDeepStrictEqual } from 'node:util';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { IncrementalSync } from './kinds.ts';
import { partitionKey } from './partition-key.ts';
import { type PartitionState, readPartitionState } from './partition-state.ts';
import type { Shard, StreamShard } from './shard.ts';

/**
 * The key of a shard's state under which it keeps what holds for its own partitions only. The rest of the state is that of all partitions
 * from before, so whoever does not know of shards reads again what others have read, and misses nothing.
 */
export const SHARD_KEY = 'shard';

/** What a shard knows after it read all of its partitions: when, in milliseconds since 1970, and how far it came. */
export interface ShardProgress {
  readonly started_at: number;
  /** When the last of its partitions was given, so that the states of parents are not older. */
  readonly given_at: number;
  readonly ended_at: number;
  /** The greatest cursor value among its partitions; absent when there was none. */
  readonly state?: JsonObject | undefined;
  readonly parent_state?: JsonObject | undefined;
}

/** A shard's part of a state; without progress it never came to its end. */
export interface ShardPart extends Shard {
  readonly progress: ShardProgress | undefined;
}

/** The part of a state that is a shard's; undefined for the state of a whole sync. Throws ConfigError for one that is damaged. */
export function readShardPart(state: JsonObject): ShardPart | undefined {
  const part = state[SHARD_KEY];
  if (part === undefined || part === null) return undefined;
  const { index, count, started_at, given_at, ended_at, state: reached, parent_state } = isPlainObject(part) ? (part as JsonObject) : {};
  if (typeof index !== 'number' || typeof count !== 'number') throw damaged();
  if (ended_at === undefined) return { index, count, progress: undefined };
  if (typeof started_at !== 'number' || typeof given_at !== 'number' || typeof ended_at !== 'number') throw damaged();
  return { index, count, progress: { started_at, given_at, ended_at, state: objectOr(reached), parent_state: objectOr(parent_state) } };
}

function objectOr(value: Json | undefined): JsonObject | undefined {
  return isPlainObject(value) ? (value as JsonObject) : undefined;
}

function damaged(): ConfigError {
  return new ConfigError(
    `The state of a shard cannot be used: "${SHARD_KEY}" has the wrong shape. Run the shard again, or reset the state.`,
  );
}

/** Writes a shard's part as states hold it. */
export function printShardPart({ index, count, progress }: ShardPart): JsonObject {
  const { state, parent_state, ...times } = progress ?? {};
  return {
    index,
    count,
    ...times,
    ...(state === undefined ? {} : { state }),
    ...(parent_state === undefined ? {} : { parent_state }),
  };
}

/** What a sync of a partitioned stream begins with. */
export interface Begun {
  /** What held for all partitions. */
  readonly whole: PartitionState;
  /** The same, and what holds for those that are read. */
  readonly own: PartitionState;
  /** What the shard knew before. */
  readonly progress: ShardProgress | undefined;
}

/** Reads the state of a whole sync, or of a shard's own one. Throws ConfigError for the state of another shard, or of any where all is read. */
export function beginWith(state: JsonObject, shard: StreamShard | undefined): Begun {
  const whole = readPartitionState(state);
  const part = readShardPart(state);
  checkShard(part, shard);
  const states = shard === undefined ? whole.states : whole.states.filter(({ partition }) => shard.isOwn(partition));
  const progress = part?.progress;
  if (progress === undefined) return { whole, own: { ...whole, states }, progress };
  const { state: global = whole.global, parent_state: parents = whole.parents } = progress;
  return { whole, own: { ...whole, states, global, parents, lookback: secondsOf([progress]) }, progress };
}

function checkShard(part: ShardPart | undefined, shard: Shard | undefined): void {
  if (part === undefined || (part.index === shard?.index && part.count === shard.count)) return;
  const reader = shard === undefined ? 'all of the stream' : `shard ${shard.index} of ${shard.count}`;
  throw new ConfigError(
    `The state is that of shard ${part.index} of ${part.count}, and ${reader} is to be read: merge the states of all shards by \`source-declarative state merge\`.`,
  );
}

/**
 * The state of a whole sync out of those that its shards left. The value common to all partitions moves when every shard came to its end,
 * and new partitions look back to when the first one began. Throws ConfigError when the states are not those of all shards of one sync.
 */
export function mergeShardStates(sync: IncrementalSync, field: string, states: readonly JsonObject[]): JsonObject {
  const parts = wholeOf(states);
  const [first = {}] = states;
  const before = commonOf(first);
  if (!states.every((state) => isDeepStrictEqual(commonOf(state), before))) {
    throw new ConfigError(
      'The shards did not begin with the same state, so theirs cannot be merged: give each of them the last merged state.',
    );
  }
  const isGlobal = states.some((state) => state['use_global_cursor'] === true);
  return {
    use_global_cursor: isGlobal,
    ...(isGlobal ? {} : { states: mergePartitions(states) }),
    ...before,
    ...progressOfAll(sync, field, before, parts),
  };
}

/** The parts of the states, when they are those of all shards. */
function wholeOf(states: readonly JsonObject[]): ShardPart[] {
  const parts = states.flatMap((state) => readShardPart(state) ?? []);
  if (parts.length < states.length) throw new ConfigError('Not all of the states are those of shards.');
  const count = parts[0]?.count ?? 0;
  const other = parts.find((part) => part.count !== count);
  if (other !== undefined) throw new ConfigError(`The states are those of shards of ${count} and of ${other.count}.`);
  const indexes = parts.map(({ index }) => index);
  const twice = indexes.find((index, at) => indexes.indexOf(index) !== at);
  if (twice !== undefined) throw new ConfigError(`There are two states of shard ${twice} of ${count}.`);
  const missing = Array.from({ length: count }, (_, at) => at + 1).filter((index) => !indexes.includes(index));
  if (missing.length > 0) throw new ConfigError(`The state of shard ${missing.join(', ')} of ${count} is missing.`);
  return parts;
}

/** What a state says of all partitions, without those of one shard. */
function commonOf({ state, lookback_window, parent_state }: JsonObject): JsonObject {
  return {
    ...(state === undefined ? {} : { state }),
    lookback_window: lookback_window ?? 0,
    ...(parent_state === undefined ? {} : { parent_state }),
  };
}

/** The states of all partitions, in the order of their keys. */
function mergePartitions(states: readonly JsonObject[]): JsonObject[] {
  const byKey = new Map<string, JsonObject>();
  for (const entry of states.flatMap((state) => (Array.isArray(state['states']) ? (state['states'] as JsonObject[]) : []))) {
    const { text } = partitionKey(objectOr(entry['partition']) ?? {});
    if (byKey.has(text)) throw new ConfigError(`Two shards have a state of the partition ${text}.`);
    byKey.set(text, entry);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function progressOfAll(sync: IncrementalSync, field: string, before: JsonObject, parts: readonly ShardPart[]): JsonObject {
  const all = parts.flatMap(({ progress }) => progress ?? []);
  if (all.length < parts.length) return {};
  const values = all.map(({ state }) => state?.[field]).filter((value) => value !== undefined);
  // The parents of the shard that was told of them first: another one may have passed over what came later and was not its own.
  const [oldest] = all.toSorted((a, b) => a.given_at - b.given_at);
  const parents = oldest?.parent_state === undefined ? {} : { parent_state: oldest.parent_state };
  if (values.length === 0) return parents;
  const latest = sync.latest(objectOr(before['state'])?.[field]);
  for (const value of values) latest.offerState(value);
  return { state: { [field]: latest.value as Json }, lookback_window: secondsOf(all), ...parents };
}

/** Whole seconds from the first begin to the last end, rounded up and at least one. */
function secondsOf(all: readonly ShardProgress[]): number {
  const elapsed = Math.max(...all.map(({ ended_at }) => ended_at)) - Math.min(...all.map(({ started_at }) => started_at));
  return Math.max(1, Math.ceil(elapsed / 1000));
}
