const FIRST_BYTES = 64 * 1024;
/** The most digits that a safe integer has. */
const MOST_DIGITS = 16;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
const ZERO = 0x30;
const BILLION = 1e9;

/** What is added to elements, written one after the other into bytes that serve again for the next elements. */
export class AddedTexts {
  /** Where the text of each element begins in the bytes, and how long it is. */
  borders = new Int32Array(0);
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  /** Makes room for so many elements, of which none has a text. */
  reset(count: number): void {
    this.length = 0;
    if (this.borders.length < 2 * count) this.borders = new Int32Array(2 * count);
    else this.borders.fill(0, 0, 2 * count);
  }

  /** Gives an element what was written from `start` on. */
  assign(index: number, start: number): void {
    this.borders[2 * index] = start;
    this.borders[2 * index + 1] = this.length - start;
  }

  /** Writes bytes, which are few. */
  writeBytes(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    const target = this.bytes;
    const at = this.length;
    for (let i = 0; i < length; i += 1) target[at + i] = bytes[i] as number;
    this.length = at + length;
  }

  writeText(text: string): void {
    this.#reserve(text.length * BYTES_PER_UNIT);
    this.length += this.bytes.write(text, this.length);
  }

  /** Writes the digits of a safe integer that is not negative. */
  writeInteger(value: number): void {
    this.#reserve(MOST_DIGITS);
    const high = Math.floor(value / BILLION);
    if (high === 0) this.#writeDigits(value, digitsOf(value));
    else {
      this.#writeDigits(high, digitsOf(high));
      this.#writeDigits(value - high * BILLION, 9);
    }
  }

  /** Writes a number below 2^31 in so many digits. */
  #writeDigits(value: number, digits: number): void {
    const target = this.bytes;
    const start = this.length;
    let left = value | 0;
    for (let at = start + digits - 1; at >= start; at -= 1) {
      const next = (left / 10) | 0;
      target[at] = ZERO + left - next * 10;
      left = next;
    }
    this.length = start + digits;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits += 1;
  return digits;
}
