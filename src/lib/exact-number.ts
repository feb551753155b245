/** A Python float whose JavaScript number would lose something: an integral one (`1.0`), `-0.0`, or one written beyond what a double holds. */
export class Float {
  readonly value: number;
  /** The digits as they came in, when printing `value` would not give them back. */
  readonly source: string | undefined;

  constructor(value: number, source?: string) {
    this.value = value;
    this.source = source;
  }

  valueOf(): number {
    return this.value;
  }

  /** The number as Python prints it. */
  toString(): string {
    return floatText(this.value);
  }

  /** The number as JSON, with its fraction, so that `1.0` stays apart from `1`; `null` for what JSON has no number for. */
  toText(): string {
    return Number.isFinite(this.value) || this.source !== undefined ? (this.source ?? floatText(this.value)) : 'null';
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.toText());
  }
}

/** Python's repr of a float: always a fraction or an exponent, `inf` and `nan` by name. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return Object.is(value, -0) ? '-0.0' : `${value}.0`;
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  if (value === -Infinity) return '-inf';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e16 || magnitude < 1e-4) {
    const [digits, exponent] = value.toExponential().split('e') as [string, string];
    const power = Number(exponent);
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return String(value);
}

/** The exact value of a JSON number's text. */
export function exactNumber(source: string): number | bigint | Float {
  if (/^-?\d+$/.test(source)) {
    const value = Number(source);
    if (Number.isSafeInteger(value)) return Object.is(value, -0) ? 0 : value;
    return BigInt(source);
  }
  const value = Number(source);
  if (Number.isInteger(value)) return new Float(value, source === floatText(value) ? undefined : source);
  if (!Number.isFinite(value)) return new Float(value, source);
  return value;
}

declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
  interface BigInt {
    toJSON(): unknown;
  }
}

// JSON.stringify refuses BigInts unless they say how they are written.
Object.defineProperty(BigInt.prototype, 'toJSON', {
  value(this: bigint) {
    return JSON.rawJSON(this.toString());
  },
  configurable: true,
  writable: true,
});
