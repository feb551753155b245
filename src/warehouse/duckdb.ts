import { totalmem } from 'node:os';
import type * as duckdb from '@duckdb/node-api';
import { parseJson, stringifyJson } from '../lib/json.ts';
import { ConfigError, SystemError } from '../protocol/failure.ts';
import { type Cell, type ColumnType, compareCells } from './cell.ts';
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
import { rowIdentity } from './row-identity.ts';
import { COLUMNS_TABLE, EXTRACTED_AT, GENERATION, LEDGER_TABLE, META_COLUMNS, quoted, RAW_ID, targetTable } from './sql.ts';
import { type Column, createTableShape, type TableShape } from './table-shape.ts';

type Library = typeof duckdb;

const TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
  string: 'VARCHAR',
  json: 'JSON',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  timestamptz: 'TIMESTAMPTZ',
};
/** The table of a commit's rows on their way. */
const BATCH = '_airbyte_batch';
const PACKAGE = '@duckdb/node-api';

/** The share of the memory that DuckDB takes at most, unless told, ... */
const MEMORY_SHARE = 0.5;
/** ... and the bytes; what it can do without goes to a temporary folder beside the file. */
const MOST_MEMORY = 4 * 1024 ** 3;
/** Bytes of changes after which DuckDB puts its log into the file, which it does by reading the last rows again. */
const MOST_LOG = 256 * 1024 ** 2;
/** What DuckDB says when its memory does not suffice. */
const OUT_OF_MEMORY = /out of memory|failed to (?:pin|allocate)/i;

/** A DuckDB file; throws ConfigError when it cannot be used, or when DuckDB is not installed. */
export async function openDuckdb(file: string, { memoryBytes = usualMemory() }: OpenOptions): Promise<DuckdbDestination> {
  const library = await loadLibrary();
  try {
    const instance = await library.DuckDBInstance.create(file, {
      memory_limit: kibibytes(memoryBytes),
      checkpoint_threshold: kibibytes(Math.min(MOST_LOG, memoryBytes / 4)),
    });
    const connection = await instance.connect();
    await connection.run(`CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (stream VARCHAR, entry VARCHAR)`);
    await connection.run(`CREATE TABLE IF NOT EXISTS ${COLUMNS_TABLE} (table_name VARCHAR, name VARCHAR, path VARCHAR, type VARCHAR)`);
    return new DuckdbDestination(library, instance, connection);
  } catch (error) {
    const { message } = error as Error;
    // DuckDB takes a lock of the system for as long as it has a file open.
    if (message.includes('Could not set lock')) {
      throw new ConfigError(`Another sync writes to ${file}, or another program has it open: wait until it ends.`, { cause: error });
    }
    throw new ConfigError(`The DuckDB file ${file} cannot be used: ${message}`, { cause: error });
  }
}

function kibibytes(bytes: number): string {
  return `${Math.floor(bytes / 1024)}KiB`;
}

/** A share of the memory that the process may take, a container's limit included. */
function usualMemory(): number {
  const limit = process.constrainedMemory();
  const most = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.min(most * MEMORY_SHARE, MOST_MEMORY);
}

async function loadLibrary(): Promise<Library> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    throw new ConfigError(
      `DuckDB is not installed here: run "npm install ${PACKAGE}" beside this program, or load into sqlite:FILE or jsonl:FOLDER.`,
      { cause: error },
    );
  }
}

/** A table that rows of this sync go into. */
interface OpenTable {
  readonly shape: TableShape;
  readonly identify: (record: LoadedRow['record']) => string;
  /** How many columns of the shape the tables have. */
  stored: number;
}

/** A row ready for its table. */
interface ReadyRow {
  readonly id: string;
  readonly extractedAt: number;
  readonly cells: readonly Cell[];
}

/** A destination in DuckDB. Rows are appended to a table of the commit and taken over from there, which is how DuckDB is fast. */
export class DuckdbDestination implements Destination {
  readonly connection: duckdb.DuckDBConnection;
  readonly #library: Library;
  readonly #instance: duckdb.DuckDBInstance;
  readonly #open = new Map<string, OpenTable>();
  /** Told of the tables that a commit changes, within its transaction. */
  onCommit: (tables: ReadonlySet<string>) => Promise<void> = async () => {};

