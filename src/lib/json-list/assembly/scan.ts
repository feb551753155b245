// AssemblyScript: finds the elements of a list in the bytes of a JSON document, checks them as it goes, and writes them out as lines.
//
// Memory: below 65,536 lie the names and the stack of open brackets; where everything else lies is told by the caller, who also puts a zero
// byte after the last byte that is there (no JSON holds one, so that scanning stops at it) and leaves 64 bytes free after it.

const STACK: i32 = 4096;
const MAX_DEPTH: i32 = 1000;
/** The names that lead to the list: two bytes of length, then the bytes. */
const PATH: i32 = 8192;
/**
 * The fields, one after the other, of which the n-th has the number n: two bytes each for the number of the field that holds it (0 for the
 * element itself), for the kinds that may be copied and for the length of its name, then the name. What stands for the items of a list says so
 * in the first bytes.
 */
const FIELDS: i32 = 32768;
const OF_ITEMS: i32 = 0x8000;
/** By the number of a field: that of its items, or 0. */
const ITEMS: i32 = 24576;

/** By a hash of each key: twice the number of the element that had it last, and one more when it was null there. */
const KEYS: i32 = 49152;
const KEY_MASK: i32 = 2047;
/** By a hash of a name and of the holder, or after it: the number of the field. By that number: where the field stands. */
const SLOTS: i32 = 57344;
const PLACES: i32 = 61440;

const INCOMPLETE: i32 = -1;
const INVALID: i32 = -2;

/** States that `elements` leaves: more bytes are needed, the list has ended, what stands there is no JSON, the table is full. */
const MORE: i32 = 0;
const ENDED: i32 = 1;
const BROKEN: i32 = 2;
const FULL: i32 = 3;

/** What was met since the marks were cleared: blanks that end lines, characters at which some readers end lines, an exponent, a backslash. */
const BLANK: i32 = 1;
const SEPARATOR: i32 = 2;
const EXPONENT: i32 = 4;
const BACKSLASH: i32 = 8;

/** Flags of an element: it must be parsed to be written as it should; it has no fields left; it is no object. */
const PARSE: i32 = 1;
const EMPTY: i32 = 2;
const OTHER: i32 = 4;

/** Kinds of values: those with a fraction are numbers with a point or an exponent, and lists and objects have something in them. */
const TEXT: i32 = 1;
const INTEGER: i32 = 2;
const FRACTION: i32 = 4;
const BOOLEAN: i32 = 8;
const NULL: i32 = 16;
const LIST: i32 = 32;
const OBJECT: i32 = 64;
const NOTHING: i32 = 128;
const ALL: i32 = 255;
/** Not a kind: there are fields that say what lists and objects may have in them. */
const DEEP: i32 = 256;

let limit: i32 = 0;
let marks: i32 = 0;
let pathCount: i32 = 0;
let fieldCount: i32 = 0;
let notedCount: i32 = 0;
let keptCount: i32 = 0;
let elementNumber: i32 = 0;
let cuts: i32 = 0;
let cutsEnd: i32 = 0;

/** Where `elements` and `compose` stopped, and in which state. */
export let position: i32 = 0;
export let state: i32 = 0;
/** Pairs of borders written to the table of cuts. */
export let cutCount: i32 = 0;
/** Elements that cannot be copied as they stand. */
export let oddCount: i32 = 0;

/**
 * Says how many names lead to the list, and how many fields there are. The borders of the first `noted` are noted, those of them that come
 * after the first `kept` are cut, and the kinds of all are looked at.
 */
