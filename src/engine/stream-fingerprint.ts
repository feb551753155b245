import { canonicalJson } from '../lib/canonical-json.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { maskJson } from '../lib/mask-json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';
import type { Secrets } from '../lib/secrets.ts';

/** Raised when what a page checkpoint means changes, so that those of earlier versions are not used. */
const FORMAT = 1;
const LENGTH = 16;
/** Values that change while credentials are renewed, and say nothing of what is read. */
const EXPIRY = /expir/i;

/** Sixteen characters that differ when the text does. */
export function fingerprint(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('base64url').slice(0, LENGTH);
}

/** Tells whether the declaration of a stream, or the config without its secrets, is still what it was when a page token was stored. */
export function streamFingerprint(declaration: JsonObject, config: JsonObject, secrets: Secrets): string {
  const settings = maskJson(withoutExpiry(config), secrets.redactKnown);
  return fingerprint(canonicalJson([FORMAT, declaration, settings]));
}

function withoutExpiry(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutExpiry);
  if (!isPlainObject(value)) return value;
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value as JsonObject)) if (!EXPIRY.test(key)) setOwnProperty(copy, key, withoutExpiry(item));
  return copy;
}
