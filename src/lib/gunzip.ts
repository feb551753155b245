import { createExpansion, type Expansion } from './expansion.ts';

const HEADER = [0x1f, 0x8b] as const;
// What one piece unpacks to waits in memory, so a piece is small.
const PIECE_BYTES = 16 * 1024;

/** Raised for packed bytes that are damaged or cut off. */
export class GzipError extends Error {
  override readonly name = 'GzipError';
}

/**
 * Unpacks bytes in gzip's format, one member or several, and leaves all others as they are. Throws GzipError when the packed bytes are damaged
 * or cut off, or grow by more than `factor` to more than 64 MiB, after what came before.
 */
// parity: decoders/composite_raw_decoder.py:GzipParser
export async function* gunzip(bytes: AsyncIterable<Uint8Array>, factor = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  try {
    let head = new Uint8Array(0);
    while (head.length < HEADER.length) {
      const { done, value } = await iterator.next();
      if (done === true) break;
      head = head.length === 0 ? (value as Uint8Array<ArrayBuffer>) : Buffer.concat([head, value]);
    }
    const rest = resume(head, iterator);
    yield* HEADER.every((byte, i) => head[i] === byte) ? unpack(rest, createExpansion(factor)) : rest;
  } finally {
    await iterator.return?.();
  }
}

async function* resume(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head;
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) yield step.value;
}

async function* unpack(packed: AsyncIterable<Uint8Array>, expansion: Expansion): AsyncGenerator<Uint8Array> {
  const stream = process.getBuiltinModule('node:zlib').createGunzip({ chunkSize: 64 * 1024 });
  let unpacked: Uint8Array[] = [];
  let failure: Error | undefined;
  let wake = (): void => {};
  stream.on('data', (chunk: Buffer) => unpacked.push(chunk));
  stream.on('close', () => wake());
  stream.on('error', (error) => {
    failure = new GzipError(`The gzip of the response is damaged or breaks off: ${error.message}.`, { cause: error });
    wake();
  });

  /** Begins a piece of work, waits until it is done or has failed, and gives what it brought. */
  async function* work(begin: (done: () => void) => void): AsyncGenerator<Uint8Array> {
    await new Promise<void>((resolve) => {
      wake = resolve;
      begin(resolve);
    });
    const taken = unpacked;
    unpacked = [];
    for (const piece of taken) {
      if (!expansion.gave(piece.length)) throw new GzipError('The gzip of the response grows too much, like a decompression bomb.');
      yield piece;
    }
    if (failure !== undefined) throw failure;
  }

  try {
    for await (const chunk of packed) {
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES);
        expansion.took(piece.length);
        yield* work((done) => stream.write(piece, () => done()));
      }
    }
    yield* work(() => stream.end());
  } finally {
    stream.destroy();
  }
}