export function setNames(path: i32, fields: i32, noted: i32, kept: i32): void {
  pathCount = path;
  fieldCount = fields;
  notedCount = noted;
  keptCount = kept;
  if (fields == 0) return;
  memory.fill(SLOTS, 0, (KEY_MASK + 1) * 2);
  memory.fill(ITEMS, 0, (fields + 1) * 2);
  let place = FIELDS;
  for (let field = 1; field <= fields; field++) {
    const holder: i32 = load<u16>(place);
    const length: i32 = load<u16>(place + 4);
    store<i32>(PLACES + field * 4, place);
    if (holder & OF_ITEMS) store<u16>(ITEMS + (holder ^ OF_ITEMS) * 2, <u16>field);
    else {
      let slot = slotOf(hash(place + 6, length), holder);
      while (load<u16>(SLOTS + slot * 2) != 0) slot = (slot + 1) & KEY_MASK;
      store<u16>(SLOTS + slot * 2, <u16>field);
    }
    place += 6 + length;
  }
}

@inline function bad(p: i32): i32 {
  return p >= limit ? INCOMPLETE : INVALID;
}

@inline function isDigit(c: i32): bool {
  return <u32>(c - 48) < 10;
}

@inline function isHex(c: i32): bool {
  return isDigit(c) || <u32>((c | 32) - 97) < 6;
}

function blanks(start: i32): i32 {
  let p = start;
  let c: i32 = load<u8>(p);
  while (c <= 32) {
    if (c != 32) {
      if (c != 9 && c != 10 && c != 13) return p;
      marks |= BLANK;
    }
    c = load<u8>(++p);
  }
  return p;
}

/** The end of the text whose first quote stands before `start`. */
function text(start: i32): i32 {
  let p = start;
  while (true) {
    const v = v128.load(p);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(v, i8x16.splat(34)), i8x16.eq(v, i8x16.splat(92))),
        v128.or(i8x16.lt_u(v, i8x16.splat(32)), v128.or(i8x16.eq(v, i8x16.splat(<i8>0xe2)), i8x16.eq(v, i8x16.splat(<i8>0xc2)))),
      ),
    );
    if (stops == 0) {
      p += 16;
      continue;
    }
    p += ctz(stops);
    const c: i32 = load<u8>(p);
    if (c == 34) return p + 1;
    if (c == 92) {
      marks |= BACKSLASH;
      const e: i32 = load<u8>(p + 1);
      if (e == 117) {
        for (let i = 2; i < 6; i++) if (!isHex(load<u8>(p + i))) return bad(p + i);
        p += 6;
      } else if (e == 34 || e == 92 || e == 47 || e == 98 || e == 102 || e == 110 || e == 114 || e == 116) p += 2;
      else return bad(p + 1);
    } else if (c == 0xe2) {
      if (p + 2 >= limit) return INCOMPLETE;
      if (load<u8>(p + 1) == 0x80 && (load<u8>(p + 2) & 0xfe) == 0xa8) marks |= SEPARATOR;
      p += 1;
    } else if (c == 0xc2) {
      if (p + 1 >= limit) return INCOMPLETE;
      if (load<u8>(p + 1) == 0x85) marks |= SEPARATOR;
      p += 1;
    } else return bad(p);
  }
}

function number(start: i32): i32 {
  let p = start;
  let c: i32 = load<u8>(p);
  if (c == 45) c = load<u8>(++p);
  if (c == 48) c = load<u8>(++p);
  else {
    if (!isDigit(c)) return bad(p);
    do c = load<u8>(++p);
    while (isDigit(c));
  }
  if (c == 46) {
    c = load<u8>(++p);
    if (!isDigit(c)) return bad(p);
    do c = load<u8>(++p);
    while (isDigit(c));
  }
  if ((c | 32) == 101) {
    marks |= EXPONENT;
    c = load<u8>(++p);
    if (c == 43 || c == 45) c = load<u8>(++p);
    if (!isDigit(c)) return bad(p);
    do c = load<u8>(++p);
    while (isDigit(c));
  }
  return p >= limit ? INCOMPLETE : p;
}

