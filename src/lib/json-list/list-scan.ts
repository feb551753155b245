import { isUtf8 } from 'node:buffer';
import { freeBytes, joinBytes } from '../free-bytes.ts';
import { type Scanning, scanning, scanningNumbers } from './module.ts';

/** Where a document has its list of records, and which of their top-level fields are of interest. */
export interface ListShape {
  /** The names that lead to the list; none when the document is the list. */
  readonly path: readonly string[];
  readonly fields: readonly string[];
  /** How many of the last fields are left out where elements are copied; none unless told. */
  readonly dropped?: number;
  /** What fields may have in elements that are to be copied; anything in those that are not named. */
  readonly kept?: ReadonlyMap<string, KeptKinds> | undefined;
}

/** The values that may be copied in one place. */
export interface KeptKinds {
  /** Their kinds, as bits of `KIND`. */
  readonly kinds: number;
  /** What may stand in the fields of objects, and in lists; anything where nothing is said. */
  readonly fields?: ReadonlyMap<string, KeptKinds> | undefined;
  readonly items?: KeptKinds | undefined;
}

/** Elements of the list that lie in some bytes, one row of integers each. */
export interface Elements {
  /** The bytes, which `BASE` is the address of the first one of; they are put together when they are first asked for. */
  readonly bytes: () => Uint8Array;
  readonly count: number;
  /** How many of them have a flag that keeps them from being copied. */
  readonly odd: number;
  /** Of each element: start, end, flags, cuts up to and with it, then start and end of each field of interest (-1 without it). */
  readonly rows: Int32Array;
  /** Integers a row. */
  readonly width: number;
  /** Borders of what is to be left out, two a cut. */
  readonly cuts: Int32Array;
  /** Whether others stand between them, which were left out. */
  readonly hasGaps?: boolean;
}

/** A document whose list was found and whose every byte was checked. */
export interface ScannedDocument {
  readonly elements: Elements;
  /** A text that other documents are not likely to have. */
  readonly print: string;
  /** The document with an empty list in the place of its own. */
  readonly skeleton: () => Uint8Array;
}

/** The integers of a row. */
export const ROW = { start: 0, end: 1, flags: 2, cuts: 3, fields: 4 } as const;

/** Flags of an element that cannot be written as it stands, that is left without fields, that is no object. */
export const FLAG = { parse: 1, empty: 2, other: 4 } as const;

/** The kinds of values: a fraction is a number with a point or an exponent, lists and objects have something in them, `empty` ones have not. */
export const KIND = { text: 1, integer: 2, fraction: 4, boolean: 8, null: 16, list: 32, object: 64, empty: 128 } as const;
/** All kinds of values. */
export const ANY_KIND = 255;
const ANYTHING: KeptKinds = { kinds: ANY_KIND };

/** Offsets are addresses in the module's memory: bytes lie there from here on. */
export const BASE = 65_536;
const PAGE = 65_536;
const PATH_NAMES = 8192;
const FIELD_NAMES = 32_768;
const LONGEST_NAMES = 16_384;
/** Fields that there is room for. */
const MOST_FIELDS = 1000;
/** Bytes that a field takes beside those of its name. */
const FIELD_HEAD = 6;
/** Marks what the items of a list are, and a field in which more is to be looked at. */
const [OF_ITEMS, DEEP] = [0x8000, 0x100];
const SLACK = 128;
/** What the module answers where the bytes end too early. */
const INCOMPLETE = -1;
const STATE = { more: 0, ended: 1, broken: 2, full: 3 } as const;
/** Bytes that an element is expected to take at least, when room is made for their rows. */
const USUAL_ELEMENT = 48;

/** Whether there is WebAssembly, which the scan is made of. */
export function canScan(): boolean {
  return 'WebAssembly' in globalThis;
}

/** Whether names can be looked for in bytes: they need no escapes there, and there is room for them. */
export function isScannable(shape: ListShape): boolean {
  const size = (names: readonly string[]): number => names.reduce((sum, name) => sum + FIELD_HEAD + Buffer.byteLength(name), 0);
  const names = fieldsOf(shape).map(({ name }) => name);
  const isSmall = size(shape.path) < LONGEST_NAMES && size(names) < LONGEST_NAMES && names.length <= MOST_FIELDS;
  return isSmall && [...shape.path, ...shape.fields].every((name) => name !== '__proto__' && isPlain(name));
}

/** Whether a name needs no escapes. */
function isPlain(name: string): boolean {
  return JSON.stringify(name).length === name.length + 2;
}

/** A field, or the items of lists, as the module is told of it. */
interface NamedField {
  readonly name: string;
  /** The number of the field that it stands in, 0 for the element itself, and whether it stands for the items there. */
  readonly holder: number;
  readonly kinds: number;
}

const fieldsByShape = new WeakMap<ListShape, readonly NamedField[]>();

