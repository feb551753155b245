import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { parseJson, stringifyJson } from '../lib/json.ts';
import { ConfigError } from '../protocol/failure.ts';
import { type Cell, type ColumnType, dateText, timeText } from './cell.ts';
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
import { type Release, takeLock } from './lock.ts';
import { rowIdentity } from './row-identity.ts';
import { COLUMNS_TABLE, EXTRACTED_AT, GENERATION, LEDGER_TABLE, META_COLUMNS, quoted, RAW_ID, targetTable } from './sql.ts';
import { type Column, createTableShape, type TableShape } from './table-shape.ts';

const TYPES: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  integer: 'INTEGER',
  number: 'REAL',
  string: 'TEXT',
  json: 'TEXT',
  date: 'TEXT',
  timestamp: 'TEXT',
  timestamptz: 'TEXT',
};

/** A SQLite file; throws ConfigError when it cannot be used. Dates, times and JSON are texts, as SQLite has it. */
export async function openSqlite(file: string, { warn }: OpenOptions): Promise<Destination> {
  const release = takeLock(file, warn);
  try {
    return new SqliteDestination(openDatabase(file), release);
  } catch (error) {
    release();
    throw error;
  }
}

function openDatabase(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (stream TEXT PRIMARY KEY, entry TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS ${COLUMNS_TABLE} (table_name TEXT, name TEXT, path TEXT, type TEXT, PRIMARY KEY (table_name, name));`);
    return database;
  } catch (error) {
    throw new ConfigError(`The SQLite file ${file} cannot be used: ${(error as Error).message}.`, { cause: error });
  }
}

/** A table that rows of this sync go into. */
interface OpenTable {
  readonly shape: TableShape;
  readonly identify: (record: LoadedRow['record']) => string;
  /** How many columns of the shape the tables have. */
  stored: number;
  statements: { readonly insert: StatementSync; readonly update: StatementSync } | undefined;
}

class SqliteDestination implements Destination {
  readonly #database: DatabaseSync;
  readonly #release: Release;
  readonly #open = new Map<string, OpenTable>();

  constructor(database: DatabaseSync, release: Release) {
    this.#database = database;
    this.#release = release;
  }

  async ledger(): Promise<ReadonlyMap<string, LedgerEntry>> {
    const rows = this.#database.prepare(`SELECT stream, entry FROM ${LEDGER_TABLE}`).all() as { stream: string; entry: string }[];
    const entries = rows.map(({ stream, entry }): [string, LedgerEntry] => [stream, parseJson(entry) as unknown as LedgerEntry]);
    return new Map(entries.filter(([, { table }]) => this.#hasTable(table)));
  }

  async begin(streams: readonly LoadedStream[]): Promise<void> {
    this.#transaction(() => {
      for (const stream of streams) this.#beginStream(stream);
    });
  }

  async commit(changes: readonly Change[]): Promise<ReadonlyMap<string, Counts>> {
    const counts = new Map<string, Counts>();
    this.#transaction(() => {
      for (const change of changes) {
        const { stream } = change;
        if (change.kind === 'rows') addCounts(counts, streamKey(stream), this.#load(stream, change.rows));
        else if (change.kind === 'finish') addCounts(counts, streamKey(stream), this.#finish(stream, change.whole));
        else if (change.kind === 'discard') this.#dropStaging(stream);
        else this.#saveEntry(stream, change.entry);
      }
    });
    return counts;
  }

  async count({ table }: LoadedStream): Promise<number> {
    return this.#number(`SELECT count(*) AS n FROM ${quoted(table)}`);
  }

  async close(): Promise<void> {
    try {
      this.#database.close();
    } finally {
      this.#release();
    }
  }

  #beginStream(stream: LoadedStream): void {
    const { table } = stream;
    const known = this.#columns(table);
    if (known.length === 0 && this.#hasTable(table) && !this.#isOurs(table)) {
      throw new ConfigError(
        `The table "${table}" is there already and was not made by a sync: rename it, or choose another file for --to.`,
      );
    }
    const shape = createTableShape(stream.schema, known);
    this.#dropStaging(stream);
    this.#createTable(table);
    if (stream.mode === 'replace') this.#createTable(targetTable(stream));
    const open: OpenTable = { shape, identify: rowIdentity(stream), stored: 0, statements: undefined };
    this.#open.set(streamKey(stream), open);
    this.#addColumns(stream, open);
  }

  #createTable(name: string): void {
    this.#database.exec(
      `CREATE TABLE IF NOT EXISTS ${quoted(name)} (${RAW_ID} TEXT PRIMARY KEY, ${EXTRACTED_AT} TEXT NOT NULL, ${GENERATION} INTEGER NOT NULL)`,
    );
  }

  #dropStaging({ table }: LoadedStream): void {
    this.#database.exec(`DROP TABLE IF EXISTS ${quoted(targetTable({ mode: 'replace', table }))}`);
  }

  /** Gives the tables of a stream the columns that they lack. */
  #addColumns(stream: LoadedStream, open: OpenTable): void {
    const { columns } = open.shape;
    if (open.stored === columns.length) return;
    for (const table of new Set([stream.table, targetTable(stream)])) {
      const present = new Set(
        (this.#database.prepare(`PRAGMA table_info(${quoted(table)})`).all() as { name: string }[]).map(({ name }) => name),
      );
      for (const { name, type } of columns) {
        if (!present.has(name)) this.#database.exec(`ALTER TABLE ${quoted(table)} ADD COLUMN ${quoted(name)} ${TYPES[type]}`);
      }
    }
    const note = this.#database.prepare(`INSERT OR REPLACE INTO ${COLUMNS_TABLE} VALUES (?, ?, ?, ?)`);
    for (const { name, path, type } of columns.slice(open.stored)) note.run(stream.table, name, JSON.stringify(path), type);
    open.stored = columns.length;
    open.statements = undefined;
  }

  #load(stream: LoadedStream, rows: readonly LoadedRow[]): Partial<Counts> {
    const open = this.#open.get(streamKey(stream)) as OpenTable;
    const cells = rows.map(({ record }) => open.shape.cellsOf(record));
    this.#addColumns(stream, open);
    open.statements ??= this.#prepare(stream, open.shape);
    const { insert, update } = open.statements;
    let [added, replaced] = [0, 0];
    for (const [index, { record, extractedAt }] of rows.entries()) {
      const id = open.identify(record);
      const values = [extractedText(extractedAt), stream.generation, ...this.#bind(cells[index] as Cell[], open.shape.columns)];
      if (insert.run(id, ...values).changes === 1) added += 1;
      else replaced += Number(update.run(...values, id).changes);
    }
    return stream.mode === 'replace' ? {} : { added, replaced };
  }

  #bind(cells: readonly Cell[], columns: readonly Column[]): SQLInputValue[] {
    return columns.map(({ type }, index) => bound(cells[index] ?? null, type));
  }

  /** The statements of a stream. Of two versions of a row that one sync brings, the one with the lesser cursor value is left out. */
  #prepare(stream: LoadedStream, shape: TableShape): NonNullable<OpenTable['statements']> {
    const table = quoted(targetTable(stream));
    const names = [...META_COLUMNS, ...shape.columns.map(({ name }) => name)].map(quoted);
    const cursor = stream.cursorField === undefined ? undefined : shape.columnOf([stream.cursorField]);
    const assignments = names.slice(1).map((name, index) => `${name} = ?${index + 1}`);
    const position = cursor === undefined ? -1 : shape.columns.indexOf(cursor) + META_COLUMNS.length;
    const isLater = cursor === undefined ? '' : ` AND NOT (${laterInSync(stream, quoted(cursor.name), `?${position}`)})`;
    return {
      insert: this.#database.prepare(`INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`),
      update: this.#database.prepare(`UPDATE ${table} SET ${assignments.join(', ')} WHERE ${RAW_ID} = ?${names.length}${isLater}`),
    };
  }

  #finish(stream: LoadedStream, whole: boolean): Partial<Counts> {
    const table = quoted(stream.table);
    if (stream.mode === 'replace') {
      const staging = quoted(targetTable(stream));
      const before = this.#number(`SELECT count(*) AS n FROM ${table}`);
      const after = this.#number(`SELECT count(*) AS n FROM ${staging}`);
      const kept = this.#number(`SELECT count(*) AS n FROM ${table} WHERE ${RAW_ID} IN (SELECT ${RAW_ID} FROM ${staging})`);
      const names = this.#names(stream);
      this.#database.exec(`DELETE FROM ${table}; INSERT INTO ${table} (${names}) SELECT ${names} FROM ${staging}; DROP TABLE ${staging}`);
      return { added: after - kept, replaced: kept, removed: before - kept };
    }
    if (!whole || stream.mode === 'append') return {};
    const gone = this.#database.prepare(`DELETE FROM ${table} WHERE ${GENERATION} < ?`).run(stream.generation);
    return { removed: Number(gone.changes) };
  }

  #names(stream: LoadedStream): string {
    const { shape } = this.#open.get(streamKey(stream)) as OpenTable;
    return [...META_COLUMNS, ...shape.columns.map(({ name }) => name)].map(quoted).join(', ');
  }

  #saveEntry(stream: LoadedStream, entry: LedgerEntry): void {
    this.#database.prepare(`INSERT OR REPLACE INTO ${LEDGER_TABLE} VALUES (?, ?)`).run(streamKey(stream), stringifyJson(entry));
  }

  #columns(table: string): Column[] {
    const rows = this.#database.prepare(`SELECT name, path, type FROM ${COLUMNS_TABLE} WHERE table_name = ? ORDER BY rowid`).all(table);
    return (rows as unknown as { name: string; path: string; type: ColumnType }[]).map(({ name, path, type }) => ({
      name,
      path: JSON.parse(path) as string[],
      type,
    }));
  }

  #hasTable(table: string): boolean {
    return this.#database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE").get(table) !== undefined;
  }

  #isOurs(table: string): boolean {
    return (this.#database.prepare(`PRAGMA table_info(${quoted(table)})`).all() as { name: string }[]).some(({ name }) => name === RAW_ID);
  }

  #number(sql: string): number {
    return Number((this.#database.prepare(sql).get() as { n: number }).n);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** Whether the row that is there came in the same sync with a greater cursor value than the new one. */
function laterInSync({ generation, syncedAt }: LoadedStream, cursor: string, value: string): string {
  return `${GENERATION} = ${generation} AND ${EXTRACTED_AT} >= '${extractedText(syncedAt)}' AND ${cursor} > ${value}`;
}

function extractedText(ms: number): string {
  return new Date(ms).toISOString();
}

function bound(cell: Cell, type: ColumnType): SQLInputValue {
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell === 'bigint' && (type === 'timestamp' || type === 'timestamptz')) return timeText(cell, type === 'timestamptz');
  return type === 'date' && typeof cell === 'number' ? dateText(cell) : cell;
}
