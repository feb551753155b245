import type { Duplex, Readable } from 'node:stream';
import { freeBytes } from '../lib/free-bytes.ts';
import { type Beginning, type ByteSource, joined } from './byte-source.ts';
import { TransportError } from './errors.ts';

/** Bounds of a body: as a whole in memory it may not be longer than `heldBytes`, nor, beyond `freeBytes`, be more than `ratio` times its compressed size. */
export interface BodyLimits {
  ratio: number;
  freeBytes: number;
  heldBytes: number;
}

export const DEFAULT_BODY_LIMITS: BodyLimits = { ratio: 250, freeBytes: 64 * 1024 * 1024, heldBytes: 512 * 1024 * 1024 };

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

const CODINGS: Record<string, Coding> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'br', zstd: 'zstd' };
const ONE_SHOT_BYTES = 4 * 1024 * 1024;
/** How many codings one response may have on top of each other. */
const MOST_CODINGS = 5;
const STREAM_CHUNK_BYTES = 128 * 1024;
// JSON seldom shrinks more; one buffer of this many times the compressed size then holds the whole body.
const USUAL_RATIO = 12;

/** The value of Accept-Encoding: every coding that `decodeContent` undoes. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

/**
 * The body without its content codings; unknown codings stay. The source it returns throws TransportError `truncated` for a
 * compressed body that breaks off, `undecodable` for a corrupt one and `too_large` for one beyond the limits or with more than five codings.
 */
export function decodeContent(
  source: ByteSource,
  contentEncoding: string | undefined,
  limits: BodyLimits,
  where: () => string,
): ByteSource {
  const codings = (contentEncoding ?? '')
    .split(',')
    .map((name) => CODINGS[name.trim().toLowerCase()])
    .filter((coding) => coding !== undefined);
  if (codings.length > MOST_CODINGS) return refused(source, tooManyCodings(codings.length, where()));
  return codings.length === 0 ? source : new DecodedSource(source, codings.reverse(), limits, where);
}

/** A body that nobody reads: whoever asks for it gets the error. */
function refused(source: ByteSource, error: TransportError): ByteSource {
  const refuse = async (): Promise<never> => {
    source.discard();
    throw error;
  };
  return { upTo: refuse, next: refuse, all: refuse, discard: () => source.discard() };
}

class DecodedSource implements ByteSource {
  readonly #source: ByteSource;
  readonly #codings: readonly Coding[];
  readonly #limits: BodyLimits;
  readonly #where: () => string;
  #stream: AsyncIterator<Uint8Array> | undefined;
  /** What came before the rest of the source. */
  #head: Uint8Array | undefined;
  #read = 0;
  #written = 0;

  constructor(source: ByteSource, codings: readonly Coding[], limits: BodyLimits, where: () => string) {
    this.#source = source;
    this.#codings = codings;
    this.#limits = limits;
    this.#where = where;
  }