/** The end of a text, a number or a word. */
@inline function scalar(p: i32, c: i32): i32 {
  if (c == 34) return text(p + 1);
  if (c == 110) return p + 4 > limit ? INCOMPLETE : load<u32>(p) == 0x6c6c756e ? p + 4 : INVALID;
  if (c == 116) return p + 4 > limit ? INCOMPLETE : load<u32>(p) == 0x65757274 ? p + 4 : INVALID;
  if (c == 102) return p + 5 > limit ? INCOMPLETE : load<u32>(p + 1) == 0x65736c61 ? p + 5 : INVALID;
  return number(p);
}

/** From the quote of a key to the first byte of its value. */
@inline function toValue(start: i32): i32 {
  if (load<u8>(start) != 34) return bad(start);
  let p = text(start + 1);
  if (p < 0) return p;
  p = blanks(p);
  return load<u8>(p) == 58 ? blanks(p + 1) : bad(p);
}

/** The end of the value that begins at `start`. */
function value(start: i32): i32 {
  let p = start;
  let depth: i32 = 0;
  while (true) {
    const c: i32 = load<u8>(p);
    if (c == 123 || c == 91) {
      if (depth == MAX_DEPTH) return INVALID;
      p = blanks(p + 1);
      if (load<u8>(p) == c + 2) p++;
      else {
        store<u8>(STACK + depth++, <u8>c);
        if (c == 123) {
          p = toValue(p);
          if (p < 0) return p;
        }
        continue;
      }
    } else {
      p = scalar(p, c);
      if (p < 0) return p;
    }
    while (true) {
      if (depth == 0) return p;
      const open: i32 = load<u8>(STACK + depth - 1);
      p = blanks(p);
      const d: i32 = load<u8>(p);
      if (d == 44) {
        p = blanks(p + 1);
        if (open == 123) {
          p = toValue(p);
          if (p < 0) return p;
        }
        break;
      }
      if (d != open + 2) return bad(p);
      depth--;
      p++;
    }
  }
}

function isName(p: i32, length: i32, name: i32): bool {
  if (load<u16>(name) != length) return false;
  for (let i = 0; i < length; i++) if (load<u8>(p + i) != load<u8>(name + 2 + i)) return false;
  return true;
}

@inline function slotOf(hashed: i32, holder: i32): i32 {
  return (hashed + holder * 31) & KEY_MASK;
}

/** The number of the field that a key of its holder is, by the key's hash; 0 for none. */
function fieldOf(holder: i32, p: i32, length: i32, hashed: i32): i32 {
  let slot = slotOf(hashed, holder);
  let field: i32 = load<u16>(SLOTS + slot * 2);
  while (field != 0) {
    const place: i32 = load<i32>(PLACES + field * 4);
    if (load<u16>(place) == holder && isName(p, length, place + 4)) return field;
    slot = (slot + 1) & KEY_MASK;
    field = load<u16>(SLOTS + slot * 2);
  }
  return 0;
}

/** The kind of a value that begins with `c`. */
function kindOf(c: i32, start: i32, end: i32): i32 {
  if (c == 34) return TEXT;
  if (c == 110) return NULL;
  if (c == 116 || c == 102) return BOOLEAN;
  if (c == 91 || c == 123) return end - start == 2 ? NOTHING : c == 91 ? LIST : OBJECT;
  for (let p = start; p < end; p++) {
    const d: i32 = load<u8>(p);
    if (d == 46 || (d | 32) == 101) return FRACTION;
  }
  return INTEGER;
}

/** Whether a value, which is valid JSON, may be copied as that of a field. */
function isKept(field: i32, c: i32, start: i32, end: i32): bool {
  const kinds: i32 = load<u16>(load<i32>(PLACES + field * 4) + 2);
  if ((kinds & ALL) != ALL && !(kinds & kindOf(c, start, end))) return false;
  return !(kinds & DEEP) || (c != 123 && c != 91) || holdsKept(start, field);
}

