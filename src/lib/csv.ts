// In place of csv-parse, whose `relax_quotes` keeps the quotes of a cell like `"x"y`, for which Python's csv gives `xy`, and which refuses a text
// that ends within quotes.

/** Reads rows out of a CSV text that comes in pieces. */
export interface CsvReader {
  /** The rows that a piece completes; a blank line is a row without cells. */
  push(text: string): string[][];
  /** Whether the text so far ends within quotes. */
  isInQuotes(): boolean;
  /** The row that the text ends with, if it has no line end. */
  end(): string[][];
}

/** Where within a row the reader is. */
type State = 'row start' | 'cell start' | 'in cell' | 'in quotes' | 'after quote';

/**
 * Reads CSV as Python's csv does in its `excel` dialect: quotes only count at the begin of a cell and double inside of quotes; all line ends
 * become `\n`. The delimiter is one character.
 */
// parity: _csv.c:parse_process_char
export function createCsvReader(delimiter: string): CsvReader {
  let state: State = 'row start';
  let cells: string[] = [];
  let cell = '';
  let held = '';

  function endCell(next: State): void {
    cells.push(cell);
    cell = '';
    state = next;
  }

  /** Reads from a position to the end of a line, or of the text; gives the position after it. */
  function readLine(text: string, from: number, rows: string[][]): number {
    let at = from;
    while (at < text.length) {
      if (state === 'in quotes') {
        const quote = text.indexOf('"', at);
        cell += text.slice(at, quote === -1 ? undefined : quote);
        if (quote === -1) return text.length;
        state = 'after quote';
        at = quote + 1;
        continue;
      }
      const character = text[at] as string;
      at += 1;
      if (character === '\n') {
        if (state !== 'row start') endCell('row start');
        rows.push(cells);
        cells = [];
        return at;
      }
      if (state === 'after quote' && character === '"') {
        cell += '"';
        state = 'in quotes';
      } else if (character === '"' && (state === 'row start' || state === 'cell start')) state = 'in quotes';
      else if (character === delimiter) endCell('cell start');
      else {
        cell += character;
        state = 'in cell';
      }
    }
    return at;
  }

  /** Lines without quotes are cut at once. */
  function readAll(text: string): string[][] {
    const rows: string[][] = [];
    let quote = text.indexOf('"');
    let at = 0;
    while (at < text.length) {
      const end = text.indexOf('\n', at);
      if (quote !== -1 && quote < at) quote = text.indexOf('"', at);
      if (state === 'row start' && end !== -1 && (quote === -1 || quote > end) && delimiter !== '\n') {
        rows.push(end === at ? [] : text.slice(at, end).split(delimiter));
        at = end + 1;
      } else at = readLine(text, at, rows);
    }
    return rows;
  }

  return {
    push(piece) {
      let text = held + piece;
      held = text.endsWith('\r') ? '\r' : '';
      if (held !== '') text = text.slice(0, -1);
      if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n');
      return readAll(text);
    },
    isInQuotes: () => state === 'in quotes',
    end() {
      const rows = readAll(held === '' ? '' : '\n');
      held = '';
      if (state === 'row start') return rows;
      endCell('row start');
      rows.push(cells);
      cells = [];
      return rows;
    },
  };
}
