import type { JsonObject } from '../../lib/json.ts';
import { setOwnProperty } from '../../lib/objects.ts';
import { SystemError } from '../../protocol/failure.ts';

/** Texts that say that a value is missing. */
// parity: pandas._libs.parsers.STR_NA_VALUES
const MISSING: ReadonlySet<string> = new Set([
  '',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
]);
const EMPTY: ReadonlySet<string> = new Set(['']);

/**
 * Turns rows of cells into records as pandas reads tables: the first row names the columns, a name that comes again gets a number, blank rows
 * are left out, and where the first row of values is wider than the names, its first columns are labels that are left out. Throws SystemError
 * for a row with more cells than that.
 */
// parity: pandas.read_csv
export function createTableReader(
  keepsNames: boolean,
  warn: (message: string) => void,
): (rows: readonly (readonly string[])[]) => JsonObject[] {
  const missing = keepsNames ? EMPTY : MISSING;
  let names: readonly string[] | undefined;
  let labels: number | undefined;
  let line = 0;

  function recordOf(row: readonly string[], columns: readonly string[]): JsonObject {
    if (labels === undefined) {
      labels = Math.max(0, row.length - columns.length);
      if (labels > 0)
        warn(`The rows have more cells than there are names of columns, so the first ${labels} are taken for labels and left out.`);
    }
    if (row.length > columns.length + labels) {
      throw new SystemError(`Row ${line} of the CSV file has ${row.length} cells where ${columns.length + labels} were expected.`);
    }
    const record: JsonObject = {};
    for (let i = 0; i < columns.length; i += 1) {
      const cell = row[i + labels];
      setOwnProperty(record, columns[i] as string, cell === undefined || missing.has(cell) ? null : cell);
    }
    return record;
  }

  return (rows) => {
    const records: JsonObject[] = [];
    for (const row of rows) {
      line += 1;
      if (isBlank(row)) continue;
      if (names === undefined) names = columnNames(row);
      else records.push(recordOf(row, names));
    }
    return records;
  };
}

function isBlank(row: readonly string[]): boolean {
  return row.length === 0 || (row.length === 1 && /^[ \t]+$/.test(row[0] as string));
}

function columnNames(row: readonly string[]): string[] {
  const given = row.map((name, index) => (name === '' ? `Unnamed: ${index}` : name));
  const names: string[] = [];
  for (const name of given) {
    let unique = name;
    for (let number = 1; names.includes(unique) || (unique !== name && given.includes(unique)); number += 1) unique = `${name}.${number}`;
    names.push(unique);
  }
  return names;
}
