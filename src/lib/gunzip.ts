const HEADER = [0x1f, 0x8b] as const;
// What one piece unpacks to waits in memory, so a piece is small.
const PIECE_BYTES = 16 * 1024;

/** Unpacks bytes in gzip's format, one member or several, and leaves all others as they are. Throws when the packed bytes are damaged or cut off, after what came before. */
// parity: decoders/composite_raw_decoder.py:GzipParser
export async function* gunzip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    let head = new Uint8Array(0);
    while (head.length < HEADER.length) {
      const { done, value } = await iterator.next();
      if (done === true) break;
      head = head.length === 0 ? (value as Uint8Array<ArrayBuffer>) : Buffer.concat([head, value]);
    }
    const rest = resume(head, iterator);
    yield* HEADER.every((byte, i) => head[i] === byte) ? unpack(rest) : rest;
  } finally {
    await iterator.return?.();
  }
}

async function* resume(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) yield step.value;
}

async function* unpack(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const stream = process.getBuiltinModule('node:zlib').createGunzip({ chunkSize: 64 * 1024 });
  let unpacked: Uint8Array[] = [];
  let failure: Error | undefined;
  stream.on('data', (chunk: Buffer) => unpacked.push(chunk));
  stream.on('error', (error) => {
    failure = error;
  });
  const take = (): Uint8Array[] => {
    const taken = unpacked;
    unpacked = [];
    return taken;
  };
  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        await new Promise<void>((resolve) => stream.write(chunk.subarray(at, at + PIECE_BYTES), () => resolve()));
        yield* take();
        if (failure !== undefined) throw failure;
      }
    }
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    stream.end();
    await closed;
    yield* take();
    if (failure !== undefined) throw failure;
  } finally {
    stream.destroy();
  }
}
