import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { ownProperty } from '../lib/objects.ts';
import { createPending } from '../lib/pending.ts';
import { createSemaphore, type Semaphore } from '../lib/semaphore.ts';
import type { ConfiguredCatalog, ConfiguredStream } from '../protocol/catalog.ts';
import { ConfigError, errorTrace, failureOf, toFailure } from '../protocol/failure.ts';
import { type OutgoingMessage, type StreamDescriptor, streamStatus } from '../protocol/messages.ts';
import type { Output, RecordWriter } from '../protocol/output.ts';
import { unlessStalled } from '../protocol/stalled.ts';
import type { InputState } from '../protocol/state.ts';
import { ancestorNames } from './ancestors.ts';
import { slicesTogether } from './bounded-slices.ts';
import { createFieldWatch, type FieldWatch } from './field-watch.ts';
import { hazardsOf } from './hazards.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { OpenStream, Row, RowTarget, Source, Stream } from './kinds.ts';
import { sliceDescriptor } from './observer.ts';
import { type CheckpointScope, type PageCheckpoint, readCheckpoint, splitCheckpoint } from './page-checkpoint.ts';
import { createPagePositions, type PagePositions, resumptionOf } from './page-positions.ts';
import { createPartitionErrors } from './partition-errors.ts';
import { isRow, requireRow } from './require-row.ts';
import type { Run } from './run.ts';
import { ownsStream, type Shard } from './shard.ts';
import { StateError } from './state-error.ts';
import { createStateWriter, type StateWriter } from './state-writer.ts';
import type { StreamSlice } from './stream-slice.ts';
import { explainFruitless } from './tally.ts';
import { tellRemarks } from './tell-remarks.ts';

/** What a read needs beside the source. */
export interface ReadOptions {
  readonly run: Run;
  readonly output: Output;
  readonly catalog: ConfiguredCatalog;
  readonly state: InputState;
  /** The part of the work that is done; all of it without it. */
  readonly shard?: Shard | undefined;
  /** Whether states may tell of pages, so that a run that was killed goes on within its slices. */
  readonly checkpointsPages?: boolean;
  /** Keeps the sync alive while it waits. */
  readonly heartbeat?: Heartbeat | undefined;
  /** Adds to an error what only the caller knows, such as its place in the manifest's text. */
  readonly explain?: (error: unknown) => Promise<unknown>;
}

/** How one stream went; told as it happens. */
export interface StreamProgress {
  readonly name: string;
  records: number;
  partitions: number;
  failed: boolean;
}

interface Reading {
  readonly options: ReadOptions;
  /** Partitions of all streams that are read at a time. */
  readonly partitions: Semaphore;
}

/**
 * Reads the streams of the catalog and writes records, states and statuses; a stream that fails leaves the others running.
 * Gives the names of the streams that failed.
 */
export async function readStreams(source: Source, options: ReadOptions): Promise<string[]> {
  const { run, output, catalog } = options;
  const { selected, failed } = await selectStreams(source, options);
  hazardsOf(run).tell();
  const reading: Reading = { options, partitions: createSemaphore(source.concurrency) };
  const generators = createSemaphore(Math.max(1, Math.floor(source.concurrency / 2)));
  const turns = createTurns(source.groups);
  const open = new Set<StreamDescriptor>();
  const readInTurn = async (stream: Selected): Promise<void> => {
    const { name, router } = stream.open;
    const descriptor: StreamDescriptor = stream.configured.stream;
    const release = await turns.enter(name);
    await generators.acquire();
    const releaseParents = turns.claimParents(ancestorNames(router));
    const generated = (): void => {
      releaseParents();
      generators.release();
    };
    open.add(descriptor);
    try {
      if (!(await readStream(reading, stream, generated))) failed.push(name);
    } catch (error) {
      failed.push(name);
      output.message(errorTrace((await options.explain?.(error)) ?? error, { name }));
      output.message(streamStatus(descriptor, 'INCOMPLETE'));
    } finally {
      open.delete(descriptor);
      release();
    }
  };
  const readAll = async (): Promise<void> => {
    await Promise.all(selected.map(readInTurn));
    await output.drained();
  };
  run.log.info(`Starting syncing ${catalog.streams.length} streams`);
  try {
    await unlessStalled('streams', readAll());
  } catch (error) {
    for (const stream of open) output.message(streamStatus(stream, 'INCOMPLETE'));
    throw error;
  }
  run.log.info('Finished syncing');
  return failed;
}

