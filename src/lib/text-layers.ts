/**
 * A text with its escapes undone, layer by layer: as URLs, JSON, HTML, e-mails and programs write characters. A layer knows where in the
 * text its bytes come from, so that what is found in a layer can be masked in the text.
 */
export interface Layer {
  readonly bytes: Buffer;
  /** The place in the text of a byte, or of the end. */
  placeOf(index: number): number;
}

/** How often escapes may be escaped again; JSON in JSON in JSON in a URL is four. */
const MOST_LAYERS = 8;

/**
 * The layers of a text, the text itself first, also those of quoted-printable and of broken lines. There is a bound to their number, so that
 * they take time in proportion to the text.
 */
export function* layersOf(text: Uint8Array): Generator<Layer> {
  let layer: Layer | undefined = layerOf(text);
  for (let depth = 0; layer !== undefined && depth < MOST_LAYERS; depth += 1) {
    yield layer;
    yield* joinedLayers(layer);
    layer = undo(layer, ESCAPED);
  }
}

function* joinedLayers(layer: Layer): Generator<Layer> {
  const joined = undo(layer, JOINED);
  if (joined === undefined) return;
  yield joined;
  const plain = undo(joined, ESCAPED);
  if (plain !== undefined) yield plain;
}

/** The innermost layer of a text. */
export function innermost(text: Uint8Array): Uint8Array {
  let layer = layerOf(text);
  for (let depth = 0; depth < MOST_LAYERS; depth += 1) layer = undo(layer, ESCAPED) ?? layer;
  return layer.bytes;
}

function layerOf(text: Uint8Array): Layer {
  return { bytes: Buffer.from(text.buffer, text.byteOffset, text.byteLength), placeOf: (index) => index };
}

/** What a reader of escapes found: how many bytes they take, and what they stand for. */
interface Escape {
  readonly length: number;
  readonly bytes: readonly number[];
}

interface Notation {
  /** The bytes that escapes of this kind begin with. */
  readonly begins: readonly number[];
  /** Reads an escape at a place that such a byte stands at. */
  read(bytes: Uint8Array, at: number): Escape | undefined;
}

/** Runs up to this length are copied byte by byte, which is quicker. */
const SHORT_RUN = 32;

/** The layer below one; undefined when nothing in it is escaped. */
function undo(above: Layer, { begins, read }: Notation): Layer | undefined {
  const { bytes } = above;
  if (!begins.some((byte) => bytes.includes(byte))) return undefined;
  const isBegin = new Uint8Array(256);
  for (const byte of begins) isBegin[byte] = 1;
  const plain = Buffer.allocUnsafe(bytes.length);
  const origins = createOrigins();
  let [length, done] = [0, 0];
  const copyUntil = (end: number): void => {
    if (end === done) return;
    origins.add(length, done, true);
    if (end - done > SHORT_RUN) plain.set(bytes.subarray(done, end), length);
    else for (let i = done; i < end; i += 1) plain[length + i - done] = bytes[i] as number;
    length += end - done;
  };
  for (let at = 0; at < bytes.length; ) {
    const written = isBegin[bytes[at] as number] === 1 ? read(bytes, at) : undefined;
    if (written === undefined) {
      at += 1;
      continue;
    }
    copyUntil(at);
    origins.add(length, at, false);
    for (const byte of written.bytes) {
      plain[length] = byte;
      length += 1;
    }
    at += written.length;
    done = at;
  }
  if (done === 0) return undefined;
  copyUntil(bytes.length);
  origins.add(length, bytes.length, false);
  return { bytes: plain.subarray(0, length), placeOf: (index) => above.placeOf(origins.of(index)) };
}

interface Origins {
  /** Says where what begins at a place comes from: a run byte by byte, or an escape as a whole. */
  add(begin: number, from: number, isRun: boolean): void;
  of(index: number): number;
}

