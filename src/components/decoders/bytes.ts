/** All bytes of a stream. */
export async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const collected: Uint8Array[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected.length === 1 && collected[0] !== undefined ? collected[0] : Buffer.concat(collected);
}

/** The lines of a stream of bytes without their line feeds, as many at a time as are there. */
export async function* byteLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Buffer[]> {
  let waiting: Buffer[] = [];
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let end = bytes.indexOf(0x0a);
    if (end === -1) {
      waiting.push(bytes);
      continue;
    }
    const lines: Buffer[] = [];
    let start = 0;
    for (; end !== -1; end = bytes.indexOf(0x0a, start)) {
      const line = bytes.subarray(start, end);
      lines.push(start === 0 && waiting.length > 0 ? Buffer.concat([...waiting, line]) : line);
      start = end + 1;
    }
    waiting = start < bytes.length ? [bytes.subarray(start)] : [];
    yield lines;
  }
  if (waiting.length > 0) yield [Buffer.concat(waiting)];
}
