import type { HttpResponse } from '../../engine/http.ts';
import { isContainer } from '../../lib/dpath.ts';
import { Float, type Json } from '../../lib/json.ts';
import { numbersIn } from '../../lib/json-numbers.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { setOwnProperty } from '../../lib/objects.ts';
import { utf8Bytes } from '../../lib/utf8-bytes.ts';

const DIGITS_OF_64_BITS = 19;
const [SMALLEST, LARGEST] = [-(2n ** 63n), 2n ** 64n - 1n];

// Responses whose document was given away and may have been changed since.
const given = new WeakSet<HttpResponse>();

/**
 * The document of a loaded response, as it came also when it is asked for again; undefined when it is no JSON. UTF-8 is read as such whatever the
 * headers say; what is no UTF-8 is read by its byte order mark or by the charset of the headers.
 */
// parity: decoders/composite_raw_decoder.py:JsonParser
export function responseDocument(response: HttpResponse): Json | undefined {
  const { bytes: raw } = response;
  const bytes = utf8Bytes(raw, response.charset ?? undefined);
  if (bytes === undefined) return undefined;
  if (bytes.buffer !== raw.buffer || bytes.length !== raw.length) return parseUtf8(bytes);
  const charset = response.charset?.toLowerCase();
  const isShared = (charset === undefined || charset === null || charset === 'utf-8') && !given.has(response);
  given.add(response);
  const parsed = isShared ? response.json : undefined;
  return parsed === undefined ? parseUtf8(bytes) : narrow(parsed, bytes);
}

/** The document that some bytes in UTF-8 or UTF-16 hold; undefined when they hold none. */
export function parseDocument(raw: Uint8Array): Json | undefined {
  const bytes = utf8Bytes(raw);
  return bytes && parseUtf8(bytes);
}

function parseUtf8(bytes: Buffer): Json | undefined {
  const parsed = parseLenientJson(bytes.toString('utf8'), numbersIn(bytes)?.mayBeLost);
  return parsed === undefined ? undefined : narrow(parsed, bytes);
}

/** The documents that an extractor is given: the items of a list, anything else as it is. */
export function documentsOf(document: Json): readonly Json[] {
  return Array.isArray(document) ? document : [document];
}

/** Integers that 64 bits cannot hold are floats. */
// parity: orjson.loads
function narrow(document: Json, bytes: Uint8Array): Json {
  return (numbersIn(bytes)?.areLong ?? hasLongNumber(bytes)) ? narrowIntegers(document) : document;
}

/** Whether as many digits follow each other as the integers have that may be too large; looks at one byte in nineteen. */
function hasLongNumber(bytes: Uint8Array): boolean {
  for (let at = DIGITS_OF_64_BITS - 1; at < bytes.length; at += DIGITS_OF_64_BITS) {
    if (!isDigit(bytes[at])) continue;
    let [first, last] = [at, at];
    while (isDigit(bytes[first - 1])) first -= 1;
    while (isDigit(bytes[last + 1])) last += 1;
    if (last - first + 1 >= DIGITS_OF_64_BITS) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function narrowIntegers(value: Json): Json {
  if (typeof value === 'bigint') return value < SMALLEST || value > LARGEST ? asFloat(value) : value;
  if (!isContainer(value)) return value;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) value[i] = narrowIntegers(value[i] as Json);
  } else {
    for (const [key, item] of Object.entries(value))
      if (typeof item === 'bigint' || isContainer(item)) setOwnProperty(value, key, narrowIntegers(item));
  }
  return value;
}

/** A float that still prints every digit. */
function asFloat(value: bigint): Float {
  return new Float(Number(value), value.toString());
}
