import { isUtf8 } from 'node:buffer';
import { type Json, parseJson, stringifyJson } from '../lib/json.ts';
import { mapScalars, maskJson } from '../lib/mask-json.ts';
import { MASK } from '../lib/secrets.ts';
import type { RecordedContent } from './format.ts';

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/** Content as it is recorded, and whether something in it was masked. */
export interface MaskedContent {
  readonly content: RecordedContent;
  readonly redacted: boolean;
}

/** Masks the secrets in bytes; a JSON document stays one. */
export function maskContent(bytes: Uint8Array, redact: Redact): MaskedContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isText = isUtf8(bytes);
  const text = buffer.toString(isText ? 'utf8' : 'latin1');
  const masked = redact(text);
  const redacted = masked !== text;
  if (!isText) return { content: { base64: (redacted ? Buffer.from(masked, 'latin1') : buffer).toString('base64') }, redacted };
  return { content: { body: redacted ? keepJson(text, masked, redact) : text }, redacted };
}

/** The masked text, unless the text was JSON and masking has made it none: then each value is masked by itself. */
function keepJson(text: string, masked: string, redact: Redact): string {
  const document = parsed(text);
  if (document === undefined || parsed(masked) !== undefined) return masked;
  return stringifyJson(maskJson(document, redact));
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A date or time, which a response with credentials tells their expiry by. */
const TIME = /^\d{4}-\d\d-\d\d([T ][\d:.,]+ ?(Z|UTC|[+-][\d:]+)?)?$/;
/** Texts below this length, such as `Bearer`, are no credentials. */
const SHORTEST_CREDENTIAL = 8;
const CREDENTIAL_RUN = /[\w.~+/=-]{16,}/g;

/** Masks whatever may be a credential in the response to a request for one: in JSON every longer text that is no time, elsewhere long words. */
export function maskCredentials(bytes: Uint8Array, redact: Redact): MaskedContent {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const document = parsed(text);
  const body = document === undefined ? redact(text).replace(CREDENTIAL_RUN, MASK) : stringifyJson(maskTexts(document, redact));
  return { content: { body }, redacted: body !== text };
}

function maskTexts(document: Json, redact: Redact): Json {
  return mapScalars(
    document,
    (key) => key,
    (scalar) => {
      if (typeof scalar !== 'string') return scalar;
      return scalar.length < SHORTEST_CREDENTIAL || TIME.test(scalar) ? redact(scalar) : MASK;
    },
  );
}
