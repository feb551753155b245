import { heldBytes } from '../lib/held-bytes.ts';
import type { JsonObject } from '../lib/json.ts';
import { createCollectingOutput } from '../protocol/collect-output.ts';
import { Failure, SystemError } from '../protocol/failure.ts';
import type { OutgoingMessage, StreamDescriptor, StreamStatus } from '../protocol/messages.ts';
import type { Output } from '../protocol/output.ts';
import { createConfusionWatch } from './confusable-keys.ts';
import {
  addCounts,
  type Change,
  type Counts,
  type Destination,
  type LedgerEntry,
  type LoadedRow,
  type LoadedStream,
  streamKey,
} from './destination.ts';

/** A commit is due when so many rows wait, ... */
const MOST_ROWS = 20_000;
/** ... or rows that hold about so many bytes, ... */
const MOST_BYTES = 32 * 1024 * 1024;
/** ... or when a state has waited so many milliseconds, unless told otherwise. */
const COMMIT_EVERY = 2_000;

/** A stream of a sync with what the sync before has left. */
export interface PlannedStream {
  readonly stream: LoadedStream;
  /** The ledger as it stands when the sync begins. */
  readonly entry: LedgerEntry;
  /** Whether this sync, or those before it that were broken off, read the stream from its beginning. */
  readonly whole: boolean;
}

/** How the loading of a stream went. */
export interface StreamLoad {
  readonly stream: LoadedStream;
  status: StreamStatus | undefined;
  records: number;
  readonly counts: Counts;
  /** Why a complete stream was not taken over. */
  refused: string | undefined;
}

/** What a warehouse output works with. */
export interface WarehouseOutputOptions {
  readonly destination: Destination;
  readonly streams: readonly PlannedStream[];
  /** Takes every message that is no record and no state. */
  readonly messages: Pick<Output, 'message'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of each commit: what it did, by stream. */
  readonly onCommit?: ((counts: ReadonlyMap<string, Counts>, states: ReadonlyMap<string, JsonObject>) => void) | undefined;
  /** Told once of a stream whose rows are identified by untyped keys that may be taken for others. */
  readonly onConfusableKeys?: ((stream: LoadedStream) => void) | undefined;
  /** How many milliseconds a state may wait for its commit. */
  readonly commitEvery?: number | undefined;
  /** Why a stream that was read to its end shall not be taken over; undefined when all is well. */
  readonly refuse?: (planned: PlannedStream, records: number) => string | undefined;
}

/** An output that loads records into a destination, each state in the transaction of the records before it. */
export interface WarehouseOutput extends Output {
  readonly loads: readonly StreamLoad[];
}

interface Loading {
  readonly planned: PlannedStream;
  readonly load: StreamLoad;
  entry: LedgerEntry;
  /** Whether a record's key may be taken for another; undefined where none can be, and once that is told. */
  isConfusable: ((record: JsonObject) => boolean) | undefined;
}