  async next(): Promise<Uint8Array | null> {
    try {
      this.#stream ??= await this.#open();
      const { done, value } = await this.#stream.next();
      if (done) return null;
      this.#written += value.length;
      if (this.#written > allowance(this.#limits, this.#read)) throw tooWide(this.#where());
      return value;
    } catch (error) {
      throw decodeError(error, this.#where());
    }
  }

  async upTo(limit: number): Promise<Beginning> {
    const raw = await this.#source.upTo(limit / USUAL_RATIO);
    if (raw.ended) {
      const bytes = await this.#decode(joined(raw.chunks));
      this.#source.free?.(raw.chunks);
      return { chunks: [bytes], ended: true };
    }
    this.#head = joined(raw.chunks);
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (length <= limit) {
      const chunk = await this.next();
      if (chunk === null) return { chunks, ended: true };
      chunks.push(chunk);
      length += chunk.length;
    }
    return { chunks, ended: false };
  }

  async all(): Promise<Uint8Array> {
    return this.#decode(await this.#source.all());
  }

  async #decode(raw: Uint8Array): Promise<Uint8Array> {
    const { heldBytes } = this.#limits;
    const unpacked = allowance(this.#limits, raw.length);
    const allowed = Math.min(unpacked, heldBytes);
    const refusal = (): TransportError => (unpacked < heldBytes ? tooWide : tooLarge)(this.#where());
    try {
      let bytes = raw;
      for (const coding of this.#codings) if (bytes.length) bytes = await decodeAtOnce(coding, bytes, allowed);
      if (bytes.length > allowed) throw refusal();
      return bytes;
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? refusal() : decodeError(error, this.#where());
    }
  }

  discard(): void {
    this.#source.discard();
  }

  free(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) freeBytes(chunk);
  }

  async #open(): Promise<AsyncIterator<Uint8Array>> {
    const first = this.#head ?? (await this.#source.next());
    if (first === null) return nothing();
    const { pipeline, Readable } = process.getBuiltinModule('node:stream');
    const decoders = this.#codings.map((coding, index) => createDecoder(coding, index === 0 ? first : null));
    const last = decoders.at(-1) as Duplex;
    pipeline(
      [Readable.from(this.#raw(first), { objectMode: true, highWaterMark: 1 }), ...decoders] as unknown as [Readable, Duplex],
      () => {},
    );
    return last[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  async *#raw(first: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let chunk: Uint8Array | null = first; chunk !== null; chunk = await this.#source.next()) {
      this.#read += chunk.length;
      yield chunk;
    }
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function allowance({ ratio, freeBytes }: BodyLimits, compressedBytes: number): number {
  return Math.max(freeBytes, ratio * compressedBytes);
}

/** The error for a body that is too long to be held in memory. */
export function tooLarge(where: string): TransportError {
  return new TransportError({
    kind: 'too_large',
    what: 'The response is longer than is held in memory',
    where,
    hint: 'Ask for smaller pages, use a decoder that reads while the response arrives, or raise the guard max_response_bytes.',
  });
}

/** The error for a body that grows too much when it is unpacked. */
function tooWide(where: string): TransportError {
  return new TransportError({
    kind: 'too_large',
    what: 'The response grows too much when it is unpacked',
    where,
    hint: 'It may be a decompression bomb; if it is not, raise the guard max_expansion.',
  });
}

function tooManyCodings(count: number, where: string): TransportError {
  return new TransportError({
    kind: 'too_large',
    what: `The response has ${count} content codings on top of each other; ${MOST_CODINGS} are the most that are undone`,
    where,
    hint: 'Its Content-Encoding header is wrong, or it is a decompression bomb.',
  });
}

function decodeError(error: unknown, where: string): unknown {
  if (error instanceof TransportError) return error;
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'Z_BUF_ERROR' || message === 'unexpected end of file') {
    return new TransportError({ kind: 'truncated', what: 'The compressed response broke off before its end', where, cause: error });
  }
  if (code === undefined) return error;
  return new TransportError({ kind: 'undecodable', what: `The response cannot be decompressed: ${message}`, where, cause: error });
}

// A zlib header: method 8 and a check sum; servers that send raw deflate lack it.
function hasZlibHeader(bytes: Uint8Array): boolean {
  const [method = 0, flags = 0] = bytes;
  return (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0;
}

async function decodeAtOnce(coding: Coding, bytes: Uint8Array, allowed: number): Promise<Uint8Array> {
  const zlib = process.getBuiltinModule('node:zlib');
  const maxOutputLength = Math.min(allowed, process.getBuiltinModule('node:buffer').constants.MAX_LENGTH);
  const options = { maxOutputLength, chunkSize: Math.min(Math.max(bytes.length * USUAL_RATIO, 16 * 1024), 2 * 1024 * 1024) };
  const raw = coding === 'deflate' && !hasZlibHeader(bytes);
  if (bytes.length <= ONE_SHOT_BYTES) {
    if (coding === 'gzip') return zlib.gunzipSync(bytes, options);
    if (coding === 'br') return zlib.brotliDecompressSync(bytes, options);
    if (coding === 'zstd') return zlib.zstdDecompressSync(bytes, options);
    return raw ? zlib.inflateRawSync(bytes, options) : zlib.inflateSync(bytes, options);
  }
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: Buffer) => (error ? reject(error) : resolve(result));
    if (coding === 'gzip') zlib.gunzip(bytes, options, done);
    else if (coding === 'br') zlib.brotliDecompress(bytes, options, done);
    else if (coding === 'zstd') zlib.zstdDecompress(bytes, options, done);
    else if (raw) zlib.inflateRaw(bytes, options, done);
    else zlib.inflate(bytes, options, done);
  });
}

function createDecoder(coding: Coding, first: Uint8Array | null): Duplex {
  const zlib = process.getBuiltinModule('node:zlib');
  const options = { chunkSize: STREAM_CHUNK_BYTES };
  if (coding === 'gzip') return zlib.createGunzip(options);
  if (coding === 'br') return zlib.createBrotliDecompress(options);
  if (coding === 'zstd') return zlib.createZstdDecompress(options);
  return first && !hasZlibHeader(first) ? zlib.createInflateRaw(options) : zlib.createInflate(options);
}
