import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from '../lib/make-folder.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { Destination, OpenOptions } from './destination.ts';
import { type DuckdbDestination, openDuckdb } from './duckdb.ts';
import { quoted } from './sql.ts';

/** The DuckDB file in which the tables are kept up to date; Parquet files cannot be changed. */
const DATABASE = '_airbyte.duckdb';
/** The tables that have changed since their files were written. */
const CHANGED_TABLE = '_airbyte_changed';

/** A folder with a Parquet file a stream, written anew from a DuckDB file beside them when the stream has changed; throws ConfigError when it cannot be used. */
export async function openParquet(folder: string, options: OpenOptions): Promise<Destination> {
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new ConfigError(`The folder ${folder} cannot be made: ${(error as Error).message}.`, { cause: error });
  }
  const database = await openDuckdb(path.join(folder, DATABASE), options);
  await database.connection.run(`CREATE TABLE IF NOT EXISTS ${CHANGED_TABLE} (table_name VARCHAR)`);
  database.onCommit = async (tables) => {
    for (const table of tables) await database.connection.run(`INSERT INTO ${CHANGED_TABLE} VALUES (?)`, [table]);
  };
  return {
    ledger: () => database.ledger(),
    begin: (streams) => database.begin(streams),
    commit: (changes) => database.commit(changes),
    count: (stream) => database.count(stream),
    close: () => database.close(),
    publish: () => writeFiles(database, folder),
  };
}

/** Writes the files of the tables that have changed; each takes the place of the one before at once. */
async function writeFiles({ connection }: DuckdbDestination, folder: string): Promise<void> {
  const changed = (await connection.runAndReadAll(`SELECT DISTINCT table_name FROM ${CHANGED_TABLE}`)).getRowObjects();
  for (const table of changed.map(({ table_name: name }) => String(name))) {
    const file = path.join(folder, `${table}.parquet`);
    const text = `'${`${file}.new`.replaceAll("'", "''")}'`;
    try {
      await connection.run(`COPY (SELECT * FROM ${quoted(table)}) TO ${text} (FORMAT parquet, COMPRESSION zstd)`);
      await rename(`${file}.new`, file);
    } catch (error) {
      await rm(`${file}.new`, { force: true });
      throw error;
    }
    await connection.run(`DELETE FROM ${CHANGED_TABLE} WHERE table_name = ?`, [table]);
  }
}