function createOrigins(): Origins {
  const begins: number[] = [];
  const sources: number[] = [];
  const runs: boolean[] = [];
  return {
    add(begin, from, isRun) {
      begins.push(begin);
      sources.push(from);
      runs.push(isRun);
    },
    of(index) {
      let [low, high] = [0, begins.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((begins[middle] as number) <= index) low = middle;
        else high = middle - 1;
      }
      const source = sources[low] as number;
      return runs[low] === true ? source + index - (begins[low] as number) : source;
    },
  };
}

const [PERCENT, AMPERSAND, BACKSLASH, EQUALS, SEMICOLON, HASH, OPENING, CLOSING] = [...'%&\\=;#{}'].map((character) =>
  character.charCodeAt(0),
) as [number, number, number, number, number, number, number, number];
const [LINE_FEED, CARRIAGE_RETURN] = [0x0a, 0x0d];

/** Percent-encoding, HTML entities, and the backslashes of JSON and of programs. */
const ESCAPED: Notation = {
  begins: [PERCENT, AMPERSAND, BACKSLASH],
  read(bytes, at) {
    const byte = bytes[at];
    if (byte === PERCENT) return readPercent(bytes, at);
    return byte === AMPERSAND ? readEntity(bytes, at) : readBackslash(bytes, at);
  },
};

/** Quoted-printable, and lines that were broken. */
const JOINED: Notation = {
  begins: [EQUALS, LINE_FEED, CARRIAGE_RETURN],
  read(bytes, at) {
    const isEquals = bytes[at] === EQUALS;
    const lineEnd = lengthOfLineEnd(bytes, isEquals ? at + 1 : at);
    if (lineEnd > 0) return { length: lineEnd + (isEquals ? 1 : 0), bytes: [] };
    const code = isEquals ? hexAt(bytes, at + 1, 2) : undefined;
    return code === undefined ? undefined : { length: 3, bytes: [code] };
  },
};

function lengthOfLineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === LINE_FEED) return 1;
  return bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED ? 2 : 0;
}

function readPercent(bytes: Uint8Array, at: number): Escape | undefined {
  const code = hexAt(bytes, at + 1, 2);
  if (code !== undefined) return { length: 3, bytes: [code] };
  // The way of old browsers.
  const unit = lower(bytes[at + 1]) === 0x75 ? hexAt(bytes, at + 2, 4) : undefined;
  return unit === undefined ? undefined : { length: 6, bytes: utf8Of(unit) };
}

const LONGEST_NUMBER = 16;
const LONGEST_NAME = 12;

function readEntity(bytes: Uint8Array, at: number): Escape | undefined {
  if (bytes[at + 1] === HASH) return readNumericEntity(bytes, at);
  let name = '';
  let end = at + 1;
  while (isLetterOrDigit(bytes[end]) && name.length <= LONGEST_NAME) {
    name += String.fromCharCode(bytes[end] as number);
    end += 1;
  }
  const character = bytes[end] === SEMICOLON ? (ENTITIES.get(name) ?? ENTITIES.get(name.toLowerCase())) : undefined;
  return character === undefined ? undefined : { length: end + 1 - at, bytes: utf8Of(character.codePointAt(0) as number) };
}

function readNumericEntity(bytes: Uint8Array, at: number): Escape | undefined {
  const isHex = lower(bytes[at + 2]) === 0x78;
  const radix = isHex ? 16 : 10;
  let end = at + (isHex ? 3 : 2);
  const begin = end;
  let code = 0;
  for (let digit = digitAt(bytes, end); digit < radix && end - begin < LONGEST_NUMBER; digit = digitAt(bytes, end)) {
    code = Math.min(code * radix + digit, 0x110000);
    end += 1;
  }
  if (end === begin || code > 0x10ffff) return undefined;
  return { length: end - at + (bytes[end] === SEMICOLON ? 1 : 0), bytes: utf8Of(code) };
}

const SHORT_ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, b: 0x08, f: 0x0c, 0: 0 };

