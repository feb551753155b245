import { readSync, writeSync } from 'node:fs';

/** Bytes before each message that hold its length. */
const HEADER = 4;
/** Bytes that are read at once. */
const CHUNK = 256 * 1024;
/** Reads that are tried before the thread sleeps between them. */
const SPINS = 20;
/** The first and the longest sleep, in milliseconds. */
const [SHORT_REST, LONG_REST] = [0.02, 1];
/** The longest message that is taken. */
const LONGEST = 256 * 1024 * 1024;

/** Raised when the other side is gone. */
export class ChannelClosed extends Error {
  override readonly name = 'ChannelClosed';
}

/** Raised when the other side sends what is not a message. */
export class ChannelBroken extends Error {
  override readonly name = 'ChannelBroken';
}

/**
 * Messages over one non-blocking descriptor, both ways. The event loop feeds `take` with what arrives; code that cannot wait for the event
 * loop uses `waitUntil`. Either way messages are received in the order in which they were sent.
 */
export class Channel {
  readonly #descriptor: () => number | undefined;
  readonly #receive: (text: string) => void;
  readonly #chunk = Buffer.allocUnsafe(CHUNK);
  readonly #messages: string[] = [];
  #parts: Buffer[] = [];
  #length = 0;
  #idle = 0;
  #movedAt = performance.now();

  /** `descriptor` gives the descriptor; undefined once it is closed. */
  constructor(descriptor: () => number | undefined, receive: (text: string) => void) {
    this.#descriptor = descriptor;
    this.#receive = receive;
  }

  /**
   * Sends a message at once; while the other side does not read, what it sends itself is taken in, since it may wait for that. Calls `onIdle`
   * while there is neither. Throws ChannelClosed and ChannelBroken.
   */
  send(text: string, onIdle: () => void = () => {}): void {
    const length = Buffer.byteLength(text);
    const bytes = Buffer.allocUnsafe(HEADER + length);
    bytes.writeUInt32LE(length, 0);
    bytes.write(text, HEADER);
    for (let at = 0; at < bytes.length; ) {
      const written = withoutBlocking(() => writeSync(this.#open(), bytes, at));
      if (written !== undefined) {
        at += written;
        this.#moved();
      } else if (!this.#read()) {
        this.#rest();
        onIdle();
      }
    }
    this.#receiveSoon();
  }

  /** Takes bytes that arrived, and receives the messages in them. Throws ChannelBroken. */
  take(bytes: Buffer): void {
    this.#collect(bytes);
    this.receiveWaiting();
  }

  /** Receives the messages that have arrived, without looking for more. */
  receiveWaiting(): void {
    for (let text = this.#messages.shift(); text !== undefined; text = this.#messages.shift()) this.#receive(text);
  }

  /** Receives messages until something holds, and calls `onIdle` while there are none. Throws ChannelClosed and ChannelBroken. */
  waitUntil(isDone: () => boolean, onIdle: () => void = () => {}): void {
    while (!isDone()) {
      const text = this.#next();
      if (text !== undefined) this.#receive(text);
      else {
        this.#rest();
        onIdle();
      }
    }
    this.#receiveSoon();
  }

  /** Receives the next message, if there is one. Throws ChannelClosed and ChannelBroken. */
  receiveNext(): boolean {
    const text = this.#next();
    if (text !== undefined) this.#receive(text);
    return text !== undefined;
  }

  #open(): number {
    const descriptor = this.#descriptor();
    if (descriptor === undefined) throw new ChannelClosed('The channel is closed.');
    return descriptor;
  }

  /** Has messages received that arrived along with others, and so bring no event of their own. */
  #receiveSoon(): void {
    if (this.#messages.length > 0) setImmediate(() => this.receiveWaiting());
  }

  #next(): string | undefined {
    if (this.#messages.length === 0) this.#read();
    return this.#messages.shift();
  }

  /** Takes in what has arrived, if anything has. */
  #read(): boolean {
    const read = withoutBlocking(() => readSync(this.#open(), this.#chunk));
    if (read === undefined) return false;
    if (read === 0) throw new ChannelClosed('The other side has closed the channel.');
    this.#moved();
    this.#collect(Buffer.from(this.#chunk.subarray(0, read)));
    return true;
  }

  #collect(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    for (let needed = this.#needed(); this.#length >= needed; needed = this.#needed()) {
      const all = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
      this.#messages.push(all.toString('utf8', HEADER, needed));
      this.#parts = all.length === needed ? [] : [all.subarray(needed)];
      this.#length = all.length - needed;
    }
  }

  /** Milliseconds since a byte went either way. */
  get stillFor(): number {
    return performance.now() - this.#movedAt;
  }

  #moved(): void {
    this.#idle = 0;
    this.#movedAt = performance.now();
  }

  /** Rests a little, the longer the more often nothing has happened. */
  #rest(): void {
    this.#idle += 1;
    if (this.#idle > SPINS) sleep(Math.min(SHORT_REST * 2 ** Math.floor((this.#idle - SPINS) / 8), LONG_REST));
  }

  #needed(): number {
    if (this.#length < HEADER) return Number.POSITIVE_INFINITY;
    const [first] = this.#parts;
    if (first === undefined || first.length < HEADER) this.#parts = [Buffer.concat(this.#parts)];
    const length = (this.#parts[0] as Buffer).readUInt32LE(0);
    if (length > LONGEST) throw new ChannelBroken(`A message of ${length} bytes is longer than ${LONGEST}.`);
    return HEADER + length;
  }
}

const cell = new Int32Array(new SharedArrayBuffer(4));

function sleep(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}

/** What an operation gives; undefined where it would have to wait. */
function withoutBlocking(operation: () => number): number | undefined {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return operation();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return undefined;
    if (code === 'EPIPE' || code === 'ECONNRESET') throw new ChannelClosed('The other side has closed the channel.');
    throw error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}
