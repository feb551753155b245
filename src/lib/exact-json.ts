import { exactNumber } from './exact-number.ts';
import type { Json, JsonObject } from './json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const TRUE = 0x74;
const FALSE = 0x66;
const NULL = 0x6e;
const PLAIN_DIGITS = 16;

/**
 * Parses JSON number by number, keeping integers beyond 2^53 and integral floats apart; throws SyntaxError as JSON.parse does.
 * JSON.parse goes first, so that all that follows may trust the text.
 */
export function parseExactJson(text: string): Json {
  JSON.parse(text);
  return new ExactReader(text).readValue();
}

/** Reads a text that is known to be JSON. */
class ExactReader {
  readonly #text: string;
  #at = 0;
  /** The first backslash that is not passed yet: strings before it hold no escapes. */
  #backslash: number;
  /** The keys of the last object at each depth: most objects in a list have the same keys in the same order. */
  readonly #keys: string[][] = [];
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#backslash = nextBackslash(text, 0);
  }

  readValue(): Json {
    const code = this.#skipBlanks();
    if (code === QUOTE) return this.#readString();
    if (code === OPEN_OBJECT) return this.#readObject();
    if (code === OPEN_ARRAY) return this.#readArray();
    if (code === TRUE) return this.#pass(4, true);
    if (code === FALSE) return this.#pass(5, false);
    if (code === NULL) return this.#pass(4, null);
    return this.#readNumber();
  }

  #pass<T extends Json>(length: number, value: T): T {
    this.#at += length;
    return value;
  }

  #skipBlanks(): number {
    let code = this.#text.charCodeAt(this.#at);
    while (code <= 0x20) code = this.#text.charCodeAt(++this.#at);
    return code;
  }

  #readString(): string {
    const start = this.#at + 1;
    let end = this.#text.indexOf('"', start);
    if (this.#backslash < start) this.#backslash = nextBackslash(this.#text, start);
    if (end < this.#backslash) {
      this.#at = end + 1;
      return this.#text.slice(start, end);
    }
    while (isEscaped(this.#text, end, start)) end = this.#text.indexOf('"', end + 1);
    this.#at = end + 1;
    return JSON.parse(this.#text.slice(start - 1, end + 1)) as string;
  }

  #readNumber(): Json {
    const start = this.#at;
    let whole = true;
    let code = this.#text.charCodeAt(this.#at);
    while (isNumberPart(code)) {
      if (code === 0x2e || code > 0x39) whole = false;
      code = this.#text.charCodeAt(++this.#at);
    }
    const source = this.#text.slice(start, this.#at);
    return whole && source.length < PLAIN_DIGITS ? Number(source) || 0 : exactNumber(source);
  }

  #readObject(): JsonObject {
    const object: JsonObject = {};
    this.#at += 1;
    if (this.#skipBlanks() === CLOSE_OBJECT) return this.#pass(1, object);
    this.#keys[this.#depth] ??= [];
    const keys = this.#keys[this.#depth++] as string[];
    for (let index = 0; ; index += 1) {
      const key = this.#readKey(keys, index);
      this.#skipBlanks();
      this.#at += 1;
      const value = this.readValue();
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      else object[key] = value;
      const code = this.#skipBlanks();
      this.#at += 1;
      if (code !== COMMA) break;
      this.#skipBlanks();
    }
    this.#depth -= 1;
    return object;
  }

  /** The key that stands here; the text of the last object's key serves again where it is the same. */
  #readKey(keys: string[], index: number): string {
    const known = keys[index];
    if (known !== undefined && this.#text.startsWith(known, this.#at + 1) && this.#text.charCodeAt(this.#at + 1 + known.length) === QUOTE) {
      this.#at += known.length + 2;
      return known;
    }
    const plain = this.#backslash;
    const key = this.#readString();
    if (this.#at <= plain) keys[index] = key;
    return key;
  }

  #readArray(): Json[] {
    const items: Json[] = [];
    this.#at += 1;
    if (this.#skipBlanks() === CLOSE_ARRAY) return this.#pass(1, items);
    for (;;) {
      items.push(this.readValue());
      const code = this.#skipBlanks();
      this.#at += 1;
      if (code !== COMMA) return items;
    }
  }
}

function nextBackslash(text: string, from: number): number {
  const found = text.indexOf('\\', from);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}

/** Whether the quote at `quote` is escaped: an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number, start: number): boolean {
  let first = quote;
  while (first > start && text.charCodeAt(first - 1) === BACKSLASH) first -= 1;
  return (quote - first) % 2 === 1;
}

/** Digits, signs, the point and the exponent. */
function isNumberPart(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d || code === 0x2b || code === 0x65 || code === 0x45;
}
