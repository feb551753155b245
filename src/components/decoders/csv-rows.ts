import type { JsonObject } from '../../lib/json.ts';
import { TransientError } from '../../protocol/failure.ts';

/** Under this name stand the cells of a row that are beyond the last column. */
const SURPLUS = 'null';

/** How a page for people begins, such as that of a proxy which says that the API is down. */
const HTML = /^\uFEFF?\s*<(?:!doctype html|html)\b/i;

/**
 * Turns rows of cells into records: the first row gives the names, of which the last of equal ones counts; blank rows are left out, cells that are
 * missing are null. Throws TransientError for a page of HTML, which would pass for a table without rows.
 */
// parity: csv.DictReader
export function createRowReader(
  nulls: ReadonlySet<string>,
  tellOfDoubles: (names: readonly string[]) => void,
): (rows: readonly (readonly string[])[]) => JsonObject[] {
  let names: readonly string[] | undefined;
  // A record with all fields, of which the others are copies: setting fields is much faster than adding them.
  let blank: JsonObject = {};

  function recordOf(names: readonly string[], row: readonly string[]): JsonObject {
    const record = { ...blank };
    const both = Math.min(names.length, row.length);
    for (let i = 0; i < both; i += 1) {
      const cell = row[i] as string;
      record[names[i] as string] = nulls.size > 0 && nulls.has(cell) ? null : cell;
    }
    if (row.length > names.length) record[SURPLUS] = row.slice(names.length);
    for (let i = both; i < names.length; i += 1) record[names[i] as string] = null;
    return record;
  }

  return (rows) => {
    const records: JsonObject[] = [];
    for (const row of rows) {
      if (names === undefined) {
        if (HTML.test(row[0] ?? '')) throw new TransientError('The response is not CSV: it is a page of HTML.');
        names = row;
        const doubled = doublesOf(row);
        if (doubled.length > 0) tellOfDoubles(doubled);
        blank = Object.fromEntries(row.map((name) => [name, null]));
      } else if (row.length > 0) records.push(recordOf(names, row));
    }
    return records;
  };
}

/** The names that come more than once. */
function doublesOf(names: readonly string[]): string[] {
  const [seen, doubled] = [new Set<string>(), new Set<string>()];
  for (const name of names) (seen.has(name) ? doubled : seen).add(name);
  return [...doubled];
}
