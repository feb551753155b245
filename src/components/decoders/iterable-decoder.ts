import { isUtf8 } from 'node:buffer';
import { component } from '../../engine/component.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { refuseTooLong } from '../../engine/refuse-too-long.ts';
import { decodedChunks } from '../../engine/response-text.ts';
import type { Json } from '../../lib/json.ts';
import { SystemError } from '../../protocol/failure.ts';

const PIECE_BYTES = 512;
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

/** parity: decoders/json_decoder.py:IterableDecoder */
export const IterableDecoder = component({
  type: 'IterableDecoder',
  kind: 'decoder',
  summary: 'Makes a record of each line of a response, with the text under `record`, while it arrives.',
  example: `
    type: IterableDecoder`,
  fields: () => ({}),
  build: (_spec, b): Decoder => ({
    streams: true,
    paginates: false,
    async *decode(response): AsyncGenerator<readonly Json[]> {
      for await (const lines of textLines(decodedChunks(response), b.run.guards.max_response_bytes)) {
        const bad = lines.findIndex((line) => !isUtf8(line));
        const good = bad === -1 ? lines : lines.slice(0, bad);
        if (good.length > 0) yield good.map((line) => ({ record: line.toString('utf8') }));
        if (bad !== -1) throw new SystemError('A line of the response is not in UTF-8.');
      }
    },
  }),
});

/**
 * The lines of a stream of bytes, which end with `\n`, `\r` or `\r\n`. A `\r\n` that lies across the border of two pieces of 512 bytes ends two
 * lines.
 */
// parity: requests.Response.iter_lines
async function* textLines(chunks: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Buffer[]> {
  let position = 0;
  let waiting: Buffer[] = [];
  let length = 0;
  let afterReturn = false;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Buffer[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
        if (byte === LINE_FEED && afterReturn && (position + at) % PIECE_BYTES !== 0) {
          start = at + 1;
        } else {
          const line = bytes.subarray(start, at);
          lines.push(waiting.length > 0 ? Buffer.concat([...waiting, line]) : line);
          waiting = [];
          start = at + 1;
        }
      }
      afterReturn = byte === CARRIAGE_RETURN;
    }
    length = (lines.length > 0 ? 0 : length) + bytes.length - start;
    refuseTooLong('line', length, limit);
    if (start < bytes.length) waiting.push(bytes.subarray(start));
    position += bytes.length;
    if (lines.length > 0) yield lines;
  }
  if (waiting.length > 0) yield [Buffer.concat(waiting)];
}
