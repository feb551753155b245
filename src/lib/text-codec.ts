/** Raised for bytes that are not valid in their encoding. */
export class CodecError extends Error {
  override readonly name = 'CodecError';
}

/** Turns the bytes of a text into the text, chunk by chunk; throws CodecError for bytes that are not valid. */
export interface TextStream {
  decode(chunk: Uint8Array): string;
  /** The rest of the text; a character that is not complete is an error. */
  end(): string;
}

const UTF_8 = /^(?:utf-?8|u8|utf|cp65001)$/;
const UTF_8_SIG = /^utf-?8-?sig$/;
const UTF_16 = /^(?:utf-?16|u16)$/;
const UTF_16_FIXED = /^(?:utf-?16-?|unicode(?:big|little)unmarked|utf-16)(le|be)$/;
const LATIN_1 = /^(?:iso-?8859-?1|latin-?1|latin|l1|8859|cp819)$/;
const ASCII = /^(?:us-?ascii|ascii|646)$/;
const SINGLE_BYTE = /^(?:windows-125\d|windows-874|iso-8859-\d+|koi8-[ru]|ibm866|macintosh)$/;
// Bytes that have no character in Python's tables, where the web's have control characters.
const UNDEFINED_BYTES: Readonly<Record<string, readonly number[]>> = {
  'windows-1252': [0x81, 0x8d, 0x8f, 0x90, 0x9d],
  'windows-1250': [0x81, 0x83, 0x88, 0x90, 0x98],
  'windows-1251': [0x98],
  'windows-1254': [0x81, 0x8d, 0x8e, 0x8f, 0x90, 0x9d, 0x9e],
};

/** Opens a text in an encoding of that Python name; undefined when there is no such encoding. */
export function openText(encoding: string): TextStream | undefined {
  const name = normalizeName(encoding);
  if (UTF_8.test(name)) return streamOf('utf-8', true, encoding);
  if (UTF_8_SIG.test(name)) return streamOf('utf-8', false, encoding);
  if (UTF_16.test(name)) return markedUtf16(encoding);
  const fixed = UTF_16_FIXED.exec(name);
  if (fixed !== null) return streamOf(`utf-16${fixed[1]}`, true, encoding);
  if (LATIN_1.test(name)) return bytewise((bytes) => bytes.toString('latin1'));
  if (ASCII.test(name)) return bytewise((bytes) => checkBytes(bytes, (byte) => byte < 0x80, encoding).toString('latin1'));
  return openOther(name, encoding);
}

function normalizeName(encoding: string): string {
  return encoding.trim().toLowerCase().replace(/[_ ]/g, '-');
}

/** The web's name of an encoding; Python's also write `cp1252`, `iso8859-2`, `latin2`, `koi8r`. */
function webName(name: string): string {
  return name
    .replace(/^(?:cp|windows-?)?(125\d|874)$/, 'windows-$1')
    .replace(/^iso-?8859-?/, 'iso-8859-')
    .replace(/^koi8-?/, 'koi8-')
    .replace(/^(?:cp|ibm)?866$/, 'ibm866')
    .replace(/^(?:cp932|ms932|sjis|s-jis|shiftjis|csshiftjis)$/, 'shift_jis')
    .replace(/^shift-jis$/, 'shift_jis')
    .replace(/^(?:cp936|936)$/, 'gbk')
    .replace(/^(?:cp949|949|uhc)$/, 'euc-kr')
    .replace(/^(?:cp950|950)$/, 'big5')
    .replace(/^mac-?roman$/, 'macintosh');
}

function openOther(name: string, encoding: string): TextStream | undefined {
  const label = webName(name);
  try {
    if (!SINGLE_BYTE.test(label)) return streamOf(label, true, encoding);
    const undefinedBytes = UNDEFINED_BYTES[label] ?? [];
    const decoder = new TextDecoder(label, { fatal: true });
    return bytewise((bytes) => {
      checkBytes(bytes, (byte) => !undefinedBytes.includes(byte), encoding);
      return guard(encoding, () => decoder.decode(bytes));
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function streamOf(label: string, keepMark: boolean, encoding: string): TextStream {
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: keepMark });
  return {
    decode: (chunk) => guard(encoding, () => decoder.decode(chunk, { stream: true })),
    end: () => guard(encoding, () => decoder.decode()),
  };
}

/** UTF-16 whose byte order its mark tells; without a mark it is no such text. */
function markedUtf16(encoding: string): TextStream {
  let stream: TextStream | undefined;
  let first = new Uint8Array(0);
  return {
    decode(chunk) {
      if (stream !== undefined) return stream.decode(chunk);
      first = Buffer.concat([first, chunk]);
      if (first.length < 2) return '';
      const big = first[0] === 0xfe && first[1] === 0xff;
      if (!big && !(first[0] === 0xff && first[1] === 0xfe))
        throw new CodecError(`The text is not in ${encoding}: it has no byte order mark`);
      stream = streamOf(big ? 'utf-16be' : 'utf-16le', true, encoding);
      return stream.decode(first.subarray(2));
    },
    end() {
      if (stream === undefined && first.length > 0) throw new CodecError(`The text is not in ${encoding}: it is too short`);
      return stream?.end() ?? '';
    },
  };
}

function bytewise(decode: (bytes: Buffer) => string): TextStream {
  return { decode: (chunk) => decode(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)), end: () => '' };
}

function checkBytes(bytes: Buffer, isValid: (byte: number) => boolean, encoding: string): Buffer {
  const bad = bytes.find((byte) => !isValid(byte));
  if (bad !== undefined) throw new CodecError(`The text is not in ${encoding}: it holds the byte 0x${bad.toString(16)}`);
  return bytes;
}

function guard(encoding: string, decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    throw new CodecError(`The text is not in ${encoding}`, { cause: error });
  }
}
