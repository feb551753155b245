import { isUtf8 } from 'node:buffer';
import { CodecError, openText, type TextStream } from './text-codec.ts';

const NOTHING = Buffer.alloc(0);
/** Bytes that tell a byte order mark, or UTF-16 without one. */
const HEAD = 4;
/** The most bytes that a character in UTF-8 may lack at the end of a chunk. */
const LONGEST_REST = 3;

/**
 * The bytes of a text in UTF-8, without a byte order mark, which tells the encoding. Bytes that are no UTF-8 are taken for text in the charset that
 * their sender declares; undefined where it declares none, or where they are not valid in it.
 */
export function utf8Bytes(bytes: Uint8Array, declared?: string): Buffer | undefined {
  const buffer = asBuffer(bytes);
  const { skip, utf16 } = markOf(buffer);
  const text = buffer.subarray(skip);
  if (utf16 === undefined && isUtf8(text)) return text;
  const codec = openText(utf16 ?? declared ?? '');
  try {
    return codec === undefined ? undefined : Buffer.from(codec.decode(text) + codec.end());
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/**
 * The same of bytes as they arrive. Those that are no UTF-8 stay as they are where no charset is declared; throws CodecError where they are not valid
 * in the one that is.
 */
export async function* utf8Chunks(chunks: AsyncIterable<Uint8Array>, declared?: string): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = NOTHING;
  let decoder: ChunkDecoder = asIs;
  const begin = (bytes: Buffer): Buffer => {
    const { skip, utf16 } = markOf(bytes);
    decoder = utf16 === undefined ? decoderOf(declared) : throughCodec(openText(utf16) as TextStream);
    head = undefined;
    return bytes.subarray(skip);
  };
  for await (const chunk of chunks) {
    let bytes = asBuffer(chunk);
    if (head !== undefined) {
      head = head.length === 0 ? bytes : Buffer.concat([head, bytes]);
      if (head.length < HEAD) continue;
      bytes = begin(head);
    }
    const decoded = decoder(bytes, false);
    if (decoded.length > 0) yield decoded;
  }
  const rest = head === undefined ? NOTHING : begin(head);
  const last = decoder(rest, true);
  if (last.length > 0) yield last;
}

/** The bytes in UTF-8 of a chunk, or of the last one. */
type ChunkDecoder = (bytes: Buffer, isLast: boolean) => Buffer;

const asIs: ChunkDecoder = (bytes) => bytes;

function throughCodec(codec: TextStream): ChunkDecoder {
  return (bytes, isLast) => Buffer.from(codec.decode(bytes) + (isLast ? codec.end() : ''));
}

/** Passes UTF-8 on up to the first chunk that is none; from there on the text is in the declared charset. */
function decoderOf(declared: string | undefined): ChunkDecoder {
  const codec = declared === undefined || isNamedUtf8(declared) ? undefined : openText(declared);
  if (codec === undefined) return asIs;
  let rest: Buffer = NOTHING;
  let fallback: ChunkDecoder | undefined;
  return (bytes, isLast) => {
    if (fallback !== undefined) return fallback(bytes, isLast);
    const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const end = isLast ? all.length : wholeCharacters(all);
    const whole = all.subarray(0, end);
    if (isUtf8(whole)) {
      rest = all.subarray(end);
      return whole;
    }
    fallback = throughCodec(codec);
    return fallback(all, isLast);
  };
}

/** The length of what is left of some bytes without a character in UTF-8 that their end cuts. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(LONGEST_REST, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** How long the byte order mark is that some bytes begin with, and the UTF-16 that they are in, which shows without a mark, too. */
function markOf(bytes: Buffer): { skip: number; utf16?: string } {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { skip: 3 };
  if (a === 0xff && b === 0xfe) return { skip: 2, utf16: 'utf-16-le' };
  if (a === 0xfe && b === 0xff) return { skip: 2, utf16: 'utf-16-be' };
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return { skip: 0, utf16: 'utf-16-le' };
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return { skip: 0, utf16: 'utf-16-be' };
  return { skip: 0 };
}

/** Whether an encoding is UTF-8, under any of its names. */
export function isNamedUtf8(encoding: string): boolean {
  return /^(?:utf-?8(?:-?sig)?|u8|utf|cp65001)$/.test(encoding.trim().toLowerCase().replace(/[_ ]/g, '-'));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
