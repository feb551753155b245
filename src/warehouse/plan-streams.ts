import type { JsonObject } from '../lib/json.ts';
import { cutToBytes, fingerprintOf } from '../lib/storable-name.ts';
import type { ConfiguredStream } from '../protocol/catalog.ts';
import { ConfigError } from '../protocol/failure.ts';
import { type KeyForm, type LedgerEntry, type LoadedStream, type LoadMode, streamKey } from './destination.ts';
import type { PlannedStream } from './warehouse-output.ts';

/** What the user says of a sync. */
export interface SyncWishes {
  /** Reads every stream from its beginning. */
  readonly fullRefresh: boolean;
  /** Reads a stream from its beginning when it was not for so many milliseconds. */
  readonly fullRefreshEvery?: number | undefined;
  /** Natural keys by stream, in place of the primary keys of the catalog. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** A stream as it is to be read and loaded, with the state that it is read from; undefined to read it from its beginning. */
export interface StreamPlan extends PlannedStream {
  readonly configured: ConfiguredStream;
  readonly state: JsonObject | undefined;
}

/**
 * Plans how the streams of a catalog are read and loaded after what the last sync has left; `now` is in epoch milliseconds. Throws
 * ConfigError for keys of streams that are not selected and for sync modes that there are not.
 */
export function planStreams(
  configured: readonly ConfiguredStream[],
  ledger: ReadonlyMap<string, LedgerEntry>,
  wishes: SyncWishes,
  now: number,
): StreamPlan[] {
  checkKeys(configured, wishes.keys);
  const tables = new Set([...ledger.values()].map(({ table }) => table.toLowerCase()));
  return configured.map((stream) => {
    const entry = ledger.get(streamKey(stream.stream));
    const table = entry?.table ?? newTable(stream, tables);
    return planStream(stream, { ...(entry === undefined ? {} : { entry }), table, wishes, now });
  });
}

interface Circumstances {
  readonly entry?: LedgerEntry;
  readonly table: string;
  readonly wishes: SyncWishes;
  readonly now: number;
}

function planStream(configured: ConfiguredStream, { entry, table, wishes, now }: Circumstances): StreamPlan {
  const { stream, sync_mode: syncMode } = configured;
  const mode = modeOf(configured);
  const key = keyOf(configured, wishes.keys);
  const isIncremental = syncMode === 'incremental';
  const resumes = entry?.refreshingSince !== undefined && sameKey(entry.key, key);
  const beginsAnew = !isIncremental || entry === undefined || (!resumes && isDue(entry, key, wishes, now));
  const generation = (entry?.generation ?? 0) + (beginsAnew ? 1 : 0);
  const keyForm: KeyForm = beginsAnew ? 'typed' : (entry.keyForm ?? 'untyped');
  const state = beginsAnew ? undefined : entry.state;
  const refreshingSince = beginsAnew ? new Date(now).toISOString() : entry.refreshingSince;
  const loaded: LoadedStream = {
    name: stream.name,
    namespace: stream.namespace,
    table,
    schema: stream.json_schema,
    mode,
    key,
    keyForm,
    cursorField: configured.cursor_field?.[0] ?? stream.default_cursor_field?.[0],
    generation,
    syncedAt: now,
  };
  const { refreshedAt, runs = [] } = entry ?? {};
  return {
    configured,
    stream: loaded,
    whole: refreshingSince !== undefined,
    state,
    entry: { table, state, generation, refreshedAt, refreshingSince, key, keyForm, runs },
  };
}

/** Whether a stream that can be read incrementally is to be read from its beginning. */
function isDue(entry: LedgerEntry, key: LedgerEntry['key'], { fullRefresh, fullRefreshEvery }: SyncWishes, now: number): boolean {
  if (fullRefresh || !sameKey(entry.key, key)) return true;
  if (fullRefreshEvery === undefined) return false;
  return entry.refreshedAt === undefined || now - Date.parse(entry.refreshedAt) >= fullRefreshEvery;
}

function sameKey(a: LedgerEntry['key'], b: LedgerEntry['key']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function modeOf({ stream, sync_mode: syncMode, destination_sync_mode: mode }: ConfiguredStream): LoadMode {
  switch (mode) {
    case 'append':
      return 'append';
    case 'append_dedup':
      return syncMode === 'full_refresh' ? 'replace' : 'merge';
    case 'overwrite':
      return syncMode === 'full_refresh' ? 'replace' : 'merge';
    default:
      throw new ConfigError(`The stream "${stream.name}" has the destination_sync_mode ${mode}: use append, append_dedup or overwrite.`);
  }
}

function keyOf({ stream, primary_key: primaryKey }: ConfiguredStream, keys: SyncWishes['keys']): readonly (readonly string[])[] {
  const own = keys.get(stream.name);
  return own?.map((name) => name.split('.')) ?? primaryKey ?? stream.source_defined_primary_key ?? [];
}

function checkKeys(configured: readonly ConfiguredStream[], keys: SyncWishes['keys']): void {
  const names = configured.map(({ stream }) => stream.name);
  const unknown = [...keys.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new ConfigError(`--key names the stream "${unknown}", which is not selected; selected are ${names.join(', ')}.`);
}

/** The longest name of a table in bytes: files are named by it, with an ending. */
const LONGEST_TABLE = 200;

/** A table name of its own for a stream: letters, digits and underscores. */
function newTable({ stream }: ConfiguredStream, taken: Set<string>): string {
  const full = stream.namespace === undefined ? stream.name : `${stream.namespace}__${stream.name}`;
  const base = shortened(full.replace(/[^\p{L}\p{N}_]/gu, '_').replace(/^(?=_airbyte_|sqlite_)/i, 'stream_') || 'stream', full);
  let name = base;
  for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${base}_${count}`;
  taken.add(name.toLowerCase());
  return name;
}

/** The base of a table's name, cut where it is too long, so that the names of other streams are not cut to the same. */
function shortened(base: string, full: string): string {
  return Buffer.byteLength(base) <= LONGEST_TABLE ? base : `${cutToBytes(base, LONGEST_TABLE)}_${fingerprintOf(full)}`;
}
