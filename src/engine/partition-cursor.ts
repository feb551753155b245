import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ConfigError, SystemError } from '../protocol/failure.ts';
import type { Cursor, IncrementalSync, OpenOptions, PartitionRouter, Row } from './kinds.ts';
import { createParentStates } from './parent-states.ts';
import { partitionKey } from './partition-key.ts';
import type { BegunSlice, Resumption } from './resumption.ts';
import type { Run } from './run.ts';
import { type StreamShard, slicesOfShard } from './shard.ts';
import { beginWith, mergeShardStates, printShardPart, readShardPart, SHARD_KEY } from './shard-state.ts';
import { readingState } from './state-error.ts';
import { StreamSlice } from './stream-slice.ts';

/** Partitions with a state of their own, above which one state stands for all. */
export const MOST_STATES = 10_000;
/** Partitions that are remembered at all, to tell when one comes again. */
const MOST_PARTITIONS = 25_000;
/** Microseconds between two states of one stream, since each holds those of all partitions. */
const STATE_INTERVAL = 600_000_000n;
const SECOND = 1_000_000n;

/** What a partition cursor is told of the read it is for. */
export interface PartitionCursorOptions extends Pick<OpenOptions, 'cursorField' | 'isParent'> {
  /** The part of the partitions that is read; all of them without it. */
  readonly shard?: StreamShard | undefined;
}

/** A partition that has a state or was given in this sync. */
interface Partition {
  readonly key: JsonObject;
  readonly cursor: Cursor;
  /** Its place in the order in which partitions were given; undefined when it was not given. */
  place: number | undefined;
  /** Slices given and not closed. */
  open: number;
  /** Whether all of its slices were given. */
  isGiven: boolean;
  /** Its part of a state, made once while none of its slices is read. */
  printed: JsonObject | undefined;
}

/**
 * Keeps a cursor for each partition, and for partitions that it has not met the value that all of them reached, which moves only when
 * everything was read and closed. With too many partitions, or when the router or the manifest says so, only that value is kept.
 * Throws StateError for a state that is none of its own.
 * parity: incremental/concurrent_partition_cursor.py:ConcurrentPerPartitionCursor
 */