/** All fields that anything is said of, the n-th with the number n: first those whose borders are noted. */
function fieldsOf(shape: ListShape): readonly NamedField[] {
  const found = fieldsByShape.get(shape) ?? findFields(shape);
  fieldsByShape.set(shape, found);
  return found;
}

function findFields({ fields, kept }: ListShape): NamedField[] {
  const found: NamedField[] = [];
  const waiting: { readonly kept: KeptKinds; readonly number: number }[] = [];
  const add = (name: string, holder: number, place: KeptKinds = ANYTHING): void => {
    // An element with an escape in a name is parsed in any case.
    if (!isPlain(name)) return;
    const isDeep = place.fields !== undefined || place.items !== undefined;
    found.push({ name, holder, kinds: place.kinds | (isDeep ? DEEP : 0) });
    if (isDeep) waiting.push({ kept: place, number: found.length });
  };
  for (const name of fields) add(name, 0, kept?.get(name));
  for (const [name, place] of kept ?? []) if (!fields.includes(name)) add(name, 0, place);
  for (const { kept: place, number } of waiting) {
    for (const [name, inner] of place.fields ?? []) add(name, number, inner);
    if (place.items !== undefined) add('', number | OF_ITEMS, place.items);
  }
  return found;
}

/** A view of the module's memory that is at least so many bytes long. */
export function memoryOf({ memory }: Scanning, length: number): Buffer {
  const missing = length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return Buffer.from(memory.buffer);
}

/** Rounds an address up to where integers may lie. */
export function aligned(address: number): number {
  return (address + 15) & ~15;
}

/** Writes a name behind its length; gives the address after it. */
function writeName(memory: Buffer, at: number, name: string): number {
  const length = memory.write(name, at + 2);
  memory.writeUInt16LE(length, at);
  return at + 2 + length;
}

/** Puts bytes where the module looks for them; gives the address after them. */
function place(scan: Scanning, memory: Buffer, chunks: readonly Uint8Array[]): number {
  scan.placed = undefined;
  let end = BASE;
  for (const chunk of chunks) {
    memory.set(chunk, end);
    end += chunk.length;
  }
  memory[end] = 0;
  return end;
}

function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Some bytes of the document, which are put together when somebody needs them. */
class Bytes {
  readonly chunks: readonly Uint8Array[];
  readonly length: number;
  #joined: Uint8Array | undefined;

  constructor(chunks: readonly Uint8Array[]) {
    this.chunks = chunks;
    this.length = lengthOf(chunks);
  }

