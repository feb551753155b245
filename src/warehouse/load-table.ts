import { countText } from '../lib/count-text.ts';
import type { StreamLoad } from './warehouse-output.ts';

/** A row of the report: a stream with the number of rows that its table has now. */
export interface LoadReport extends Pick<StreamLoad, 'stream' | 'status' | 'records' | 'counts'> {
  readonly total: number;
}

const HEAD = ['stream', 'table', 'read', 'added', 'replaced', 'removed', 'rows now', 'status'];
/** The columns that hold numbers. */
const NUMBERS = new Set([2, 3, 4, 5, 6]);

/** What was loaded, as a table for people. */
export function loadTable(reports: readonly LoadReport[]): string {
  const lines = [HEAD, ...reports.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const write = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (NUMBERS.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return lines.map(write).join('\n');
}

function cellsOf({ stream, status, records, counts, total }: LoadReport): string[] {
  const numbers = [records, counts.added, counts.replaced, counts.removed, total];
  return [stream.name, stream.table, ...numbers.map((number) => countText(number)), status === 'COMPLETE' ? 'complete' : 'INCOMPLETE'];
}
