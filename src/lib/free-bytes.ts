/** Smaller buffers are not worth it. */
const LEAST = 4096;
/** By how much the buffer of Node's pool may be longer than its size says. */
const POOL_PADDING = 256;

/**
 * Gives the memory of bytes back that nobody will read any more, which are empty from then on; V8 would let tens of megabytes of them wait.
 * Only buffers that hold nothing but these bytes are given back, and with `wholeBuffer` also those that hold more, of which the caller knows
 * that nobody reads it either; never the pool that Node cuts short buffers from.
 */
export function freeBytes({ buffer, byteLength }: Uint8Array | Int32Array, { wholeBuffer = false } = {}): void {
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < LEAST || mayBePool(buffer, byteLength)) return;
  if (wholeBuffer || byteLength === buffer.byteLength) buffer.transfer(0);
}

/** Node cuts buffers of less than half the pool's size from the pool, whose buffer may be a little longer than that size. */
function mayBePool(buffer: ArrayBuffer, length: number): boolean {
  return length < Buffer.poolSize >>> 1 && Math.abs(buffer.byteLength - Buffer.poolSize) <= POOL_PADDING;
}

/** Bytes one after the other in a buffer that holds nothing else, so that it can be given back; `Buffer.concat` cuts short ones from the pool. */
export function joinBytes(parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
