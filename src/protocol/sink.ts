import { closeSync, constants, fstatSync, openSync, writeSync, writev } from 'node:fs';
import { promisify } from 'node:util';

const writeAll = promisify(writev);

/** How many bytes may wait for a slow reader before a write blocks the whole process. */
const MOST_WAITING = 8 * 1024 * 1024;
/** The longest pause, in milliseconds, between two tries on a descriptor that others made non-blocking. */
const LONGEST_PAUSE = 16;

/** Takes bytes for a file descriptor, in order, and holds back what its reader has no room for. */
export interface Sink {
  /** Writes what can be written at once and keeps the rest; false when it keeps `bytes`, which then must not be changed any more. */
  write(bytes: Uint8Array): boolean;
  /** Does the same with bytes that may change as soon as it returns. */
  writeShared(bytes: Uint8Array): void;
  /** Whether nothing waits. */
  readonly idle: boolean;
  /** Resolves when nothing waits any more; all who call it meanwhile share one promise. */
  settle(): Promise<void>;
  /** Closes what the sink opened itself, never `fd`. */
  close(): void;
}

/** A sink on `fd`; `broken` is told of the first failed write, after which everything is dropped. */
export function createSink(fd: number, broken: (error: NodeJS.ErrnoException) => void): Sink {
  const eager = openUnblocked(fd);
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let settling: Promise<void> | undefined;
  let failed = false;

  function keep(bytes: Uint8Array): void {
    waiting.push(bytes);
    waitingBytes += bytes.length;
  }

  function dropWritten(count: number): void {
    waitingBytes -= count;
    let left = count;
    let whole = 0;
    for (const bytes of waiting) {
      if (bytes.length > left) break;
      left -= bytes.length;
      whole++;
    }
    waiting.splice(0, whole);
    if (left > 0 && waiting[0]) waiting[0] = waiting[0].subarray(left);
  }

  function fail(error: unknown): void {
    failed = true;
    waiting = [];
    waitingBytes = 0;
    broken(error as NodeJS.ErrnoException);
  }

  /** How many of the bytes went out before the reader was full. */
  function writeNow(descriptor: number, bytes: Uint8Array): number {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(descriptor, bytes, written, bytes.length - written);
    } catch (error) {
      if (!isFull(error)) fail(error);
    }
    return written;
  }

  function writeWaiting(descriptor: number): void {
    while (waiting[0]) {
      const first = waiting[0];
      const written = writeNow(descriptor, first);
      if (failed) return;
      dropWritten(written);
      if (written < first.length) return;
    }
  }

  async function writeRest(): Promise<void> {
    let pause = 1;
    while (waiting.length > 0) {
      try {
        const { bytesWritten } = await writeAll(fd, waiting.slice());
        dropWritten(bytesWritten);
        pause = 1;
      } catch (error) {
        if (!isFull(error)) fail(error);
        else await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
    settling = undefined;
  }

  /** Writes what can be written at once; gives how many bytes those were. */
  function write(bytes: Uint8Array): number {
    if (failed) return bytes.length;
    if (settling) return 0;
    writeWaiting(waitingBytes > MOST_WAITING ? fd : eager);
    const written = waiting.length === 0 && !failed ? writeNow(eager, bytes) : 0;
    return failed ? bytes.length : written;
  }

  return {
    write(bytes) {
      const written = write(bytes);
      if (written === bytes.length) return true;
      keep(bytes.subarray(written));
      return false;
    },
    writeShared(bytes) {
      const written = write(bytes);
      // A copy: the method `slice` of a Buffer would give a view.
      if (written < bytes.length) keep(new Uint8Array(bytes.subarray(written)));
    },
    get idle() {
      return waiting.length === 0 && settling === undefined;
    },
    settle() {
      if (waiting.length > 0) settling ??= writeRest();
      return settling ?? Promise.resolve();
    },
    close() {
      if (eager !== fd) closeSync(eager);
    },
  };
}

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

/**
 * A second, non-blocking way into the pipe behind `fd`, so that a full pipe never stops the event loop (a signal must still be heard);
 * `fd` itself where the system offers none. The flag of `fd` stays as it is, since other processes share it.
 */
function openUnblocked(fd: number): number {
  if (process.platform !== 'linux' || !fstatSync(fd).isFIFO()) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
