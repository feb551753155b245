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

  /** Writes the number with its fraction, so that JSON keeps `1.0` apart from `1`. */
  toJSON(): unknown {
    return Number.isFinite(this.value) || this.source !== undefined ? JSON.rawJSON(this.source ?? floatText(this.value)) : null;
  }
}

/** Any value that a JSON document can hold here: integers beyond 2^53 are BigInts, integral floats are `Float`s. */
export type Json = null | boolean | number | bigint | string | Float | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

// A number that JSON.parse would not give back: a fraction of zeros, an exponent, or sixteen digits in a row. It may stand within a string, too.
const LOSSY = /(?:^|[[:,\s])-?(?:\d+\.0|\d+(?:\.\d+)?[eE]|\d{16})/;
const DIGITS = 16;

/** Whether plain parsing may lose something of a number; quick to say no. */
function mayLose(text: string): boolean {
  return (text.includes('.0') || /\d[eE]/.test(text) || hasLongNumber(text)) && LOSSY.test(text);
}

/** Whether so many digits stand in a row: one of every so many characters is then a digit, and the row is around it. */
function hasLongNumber(text: string): boolean {
  for (let at = DIGITS - 1; at < text.length; at += DIGITS) {
    if (!isDigit(text, at)) continue;
    let [start, end] = [at, at + 1];
    while (start > 0 && isDigit(text, start - 1)) start -= 1;
    while (end < text.length && isDigit(text, end)) end += 1;
    if (end - start >= DIGITS) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** Python's repr of a float: always a fraction or an exponent, `inf` and `nan` by name. */
export function floatText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return Object.is(value, -0) ? '-0.0' : `${value}.0`;
  if (value !== value) return 'nan';
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

/** Parses JSON without losing integers beyond 2^53 or the fraction of integral floats; throws SyntaxError as JSON.parse does. */
export function parseJson(text: string): Json {
  if (!mayLose(text)) return JSON.parse(text) as Json;
  return parseExactJson(text);
}

/** Parses JSON number by number; slower than `parseJson`, which calls it only where a number needs it. */
export function parseExactJson(text: string): Json {
  return JSON.parse(text, (_key, value: unknown, context?: { source: string }) =>
    typeof value === 'number' && context ? exactNumber(context.source) : value,
  ) as Json;
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

/** Writes JSON with every digit of big integers and of integral floats; one line. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value);
}
