import { PythonError } from './values.ts';

const NAMES: ReadonlyMap<string, Codec> = new Map([
  ['utf8', 'utf-8'],
  ['u8', 'utf-8'],
  ['cp65001', 'utf-8'],
  ['utf8sig', 'utf-8-sig'],
  ['ascii', 'ascii'],
  ['usascii', 'ascii'],
  ['646', 'ascii'],
  ['latin1', 'latin-1'],
  ['latin', 'latin-1'],
  ['l1', 'latin-1'],
  ['iso88591', 'latin-1'],
  ['88591', 'latin-1'],
  ['utf16', 'utf-16'],
  ['u16', 'utf-16'],
  ['utf16le', 'utf-16-le'],
  ['utf16be', 'utf-16-be'],
]);

type Codec = 'utf-8' | 'utf-8-sig' | 'ascii' | 'latin-1' | 'utf-16' | 'utf-16-le' | 'utf-16-be';

const BOM = '\ufeff';

function codecOf(encoding: string): Codec {
  const codec = NAMES.get(encoding.toLowerCase().replace(/[^a-z0-9]/g, ''));
  if (codec === undefined) throw new PythonError('LookupError', `unknown encoding: ${encoding}`);
  return codec;
}

/** Python's `text.encode(encoding, errors)`; raises UnicodeEncodeError, LookupError for an unknown encoding or error handler. */
export function encodeText(text: string, encoding = 'utf-8', errors = 'strict'): Uint8Array {
  const codec = codecOf(encoding);
  switch (codec) {
    case 'ascii':
      return encodeNarrow(text, 0x7f, 'ascii', errors);
    case 'latin-1':
      return encodeNarrow(text, 0xff, 'latin-1', errors);
    default:
      break;
  }
  const valid = text.isWellFormed() ? text : replaceUnencodable(text, (code) => code >= 0xd800 && code <= 0xdfff, codec, errors);
  if (codec === 'utf-8') return encodeUtf8(valid);
  if (codec === 'utf-8-sig') return encodeUtf8(BOM + valid);
  const units = Uint8Array.from(Buffer.from(codec === 'utf-16' ? BOM + valid : valid, 'utf16le'));
  return codec === 'utf-16-be' ? swapPairs(units) : units;
}

function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function swapPairs(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, index) => bytes[index ^ 1] as number);
}

function encodeNarrow(text: string, largest: number, codec: string, errors: string): Uint8Array {
  return Uint8Array.from(
    Buffer.from(
      replaceUnencodable(text, (code) => code > largest, codec, errors),
      'latin1',
    ),
  );
}

function replaceUnencodable(text: string, isBad: (code: number) => boolean, codec: string, errors: string): string {
  let out = '';
  let index = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    out += isBad(code) ? encodeReplacement(code, index, codec, errors) : character;
    index++;
  }
  return out;
}

function encodeReplacement(code: number, index: number, codec: string, errors: string): string {
  switch (errors) {
    case 'strict':
      throw new PythonError('UnicodeEncodeError', `'${codec}' codec can't encode character ${escapeText(code)} in position ${index}`);
    case 'ignore':
      return '';
    case 'replace':
      return '?';
    case 'xmlcharrefreplace':
      return `&#${code};`;
    case 'backslashreplace':
      return escapeText(code);
    default:
      throw new PythonError('LookupError', `unknown error handler name '${errors}'`);
  }
}

function escapeText(code: number): string {
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Python's `bytes.decode(encoding, errors)`; raises UnicodeDecodeError, LookupError for an unknown encoding or error handler. */
export function decodeBytes(bytes: Uint8Array, encoding = 'utf-8', errors = 'strict'): string {
  const codec = codecOf(encoding);
  switch (codec) {
    case 'latin-1':
      return Buffer.from(bytes).toString('latin1');
    case 'ascii':
      return decodeAscii(bytes, errors);
    case 'utf-8':
      return decodeWith('utf-8', bytes, errors);
    case 'utf-8-sig':
      return decodeWith('utf-8', bytes, errors).replace(/^\ufeff/, '');
    case 'utf-16-le':
    case 'utf-16-be':
      return decodeWith(codec.replace('-le', 'le').replace('-be', 'be'), bytes, errors);
    default:
      return decodeUtf16(bytes, errors);
  }
}

function decodeUtf16(bytes: Uint8Array, errors: string): string {
  const bigEndian = bytes[0] === 0xfe && bytes[1] === 0xff;
  const marked = bigEndian || (bytes[0] === 0xff && bytes[1] === 0xfe);
  return decodeWith(bigEndian ? 'utf-16be' : 'utf-16le', marked ? bytes.subarray(2) : bytes, errors);
}

function decodeWith(label: string, bytes: Uint8Array, errors: string): string {
  checkDecodeHandler(errors);
  if (errors === 'replace') return new TextDecoder(label, { ignoreBOM: true }).decode(bytes);
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    if (errors === 'strict') throw new PythonError('UnicodeDecodeError', `'${label}' codec can't decode the bytes`);
    return errors === 'ignore' ? dropUndecodable(label, bytes) : escapeUndecodable(label, bytes);
  }
}

function checkDecodeHandler(errors: string): void {
  if (['strict', 'ignore', 'replace', 'backslashreplace'].includes(errors)) return;
  throw new PythonError('LookupError', `unknown error handler name '${errors}'`);
}

// What the decoder puts for broken bytes may also stand in the text itself, which is therefore cut there first.
function dropUndecodable(label: string, bytes: Uint8Array): string {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  if (label !== 'utf-8') return decoder.decode(bytes).replaceAll('\ufffd', '');
  const pieces = Buffer.from(bytes).toString('latin1').split('\xef\xbf\xbd');
  return pieces.map((piece) => decoder.decode(Buffer.from(piece, 'latin1')).replaceAll('\ufffd', '')).join('\ufffd');
}

function escapeUndecodable(label: string, bytes: Uint8Array): string {
  let out = '';
  let start = 0;
  while (start < bytes.length) {
    const [text, used] = longestDecodable(label, bytes, start);
    out += text;
    start += used;
    if (used === 0) out += escapeText(bytes[start++] as number);
  }
  return out;
}

function longestDecodable(label: string, bytes: Uint8Array, start: number): [text: string, used: number] {
  for (let used = Math.min(4, bytes.length - start); used > 0; used--) {
    const text = new TextDecoder(label, { ignoreBOM: true }).decode(bytes.subarray(start, start + used));
    if (!text.includes('\ufffd')) return [text, used];
  }
  return ['', 0];
}

function decodeAscii(bytes: Uint8Array, errors: string): string {
  checkDecodeHandler(errors);
  let out = '';
  for (const byte of bytes) {
    if (byte < 0x80) out += String.fromCharCode(byte);
    else if (errors === 'strict') throw new PythonError('UnicodeDecodeError', `'ascii' codec can't decode byte 0x${byte.toString(16)}`);
    else if (errors === 'replace') out += '\ufffd';
    else if (errors === 'backslashreplace') out += escapeText(byte);
  }
  return out;
}