  constructor(library: Library, instance: duckdb.DuckDBInstance, connection: duckdb.DuckDBConnection) {
    this.connection = connection;
    this.#library = library;
    this.#instance = instance;
  }

  async ledger(): Promise<ReadonlyMap<string, LedgerEntry>> {
    const rows = await this.#rows<{ stream: string; entry: string }>(`SELECT stream, entry FROM ${LEDGER_TABLE}`);
    const tables = await this.#tables();
    const entries = rows.map(({ stream, entry }): [string, LedgerEntry] => [stream, parseJson(entry) as unknown as LedgerEntry]);
    return new Map(entries.filter(([, { table }]) => tables.has(table.toLowerCase())));
  }

  async begin(streams: readonly LoadedStream[]): Promise<void> {
    await this.transaction(async () => {
      for (const stream of streams) await this.#beginStream(stream);
    });
  }

  async commit(changes: readonly Change[]): Promise<ReadonlyMap<string, Counts>> {
    const counts = new Map<string, Counts>();
    await this.transaction(async () => {
      for (const change of changes) {
        const { stream } = change;
        if (change.kind === 'rows') addCounts(counts, streamKey(stream), await this.#load(stream, change.rows));
        else if (change.kind === 'finish') addCounts(counts, streamKey(stream), await this.#finish(stream, change.whole));
        else if (change.kind === 'discard') await this.#dropStaging(stream);
        else await this.#saveEntry(stream, change.entry);
      }
      await this.onCommit(new Set(changes.flatMap(({ kind, stream }) => (kind === 'rows' || kind === 'finish' ? [stream.table] : []))));
    });
    return counts;
  }

  count({ table }: LoadedStream): Promise<number> {
    return this.#number(`SELECT count(*) AS n FROM ${quoted(table)}`);
  }

  async close(): Promise<void> {
    this.connection.closeSync();
    this.#instance.closeSync();
  }

  /** Does all of some work or nothing of it. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.connection.run('BEGIN');
    try {
      const result = await work();
      await this.connection.run('COMMIT');
      return result;
    } catch (error) {
      // What has failed within may have ended the transaction already; the first error is the one to tell.
      await this.connection.run('ROLLBACK').catch(() => undefined);
      throw withAdvice(error);
    }
  }

  async #beginStream(stream: LoadedStream): Promise<void> {
    const { table } = stream;
    const known = await this.#columns(table);
    const present = await this.#columnNames(table);
    if (present.size > 0 && !present.has(RAW_ID)) {
      throw new ConfigError(
        `The table "${table}" is there already and was not made by a sync: rename it, or choose another file for --to.`,
      );
    }
    await this.#dropStaging(stream);
    await this.#createTable(table);
    if (stream.mode === 'replace') await this.#createTable(targetTable(stream));
    const open: OpenTable = { shape: createTableShape(stream.schema, known), identify: rowIdentity(stream), stored: 0 };
    this.#open.set(streamKey(stream), open);
    await this.#addColumns(stream, open, known.length);
  }

  async #createTable(name: string): Promise<void> {
    await this.connection.run(
      `CREATE TABLE IF NOT EXISTS ${quoted(name)} (${RAW_ID} VARCHAR, ${EXTRACTED_AT} TIMESTAMPTZ, ${GENERATION} BIGINT)`,
    );
  }

  async #dropStaging({ table }: LoadedStream): Promise<void> {
    await this.connection.run(`DROP TABLE IF EXISTS ${quoted(targetTable({ mode: 'replace', table }))}`);
  }

  /** Gives the tables of a stream the columns that they lack; the first `noted` of them are known as theirs. */
  async #addColumns(stream: LoadedStream, open: OpenTable, noted = open.stored): Promise<void> {
    const { columns } = open.shape;
    if (open.stored === columns.length) return;
    for (const table of new Set([stream.table, targetTable(stream)])) {
      const present = await this.#columnNames(table);
      for (const { name, type } of columns) {
        if (!present.has(name)) await this.connection.run(`ALTER TABLE ${quoted(table)} ADD COLUMN ${quoted(name)} ${TYPES[type]}`);
      }
    }
    for (const { name, path, type } of columns.slice(noted)) {
      await this.connection.run(`INSERT INTO ${COLUMNS_TABLE} VALUES (?, ?, ?, ?)`, [stream.table, name, JSON.stringify(path), type]);
    }
    open.stored = columns.length;
  }

  async #load(stream: LoadedStream, rows: readonly LoadedRow[]): Promise<Partial<Counts>> {
    const open = this.#open.get(streamKey(stream)) as OpenTable;
    const ready = rows.map(
      ({ record, extractedAt }): ReadyRow => ({ id: open.identify(record), extractedAt, cells: open.shape.cellsOf(record) }),
    );
    await this.#addColumns(stream, open);
    const { columns } = open.shape;
    const cursor = stream.cursorField === undefined ? undefined : open.shape.columnOf([stream.cursorField]);
    const latest = latestVersions(ready, cursor === undefined ? -1 : columns.indexOf(cursor));
    const table = quoted(targetTable(stream));
    const names = this.#names(open);
    await this.connection.run(`CREATE OR REPLACE TEMP TABLE ${BATCH} AS SELECT ${names} FROM ${table} LIMIT 0`);
    await this.#append(latest, columns, stream.generation);
    if (cursor !== undefined) await this.connection.run(dropEarlier(stream, table, quoted(cursor.name)));
    const replaced = await this.#change(`DELETE FROM ${table} USING ${BATCH} AS batch WHERE ${table}.${RAW_ID} = batch.${RAW_ID}`);
    const written = await this.#change(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${BATCH}`);
    await this.connection.run(`DROP TABLE ${BATCH}`);
    return stream.mode === 'replace' ? {} : { added: written - replaced, replaced };
  }

