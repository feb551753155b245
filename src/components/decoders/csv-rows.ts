import type { Json, JsonObject } from '../../lib/json.ts';
import { setOwnProperty } from '../../lib/objects.ts';

/** Under this name stand the cells of a row that are beyond the last column. */
const SURPLUS = 'null';

/** Turns rows of cells into records: the first row gives the names, blank rows are left out, cells that are missing are null. */
// parity: csv.DictReader
export function createRowReader(nulls: ReadonlySet<string>): (rows: readonly (readonly string[])[]) => JsonObject[] {
  let names: readonly string[] | undefined;
  const cellValue = (cell: string): Json => (nulls.has(cell) ? null : cell);

  function recordOf(names: readonly string[], row: readonly string[]): JsonObject {
    const record: JsonObject = {};
    const both = Math.min(names.length, row.length);
    for (let i = 0; i < both; i += 1) setOwnProperty(record, names[i] as string, cellValue(row[i] as string));
    if (row.length > names.length) record[SURPLUS] = row.slice(names.length);
    for (let i = both; i < names.length; i += 1) setOwnProperty(record, names[i] as string, null);
    return record;
  }

  return (rows) => {
    const records: JsonObject[] = [];
    for (const row of rows) {
      if (names === undefined) names = row;
      else if (row.length > 0) records.push(recordOf(names, row));
    }
    return records;
  };
}