/** Whether all that a list or an object holds, which is valid JSON, may be copied. */
function holdsKept(start: i32, holder: i32): bool {
  const isObject = load<u8>(start) == 123;
  const items: i32 = isObject ? 0 : load<u16>(ITEMS + holder * 2);
  if (!isObject && items == 0) return true;
  let p = blanks(start + 1);
  if (load<u8>(p) == (isObject ? 125 : 93)) return true;
  while (true) {
    let field = items;
    if (isObject) {
      const key = p + 1;
      marks &= ~BACKSLASH;
      p = text(key);
      if (marks & BACKSLASH) return false;
      const length = p - key - 1;
      field = fieldOf(holder, key, length, hash(key, length));
      p = blanks(blanks(p) + 1);
    }
    const from = p;
    const c: i32 = load<u8>(p);
    p = c == 123 || c == 91 ? value(p) : scalar(p, c);
    if (field != 0 && !isKept(field, c, from, p)) return false;
    p = blanks(p);
    if (load<u8>(p) != 44) return true;
    p = blanks(p + 1);
  }
}

@inline function hash(p: i32, length: i32): i32 {
  let h: u64 = length < 8 ? load<u64>(p) & ((<u64>1 << (<u64>length * 8)) - 1) : load<u64>(p) ^ (load<u64>(p + length - 8) << 1);
  h = (h + <u64>length) * 0x9e3779b97f4a7c15;
  return <i32>(h >> 53) & KEY_MASK;
}

/** Notes a key by its hash; false when it may stand in the element twice, once with null, so that the last one decides. */
@inline function noteKey(hashed: i32, isNull: bool): bool {
  const at = KEYS + hashed * 4;
  const known: i32 = load<i32>(at);
  store<i32>(at, elementNumber * 2 + (isNull ? 1 : 0));
  return known >> 1 != elementNumber || !(isNull || (known & 1) == 1);
}

@inline function cut(from: i32, to: i32): bool {
  const at = cuts + cutCount * 8;
  if (at + 8 > cutsEnd) return false;
  store<i32>(at, from);
  store<i32>(at + 4, to);
  cutCount++;
  return true;
}

/** Scans the object at `start` into a row; its fields at the top that are null, or are not kept, are noted as cuts. */
function element(start: i32, row: i32): i32 {
  let hasKept = false;
  let leading: i32 = -1;
  let comma: i32 = start;
  let flags: i32 = 0;
  marks = 0;
  elementNumber = (elementNumber + 1) & 0x3fffffff;
  for (let i = 0; i < notedCount; i++) store<i32>(row + 16 + i * 8, -1);
  let p = blanks(start + 1);
  if (load<u8>(p) == 125) p++;
  else {
    while (true) {
      const key = p;
      const before = marks;
      marks = before & ~BACKSLASH;
      if (load<u8>(p) != 34) return bad(p);
      p = text(p + 1);
      if (p < 0) return p;
      const length = p - key - 2;
      if (marks & BACKSLASH) flags |= PARSE;
      p = blanks(p);
      if (load<u8>(p) != 58) return bad(p);
      p = blanks(p + 1);
      const from = p;
      const c: i32 = load<u8>(p);
      p = c == 123 || c == 91 ? value(p) : scalar(p, c);
      if (p < 0) return p;
      const hashed = hash(key + 1, length);
      if (!noteKey(hashed, c == 110)) flags |= PARSE;
      let isDropped = c == 110;
      const field = fieldCount > 0 ? fieldOf(0, key + 1, length, hashed) : 0;
      if (field > 0) {
        if (field <= notedCount) {
          const at = row + 8 + field * 8;
          if (load<i32>(at) >= 0) flags |= PARSE;
          store<i32>(at, from);
          store<i32>(at + 4, p);
          isDropped = isDropped || field > keptCount;
        }
        if (!isKept(field, c, from, p)) flags |= PARSE;
      }
      if (isDropped) {
        if (hasKept) {
          if (!cut(comma, p)) flags |= PARSE;
        } else if (leading < 0) leading = key;
      } else {
        if (!hasKept && leading >= 0 && !cut(leading, key)) flags |= PARSE;
        hasKept = true;
      }
      const after = p;
      p = blanks(p);
      const d: i32 = load<u8>(p);
      if (d == 125) {
        if (!hasKept && leading >= 0 && !cut(leading, after)) flags |= PARSE;
        p++;
        break;
      }
      if (d != 44) return bad(p);
      comma = p;
      p = blanks(p + 1);
    }
  }
  if (!hasKept) flags |= EMPTY;
  if (marks & (BLANK | SEPARATOR | EXPONENT)) flags |= PARSE;
  store<i32>(row, start);
  store<i32>(row + 4, p);
  store<i32>(row + 8, flags);
  return p;
}

