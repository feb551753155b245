import { isLetterOrDigit } from './text-layers.ts';

/** Bytes that are looked for. */
export interface Needle {
  readonly bytes: Uint8Array;
  /** Whether letters must be of the same case; otherwise small and capital ones are the same, and so are blank, `+` and `-`, `/` and `_`. */
  readonly isExact?: boolean;
  /** Whether it counts only where no letter or digit of ASCII stands beside it. */
  readonly standsAlone?: boolean;
  /** Whether it is the end of base64, which another digit and padding may follow. */
  readonly endsBase64?: boolean;
}

/** Where needles are found, in the order of their ends. */
export type Found = (start: number, end: number) => void;

/** Bytes by whose hash needles are found; shorter needles are looked for one by one. */
const WINDOW = 3;
const BUCKETS = 1 << 16;
const LONGEST_STEP = 255;

interface Indexed extends Needle {
  readonly key: string;
  uses: number;
}

/** Many needles that are looked for at once, in time in proportion to the text: most of it is passed over in steps of the shortest needle. */
export class NeedleIndex {
  readonly #needles = new Map<string, Indexed>();
  readonly #byWindow = new Map<number, Indexed[]>();
  /** By the hash of the window that ends at a place, how far on the next needle may end; 0 where one may end here. */
  #steps = new Uint8Array(BUCKETS);
  #shortest = 0;
  readonly #short = new Set<Indexed>();

  get isEmpty(): boolean {
    return this.#needles.size === 0;
  }

  add(needle: Needle): void {
    const key = keyOf(needle);
    const known = this.#needles.get(key);
    if (known !== undefined) {
      known.uses += 1;
      return;
    }
    const indexed: Indexed = { ...needle, key, uses: 1 };
    this.#needles.set(key, indexed);
    if (needle.bytes.length < WINDOW) {
      this.#short.add(indexed);
      return;
    }
    const window = windowBefore(needle.bytes, needle.bytes.length);
    const others = this.#byWindow.get(window);
    if (others === undefined) this.#byWindow.set(window, [indexed]);
    else others.push(indexed);
    if (this.#shortest === 0 || needle.bytes.length < this.#shortest) this.#measureSteps(needle.bytes.length);
    else this.#setSteps(needle.bytes);
  }

  /** Takes back what was added as often as it was. */
  remove(needle: Needle): void {
    const known = this.#needles.get(keyOf(needle));
    if (known === undefined) return;
    known.uses -= 1;
    if (known.uses > 0) return;
    this.#needles.delete(known.key);
    this.#short.delete(known);
    const window = known.bytes.length < WINDOW ? undefined : windowBefore(known.bytes, known.bytes.length);
    const others = window === undefined ? undefined : this.#byWindow.get(window);
    others?.splice(others.indexOf(known), 1);
  }

  /** Finds all needles; those of fewer bytes than told must be of the same case. */
  find(text: Uint8Array, found: Found, exactBelow = 0): void {
    for (const needle of this.#short) findShort(text, needle, found);
    if (this.#shortest === 0) return;
    for (let end = this.#shortest; end <= text.length; ) {
      const window = windowBefore(text, end);
      const step = this.#steps[bucketOf(window)] as number;
      if (step === 0) this.#findAt(text, end, window, found, exactBelow);
      end += step || 1;
    }
  }

  #findAt(text: Uint8Array, end: number, window: number, found: Found, exactBelow: number): void {
    for (const needle of this.#byWindow.get(window) ?? []) {
      const start = end - needle.bytes.length;
      if (start >= 0 && isAt(text, start, needle, exactBelow)) found(start, needle.endsBase64 ? endOfBase64(text, end) : end);
    }
  }

  #measureSteps(shortest: number): void {
    this.#shortest = shortest;
    this.#steps = new Uint8Array(BUCKETS).fill(Math.min(shortest - WINDOW + 1, LONGEST_STEP));
    for (const { bytes } of this.#needles.values()) if (bytes.length >= WINDOW) this.#setSteps(bytes);
  }

  /** Lets no step lead past the end of a needle, of whose last bytes as many count as the shortest has. */
  #setSteps(bytes: Uint8Array): void {
    for (let end = bytes.length - this.#shortest + WINDOW; end <= bytes.length; end += 1) {
      const bucket = bucketOf(windowBefore(bytes, end));
      this.#steps[bucket] = Math.min(this.#steps[bucket] as number, bytes.length - end);
    }
  }
}

function keyOf({ bytes, isExact, standsAlone, endsBase64 }: Needle): string {
  return `${isExact ? 'e' : ''}${standsAlone ? 'a' : ''}${endsBase64 ? 'b' : ''} ${Buffer.from(bytes).toString('latin1')}`;
}

/** The three bytes before a place, as one number. */
function windowBefore(bytes: Uint8Array, end: number): number {
  return (
    ((FOLDED[bytes[end - 3] as number] as number) << 16) |
    ((FOLDED[bytes[end - 2] as number] as number) << 8) |
    (FOLDED[bytes[end - 1] as number] as number)
  );
}

function bucketOf(window: number): number {
  return Math.imul(window, 0x9e3779b1) >>> 16;
}

function isAt(text: Uint8Array, start: number, { bytes, isExact = false, standsAlone = false }: Needle, exactBelow: number): boolean {
  if (isExact || bytes.length < exactBelow) {
    for (let i = 0; i < bytes.length; i += 1) if (text[start + i] !== bytes[i]) return false;
  } else {
    for (let i = 0; i < bytes.length; i += 1) if (FOLDED[text[start + i] as number] !== FOLDED[bytes[i] as number]) return false;
  }
  return !standsAlone || isAlone(text, start, start + bytes.length);
}

function isAlone(text: Uint8Array, start: number, end: number): boolean {
  return !isLetterOrDigit(text[start - 1]) && !isLetterOrDigit(text[end]);
}

function findShort(text: Uint8Array, { bytes, standsAlone = false }: Needle, found: Found): void {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  for (let at = buffer.indexOf(bytes); at >= 0; at = buffer.indexOf(bytes, at + 1)) {
    if (!standsAlone || isAlone(text, at, at + bytes.length)) found(at, at + bytes.length);
  }
}

const PADDING = 0x3d;

/** Where base64 ends whose last whole digit is before a place: bits of the next one may be of the secret. */
function endOfBase64(text: Uint8Array, place: number): number {
  let end = place;
  const next = text[end];
  if (isLetterOrDigit(next) || (next !== undefined && '+/-_'.includes(String.fromCharCode(next)))) end += 1;
  for (let i = 0; i < 2 && text[end] === PADDING; i += 1) end += 1;
  return end;
}

/** What counts as the same: letters of both cases, the ways to write a blank, and the digits of both kinds of base64. */
const FOLDED = Uint8Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (character === '+' || character === '-') return 0x20;
  if (character === '_') return 0x2f;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
});
