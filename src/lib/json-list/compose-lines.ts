import type { AddedTexts } from './added-texts.ts';
import { aligned, BASE, type Elements, memoryOf, ROW } from './list-scan.ts';
import { type Scanning, scanning } from './module.ts';

/** What is written around each element, and what is added to it. */
export interface LineParts {
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
  /** For each element, the fields to put before its last bracket as JSON without brackets. */
  readonly added?: AddedTexts | undefined;
}

const BLOCK = 64 * 1024;
const SLACK = 64;
const INTEGER = 4;
const DOUBLE = 8;
/** Bytes that a number takes at most. */
const LONGEST_NUMBER = 40;

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
  const count = to - from;
  const prefixAt = aligned(end + SLACK);
  const suffixAt = aligned(prefixAt + prefix.length + SLACK);
  const addedAt = aligned(suffixAt + suffix.length + SLACK);
  const outAt = added === undefined ? addedAt : placeAdded(scan, addedAt, count, added);
  let outEnd = outAt + BLOCK;
  let memory = memoryOf(scan, outEnd + SLACK);
  memory.set(prefix, prefixAt);
  memory.set(suffix, suffixAt);
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
      outEnd = outAt + length + (added === undefined ? 0 : lengthOf(memory, addedAt, done - from)) + prefix.length + suffix.length + 2;
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
  memory.set(bytes().subarray(start - BASE, end - BASE), start);
  new Int32Array(memory.buffer, rowsAt).set(rows.subarray(from * width, to * width));
  new Int32Array(memory.buffer, cutsAt).set(cuts);
  return { rowsAt, cutsAt, end: cutsAt + cuts.length * INTEGER };
}

/** Puts what is added into the memory, behind a table of where each text begins and how long it is; gives the address after it. */
function placeAdded(scan: Scanning, tableAt: number, count: number, added: AddedTexts): number {
  const { borders, bytes, length, key, kinds, values, hasNumbers, isShared } = added;
  const textAt = aligned(tableAt + count * 2 * INTEGER);
  const keyAt = aligned(textAt + length + SLACK);
  const kindsAt = aligned(keyAt + key.length + SLACK);
  const valuesAt = aligned(kindsAt + count);
  const numbersAt = valuesAt + count * DOUBLE;
  const longest = isShared ? count * length : length;
  const end = hasNumbers ? numbersAt + count * (LONGEST_NUMBER + key.length) + longest + SLACK : keyAt;
  const memory = memoryOf(scan, end);
  memory.set(bytes.subarray(0, length), textAt);
  const table = new Int32Array(memory.buffer, tableAt, count * 2);
  const texts = isShared ? 1 : count;
  if (length === 0) table.fill(0);
  else
    for (let i = 0; i < 2 * texts; i += 2) {
      table[i] = textAt + (borders[i] as number);
      table[i + 1] = borders[i + 1] as number;
    }
  // Each copy is as long as all that was filled before it.
  if (isShared) for (let filled = 2; filled < table.length; filled *= 2) table.copyWithin(filled, 0, filled);
  if (hasNumbers) {
    memory.set(key, keyAt);
    memory.set(kinds.subarray(0, count), kindsAt);
    new Float64Array(memory.buffer, valuesAt, count).set(values.subarray(0, count));
    scan.module.numberTexts(kindsAt, valuesAt, count, keyAt, key.length, tableAt, numbersAt);
  }
  return aligned(end);
}

/** The length of a text in the table. */
function lengthOf(memory: Buffer, tableAt: number, index: number): number {
  return memory.readInt32LE(tableAt + (2 * index + 1) * INTEGER);
}
