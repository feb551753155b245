import type { Needle } from './needle-index.ts';
import { innermost } from './text-layers.ts';

/** Below this length a value is masked only where it stands alone: masking every `1` would leave no readable text. */
const SHORTEST_ANYWHERE = 3;
/** Shorter values have no base64 and no hexadecimal digits that could be told from other text. */
const SHORTEST_ENCODED = 4;
/** Shorter base64 must be of the same case, or it would be found in other text. */
const SHORTEST_BASE64_OF_ANY_CASE = 12;
/** Longer secrets are looked for piece by piece. */
const LONGEST_PIECE = 64;
/** Lines of a secret (a key file) from this length on are secrets of their own. */
const SHORTEST_LINE = 12;

/** Parts of a secret that give it away when printed alone: the trimmed value, a token after its scheme, the lines of a key. */
export function partsOf(text: string): string[] {
  const parts = [text.trim()];
  const token = /^(?:Bearer|Basic|Token)\s+(\S+)$/i.exec(text)?.[1];
  if (token !== undefined) parts.push(token);
  return [...parts, ...linesOf(text)].filter((part) => part !== text);
}

/** The telling lines of a text that has several, its line breaks escaped or not. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n|\\n/);
  return lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_LINE && !/^-----[A-Z ]+-----$/.test(line)) : [];
}

/**
 * What to look for in the layers of a text: the secret in all cases of letters, in hexadecimal digits and in base64. One with several
 * telling lines is looked for by its lines.
 */
export function formsOf(text: string): Needle[] {
  if (linesOf(text).length > 1) return [];
  const written = casesOf(text).flatMap(encodingsOf);
  if (text.length < SHORTEST_ANYWHERE) return written.map((bytes) => ({ bytes, standsAlone: true }));
  const plain = innermost(Buffer.from(text));
  if (plain.length >= SHORTEST_ENCODED) written.push(plain);
  const encoded = encodingsOf(text);
  return [...written.flatMap((bytes) => inPieces(bytes)), ...encoded.flatMap(hexForms), ...encoded.flatMap(base64Forms)];
}

/** A text in its cases of letters; those of ASCII are the same to whoever looks for it. */
function casesOf(text: string): string[] {
  return /[^\0-\x7f]/.test(text) ? [...new Set([text, text.toLowerCase(), text.toUpperCase()])] : [text];
}

/** A text in UTF-8 and, where that differs, in Latin-1. */
function encodingsOf(text: string): Uint8Array[] {
  const isLatin = /[\x80-\xff]/.test(text) && !/[^\0-\xff]/.test(text);
  return isLatin ? [Buffer.from(text), Buffer.from(text, 'latin1')] : [Buffer.from(text)];
}

function inPieces(bytes: Uint8Array, more: Partial<Needle> = {}): Needle[] {
  const count = Math.max(1, Math.ceil(bytes.length / LONGEST_PIECE));
  return Array.from({ length: count }, (_, index) => {
    const [from, to] = [index, index + 1].map((part) => Math.floor((part * bytes.length) / count)) as [number, number];
    return { bytes: bytes.subarray(from, to), ...more };
  });
}

/** Hexadecimal digits, also with something between the bytes. */
function hexForms(bytes: Uint8Array): Needle[] {
  if (bytes.length < SHORTEST_ENCODED) return [];
  const digits = Buffer.from(bytes).toString('hex');
  return ['', ' ', ':'].flatMap((between) => inPieces(Buffer.from(digits.replace(/..(?=.)/g, `$&${between}`))));
}

/**
 * What base64 makes of the bytes wherever they stand in a larger text such as `user:password`: one form for each alignment, without the
 * digits that neighbouring bytes have a part in.
 */
function base64Forms(bytes: Uint8Array): Needle[] {
  if (bytes.length < SHORTEST_ENCODED) return [];
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    if (core.length >= SHORTEST_BASE64_OF_ANY_CASE) return base64Pieces(core, false);
    return [...new Set([core, core.replaceAll('+', '-').replaceAll('/', '_')])].flatMap((digits) => base64Pieces(digits, true));
  });
}

function base64Pieces(digits: string, isExact: boolean): Needle[] {
  const pieces = inPieces(Buffer.from(digits), { isExact });
  return pieces.with(-1, { ...(pieces.at(-1) as Needle), endsBase64: true });
}