export function createPartitionCursor(
  run: Run,
  router: PartitionRouter,
  sync: IncrementalSync,
  state: JsonObject | undefined,
  { cursorField: catalogField, isParent = false, shard }: PartitionCursorOptions = {},
): Cursor {
  const { whole, own: begun, progress: progressBefore } = beginWith(state ?? {}, shard);
  /** Knows no state: tells the field, and splits and follows the slices of any partition. */
  const stateless = sync.openPartition(undefined, 0, catalogField);
  const field = stateless.field as string;
  const wholeGlobal = globalIn(sync, field, whole.global, catalogField);
  const begunGlobal = globalIn(sync, field, begun.global, catalogField);
  const partitions = new Map<string, Partition>();
  const bySlice = new WeakMap<StreamSlice, Partition>();
  const parents = createParentStates(begun.parents);
  const latest = sync.latest(begunGlobal?.[field]);
  let isGlobal = begun.isGlobal ?? (router.groups === true || sync.isGlobal);
  let global = begunGlobal;
  let { lookback } = begun;
  let met = begun.states.length;
  let given = 0;
  let openSlices = 0;
  let startedAt: bigint | undefined;
  let lastStateAt: bigint | undefined;
  /** When all slices were given; undefined before, and when a router failed. */
  let completeAt: bigint | undefined;
  let progress = progressBefore;
  let hasValues = false;
  let warnedOfRepetition = false;
  let resumption: Resumption | undefined;
  /** What the first partition's cursor has to tell of the sync; those of the others tell no less. */
  let firstMemo: JsonObject | undefined;
  /** The slices that an earlier run began, by the partition, until it is given. */
  const begunSlices = new Map<string, BegunSlice[]>();
  let newcomer: Cursor | undefined;
  let present: StreamSlice | undefined;
  let presentPartition: Partition | undefined;

  if (state !== undefined) router.setParentState?.({ ...state, ...(begun.parents === undefined ? {} : { parent_state: begun.parents }) });
  for (const { partition, cursor } of begun.states) {
    const key = partitionKey(partition);
    const open = (): Cursor => sync.openPartition(cursor, 0, catalogField);
    partitions.set(key.text, newPartition(key.partition, readingState({ partition: key.partition }, open)));
  }

  function openNew(): Cursor {
    return sync.openPartition(begunGlobal, begunGlobal === undefined ? 0 : begun.lookback, catalogField);
  }

  /** A cursor that begins where new partitions do; it is shared where it only cuts slices or filters. */
  function sharedNew(): Cursor {
    newcomer ??= openNew();
    return newcomer;
  }

  /**
   * The partition of a router's slice; undefined when it was given before. The slices of a parent are read in turn, so it is certain which
   * partitions are closed: what is left of those is read when they come again, as the reference does.
   */
  function take(slice: StreamSlice): Partition | undefined {
    if (!isGlobal && met > MOST_STATES) {
      isGlobal = true;
      run.log.info(`There are more than ${MOST_STATES} partitions: one state stands for all of them from now on.`);
    }
    forgetOldest();
    const { text, partition: key } = partitionKey(slice.partition);
    const known = partitions.get(text);
    if (known !== undefined) {
      if (known.place === undefined || (isParent && known.open === 0)) return known;
      if (!warnedOfRepetition)
        run.log.warn(`The partition ${text} was given more than once and is read once, as are others that come again.`);
      warnedOfRepetition = true;
      return undefined;
    }
    met += 1;
    const partition = newPartition(key, isGlobal && !begunSlices.has(text) ? sharedNew() : openNew());
    partitions.set(text, partition);
    return partition;
  }

  function forgetOldest(): void {
    if (partitions.size < MOST_PARTITIONS) return;
    for (const [text, { open, isGiven, place }] of partitions) {
      if (open > 0 || (place !== undefined && !isGiven)) continue;
      partitions.delete(text);
      return;
    }
  }

  async function* slicesOf(slice: StreamSlice): AsyncGenerator<StreamSlice> {
    const partition = take(slice);
    if (partition === undefined) return;
    const place = given;
    given += 1;
    partition.place = place;
    partition.isGiven = false;
    partition.printed = undefined;
    const parentState = router.parentState?.();
    parents.onGiven(place, parentState);
    // Parents with a state move on, and may give a partition again because it has news.
    if (Object.keys(parentState ?? {}).length === 0 && resumption?.takeDone(slice.partition) === true) {
      partition.isGiven = true;
      parents.onDone(place);
      return;
    }
    resumePartition(partition);
    // A slice is given when it is known whether another follows, so that the close of the last one is known for what it is.
    let waiting: StreamSlice | undefined;
    for await (const { cursorSlice } of partition.cursor.slices()) {
      checkKeys(slice.partition, cursorSlice);
      if (waiting !== undefined) yield waiting;
      waiting = new StreamSlice(slice.partition, cursorSlice, slice.extraFields);
      bySlice.set(waiting, partition);
      partition.open += 1;
      openSlices += 1;
      firstMemo ??= partition.cursor.progress?.().memo;
    }
    partition.isGiven = true;
    if (waiting !== undefined) yield waiting;
    else parents.onDone(place);
  }

  /** Has a partition go on with what an earlier run began of it. */
  function resumePartition({ key, cursor }: Partition): void {
    const { text } = partitionKey(key);
    const slices = begunSlices.get(text);
    if (slices === undefined || resumption === undefined) return;
    begunSlices.delete(text);
    cursor.resume?.({ ...resumption, slices });
  }

  /** What was read of partitions that are not read to their end. */
  function readOfOpen(): BegunSlice[] {
    const waiting = [...begunSlices.values()].flat().filter(({ isRead }) => isRead);
    if (isGlobal) return waiting;
    const open = [...partitions.values()].filter(({ place, isGiven, open: slices }) => place !== undefined && (slices > 0 || !isGiven));
    const read = open.flatMap(({ key, cursor }) => (cursor.progress?.().read ?? []).map((slice) => ({ ...slice, partition: key })));
    return [...waiting, ...read];
  }

  function partitionOf(slice: StreamSlice): Partition | undefined {
    if (slice !== present) {
      present = slice;
      presentPartition = bySlice.get(slice) ?? partitions.get(partitionKey(slice.partition).text);
    }
    return presentPartition;
  }

  function isDue(): boolean {
    const now = run.clock.now();
    if (lastStateAt !== undefined && now - lastStateAt <= STATE_INTERVAL) return false;
    lastStateAt = now;
    return !isGlobal || (parents.settled !== undefined && Object.keys(parents.settled).length > 0);
  }

  function offer(record: Row): boolean {
    const value = sync.valueIn === undefined ? ownProperty(record, field) : sync.valueIn(record);
    if (value === undefined || value === null) return false;
    if (latest.offer(value)) return true;
    sync.onUnreadable?.(value);
    return false;
  }

  function observeExtremes(greatest: Row, least: Row, slice: StreamSlice): boolean {
    const cursor = isGlobal ? undefined : partitionOf(slice)?.cursor;
    if (cursor?.observeExtremes === undefined || !offer(greatest)) return false;
    hasValues = true;
    return cursor.observeExtremes(greatest, least, slice);
  }

  function cursorFor(slice: StreamSlice): Cursor {
    return (isGlobal ? undefined : partitionOf(slice)?.cursor) ?? sharedNew();
  }

  function resume(left: Resumption): void {
    resumption = left;
    for (const slice of left.slices) {
      const { text } = partitionKey(slice.partition);
      begunSlices.set(text, [...(begunSlices.get(text) ?? []), slice]);
    }
    const reached = ownProperty(left.memo, 'latest');
    if (reached === undefined) return;
    latest.offerState(reached);
    hasValues = true;
  }

  return {
    field,
    reads: [field],
    ...(stateless.needsOrder && { needsOrder: true }),
    contribute: (options, request) => sync.contribute(options, request),
    async *slices() {
      if (startedAt !== undefined) throw new SystemError('The slices of a stream were asked for twice.');
      startedAt = startOf(resumption, run.clock.now());
      const given = shard === undefined ? router.slices() : slicesOfShard(router, shard);
      for await (const slice of given) yield* slicesOf(slice);
      completeAt = run.clock.now();
    },
    observe(record, slice) {
      if (!offer(record)) return;
      hasValues = true;
      if (!isGlobal) partitionOf(slice)?.cursor.observe(record, slice);
    },
    ...(stateless.observeExtremes && { observeExtremes }),
    checkpoint(slice) {
      const cursor = isGlobal ? undefined : partitionOf(slice)?.cursor;
      return cursor?.checkpoint?.(slice) === true && isDue();
    },
    close(slice) {
      const partition = partitionOf(slice);
      if (partition === undefined || partition.open === 0) throw new SystemError('A slice was closed that was not open.');
      partition.open -= 1;
      openSlices -= 1;
      const isDone = partition.open === 0 && partition.isGiven;
      if (!isGlobal) {
        partition.cursor.close(slice);
        if (isDone) latest.offerState(partition.cursor.state()[field] as Json);
      }
      if (isDone) parents.onDone(partition.place as number);
      return isDue();
    },
    finish() {
      if (openSlices > 0) return;
      // Without the slices that a failing router did not give, the common value would skip what they hold.
      if (completeAt !== undefined && hasValues && startedAt !== undefined && latest.value !== undefined) {
        global = { [field]: latest.value as Json };
        lookback = secondsBetween(startedAt, run.clock.now());
      }
      parents.finish(router.parentState?.());
      if (completeAt !== undefined && startedAt !== undefined) {
        progress = {
          started_at: milliseconds(startedAt),
          given_at: milliseconds(completeAt),
          ended_at: milliseconds(run.clock.now()),
          state: hasValues ? global : progress?.state,
          parent_state: parents.settled,
        };
      }
    },
    shouldBeSynced: (record, slice) => cursorFor(slice).shouldBeSynced(record, slice),
    leaveOut: (record, slice) => cursorFor(slice).leaveOut?.(record, slice),
    endsFeed(record, slice) {
      const cursor = cursorFor(slice);
      return cursor.endsFeed?.(record, slice) ?? !cursor.shouldBeSynced(record, slice);
    },
    state() {
      const states = [...partitions.values()].map(printPartition);
      const common = shard === undefined ? { global, lookback, parents: parents.settled } : { ...whole, global: wholeGlobal };
      return {
        use_global_cursor: isGlobal,
        ...(isGlobal ? {} : { states }),
        ...(common.global === undefined ? {} : { state: common.global }),
        lookback_window: common.lookback,
        ...(common.parents === undefined ? {} : { parent_state: common.parents }),
        ...(shard === undefined ? {} : { [SHARD_KEY]: printShardPart({ index: shard.index, count: shard.count, progress }) }),
      };
    },
    mergeShards: (states) => mergeShardStates(sync, field, states),
    ...(stateless.resume === undefined ? {} : { resume }),
    progress: () => ({
      read: readOfOpen(),
      memo: {
        ...firstMemo,
        ...(startedAt === undefined ? {} : { started_at: milliseconds(startedAt) }),
        ...(hasValues && latest.value !== undefined ? { latest: latest.value } : {}),
      },
    }),
    latestIn: (slice) => (isGlobal ? undefined : partitionOf(slice)?.cursor.latestIn?.(slice)),
    hasRead(slice) {
      const partition = partitionOf(slice);
      return partition?.isGiven === true && partition.open === 0;
    },
    split: (slice, minimum) => stateless.split?.(slice, minimum),
    ...(stateless.track === undefined ? {} : { track: stateless.track }),
    reachedAt(other) {
      const value = readShardPart(other)?.progress?.state ?? ownProperty(other, 'state');
      return isPlainObject(value) ? stateless.reachedAt?.(value as JsonObject) : undefined;
    },
  };
}

