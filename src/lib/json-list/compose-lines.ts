import { aligned, BASE, type Elements, memoryOf, ROW } from './list-scan.ts';
import { type Scanning, scanning } from './module.ts';

/** What is written around each element, and what is added to it. */
export interface LineParts {
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
  /** For each element, the fields to put before its last bracket as JSON without brackets; empty for none. */
  readonly added?: readonly string[] | undefined;
}

const BLOCK = 64 * 1024;
const SLACK = 64;
const INTEGER = 4;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** Where the rows and cuts of some elements lie in the module's memory, and where it is free. */
interface Placed {
  readonly rowsAt: number;
  readonly cutsAt: number;
  readonly end: number;
}

/**
 * Writes the elements from `from` to `to` as lines, without their cuts, and hands them over block by block; a block is only there until the
 * call returns. The elements must be objects that need no parsing.
 */
export function composeLines(
  elements: Elements,
  from: number,
  to: number,
  { prefix, suffix, added }: LineParts,
  take: (block: Uint8Array, lines: number) => void,
): void {
  const { rows, width } = elements;
  const scan = scanning();
  const { rowsAt, cutsAt, end } = placedRows(scan, elements, from) ?? placeRows(scan, elements, from, to);
  const text = added?.join('') ?? '';
  const prefixAt = aligned(end + SLACK);
  const suffixAt = aligned(prefixAt + prefix.length + SLACK);
  const addedAt = aligned(suffixAt + suffix.length + SLACK);
  const textAt = added === undefined ? addedAt : addedAt + added.length * 2 * INTEGER;
  const outAt = aligned(textAt + text.length * BYTES_PER_UNIT + SLACK);
  let outEnd = outAt + BLOCK;
  let memory = memoryOf(scan, outEnd + SLACK);
  memory.set(prefix, prefixAt);
  memory.set(suffix, suffixAt);
  if (added !== undefined) placeTexts(memory, addedAt, textAt, text, added);
  for (let done = from; done < to; ) {
    const lines = scan.module.compose(
      rowsAt + (done - from) * width * INTEGER,
      to - done,
      done === 0 ? 0 : (rows[(done - 1) * width + ROW.cuts] as number),
      cutsAt,
      prefixAt,
      prefix.length,
      suffixAt,
      suffix.length,
      added === undefined ? 0 : addedAt + (done - from) * 2 * INTEGER,
      outAt,
      outEnd,
    );
    if (lines === 0) {
      const length = (rows[done * width + ROW.end] as number) - (rows[done * width + ROW.start] as number);
      outEnd = outAt + length + (added?.[done - from]?.length ?? 0) * BYTES_PER_UNIT + prefix.length + suffix.length + 2;
      memory = memoryOf(scan, outEnd + SLACK);
    } else {
      done += lines;
      take(memory.subarray(outAt, scan.module.position.value), lines);
    }
  }
}

/** Where the rows lie when nothing else was scanned since they were; undefined when they are gone. */
function placedRows({ placed }: Scanning, { rows, width }: Elements, from: number): Placed | undefined {
  return placed?.rows === rows ? { ...placed, rowsAt: placed.rowsAt + from * width * INTEGER } : undefined;
}

/** Puts rows and what they point to back into the memory. */
function placeRows(scan: Scanning, { bytes, rows, width, cuts }: Elements, from: number, to: number): Placed {
  const start = rows[from * width + ROW.start] as number;
  const end = rows[(to - 1) * width + ROW.end] as number;
  const rowsAt = aligned(end + SLACK);
  const cutsAt = rowsAt + (to - from) * width * INTEGER;
  const memory = memoryOf(scan, cutsAt + cuts.length * INTEGER);
  scan.placed = undefined;
  memory.set(bytes.subarray(start - BASE, end - BASE), start);
  new Int32Array(memory.buffer, rowsAt).set(rows.subarray(from * width, to * width));
  new Int32Array(memory.buffer, cutsAt).set(cuts);
  return { rowsAt, cutsAt, end: cutsAt + cuts.length * INTEGER };
}

/** Writes the texts one after the other, and a table of where each begins and how long it is. */
function placeTexts(memory: Buffer, tableAt: number, textAt: number, text: string, added: readonly string[]): void {
  const table = new Int32Array(memory.buffer, tableAt, added.length * 2);
  const isAscii = memory.write(text, textAt) === text.length;
  let at = textAt;
  for (let i = 0; i < added.length; i += 1) {
    const one = added[i] as string;
    const length = isAscii ? one.length : Buffer.byteLength(one);
    table[2 * i] = at;
    table[2 * i + 1] = length;
    at += length;
  }
}