interface Selected {
  readonly open: OpenStream;
  readonly configured: ConfiguredStream;
  /** How far its slices are read; undefined where states do not tell of pages. */
  readonly positions: PagePositions | undefined;
}

/**
 * The streams of the catalog in its order, each built with its state, so that a mistake in one of them ends the sync before it begins;
 * a stream that the source lacks is INCOMPLETE, and so is one whose state cannot be used, which has failed. parity: concurrent_declarative_source.py:_select_streams
 */
async function selectStreams(source: Source, options: ReadOptions): Promise<{ selected: Selected[]; failed: string[] }> {
  const { run, output, catalog, state, shard } = options;
  const byName = new Map((await source.streams()).map((stream) => [stream.name, stream]));
  const selected: Selected[] = [];
  const failed: string[] = [];
  for (const configured of catalog.streams) {
    const { name } = configured.stream;
    const stream = byName.get(name);
    if (stream === undefined) {
      run.log.error(
        `The catalog selects the stream "${name}", which the source does not have; it has ${[...byName.keys()].join(', ')}. Refresh the schema of the connection.`,
      );
      output.message(streamStatus(configured.stream, 'INCOMPLETE'));
    } else {
      const { state: given, stored } = splitCheckpoint(state.of(configured.stream));
      const { scope, begun } = checkpointOf(options, stream, configured, { given, stored });
      const cursorField = configured.cursor_field?.[0];
      const selectedSchema = configured.stream.json_schema;
      const resumption = begun && resumptionOf(begun);
      const opening = stream.open({
        state: Object.keys(given).length === 0 ? undefined : given,
        cursorField,
        selectedSchema,
        shard,
        resumption,
      });
      const open = await opening.catch(onlyStateErrors);
      if (open instanceof StateError) {
        output.message(errorTrace((await options.explain?.(open)) ?? open, { name }));
        output.message(streamStatus(configured.stream, 'INCOMPLETE'));
        failed.push(name);
        continue;
      }
      if (shard !== undefined && open.router === undefined && !ownsStream(shard, name)) continue;
      if (configured.sync_mode === 'incremental' && open.cursor.field === undefined) {
        run.log.warn(
          `The catalog asks for an incremental sync of "${name}", which has no cursor: it supports full_refresh only, and is read whole.`,
        );
      }
      // Where rows come in order, the state itself moves on with every page.
      const followsPages = open.cursor.resume !== undefined && open.cursor.needsOrder !== true;
      const positions = scope && followsPages ? createPagePositions(run, open, begun, scope) : undefined;
      selected.push({ open, configured, positions });
    }
  }
  return { selected, failed };
}

/** A state that cannot be used is the fault of one stream; any other mistake ends the sync. */
function onlyStateErrors(error: unknown): StateError {
  if (error instanceof StateError) return error;
  throw error;
}

/** What an earlier run of a sync left in the state of a stream, and what its checkpoints are bound to; empty where states do not tell of pages. */
function checkpointOf(
  { run, checkpointsPages = false }: ReadOptions,
  stream: Stream,
  configured: ConfiguredStream,
  { given, stored }: { readonly given: JsonObject; readonly stored: Json | undefined },
): { readonly scope?: CheckpointScope; readonly begun?: PageCheckpoint } {
  const { name } = stream;
  const asked = run.checkpoints?.of(name);
  const every = asked ?? (configured.stream.is_resumable === true ? 'page' : 'slice');
  if (!checkpointsPages || every !== 'page' || stream.fingerprint === undefined) return {};
  const { validFor = 0n } = run.checkpoints ?? {};
  const scope = { stream: stream.fingerprint(), now: run.clock.now(), validFor, outlivesErrors: asked === 'page' };
  if (stored === undefined) return { scope };
  const begun = readCheckpoint(given, stored, scope);
  if (typeof begun !== 'string') return { scope, begun };
  run.log.info(`Stream ${name}: the page checkpoint of the state is not used, since ${begun}: slices are read from their start.`);
  return { scope };
}