function readBackslash(bytes: Uint8Array, at: number): Escape | undefined {
  const next = bytes[at + 1];
  if (next === undefined) return undefined;
  const letter = String.fromCharCode(next);
  if (letter === 'u') return readUnicodeEscape(bytes, at);
  const code = letter === 'x' ? hexAt(bytes, at + 2, 2) : octalAt(bytes, at + 1);
  if (code !== undefined) return { length: 4, bytes: [code] };
  const short = SHORT_ESCAPES[letter];
  if (short !== undefined) return { length: 2, bytes: [short] };
  // Before a sign, a backslash means the sign.
  return next < 0x80 && !isLetterOrDigit(next) && next > 0x20 ? { length: 2, bytes: [next] } : undefined;
}

function readUnicodeEscape(bytes: Uint8Array, at: number): Escape | undefined {
  if (bytes[at + 2] === OPENING) {
    let end = at + 3;
    let code = 0;
    for (let digit = digitAt(bytes, end); digit < 16 && end - at < LONGEST_NUMBER; digit = digitAt(bytes, end)) {
      code = Math.min(code * 16 + digit, 0x110000);
      end += 1;
    }
    return bytes[end] === CLOSING && code <= 0x10ffff ? { length: end + 1 - at, bytes: utf8Of(code) } : undefined;
  }
  const unit = hexAt(bytes, at + 2, 4);
  if (unit === undefined) return undefined;
  const isHigh = unit >= 0xd800 && unit < 0xdc00 && bytes[at + 6] === BACKSLASH && lower(bytes[at + 7]) === 0x75;
  const low = isHigh ? hexAt(bytes, at + 8, 4) : undefined;
  if (low === undefined || low < 0xdc00 || low > 0xdfff) return { length: 6, bytes: utf8Of(unit) };
  return { length: 12, bytes: utf8Of(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)) };
}

function octalAt(bytes: Uint8Array, at: number): number | undefined {
  const [first, second, third] = [digitAt(bytes, at), digitAt(bytes, at + 1), digitAt(bytes, at + 2)];
  return first < 4 && second < 8 && third < 8 ? first * 64 + second * 8 + third : undefined;
}

function hexAt(bytes: Uint8Array, at: number, count: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + count; i += 1) {
    const digit = digitAt(bytes, i);
    if (digit > 15) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** The value of a digit, hexadecimal ones included; of anything else a number that is larger. */
function digitAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) return 99;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = lower(byte);
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 99;
}

/** The lower case of a letter. */
function lower(byte: number | undefined): number {
  return (byte ?? 0) | 0x20;
}

/** Whether a byte is a letter or a digit of ASCII. */
export function isLetterOrDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= 0x30 && byte <= 0x39) || (lower(byte) >= 0x61 && lower(byte) <= 0x7a);
}

function utf8Of(code: number): readonly number[] {
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 0x3f)];
  if (code < 0x10000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)];
}

/** The names that HTML has for the characters of ASCII, each after its character, and those of Latin-1 in their order. */
const ASCII_NAMES =
  '\tTab \nNewLine !excl "quot #num $dollar %percnt &amp \'apos (lpar )rpar *ast *midast +plus ,comma .period /sol :colon ;semi <lt =equals >gt ?quest ' +
  '@commat [lsqb [lbrack \\bsol ]rsqb ]rbrack ^Hat _lowbar _UnderBar `grave {lcub {lbrace |verbar |vert }rcub }rbrace -hyphen -dash';
const LATIN_NAMES =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo ' +
  'frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve ' +
  'Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ' +
  'ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const FIRST_OF_LATIN = 0xa0;
const ENTITIES: ReadonlyMap<string, string> = new Map([
  ...ASCII_NAMES.split(/ (?=\S)/).map((entry): [string, string] => [entry.slice(1), entry.charAt(0)]),
  ...LATIN_NAMES.split(' ').map((name, index): [string, string] => [name, String.fromCharCode(FIRST_OF_LATIN + index)]),
]);