/**
 * Looks for the list in the document from `start` on; gives the place after its bracket, INCOMPLETE, or INVALID for anything else than a list
 * at the end of the path.
 */
export function locate(start: i32, end: i32): i32 {
  limit = end;
  let p = blanks(start);
  let name = PATH;
  for (let level = 0; level < pathCount; level++) {
    if (load<u8>(p) != 123) return bad(p);
    p = blanks(p + 1);
    while (true) {
      const key = p;
      marks = 0;
      p = toValue(p);
      if (p < 0) return p;
      if (marks & BACKSLASH) return INVALID;
      let length = load<u16>(name);
      if (isName(key + 1, length, name) && load<u8>(key + 1 + length) == 34) break;
      p = value(p);
      if (p < 0) return p;
      p = blanks(p);
      if (load<u8>(p) != 44) return bad(p);
      p = blanks(p + 1);
    }
    name += 2 + load<u16>(name);
  }
  return load<u8>(p) == 91 ? p + 1 : bad(p);
}

/**
 * Scans elements from `start` on, as many as are whole, into rows of `4 + 2 * fields` integers: start, end, flags, the cuts up to and with it,
 * and the borders of each field of interest (-1 without it). `isFirst` is 1 at the beginning of the list. Gives the number of rows.
 */
export function elements(start: i32, end: i32, isFirst: i32, rows: i32, rowsEnd: i32, cutsAt: i32, cutsLimit: i32): i32 {
  limit = end;
  cuts = cutsAt;
  cutsEnd = cutsLimit;
  cutCount = 0;
  oddCount = 0;
  const size = 16 + notedCount * 8;
  let row = rows;
  let count: i32 = 0;
  let first = isFirst != 0;
  position = start;
  state = MORE;
  while (true) {
    let p = blanks(position);
    const c: i32 = load<u8>(p);
    if (c == 93) {
      position = p + 1;
      state = ENDED;
      return count;
    }
    if (!first) {
      if (c != 44) {
        if (p < limit) state = BROKEN;
        return count;
      }
      p = blanks(p + 1);
    }
    if (row + size > rowsEnd) {
      state = FULL;
      return count;
    }
    const d: i32 = load<u8>(p);
    const knownCuts = cutCount;
    let next: i32;
    if (d == 123) next = element(p, row);
    else {
      next = value(p);
      store<i32>(row, p);
      store<i32>(row + 4, next);
      store<i32>(row + 8, OTHER);
    }
    if (next < 0) {
      cutCount = knownCuts;
      if (next == INVALID) state = BROKEN;
      return count;
    }
    store<i32>(row + 12, cutCount);
    if (load<i32>(row + 8) & (PARSE | OTHER)) oddCount++;
    position = next;
    first = false;
    row += size;
    count++;
  }
}

/**
 * Scans what follows the list, which stands in `pathCount` objects; gives the end, INCOMPLETE, or INVALID also when a key of the path comes a
 * second time.
 */
export function rest(start: i32, end: i32): i32 {
  limit = end;
  let p = blanks(start);
  for (let level = pathCount; level > 0; level--) {
    let name = PATH;
    for (let i = 1; i < level; i++) name += 2 + load<u16>(name);
    while (load<u8>(p) == 44) {
      const key = blanks(p + 1);
      marks = 0;
      p = toValue(key);
      if (p < 0) return p;
      const length: i32 = load<u16>(name);
      if (marks & BACKSLASH || (isName(key + 1, length, name) && load<u8>(key + 1 + length) == 34)) return INVALID;
      p = value(p);
      if (p < 0) return p;
      p = blanks(p);
    }
    if (load<u8>(p) != 125) return bad(p);
    p = blanks(p + 1);
  }
  return p == end ? p : INVALID;
}

