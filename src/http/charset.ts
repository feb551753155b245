import { trim } from '../lib/trim.ts';

const QUOTES_AND_BLANKS = '"\' ';

/** The charset that a Content-Type names; null when it names none. */
export function namedCharset(contentType: string | undefined): string | null {
  const [, ...params] = (contentType ?? '').split(';');
  let charset: string | null = null;
  for (const param of params) {
    const equals = param.indexOf('=');
    if (equals >= 0 && trim(param.slice(0, equals).trim(), QUOTES_AND_BLANKS).toLowerCase() === 'charset') {
      charset = trim(param.slice(equals + 1).trim(), QUOTES_AND_BLANKS);
    }
  }
  return charset;
}

// parity: requests.utils.get_encoding_from_headers
/** The encoding that a Content-Type states or implies: its charset, latin-1 for text, UTF-8 for JSON, else null. */
export function statedCharset(contentType: string | undefined): string | null {
  if (!contentType) return null;
  const charset = namedCharset(contentType);
  if (charset !== null) return charset;
  const [type = ''] = contentType.split(';');
  if (type.includes('text')) return 'ISO-8859-1';
  return type.includes('application/json') ? 'utf-8' : null;
}

// parity: requests.utils.guess_json_utf
/** The UTF encoding that the first four bytes of a JSON document show; null when none fits. */
export function guessJsonCharset(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8-sig';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return c === 0 && d === 0 && a === 0xff ? null : 'utf-16';
  const nulls = [a, b, c, d].filter((byte) => byte === 0).length;
  if (nulls === 0) return 'utf-8';
  if (nulls !== 2) return null;
  if (a === 0 && c === 0) return 'utf-16-be';
  return b === 0 && d === 0 ? 'utf-16-le' : null;
}

/** The likely encoding of bytes that state none: UTF-8 when they are valid UTF-8, else Windows-1252. */
export function detectCharset(bytes: Uint8Array): string {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8-sig';
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return 'utf-16';
  return decodeStrictly(bytes, 'utf-8') === null ? 'windows-1252' : 'utf-8';
}

/** Decodes bytes by a Python codec name, with U+FFFD for what is invalid; an unknown name means UTF-8. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  return decode(bytes, charset, false) ?? '';
}

/** Decodes bytes by a Python codec name; null when they are not valid in it. */
export function decodeStrictly(bytes: Uint8Array, charset: string): string | null {
  return decode(bytes, charset, true);
}

function decode(bytes: Uint8Array, charset: string, fatal: boolean): string | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = charset.toLowerCase().replace(/[_ ]/g, '-');
  if (/^(utf-?8|u8|cp65001)$/.test(name) && !fatal) return buffer.toString('utf8');
  if (/^(iso-?8859-1|latin-?1|l1|8859)$/.test(name)) return buffer.toString('latin1');
  if (/^(us-ascii|ascii|646)$/.test(name) && !fatal) return buffer.toString('latin1').replace(/[\u0080-\u00ff]/g, '\ufffd');
  const [label, ignoreBom] = codecLabel(name, bytes);
  try {
    return new TextDecoder(label, { fatal, ignoreBOM: ignoreBom }).decode(bytes);
  } catch (error) {
    if (error instanceof RangeError && !fatal) return buffer.toString('utf8');
    return null;
  }
}

// The WHATWG label of a Python codec, and whether a byte order mark stays in the text.
function codecLabel(name: string, bytes: Uint8Array): [label: string, ignoreBom: boolean] {
  if (name === 'utf-8-sig') return ['utf-8', false];
  if (name === 'utf-16') return [bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-16le', false];
  if (/^utf-?16-?(le|be)$/.test(name)) return [name.endsWith('be') ? 'utf-16be' : 'utf-16le', true];
  return [name.replace(/^cp(\d)/, 'windows-$1'), true];
}
