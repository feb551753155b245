import type { JsonObject } from '../lib/json.ts';

/** How the rows of a sync go into a table. */
export type LoadMode =
  /** A row takes the place of the one with the same identity. */
  | 'merge'
  /** The rows take the place of all others when the stream is complete. */
  | 'replace'
  /** Every row is a new one. */
  | 'append';

/**
 * How keys identify rows: `typed` tells values of different types apart. Tables that were made before there was this form keep the other
 * one until their stream is read from its beginning, so that their rows are found again.
 */
export type KeyForm = 'typed' | 'untyped';

/** A stream as it is loaded by this sync. */
export interface LoadedStream {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly table: string;
  readonly schema: JsonObject;
  readonly mode: LoadMode;
  /** Where the fields of the natural key stand; empty for rows that count as one when their whole content is the same. */
  readonly key: readonly (readonly string[])[];
  readonly keyForm: KeyForm;
  /** The field by which the later of two versions of a row is told, when one sync brings both. */
  readonly cursorField: string | undefined;
  /** Goes up with each sync that reads the stream from its beginning. */
  readonly generation: number;
  /** When this sync began, in epoch milliseconds. */
  readonly syncedAt: number;
}

/** A record on its way into a table; `extractedAt` is in epoch milliseconds. */
export interface LoadedRow {
  readonly record: JsonObject;
  readonly extractedAt: number;
}

/** What is known of a stream beside its rows, kept with them. */
export interface LedgerEntry {
  readonly table: string;
  readonly state?: JsonObject | undefined;
  readonly generation: number;
  /** When the last sync of the whole stream began that came to its end, ISO 8601. */
  readonly refreshedAt?: string | undefined;
  /** When the sync of the whole stream began that has not come to its end yet, ISO 8601. */
  readonly refreshingSince?: string | undefined;
  /** The natural key, to notice when another one is chosen. */
  readonly key: readonly (readonly string[])[];
  /** How its rows are identified; absent where they are `untyped`. */
  readonly keyForm?: KeyForm | undefined;
  /** The last syncs that came to their end, the latest last. */
  readonly runs: readonly LedgerRun[];
}

/** One sync of a stream that came to its end. */
export interface LedgerRun {
  readonly at: string;
  /** Whether the whole stream was read. */
  readonly whole: boolean;
  readonly records: number;
}

/** A part of a sync. */
export type Change =
  | { readonly kind: 'rows'; readonly stream: LoadedStream; readonly rows: readonly LoadedRow[] }
  /** The stream is complete: replaced rows become visible, and with `whole` those of older generations go. */
  | { readonly kind: 'finish'; readonly stream: LoadedStream; readonly whole: boolean }
  /** The stream failed: rows that are not visible yet never will be. */
  | { readonly kind: 'discard'; readonly stream: LoadedStream }
  | { readonly kind: 'ledger'; readonly stream: LoadedStream; readonly entry: LedgerEntry };

/** What changes did to the rows of a stream. */
export type Counts = {
  added: number;
  replaced: number;
  removed: number;
};

/** What destinations are opened with. */
export interface OpenOptions {
  /** Told of what the user should know and what does not keep the place from being used. */
  readonly warn: (text: string) => void;
  /** The most memory that a database may take, in bytes; a share of what there is unless told. */
  readonly memoryBytes?: number | undefined;
}

/** A place that streams are loaded into. */
export interface Destination {
  /** The ledger as the last commit left it, by stream; a stream whose table somebody took away is not in it. */
  ledger(): Promise<ReadonlyMap<string, LedgerEntry>>;
  /** Makes everything ready for the streams, and drops what a sync that was killed has left unfinished. */
  begin(streams: readonly LoadedStream[]): Promise<void>;
  /** Takes changes in their order; when the process dies, all of them are there afterwards or none. Gives what they did, by stream. */
  commit(changes: readonly Change[]): Promise<ReadonlyMap<string, Counts>>;
  /** Gives what was committed to readers, where a commit does not do so by itself; to be called at the end of a sync. */
  publish?(): Promise<void>;
  /** The number of rows in the table of a stream. */
  count(stream: LoadedStream): Promise<number>;
  /** Gives the place free; what was not committed is lost. */
  close(): Promise<void>;
}

/** The key of a stream in ledgers and counts, which databases keep as it is. */
export function streamKey({ name, namespace }: Pick<LoadedStream, 'name' | 'namespace'>): string {
  if (namespace !== undefined) return JSON.stringify([namespace, name]);
  return name.isWellFormed() && !name.includes('\0') ? name : JSON.stringify(name);
}

/** Adds counts up by stream. */
export function addCounts(total: Map<string, Counts>, key: string, { added = 0, replaced = 0, removed = 0 }: Partial<Counts>): void {
  const sum = total.get(key) ?? { added: 0, replaced: 0, removed: 0 };
  total.set(key, { added: sum.added + added, replaced: sum.replaced + replaced, removed: sum.removed + removed });
}