  async #append(rows: Iterable<ReadyRow>, columns: readonly Column[], generation: number): Promise<void> {
    const appender = await this.connection.createAppender(BATCH);
    const appendCell = columns.map(({ type }) => appenderOf(this.#library, appender, type));
    for (const { id, extractedAt, cells } of rows) {
      appender.appendVarchar(id);
      appender.appendTimestampTZ(new this.#library.DuckDBTimestampTZValue(BigInt(extractedAt) * 1000n));
      appender.appendBigInt(BigInt(generation));
      for (const [index, append] of appendCell.entries()) {
        const cell = cells[index] ?? null;
        if (cell === null) appender.appendNull();
        else append(cell);
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  async #finish(stream: LoadedStream, whole: boolean): Promise<Partial<Counts>> {
    const table = quoted(stream.table);
    if (stream.mode === 'replace') {
      const staging = quoted(targetTable(stream));
      const names = this.#names(this.#open.get(streamKey(stream)) as OpenTable);
      const before = await this.#number(`SELECT count(*) AS n FROM ${table}`);
      const kept = await this.#number(`SELECT count(*) AS n FROM ${table} WHERE ${RAW_ID} IN (SELECT ${RAW_ID} FROM ${staging})`);
      await this.connection.run(`DELETE FROM ${table}`);
      const after = await this.#change(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${staging}`);
      await this.connection.run(`DROP TABLE ${staging}`);
      return { added: after - kept, replaced: kept, removed: before - kept };
    }
    if (!whole || stream.mode === 'append') return {};
    return { removed: await this.#change(`DELETE FROM ${table} WHERE ${GENERATION} < ${stream.generation}`) };
  }

  async #saveEntry(stream: LoadedStream, entry: LedgerEntry): Promise<void> {
    await this.connection.run(`DELETE FROM ${LEDGER_TABLE} WHERE stream = ?`, [streamKey(stream)]);
    await this.connection.run(`INSERT INTO ${LEDGER_TABLE} VALUES (?, ?)`, [streamKey(stream), stringifyJson(entry)]);
  }

  #names({ shape }: OpenTable): string {
    return [...META_COLUMNS, ...shape.columns.map(({ name }) => name)].map(quoted).join(', ');
  }

  async #columns(table: string): Promise<Column[]> {
    const sql = `SELECT name, path, type FROM ${COLUMNS_TABLE} WHERE table_name = ? ORDER BY rowid`;
    const rows = await this.#rows<{ name: string; path: string; type: ColumnType }>(sql, [table]);
    return rows.map(({ name, path, type }) => ({ name, path: JSON.parse(path) as string[], type }));
  }

  async #columnNames(table: string): Promise<Set<string>> {
    const sql = `SELECT column_name AS name FROM duckdb_columns() WHERE schema_name = current_schema() AND database_name = current_database() AND lower(table_name) = lower(?)`;
    return new Set((await this.#rows<{ name: string }>(sql, [table])).map(({ name }) => name));
  }

  async #tables(): Promise<Set<string>> {
    const sql =
      'SELECT lower(table_name) AS name FROM duckdb_tables() WHERE schema_name = current_schema() AND database_name = current_database()';
    return new Set((await this.#rows<{ name: string }>(sql)).map(({ name }) => name));
  }

  async #rows<T>(sql: string, values: duckdb.DuckDBValue[] = []): Promise<T[]> {
    return (await this.connection.runAndReadAll(sql, values)).getRowObjects() as T[];
  }

  async #number(sql: string): Promise<number> {
    return Number((await this.#rows<{ n: bigint }>(sql))[0]?.n);
  }

  async #change(sql: string): Promise<number> {
    return (await this.connection.run(sql)).rowsChanged;
  }
}

/** An error of DuckDB, with what to do about it where that is known. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof Error) || !OUT_OF_MEMORY.test(error.message)) return error;
  const [reason] = error.message.split('\n');
  return new SystemError(
    `The rows cannot be written: DuckDB has too little memory for them (${reason}). Raise --duckdb-memory, or load into sqlite:FILE.`,
    { cause: error },
  );
}

/** The last version of each row, or the one with the greatest cursor value where there are cursor values. */
function latestVersions(rows: readonly ReadyRow[], cursor: number): Iterable<ReadyRow> {
  const latest = new Map<string, ReadyRow>();
  for (const row of rows) {
    const known = latest.get(row.id);
    const isEarlier = known !== undefined && cursor >= 0 && compareCells(row.cells[cursor] ?? null, known.cells[cursor] ?? null) < 0;
    if (!isEarlier) latest.set(row.id, row);
  }
  return latest.values();
}

/** Takes rows out of the batch of which the same sync brought a version with a greater cursor value before. */
function dropEarlier({ generation, syncedAt }: LoadedStream, table: string, cursor: string): string {
  return `DELETE FROM ${BATCH} USING ${table} AS present WHERE ${BATCH}.${RAW_ID} = present.${RAW_ID}
    AND present.${GENERATION} = ${generation} AND present.${EXTRACTED_AT} >= '${new Date(syncedAt).toISOString()}'::TIMESTAMPTZ
    AND present.${cursor} > ${BATCH}.${cursor}`;
}

/** Appends the cells of a column. */
function appenderOf(library: Library, appender: duckdb.DuckDBAppender, type: ColumnType): (cell: Exclude<Cell, null>) => void {
  switch (type) {
    case 'boolean':
      return (cell) => appender.appendBoolean(cell as boolean);
    case 'integer':
      return (cell) => appender.appendBigInt(BigInt(cell as number | bigint));
    case 'number':
      return (cell) => appender.appendDouble(cell as number);
    case 'date':
      return (cell) => appender.appendDate(new library.DuckDBDateValue(cell as number));
    case 'timestamp':
      return (cell) => appender.appendTimestamp(new library.DuckDBTimestampValue(cell as bigint));
    case 'timestamptz':
      return (cell) => appender.appendTimestampTZ(new library.DuckDBTimestampTZValue(cell as bigint));
    case 'string':
    case 'json':
      return (cell) => appender.appendVarchar(cell as string);
  }
}