  /** Throws Error when the memory of the bytes was given back. */
  get joined(): Uint8Array {
    this.#joined ??= this.chunks.length === 1 ? (this.chunks[0] as Uint8Array) : Buffer.concat(this.chunks);
    if (this.#joined.length !== this.length) throw new Error('The bytes of this page were given back before they were read.');
    return this.#joined;
  }
}

interface Found {
  readonly elements: Elements;
  /** Where scanning stopped, in the bytes. */
  readonly next: number;
  readonly state: number;
}

/** Scans elements from an offset of the bytes on, which lie in the memory already where `isPlaced`. */
function scanElements(scan: Scanning, bytes: Bytes, shape: ListShape, from: number, isFirst: boolean): Found {
  const { module } = scan;
  const width = ROW.fields + 2 * shape.fields.length;
  for (let room = Math.ceil(bytes.length / USUAL_ELEMENT) + 64; ; room *= 8) {
    const rows = aligned(BASE + bytes.length + SLACK);
    const rowsEnd = rows + room * width * 4;
    const cutsEnd = rowsEnd + room * 8;
    const memory = memoryOf(scan, cutsEnd + SLACK);
    const end = place(scan, memory, bytes.chunks);
    const count = module.elements(BASE + from, end, isFirst ? 1 : 0, rows, rowsEnd, rowsEnd, cutsEnd);
    if (module.state.value === STATE.full) continue;
    const integers = (start: number, length: number): Int32Array => new Int32Array(memory.buffer, start, length).slice();
    const elements: Elements = {
      bytes: () => bytes.joined,
      count,
      odd: module.oddCount.value,
      width,
      rows: integers(rows, count * width),
      cuts: integers(rowsEnd, module.cutCount.value * 2),
    };
    scan.placed = { rows: elements.rows, rowsAt: rows, cutsAt: rowsEnd, end: cutsEnd };
    return {
      elements,
      next: module.position.value - BASE,
      state: module.state.value,
    };
  }
}

/** Prepares the module for a shape. */
function prepare(shape: ListShape): Scanning {
  const { path, fields, dropped = 0 } = shape;
  const scan = scanning();
  if (scan.shape === shape) return scan;
  scan.shape = shape;
  const memory = memoryOf(scan, BASE);
  path.reduce((at, name) => writeName(memory, at, name), PATH_NAMES);
  let at = FIELD_NAMES;
  const named = fieldsOf(shape);
  for (const { name, holder, kinds } of named) {
    memory.writeUInt16LE(holder, at);
    memory.writeUInt16LE(kinds, at + 2);
    at = writeName(memory, at + 4, name);
  }
  scan.module.setNames(path.length, named.length, fields.length, fields.length - dropped);
  return scan;
}

/** Finds the list in a whole document; undefined for anything but valid JSON with a list in that place, where no name of the path comes twice. */
export function scanDocument(chunks: readonly Uint8Array[], shape: ListShape): ScannedDocument | undefined {
  const bytes = new Bytes(chunks);
  const scan = prepare(shape);
  const memory = memoryOf(scan, BASE + bytes.length + SLACK);
  const end = place(scan, memory, chunks);
  if (!isUtf8(memory.subarray(BASE, end))) return undefined;
  const list = scan.module.locate(BASE, end);
  if (list < 0) return undefined;
  const print = `${bytes.length}:${scan.module.print(BASE, end)}`;
  const start = list - BASE;
  const { elements, next, state } = scanElements(scan, bytes, shape, start, true);
  if (state !== STATE.ended || scan.module.rest(BASE + next, end) < 0) return undefined;
  return { elements, print, skeleton: () => Buffer.concat([part(bytes, 0, start), Buffer.from(']'), part(bytes, next, bytes.length)]) };
}

/** What the module answers of numbers. */
const NUMBERS = { lossy: 1, long: 2 } as const;

/** What there is among the numbers of a document. */
export interface NumberTraits {
  /** Whether JSON.parse may not give one of them back as it is. */
  readonly mayBeLost: boolean;
  /** Whether one has as many digits as integers beyond 64 bits. */
  readonly areLong: boolean;
}

/** Looks at the numbers of a JSON document in UTF-8. */
export function numberTraits(bytes: Uint8Array): NumberTraits {
  const scan = scanningNumbers();
  const end = place(scan, memoryOf(scan, BASE + bytes.length + SLACK), [bytes]);
  const found = scan.module.numberTraits(BASE, end);
  return { mayBeLost: (found & NUMBERS.lossy) !== 0, areLong: (found & NUMBERS.long) !== 0 };
}

/** Those of the elements that `marks` has a 1 for; of the others nothing is left, and the elements given are not good any more. */
export function keepElements(elements: Elements, marks: Uint8Array): Elements {
  const { rows, cuts, width } = elements;
  let [count, cutCount, firstCut] = [0, 0, 0];
  for (let index = 0; index < elements.count; index += 1) {
    const at = index * width;
    const lastCut = rows[at + ROW.cuts] as number;
    if (marks[index] === 1) {
      rows.copyWithin(count * width, at, at + width);
      cuts.copyWithin(2 * cutCount, 2 * firstCut, 2 * lastCut);
      cutCount += lastCut - firstCut;
      rows[count * width + ROW.cuts] = cutCount;
      count += 1;
    }
    firstCut = lastCut;
  }
  const scan = scanning();
  const { placed } = scan;
  if (placed?.rows === rows) {
    new Int32Array(scan.memory.buffer, placed.rowsAt, count * width).set(rows.subarray(0, count * width));
    new Int32Array(scan.memory.buffer, placed.cutsAt, 2 * cutCount).set(cuts.subarray(0, 2 * cutCount));
  }
  return {
    bytes: elements.bytes,
    count,
    odd: elements.odd,
    rows,
    width,
    cuts: cuts.subarray(0, 2 * cutCount),
    hasGaps: true,
  };
}

/** Gives the memory of elements back that nobody asks for any more, but not that of their bytes. */
export function freeElements({ rows, cuts }: Elements): void {
  freeBytes(rows);
  freeBytes(cuts);
}

/** Bytes in which the borders of elements are found `base` lower than their rows say; only good until the next scan. Throws Error for elements that were freed. */
export function bytesOf(elements: Elements): { readonly buffer: Buffer; readonly base: number } {
  if (elements.rows.length < elements.count) throw new Error('The elements of this page were given back before they were read.');
  const scan = scanning();
  if (scan.placed?.rows === elements.rows) return { buffer: Buffer.from(scan.memory.buffer), base: 0 };
  const bytes = elements.bytes();
  return { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), base: BASE };
}

/**
 * A field of the elements from one to another as numbers: NaN for all but short whole ones that are not negative; only good until the next
 * scan, and undefined when there was one already.
 */
export function numbersOf(elements: Elements, from: number, to: number, field: number): Float64Array | undefined {
  const scan = scanning();
  const { placed } = scan;
  const count = to - from;
  if (placed === undefined || placed.rows !== elements.rows) return undefined;
  const length = count * 8;
  const at = aligned(placed.end + SLACK) + field * length;
  const memory = memoryOf(scan, at + length);
  scan.module.numbers(placed.rowsAt + from * elements.width * 4, count, field, at);
  return new Float64Array(memory.buffer, at, count);
}

