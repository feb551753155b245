import type { LoadedStream } from './destination.ts';

/** Columns that every table has, beside those of the records. */
export const RAW_ID = '_airbyte_raw_id';
export const EXTRACTED_AT = '_airbyte_extracted_at';
export const GENERATION = '_airbyte_generation_id';
export const META_COLUMNS = [RAW_ID, EXTRACTED_AT, GENERATION] as const;

/** What stands before the name of a record's field that begins as those do. */
export const NOT_OWN = 'field__';

/** The tables in which the warehouse keeps what it needs to know. */
export const LEDGER_TABLE = '_airbyte_ledger';
export const COLUMNS_TABLE = '_airbyte_columns';

/** An identifier in quotes. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The table that the rows of a stream go into until the stream is complete. */
export function targetTable({ mode, table }: Pick<LoadedStream, 'mode' | 'table'>): string {
  return mode === 'replace' ? `_airbyte_staging_${table}` : table;
}
