import { freeBytes } from '../lib/free-bytes.ts';

/** The beginning of a body in the chunks that it came in, and whether it is all of it. */
export interface Beginning {
  readonly chunks: readonly Uint8Array[];
  readonly ended: boolean;
}

/** The bytes of one response body; it is read by `next` until null or by `all`, never by both. */
export interface ByteSource {
  /** The body as far as `limit` bytes and a chunk, to be asked for first if at all; throws TransportError when the body breaks off. */
  upTo(limit: number): Promise<Beginning>;
  /** The next chunk, null at the end; throws TransportError when the body breaks off. */
  next(): Promise<Uint8Array | null>;
  /** The whole body at once; throws TransportError when the body breaks off. */
  all(): Promise<Uint8Array>;
  /** Gives up what has not been read. */
  discard(): void;
  /** Gives the memory of chunks back that this source gave and nobody reads any more: all of them once it has ended, else some. */
  free?(chunks: readonly Uint8Array[]): void;
}

/** Chunks as one; a single one is not copied. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** A body that is there already. */
export class MemorySource implements ByteSource {
  #bytes: Uint8Array | null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async next(): Promise<Uint8Array | null> {
    const bytes = this.#bytes;
    this.#bytes = null;
    return bytes?.length ? bytes : null;
  }

  async upTo(): Promise<Beginning> {
    return { chunks: [await this.all()], ended: true };
  }

  async all(): Promise<Uint8Array> {
    return (await this.next()) ?? new Uint8Array(0);
  }

  discard(): void {
    this.#bytes = null;
  }
}

/** How a NetworkSource holds back and ends its connection. */
export interface FlowControl {
  pause(): void;
  resume(): void;
  abort(): void;
  /** The bytes that may be held together when the whole body is asked for, and what is done about one more. */
  readonly mostHeld: number;
  refuse(): Error;
}

const HIGH_WATER_MARK = 256 * 1024;
const DISCARD_LIMIT = 256 * 1024;

interface Waiter {
  resolve(): void;
  reject(error: Error): void;
}

/** A body that arrives from a connection: chunks are pushed in, and the connection is paused while too many wait. */
export class NetworkSource implements ByteSource {
  readonly #flow: FlowControl;
  #chunks: Uint8Array[] = [];
  #queued = 0;
  #mode: 'pull' | 'collect' | 'discard' = 'pull';
  /** How many bytes are collected before the connection is paused. */
  #most = Number.POSITIVE_INFINITY;
  #paused = false;
  #ended = false;
  #error: Error | null = null;
  #waiter: Waiter | null = null;

  constructor(flow: FlowControl) {
    this.#flow = flow;
  }

  /** Takes a chunk from the connection. */
  push(chunk: Uint8Array): void {
    this.#queued += chunk.length;
    if (this.#mode === 'discard') {
      if (this.#queued > DISCARD_LIMIT) this.#flow.abort();
      return;
    }
    this.#chunks.push(chunk);
    if (this.#mode === 'collect') {
      this.#checkHeld();
      if (this.#queued <= this.#most) return;
      this.#pause();
      this.#wake();
    } else if (this.#waiter) this.#wake();
    else if (this.#queued > HIGH_WATER_MARK) this.#pause();
  }

  /** Marks the body complete. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Marks the body broken; what was queued before can no longer be read. */
  fail(error: Error): void {
    this.#error ??= error;
    this.#chunks = [];
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.reject(this.#error);
  }

  async next(): Promise<Uint8Array | null> {
    while (true) {
      if (this.#error) throw this.#error;
      const chunk = this.#chunks.shift();
      if (chunk) {
        this.#queued -= chunk.length;
        if (this.#chunks.length === 0) this.#resume();
        return chunk;
      }
      if (this.#ended) return null;
      this.#resume();
      await this.#change();
    }
  }

  async upTo(limit: number): Promise<Beginning> {
    this.#mode = 'collect';
    this.#most = limit;
    this.#checkHeld();
    if (this.#queued <= limit) this.#resume();
    while (!this.#ended && this.#queued <= limit) {
      if (this.#error) throw this.#error;
      await this.#change();
    }
    if (this.#error) throw this.#error;
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#queued = 0;
    this.#mode = 'pull';
    return { chunks, ended: this.#ended };
  }

  async all(): Promise<Uint8Array> {
    return joined((await this.upTo(Number.POSITIVE_INFINITY)).chunks);
  }

  discard(): void {
    if (this.#ended || this.#error) return;
    this.#mode = 'discard';
    this.#chunks = [];
    this.#queued = 0;
    this.#resume();
  }

  free(chunks: readonly Uint8Array[]): void {
    // A buffer of the connection may hold two chunks: of one that has not ended, the second may still wait here.
    for (const chunk of chunks) freeBytes(chunk, { wholeBuffer: this.#ended && this.#chunks.length === 0 });
  }

  #checkHeld(): void {
    if (this.#queued > this.#flow.mostHeld) this.fail(this.#flow.refuse());
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#flow.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow.resume();
  }

  #change(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  #wake(): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.resolve();
  }
}