/** A part of some bytes, without putting all of them together. */
function part({ chunks }: Bytes, start: number, end: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const chunk of chunks) {
    if (at < end && at + chunk.length > start) parts.push(chunk.subarray(Math.max(0, start - at), end - at));
    at += chunk.length;
  }
  return Buffer.concat(parts);
}

/** Finds the elements of a document that arrives bit by bit. */
export class ListScan {
  readonly #shape: ListShape;
  #head: Uint8Array = new Uint8Array(0);
  #pending: Uint8Array = new Uint8Array(0);
  /** What came since, until there is enough of it to look again. */
  #waiting: Uint8Array[] = [];
  #waitingLength = 0;
  #tail: Uint8Array[] = [];
  #tailLength = 0;
  #where: 'before' | 'within' | 'after' = 'before';
  #isFirst = true;
  /** The elements that were given last, and what they lie in, where it was put together here. */
  #given: Elements | undefined;
  #joined: Uint8Array | undefined;
  /** The length from which it is worth looking again at what was not whole. */
  #worthwhile = 0;

  constructor(shape: ListShape) {
    this.#shape = shape;
  }

  /**
   * Takes the next bytes and gives the elements that are whole now, good until the next call; undefined where there are none, 'unfit' for no
   * such document. Nothing of the bytes is kept when elements are given.
   */
  push(chunk: Uint8Array, isLast: boolean): Elements | undefined | 'unfit' {
    if (this.#where === 'after') {
      this.#tail.push(chunk);
      this.#tailLength += chunk.length;
      return undefined;
    }
    if (this.held() + chunk.length < this.#worthwhile && !isLast) {
      this.#waiting.push(chunk);
      this.#waitingLength += chunk.length;
      return undefined;
    }
    const joined = this.#pending.length === 0 ? undefined : joinBytes([this.#pending, ...this.#waiting, chunk]);
    this.#waiting = [];
    this.#waitingLength = 0;
    if (this.#joined !== undefined) freeBytes(this.#joined);
    if (this.#given !== undefined) freeElements(this.#given);
    this.#given = undefined;
    this.#joined = joined;
    this.#pending = joined ?? chunk;
    this.#worthwhile = 0;
    const scan = prepare(this.#shape);
    if (this.#where === 'before') {
      const progress = this.#locate(scan);
      if (progress !== 'found') return progress === 'more' ? undefined : progress;
    }
    return this.#scan(scan);
  }

  /** How many bytes are kept: an element that is not whole yet, or what follows the list. */
  held(): number {
    return this.#where === 'after' ? this.#tailLength : this.#pending.length + this.#waitingLength;
  }

  #locate(scan: Scanning): 'found' | 'more' | 'unfit' {
    const bytes = this.#pending;
    const list = scan.module.locate(BASE, place(scan, memoryOf(scan, BASE + bytes.length + SLACK), [bytes]));
    if (list === INCOMPLETE) {
      this.#worthwhile = bytes.length * 2;
      return 'more';
    }
    if (list < 0) return 'unfit';
    this.#head = new Uint8Array(bytes.subarray(0, list - BASE));
    this.#pending = bytes.subarray(list - BASE);
    this.#where = 'within';
    return isUtf8(this.#head) ? 'found' : 'unfit';
  }

  #scan(scan: Scanning): Elements | undefined | 'unfit' {
    const bytes = this.#pending;
    const { elements, next, state } = scanElements(scan, new Bytes([bytes]), this.#shape, 0, this.#isFirst);
    if (state === STATE.broken || !isUtf8(bytes.subarray(0, next))) return 'unfit';
    if (state === STATE.ended) {
      this.#where = 'after';
      this.#tail.push(new Uint8Array(bytes.subarray(next)));
      this.#tailLength = bytes.length - next;
    }
    this.#pending = new Uint8Array(bytes.subarray(next));
    if (elements.count === 0) {
      this.#worthwhile = this.#pending.length * 2;
      return undefined;
    }
    this.#isFirst = false;
    this.#given = elements;
    return elements;
  }

  /** Ends the document: what it is without its elements; undefined when it broke off or is no such document. */
  finish(): Uint8Array | undefined {
    if (this.#where !== 'after') return undefined;
    const tail = Buffer.concat(this.#tail);
    if (!isUtf8(tail)) return undefined;
    const scan = prepare(this.#shape);
    const end = place(scan, memoryOf(scan, BASE + tail.length + SLACK), [tail]);
    return scan.module.rest(BASE, end) < 0 ? undefined : Buffer.concat([this.#head, Buffer.from(']'), tail]);
  }
}