/** Copies in steps of 16 bytes, so that up to 15 more are written. */
@inline function copy(to: i32, from: i32, length: i32): i32 {
  for (let i = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
  return to + length;
}

/**
 * Writes rows as lines to `out`: the prefix, the element without its cuts, the text that is added before its last bracket, the suffix.
 * `added` points to the place and length of each row's text, or is 0. Ends before a line that does not fit; gives the number of rows written
 * and leaves the end of the last line in `position`.
 */
export function compose(
  rows: i32,
  count: i32,
  firstCut: i32,
  cutsAt: i32,
  prefix: i32,
  prefixLength: i32,
  suffix: i32,
  suffixLength: i32,
  added: i32,
  out: i32,
  outEnd: i32,
): i32 {
  const size = 16 + notedCount * 8;
  let row = rows;
  let at = cutsAt + firstCut * 8;
  let to = out;
  position = out;
  for (let i = 0; i < count; i++) {
    let from: i32 = load<i32>(row);
    const end: i32 = load<i32>(row + 4);
    const length = added == 0 ? 0 : load<i32>(added + i * 8 + 4);
    if (to + prefixLength + (end - from) + length + 1 + suffixLength > outEnd) return i;
    to = copy(to, prefix, prefixLength);
    const lastCut = cutsAt + load<i32>(row + 12) * 8;
    for (; at < lastCut; at += 8) {
      const start: i32 = load<i32>(at);
      to = copy(to, from, start - from);
      from = load<i32>(at + 4);
    }
    to = copy(to, from, end - from);
    if (length > 0) {
      to--;
      if (!(load<i32>(row + 8) & EMPTY)) store<u8>(to++, 44);
      to = copy(to, load<i32>(added + i * 8), length);
      store<u8>(to++, 125);
    }
    to = copy(to, suffix, suffixLength);
    row += size;
    position = to;
  }
  return count;
}

/** Kinds of numbers that are written: none, an integer, one with `.0` behind it, and a number of thousandths. */
const FLOAT: i32 = 2;
const THOUSANDTHS: i32 = 3;
const MOST_DIGITS: i32 = 15;

/** Reads a field of rows as numbers into `out`: NaN for all but short whole ones that are not negative. */
export function numbers(rows: i32, count: i32, field: i32, out: i32): void {
  const size = 16 + notedCount * 8;
  let at = rows + 16 + field * 8;
  for (let i = 0; i < count; i++) {
    let p: i32 = load<i32>(at);
    const end: i32 = load<i32>(at + 4);
    let number: f64 = NaN;
    if (p >= 0 && end - p <= MOST_DIGITS) {
      let value: i64 = 0;
      for (; p < end; p++) {
        const digit: u32 = <u32>load<u8>(p) - 48;
        if (digit > 9) break;
        value = value * 10 + <i64>digit;
      }
      if (p == end) number = <f64>value;
    }
    store<f64>(out + i * 8, number);
    at += size;
  }
}

/** Writes so many digits of a number. */
@inline function writeDigits(value: u32, digits: i32, to: i32): i32 {
  let left = value;
  for (let at = to + digits - 1; at >= to; at--) {
    const next = left / 10;
    store<u8>(at, left - next * 10 + 48);
    left = next;
  }
  return to + digits;
}

@inline function digitsOf(value: u32): i32 {
  let digits = 1;
  for (let power: u64 = 10; power <= <u64>value; power *= 10) digits++;
  return digits;
}

/** Writes a whole number below 2^53. */
function writeInteger(value: u64, to: i32): i32 {
  const high = <u32>(value / 1000000000);
  const low = <u32>(value - <u64>high * 1000000000);
  if (high == 0) return writeDigits(low, digitsOf(low), to);
  return writeDigits(low, 9, writeDigits(high, digitsOf(high), to));
}

/**
 * Writes numbers, each behind the key, to `out`, and behind it the text that the table has for the row; then the table has where all of that
 * begins and how long it is. Rows of kind 0 are passed over. Up to 40 bytes a row, the key's and the text's length are written, and 15 more.
 */
export function numberTexts(kinds: i32, values: i32, count: i32, key: i32, keyLength: i32, table: i32, out: i32): void {
  let to = out;
  for (let i = 0; i < count; i++) {
    const kind: i32 = load<u8>(kinds + i);
    if (kind == 0) continue;
    const start = to;
    to = copy(to, key, keyLength);
    let whole = <u64>load<f64>(values + i * 8);
    let fraction: u32 = 0;
    if (kind == THOUSANDTHS) {
      fraction = <u32>(whole % 1000);
      whole /= 1000;
    }
    to = writeInteger(whole, to);
    if (kind == FLOAT) {
      store<u16>(to, 0x302e);
      to += 2;
    } else if (fraction != 0) {
      let digits = 3;
      for (; fraction % 10 == 0; fraction /= 10) digits--;
      store<u8>(to, 46);
      to = writeDigits(fraction, digits, to + 1);
    }
    const entry = table + i * 8;
    const length: i32 = load<i32>(entry + 4);
    if (length > 0) {
      store<u8>(to, 44);
      to = copy(to + 1, load<i32>(entry), length);
    }
    store<i32>(entry, start);
    store<i32>(entry + 4, to - start);
  }
}

/** A number that other bytes are not likely to have. */
export function print(start: i32, end: i32): i64 {
  let sum: u64 = 0x9e3779b97f4a7c15 ^ <u64>(end - start);
  let p = start;
  for (; p + 8 <= end; p += 8) {
    sum = (sum ^ load<u64>(p)) * 0xff51afd7ed558ccd;
    sum ^= sum >> 32;
  }
  for (; p < end; p++) {
    sum = (sum ^ <u64>load<u8>(p)) * 0xc4ceb9fe1a85ec53;
    sum ^= sum >> 29;
  }
  return <i64>sum;
}

/** What there is among the numbers of a document: one that a double may not give back, one that 64 bits may not hold. */
const LOSSY: i32 = 1;
const LONG: i32 = 2;
/** Digits that a double holds of any number, and the fewest that an integer beyond 64 bits has. */
const SAFE_DIGITS = 15;
const LONG_DIGITS = 19;

/**
 * Looks at the numbers of a document, as far as it is one. Doubles lose what has an exponent, integers of more than 15 digits, and fractions that are
 * zeros or so many zeros or nines that the number may round to an integer.
 */
export function numberTraits(start: i32, end: i32): i32 {
  limit = end;
  let found: i32 = 0;
  let p = start;
  while (p < end) {
    let c: i32 = load<u8>(p);
    if (c == 34) {
      p = text(p + 1);
      if (p < 0) return found;
    } else if (isDigit(c)) {
      const first = p;
      do c = load<u8>(++p);
      while (isDigit(c));
      const whole = p - first;
      if (whole > SAFE_DIGITS) found |= whole >= LONG_DIGITS ? LOSSY | LONG : LOSSY;
      if (c == 46) {
        const fraction = p + 1;
        const d: i32 = load<u8>(fraction);
        c = load<u8>(++p);
        while (c == d && (d == 48 || d == 57)) c = load<u8>(++p);
        const same = p - fraction;
        while (isDigit(c)) c = load<u8>(++p);
        if (same + whole >= SAFE_DIGITS || (d == 48 && same == p - fraction)) found |= LOSSY;
      }
      if ((c | 32) == 101) {
        found |= LOSSY;
        p++;
      }
    } else p++;
  }
  return found;
}
