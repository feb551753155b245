import { existsSync } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { ConfigError } from '../protocol/failure.ts';
import {
  addCounts,
  type Change,
  type Counts,
  type Destination,
  type LedgerEntry,
  type LoadedRow,
  type LoadedStream,
  type OpenOptions,
  streamKey,
} from './destination.ts';
import { appendText, chooseLines, cutTo, jsonlLine, writeLines } from './jsonl-file.ts';
import { type Release, takeLock } from './lock.ts';
import { rowIdentity } from './row-identity.ts';

const LEDGER_FILE = '_airbyte_ledger.json';
const FIRST_GENERATION = 1;

/** A folder with a file of lines a stream; throws ConfigError when it cannot be used. */
export async function openJsonl(folder: string, { warn }: OpenOptions): Promise<Destination> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new ConfigError(`The folder ${folder} cannot be made: ${(error as Error).message}.`, { cause: error });
  }
  const release = takeLock(path.join(folder, '_airbyte'), warn);
  try {
    return new JsonlDestination(folder, await readLedger(folder), release);
  } catch (error) {
    release();
    throw error;
  }
}

/** What the ledger says of a stream: its entry and how much of its file is committed. */
interface FileEntry {
  readonly entry?: LedgerEntry | undefined;
  readonly bytes: number;
  readonly rows: number;
  /** Whether a new file stands ready to take the place of the present one. */
  readonly swap?: boolean;
}

type Ledger = Map<string, FileEntry & { readonly table: string }>;

async function readLedger(folder: string): Promise<Ledger> {
  const file = path.join(folder, LEDGER_FILE);
  if (!existsSync(file)) return new Map();
  try {
    return new Map(Object.entries(parseJson(await readFile(file, 'utf8')) as JsonObject)) as unknown as Ledger;
  } catch (error) {
    throw new ConfigError(
      `${file} cannot be read: ${(error as Error).message}. It tells what the folder holds; without it choose another folder.`,
      {
        cause: error,
      },
    );
  }
}

/** A stream whose rows of this sync go into a file. */
interface OpenFile {
  readonly identify: (record: LoadedRow['record']) => string;
  /** The rows that the stream's file has, once they had to be known. */
  ids: Set<string> | undefined;
  /** Committed bytes of the file for rows that are not visible yet. */
  staged: number;
  /** Whether some rows stand in the file in several versions. */
  hasVersions: boolean;
}

/**
 * A destination of files. Rows are appended; the ledger, which is replaced as a whole, says how much of each file counts, so that the rest
 * can be cut off. Of rows that came again the earlier versions are taken out when the stream is complete.
 */
class JsonlDestination implements Destination {
  readonly #folder: string;
  readonly #ledger: Ledger;
  readonly #release: Release;
  readonly #open = new Map<string, OpenFile>();

  constructor(folder: string, ledger: Ledger, release: Release) {
    this.#folder = folder;
    this.#ledger = ledger;
    this.#release = release;
  }