/** An output into a destination that has begun. A commit that fails makes `drained` and `end` reject from then on. */
export function createWarehouseOutput(options: WarehouseOutputOptions): WarehouseOutput {
  const { destination, streams, messages, now, commitEvery = COMMIT_EVERY, refuse, onCommit, onConfusableKeys } = options;
  const loadings = new Map(streams.map((planned) => [streamKey(planned.stream), loadingOf(planned)]));
  let waiting: Change[] = [];
  let rows = 0;
  let bytes = 0;
  let stateSince: number | undefined;
  let extractedAt = now();
  let committing: Promise<void> = Promise.resolve();
  let failure: unknown;
  let ended: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  for (const loading of loadings.values()) saveEntry(loading, {});

  function record(descriptor: StreamDescriptor, data: JsonObject): void {
    const loading = loadingFor(descriptor);
    const { stream } = loading.planned;
    const last = waiting.at(-1);
    const row: LoadedRow = { record: data, extractedAt };
    if (last?.kind === 'rows' && last.stream === stream) (last.rows as LoadedRow[]).push(row);
    else waiting.push({ kind: 'rows', stream, rows: [row] });
    loading.load.records += 1;
    rows += 1;
    bytes += heldBytes(data);
    if (loading.isConfusable?.(data) === true) {
      loading.isConfusable = undefined;
      onConfusableKeys?.(stream);
    }
  }

  /** Changes the ledger, which for rows that are not visible yet waits until they are. */
  function saveEntry(loading: Loading, changes: Partial<LedgerEntry>, isOver = false): void {
    loading.entry = { ...loading.entry, ...changes };
    if (loading.planned.stream.mode === 'replace' && !isOver) return;
    waiting.push({ kind: 'ledger', stream: loading.planned.stream, entry: loading.entry });
    stateSince ??= now();
    // A state is safe before long even when nothing else comes for a while.
    timer ??= setTimeout(() => void (ended ?? commit()), commitEvery).unref();
  }

  function status(descriptor: StreamDescriptor, present: StreamStatus): void {
    const loading = loadings.get(streamKey(descriptor));
    if (loading === undefined) return;
    const { planned, load } = loading;
    load.status = present;
    if (present === 'INCOMPLETE') waiting.push({ kind: 'discard', stream: planned.stream });
    if (present !== 'COMPLETE') return;
    load.refused = refuse?.(planned, load.records);
    if (load.refused !== undefined) {
      load.status = 'INCOMPLETE';
      giveUp(loading);
      return;
    }
    const { stream, whole } = planned;
    waiting.push({ kind: 'finish', stream, whole });
    saveEntry(loading, finished(loading.entry, { whole, at: new Date(stream.syncedAt).toISOString(), records: load.records }), true);
  }

  /** Leaves the table as it is, and has the next sync read the stream from its beginning again where this one did. */
  function giveUp(loading: Loading): void {
    const { stream, whole } = loading.planned;
    waiting.push({ kind: 'discard', stream });
    if (whole) saveEntry(loading, { state: undefined });
  }

  function loadingFor(descriptor: StreamDescriptor): Loading {
    const loading = loadings.get(streamKey(descriptor));
    if (loading === undefined) throw new SystemError(`The stream ${descriptor.name} is not among those that are loaded.`);
    return loading;
  }

  /** Takes what waits to the destination, after what is on its way there. */
  function commit(): Promise<void> {
    const changes = waiting;
    waiting = [];
    clearTimeout(timer);
    timer = undefined;
    [rows, bytes, stateSince] = [0, 0, undefined];
    committing = committing.then(async () => {
      if (failure !== undefined || changes.length === 0) return;
      try {
        const done = await destination.commit(changes);
        for (const [key, counts] of done) note(key, counts);
        onCommit?.(done, statesIn(changes));
      } catch (error) {
        failure = asFailure(error);
      }
    });
    return committing;
  }

  function note(key: string, counts: Counts): void {
    const load = loadings.get(key)?.load;
    if (load === undefined) return;
    const sum = new Map([[key, load.counts]]);
    addCounts(sum, key, counts);
    Object.assign(load.counts, sum.get(key));
  }

  function isDue(): boolean {
    return rows >= MOST_ROWS || bytes >= MOST_BYTES || (stateSince !== undefined && now() - stateSince >= commitEvery);
  }

  const output = createCollectingOutput({
    record,
    state: (descriptor, state) => saveEntry(loadingFor(descriptor), { state }),
    message(message: OutgoingMessage) {
      if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
        status(message.trace.stream_status.stream_descriptor, message.trace.stream_status.status);
      }
      messages.message(message);
    },
    async drained() {
      extractedAt = now();
      if (ended === undefined && isDue()) await commit();
      if (failure !== undefined) throw failure;
    },
    end() {
      ended ??= (async () => {
        await commit();
        if (failure !== undefined) throw failure;
      })();
      return ended;
    },
  });
  return { ...output, loads: [...loadings.values()].map(({ load }) => load) };
}

function loadingOf(planned: PlannedStream): Loading {
  const load: StreamLoad = {
    stream: planned.stream,
    status: undefined,
    records: 0,
    counts: { added: 0, replaced: 0, removed: 0 },
    refused: undefined,
  };
  const { mode, key, keyForm } = planned.stream;
  const isConfusable = mode === 'merge' && keyForm === 'untyped' ? createConfusionWatch(key) : undefined;
  return { planned, load, entry: planned.entry, isConfusable };
}

/** The last state of each stream among changes. */
function statesIn(changes: readonly Change[]): Map<string, JsonObject> {
  return new Map(
    changes.flatMap((change): [string, JsonObject][] =>
      change.kind === 'ledger' && change.entry.state !== undefined ? [[streamKey(change.stream), change.entry.state]] : [],
    ),
  );
}

/** How many syncs a ledger remembers. */
const MOST_RUNS = 20;

function finished(entry: LedgerEntry, run: LedgerEntry['runs'][number]): Partial<LedgerEntry> {
  const runs = [...entry.runs, run].slice(-MOST_RUNS);
  return run.whole ? { runs, refreshedAt: entry.refreshingSince, refreshingSince: undefined } : { runs };
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new SystemError(`The rows cannot be written: ${reason}`, { cause: error });
}
