import { aligned, BASE, type Elements, memoryOf, ROW } from './list-scan.ts';
import { scanning } from './module.ts';

/** What is written around each element, and what is added to it. */
export interface LineParts {
  readonly prefix: Uint8Array;
  readonly suffix: Uint8Array;
  /** For each element, the fields to put before its last bracket as JSON without brackets; empty for none. */
  readonly added?: readonly string[] | undefined;
}

const BLOCK = 64 * 1024;
const SLACK = 64;

/**
 * Writes the elements from `from` to `to` as lines, without their cuts, and hands them over block by block; a block is only there until the
 * call returns. The elements must be objects that need no parsing.
 */
export function composeLines(
  { bytes, rows, width, cuts }: Elements,
  from: number,
  to: number,
  { prefix, suffix, added }: LineParts,
  take: (block: Uint8Array, lines: number) => void,
): void {
  const scan = scanning();
  const start = rows[from * width + ROW.start] as number;
  const end = rows[(to - 1) * width + ROW.end] as number;
  const firstCut = from === 0 ? 0 : (rows[(from - 1) * width + ROW.cuts] as number);
  const count = to - from;
  const text = added?.join('') ?? '';
  const textBytes = text.length * 3;
  const longest = longestElement(rows, width, from, to) + (added?.reduce((most, one) => Math.max(most, one.length * 3), 0) ?? 0);

  const rowsAt = aligned(end + SLACK);
  const cutsAt = rowsAt + count * width * 4;
  const prefixAt = aligned(cutsAt + cuts.length * 4);
  const suffixAt = aligned(prefixAt + prefix.length + SLACK);
  const addedAt = aligned(suffixAt + suffix.length + SLACK);
  const textAt = added === undefined ? addedAt : addedAt + count * 8;
  const outAt = aligned(textAt + textBytes + SLACK);
  const outEnd = outAt + Math.max(BLOCK, longest + prefix.length + suffix.length + 2);
  const memory = memoryOf(scan, outEnd + SLACK);
  memory.set(bytes.subarray(start - BASE, end - BASE), start);
  new Int32Array(memory.buffer, rowsAt).set(rows.subarray(from * width, to * width));
  new Int32Array(memory.buffer, cutsAt).set(cuts);
  memory.set(prefix, prefixAt);
  memory.set(suffix, suffixAt);
  if (added !== undefined) placeTexts(memory, addedAt, textAt, text, added);
  let cut = firstCut;
  for (let done = 0; done < count; ) {
    const lines = scan.module.compose(
      rowsAt + done * width * 4,
      count - done,
      cut,
      cutsAt,
      prefixAt,
      prefix.length,
      suffixAt,
      suffix.length,
      added === undefined ? 0 : addedAt + done * 8,
      outAt,
      outEnd,
    );
    if (lines === 0) throw new Error('an element does not fit into the block that was made for it');
    done += lines;
    cut = rows[(from + done - 1) * width + ROW.cuts] as number;
    take(memory.subarray(outAt, scan.module.position.value), lines);
  }
}

function longestElement(rows: Int32Array, width: number, from: number, to: number): number {
  let longest = 0;
  for (let at = from * width; at < to * width; at += width) {
    longest = Math.max(longest, (rows[at + ROW.end] as number) - (rows[at + ROW.start] as number));
  }
  return longest;
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