  async ledger(): Promise<ReadonlyMap<string, LedgerEntry>> {
    await this.#swapFiles();
    const entries = [...this.#ledger].flatMap(([key, { entry, table, rows }]): [string, LedgerEntry][] =>
      entry === undefined || (rows > 0 && !existsSync(this.#file(table))) ? [] : [[key, entry]],
    );
    return new Map(entries);
  }

  async begin(streams: readonly LoadedStream[]): Promise<void> {
    for (const stream of streams) {
      const key = streamKey(stream);
      const known = this.#ledger.get(key);
      const file = this.#file(stream.table);
      if (known === undefined && existsSync(file)) {
        throw new ConfigError(
          `The file ${file} is there already and was not made by a sync: move it away, or choose another folder for --to.`,
        );
      }
      const isThere = existsSync(file);
      if (known === undefined || !isThere) this.#ledger.set(key, { table: stream.table, bytes: 0, rows: 0 });
      if (isThere) await cutTo(file, known?.bytes ?? 0);
      await this.#discard(stream);
      this.#open.set(key, { identify: rowIdentity(stream), ids: undefined, staged: 0, hasVersions: false });
    }
  }

  async commit(changes: readonly Change[]): Promise<ReadonlyMap<string, Counts>> {
    const counts = new Map<string, Counts>();
    for (const change of changes) {
      const { stream } = change;
      const key = streamKey(stream);
      if (change.kind === 'rows') addCounts(counts, key, await this.#append(stream, change.rows));
      else if (change.kind === 'finish') addCounts(counts, key, await this.#finish(stream, change.whole));
      else if (change.kind === 'discard') await this.#discard(stream);
      else this.#update(stream, { entry: change.entry });
    }
    await this.#writeLedger();
    await this.#swapFiles();
    return counts;
  }

  async count(stream: LoadedStream): Promise<number> {
    return this.#open.get(streamKey(stream))?.ids?.size ?? this.#known(stream).rows;
  }

  async close(): Promise<void> {
    this.#release();
  }

  async #append(stream: LoadedStream, rows: readonly LoadedRow[]): Promise<Partial<Counts>> {
    const own = this.#open.get(streamKey(stream)) as OpenFile;
    const isStaged = stream.mode === 'replace';
    if (stream.mode === 'merge') own.ids ??= await this.#readIds(stream, own);
    let [text, added] = ['', 0];
    for (const { record, extractedAt } of rows) {
      const id = own.identify(record);
      text += jsonlLine({ id, record, generation: stream.generation, extractedAt: new Date(extractedAt).toISOString() });
      if (own.ids?.has(id)) own.hasVersions = true;
      else added += 1;
      own.ids?.add(id);
    }
    if (isStaged) {
      own.staged = await appendText(this.#staging(stream), own.staged, text);
      return {};
    }
    const known = this.#known(stream);
    this.#update(stream, { bytes: await appendText(this.#file(stream.table), known.bytes, text), rows: known.rows + rows.length });
    return { added, replaced: rows.length - added };
  }

  async #finish(stream: LoadedStream, whole: boolean): Promise<Partial<Counts>> {
    const own = this.#open.get(streamKey(stream)) as OpenFile;
    const file = this.#file(stream.table);
    if (stream.mode === 'append') return {};
    if (stream.mode === 'replace') {
      const before = new Set((await chooseLines(file, stream)).versions.keys());
      const after = await this.#rewrite(stream, this.#staging(stream));
      const kept = [...after].filter((id) => before.has(id)).length;
      await rm(this.#staging(stream), { force: true });
      return { added: after.size - kept, replaced: kept, removed: before.size - kept };
    }
    own.ids ??= await this.#readIds(stream, own);
    const hasOlder = whole && stream.generation > FIRST_GENERATION;
    if (!hasOlder && !own.hasVersions) return {};
    const rows = own.ids.size;
    own.ids = await this.#rewrite(stream, file, whole ? stream.generation : 0);
    return { removed: rows - own.ids.size };
  }

  /** Writes one line for each row of a file to a new one that is to take the stream's place; gives the rows. */
  async #rewrite(stream: LoadedStream, from: string, generation = 0): Promise<Set<string>> {
    const choice = await chooseLines(from, stream, generation);
    const bytes = await writeLines(from, this.#next(stream.table), choice);
    this.#update(stream, { bytes, rows: choice.versions.size, swap: true });
    return new Set(choice.versions.keys());
  }

  async #readIds(stream: LoadedStream, own: OpenFile): Promise<Set<string>> {
    const { versions, lines } = await chooseLines(this.#file(stream.table), stream);
    own.hasVersions = lines > versions.size;
    return new Set(versions.keys());
  }

  async #discard(stream: LoadedStream): Promise<void> {
    await rm(this.#staging(stream), { force: true });
    await rm(this.#next(stream.table), { force: true });
  }

  /** Puts new files into their places, as the ledger says. */
  async #swapFiles(): Promise<void> {
    const due = [...this.#ledger].filter(([, { swap }]) => swap === true);
    if (due.length === 0) return;
    for (const [key, known] of due) {
      // A file that is not there any more was put into its place before.
      if (existsSync(this.#next(known.table))) await rename(this.#next(known.table), this.#file(known.table));
      const { swap: _, ...rest } = known;
      this.#ledger.set(key, rest);
    }
    await this.#writeLedger();
  }

  async #writeLedger(): Promise<void> {
    const file = path.join(this.#folder, LEDGER_FILE);
    const handle = await open(`${file}.new`, 'w');
    try {
      await handle.writeFile(`${stringifyJson(Object.fromEntries(this.#ledger))}\n`);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(`${file}.new`, file);
  }

  #known(stream: LoadedStream): FileEntry {
    return this.#ledger.get(streamKey(stream)) ?? { bytes: 0, rows: 0 };
  }

  #update(stream: LoadedStream, changes: Partial<FileEntry>): void {
    this.#ledger.set(streamKey(stream), { ...this.#known(stream), table: stream.table, ...changes });
  }

  #file(table: string): string {
    return path.join(this.#folder, `${table}.jsonl`);
  }

  #next(table: string): string {
    return `${this.#file(table)}.next`;
  }

  #staging({ table }: LoadedStream): string {
    return `${this.#file(table)}.staging`;
  }
}