/** When a sync began: the run that it goes on with, where that is known. */
function startOf(resumption: Resumption | undefined, now: bigint): bigint {
  const begun = resumption && ownProperty(resumption.memo, 'started_at');
  const start = typeof begun === 'number' && Number.isSafeInteger(begun) ? BigInt(begun) * 1000n : now;
  return start < now ? start : now;
}

function milliseconds(time: bigint): number {
  return Number(time / 1000n);
}

function newPartition(key: JsonObject, cursor: Cursor): Partition {
  return { key, cursor, place: undefined, open: 0, isGiven: false, printed: undefined };
}

function printPartition(partition: Partition): JsonObject {
  if (partition.printed !== undefined) return partition.printed;
  const printed = { partition: partition.key, cursor: partition.cursor.state() };
  const isSettled = partition.open === 0 && (partition.isGiven || partition.place === undefined);
  if (isSettled) partition.printed = printed;
  return printed;
}

/** The common state in the form that states have now; undefined when it lacks the cursor's value, or has an empty one. */
function globalIn(sync: IncrementalSync, field: string, state: JsonObject, catalogField: string | undefined): JsonObject | undefined {
  const value = ownProperty(state, field);
  const normal = value === undefined ? undefined : sync.normalise(value, catalogField);
  return normal === undefined ? undefined : { [field]: normal };
}

function checkKeys(partition: JsonObject, cursorSlice: JsonObject): void {
  const twice = Object.keys(cursorSlice).find((key) => Object.hasOwn(partition, key));
  if (twice !== undefined) {
    throw new ConfigError(
      `Both the partition_router and the incremental_sync put "${twice}" into a slice: give partition_field_start and partition_field_end other names.`,
    );
  }
}

/** Whole seconds, rounded up and at least one, so that what changed meanwhile is read again. */
function secondsBetween(from: bigint, to: bigint): number {
  const elapsed = to - from;
  return elapsed <= 0n ? 1 : Number((elapsed + SECOND - 1n) / SECOND);
}
