import { isUtf8 } from 'node:buffer';

const LINE_FEED = 0x0a;

/** All bytes of a stream. */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected.length === 1 && collected[0] !== undefined ? collected[0] : Buffer.concat(collected);
}

/** The bytes of a stream, cut behind line feeds: each piece holds whole lines, but the last one may lack its line feed. */
export async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) {
      yield waiting.length === 0 ? bytes.subarray(0, end) : Buffer.concat([...waiting, bytes.subarray(0, end)]);
      waiting = [];
    }
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