/** Reads one stream; false when it failed. `generated` is called when all of its partitions have begun. */
async function readStream(
  { options, partitions }: Reading,
  { configured, open, positions }: Selected,
  generated: () => void,
): Promise<boolean> {
  const { run, output } = options;
  const descriptor: StreamDescriptor = configured.stream;
  const writer = output.recordWriter(descriptor);
  const states = createStateWriter(writer, open.cursor, positions, run.clock);
  const progress: StreamProgress = { name: open.name, records: 0, partitions: 0, failed: false };
  const fields = createFieldWatch(run, open);
  const errors = createPartitionErrors();
  const explained = async (error: unknown): Promise<unknown> => (await options.explain?.(error)) ?? error;
  const fail = async (error: unknown): Promise<void> => {
    progress.failed = true;
    if (!errors.isNew(error)) return;
    run.log.error(`Exception while syncing stream ${open.name}`);
    output.message(errorTrace(await explained(error), { name: open.name }));
  };
  run.log.info(`Marking stream ${open.name} as STARTED`);
  output.message(streamStatus(descriptor, 'STARTED'));
  run.log.info(`Syncing stream: ${open.name}`);
  const endFollowing = options.heartbeat?.follow(() => writer.count, states.print);
  const running = createPending();
  const readSlice = async (slice: StreamSlice): Promise<void> => {
    running.begin();
    try {
      await unlessStalled('slice', readPartition(options, open, slice, { descriptor, writer, progress, states, positions, fields }));
    } catch (error) {
      await fail(error);
    } finally {
      partitions.release();
      running.end();
    }
  };
  const readSlices = async (): Promise<void> => {
    // Asked for even where nothing needs it yet: a schema that cannot be had fails the stream before its first record.
    await open.schema();
    for await (const slice of run.observer === undefined ? open.slices() : slicesTogether(open.slices())) {
      progress.partitions += 1;
      await partitions.acquire();
      void readSlice(slice);
    }
  };
  try {
    await unlessStalled('stream', readSlices());
  } catch (error) {
    await fail(error);
  } finally {
    generated();
  }
  await running.none();
  for (const { error, more } of errors.repeated()) output.message(repeatedTrace(await explained(error), more, open.name));
  endFollowing?.();
  open.cursor.finish?.();
  states.onEnd(progress.failed);
  tellRemarks(run, open);
  run.log.info(`Read ${writer.count} records from ${open.name} stream`);
  if (writer.count === 0 && !progress.failed) tellOfNoRecords(run, open, progress.partitions);
  output.message(streamStatus(descriptor, progress.failed ? 'INCOMPLETE' : 'COMPLETE'));
  run.log.info(`Finished syncing ${open.name}`);
  return !progress.failed;
}

/** The trace of an error that so many more partitions ended with than were told of. */
function repeatedTrace(error: unknown, more: number, name: string): OutgoingMessage {
  const { message, failure_type } = toFailure(error);
  const text = `${message} (and ${more} more ${more === 1 ? 'partition' : 'partitions'})`;
  return errorTrace(failureOf(failure_type, text), { name });
}

/** Says which stage left a stream without records: a warning when that is not what one would expect of a stream without news. */
function tellOfNoRecords({ log, clock }: Run, { name, tally, cursor, router }: OpenStream, slices: number): void {
  const reached = cursor.reachedAt?.(cursor.state());
  const future = reached !== undefined && reached > clock.now() ? new Date(Number(reached / 1000n)).toISOString() : undefined;
  const { isSuspicious, text } = explainFruitless({ name, slices, tally, parents: [...ancestorNames(router)], future });
  log[isSuspicious ? 'warn' : 'info'](text);
}

/** Where the records of a stream go. */
interface Target {
  readonly descriptor: StreamDescriptor;
  readonly writer: RecordWriter;
  readonly progress: StreamProgress;
  readonly states: StateWriter;
  readonly positions: PagePositions | undefined;
  readonly fields: FieldWatch;
}

