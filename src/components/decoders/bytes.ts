import { isUtf8 } from 'node:buffer';
import { refuseTooLong } from '../../engine/refuse-too-long.ts';

const LINE_FEED = 0x0a;

/** All bytes of a stream; throws SystemError for more than the limit. */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    refuseTooLong('document', length, limit);
    collected.push(chunk);
  }
  return collected.length === 1 && collected[0] !== undefined ? collected[0] : Buffer.concat(collected);
}

/**
 * The bytes of a stream, cut behind line feeds: each piece holds whole lines, but the last one may lack its line feed. Throws SystemError for a line
 * that is longer than the limit.
 */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield waiting.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...waiting, bytes.subarray(0, end)]);
      waiting = [];
      length = 0;
    }
    length += bytes.length - end;
    refuseTooLong('line', length, limit);
    if (end < bytes.length) waiting.push(bytes.subarray(end));
  }
  if (waiting.length > 0) yield Buffer.concat(waiting);
}

/** The bytes up to the first line that is not UTF-8; all of them when there is none. */
export function beforeInvalidLine(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes;
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(LINE_FEED, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    if (!isUtf8(bytes.subarray(start, end))) return bytes.subarray(0, start);
    start = end;
  }
  return bytes;
}
