import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Work } from './run.ts';

/** A row of a table without the fields of the warehouse's own; JSON as a text, times as texts. */
export type Row = Record<string, unknown>;

/** A kind of place that syncs load into, and how its tables are read. */
export interface Place {
  readonly kind: string;
  /** What --to takes. */
  to(work: Work): string;
  /** The rows of a table ordered by a column, nulls left out. */
  rows(work: Work, table: string, orderBy: string): Promise<Row[]>;
}

const file = (work: Work): string => work.at('warehouse');

async function duckdbRows(database: string, from: string, orderBy: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(database, { access_mode: database === ':memory:' ? 'READ_WRITE' : 'READ_ONLY' });
  const connection = await instance.connect();
  try {
    const result = await connection.runAndReadAll(`SELECT * FROM ${from} ORDER BY "${orderBy}"`);
    return result.getRowObjectsJson().map(ownFields);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function ownFields(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([name, value]) => value !== null && value !== undefined && !name.startsWith('_airbyte_')),
  );
}

export const SQLITE: Place = {
  kind: 'sqlite',
  to: (work) => `sqlite:${file(work)}`,
  async rows(work, table, orderBy) {
    const database = new DatabaseSync(file(work), { readOnly: true });
    try {
      return (database.prepare(`SELECT * FROM "${table}" ORDER BY "${orderBy}"`).all() as Row[]).map((row) => ownFields({ ...row }));
    } finally {
      database.close();
    }
  },
};

export const DUCKDB: Place = {
  kind: 'duckdb',
  to: (work) => `duckdb:${file(work)}`,
  rows: (work, table, orderBy) => duckdbRows(file(work), `"${table}"`, orderBy),
};

export const PARQUET: Place = {
  kind: 'parquet',
  to: (work) => `parquet:${file(work)}`,
  rows: (work, table, orderBy) => duckdbRows(':memory:', `'${path.join(file(work), `${table}.parquet`)}'`, orderBy),
};

export const JSONL: Place = {
  kind: 'jsonl',
  to: (work) => `jsonl:${file(work)}`,
  async rows(work, table, orderBy) {
    const lines = readFileSync(path.join(file(work), `${table}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const rows = lines.map((line) => ownFields(JSON.parse(line) as Row));
    return rows.sort((a, b) => (String(a[orderBy]) < String(b[orderBy]) ? -1 : 1));
  },
};

export const PLACES = [SQLITE, DUCKDB, JSONL, PARQUET] as const;