async function readPartition(
  { run, output }: ReadOptions,
  stream: OpenStream,
  slice: StreamSlice,
  { descriptor, writer, progress, states, positions, fields }: Target,
): Promise<void> {
  const { cursor, fileOf } = stream;
  run.observer?.slice(sliceDescriptor(slice));
  const inOrder = cursor.needsOrder ?? false;
  const write = (record: Json): void => {
    const row = requireRow(record);
    writer.write(row, fileOf?.(row));
    cursor.observe(row, slice);
  };
  const writeEach = (records: readonly Json[]): void => {
    const last = records.at(-1);
    // Most lists ascend: after the last one the cursor need not look closely at the others. Values that cannot be compared are told of in their place.
    if (cursor.observeExtremes !== undefined && !inOrder && isRow(last) && isComparable(records[0], last, cursor.field))
      cursor.observe(last, slice);
    for (const record of records) write(record);
  };
  const observe = cursor.reads === 'nothing' ? undefined : (record: Row): void => cursor.observe(record, slice);
  const observeExtremes =
    cursor.observeExtremes && ((greatest: Row, least: Row): boolean => cursor.observeExtremes?.(greatest, least, slice) === true);
  const target: RowTarget | undefined =
    writer.lines && fileOf === undefined ? { lines: writer.lines, write, observe, observeExtremes, inOrder } : undefined;
  const position = positions?.begin(slice, states.onPage);
  for await (const batch of stream.read(slice, position)) {
    if (progress.records === 0 && batch.count > 0) {
      run.log.info(`Marking stream ${stream.name} as RUNNING`);
      output.message(streamStatus(descriptor, 'RUNNING'));
    }
    progress.records += batch.count;
    fields.look(batch);
    if (batch.writeTo !== undefined && target !== undefined) batch.writeTo(target);
    else writeEach(batch.records);
    if (cursor.checkpoint?.(slice) === true) states.print();
    await output.drained();
    if (run.limits.records !== undefined && progress.records >= run.limits.records) break;
  }
  const isAskedFor = cursor.close(slice);
  states.onClose(isAskedFor, positions?.close(slice) ?? false);
}

/** Whether two records have values of one type in a field. */
function isComparable(first: Json | undefined, last: Row, field: string | undefined): boolean {
  if (first === last || !isRow(first) || field === undefined) return false;
  const [one, other] = [ownProperty(first, field), ownProperty(last, field)];
  const typeOf = (value: Json | undefined): string => (value instanceof Float ? 'number' : typeof value);
  return typeOf(one) === typeOf(other);
}

/** Lets streams of one group go one after the other. */
interface Turns {
  /** Resolves when no stream of the group is read; the function given ends the turn. */
  enter(name: string): Promise<() => void>;
  /** Keeps the groups of these streams busy while they are read as parents. */
  claimParents(names: Iterable<string>): () => void;
}

/** parity: concurrent_source/concurrent_read_processor.py:ConcurrentReadProcessor.start_next_partition_generator */
function createTurns(groups: ReadonlyMap<string, string>): Turns {
  const busy = new Map<string, number>();
  let waiting: (() => void)[] = [];
  const take = (group: string): void => void busy.set(group, (busy.get(group) ?? 0) + 1);
  const give = (group: string): void => {
    busy.set(group, (busy.get(group) ?? 1) - 1);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  return {
    async enter(name) {
      const group = groups.get(name);
      if (group === undefined) return () => {};
      while ((busy.get(group) ?? 0) > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      take(group);
      return () => give(group);
    },
    claimParents(names) {
      const claimed = [...names].flatMap((name) => groups.get(name) ?? []);
      for (const group of claimed) take(group);
      return () => {
        for (const group of claimed) give(group);
      };
    },
  };
}

/** The error at the end of a sync in which streams failed; the errors themselves are told already. */
export function failedStreamsError(names: readonly string[]): ConfigError {
  return new ConfigError(`During the sync, the following streams did not sync successfully: ${names.join(', ')}`, {
    internalMessage: 'Concurrent read failure',
  });
}
