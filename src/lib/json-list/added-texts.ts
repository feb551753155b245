import { Float } from '../exact-number.ts';
import { escapeLineSeparators, hasLineSeparator } from '../line-separators.ts';

const FIRST_BYTES = 64 * 1024;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;

/** How a number is written: as an integer, with `.0` behind it, as thousandths. */
const KIND = { none: 0, integer: 1, float: 2, thousandths: 3 } as const;

/**
 * What is added to elements, each a number behind a key, a text of its own, or both; it is kept in memory that serves again for the next elements,
 * and written only with them.
 */
export class AddedTexts {
  /** The key of the numbers, with its colon. */
  key: Uint8Array = Buffer.alloc(0);
  /** Whether any element has a number. */
  hasNumbers = false;
  /** Whether all elements have the same text, which is that of the first one. */
  isShared = false;
  kinds = new Uint8Array(0);
  values = new Float64Array(0);
  /** Where the text of each element begins in the bytes, and how long it is. */
  borders = new Int32Array(0);
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  /** Makes room for so many elements, of which none has anything. */
  reset(count: number, key: Uint8Array): void {
    this.length = 0;
    this.key = key;
    this.hasNumbers = false;
    this.isShared = false;
    if (this.kinds.length < count) {
      this.kinds = new Uint8Array(count);
      this.values = new Float64Array(count);
      this.borders = new Int32Array(2 * count);
    } else {
      this.kinds.fill(KIND.none, 0, count);
      this.borders.fill(0, 0, 2 * count);
    }
  }

  /** Gives an element a number; false for one that is not positive, or has more digits than are written from a number. */
  assignNumber(index: number, value: unknown): boolean {
    if (typeof value === 'number') {
      if (value > 0 && Number.isSafeInteger(value)) return this.#keep(index, value, KIND.integer);
      const thousandths = Math.round(value * 1000);
      // Fifteen digits are few enough for no two such texts to be the same number, so theirs is the shortest one.
      if (!(thousandths > 0 && thousandths < 1e15) || thousandths / 1000 !== value) return false;
      return this.#keep(index, thousandths, KIND.thousandths);
    }
    if (!(value instanceof Float) || value.source !== undefined) return false;
    return value.value > 0 && Number.isSafeInteger(value.value) && this.#keep(index, value.value, KIND.float);
  }

  /**
   * Gives each element the number that `compute` makes of that of the same place in `from`, and puts it into `to`, which may be the same; `isFloat` is for
   * numbers that are written as floats. False, at the first one, where a number is not to be written from a number, as above.
   */
  assignNumbers(from: Float64Array, to: Float64Array, compute: (value: number) => number, isFloat: boolean): boolean {
    const { kinds, values } = this;
    const whole = isFloat ? KIND.float : KIND.integer;
    for (let i = 0; i < from.length; i += 1) {
      const value = compute(from[i] as number);
      if (!(value > 0)) return false;
      if (Number.isSafeInteger(value)) {
        kinds[i] = whole;
        values[i] = value;
      } else {
        const thousandths = Math.round(value * 1000);
        if (!isFloat || !(thousandths < 1e15) || thousandths / 1000 !== value) return false;
        kinds[i] = KIND.thousandths;
        values[i] = thousandths;
      }
      to[i] = value;
    }
    this.hasNumbers = true;
    return true;
  }

  /** Gives all elements one text. */
  assignToAll(text: string): void {
    this.assignText(0, text);
    this.isShared = true;
  }

  #keep(index: number, value: number, kind: number): true {
    this.kinds[index] = kind;
    this.values[index] = value;
    this.hasNumbers = true;
    return true;
  }

  /** Gives an element a text, which is written without characters that end lines. */
  assignText(index: number, text: string): void {
    const most = this.length + text.length * BYTES_PER_UNIT;
    if (most > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, most));
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    const written = this.bytes.write(text, this.length);
    if (written !== text.length && hasLineSeparator(text)) {
      this.assignText(index, escapeLineSeparators(text));
      return;
    }
    this.borders[2 * index] = this.length;
    this.borders[2 * index + 1] = written;
    this.length += written;
  }
}
