import { Float, type Json, type JsonObject } from './json.ts';
import { editDistance } from './nearest-name.ts';
import { type Found, NeedleIndex } from './needle-index.ts';
import { isPlainObject, ownProperty } from './objects.ts';
import { formsOf, partsOf } from './secret-forms.ts';
import { createSpans } from './spans.ts';
import { layersOf } from './text-layers.ts';
import { trimEnd } from './trim.ts';
import { findUserInfo, userInfoSecrets } from './user-info.ts';

/** What stands in place of a secret. */
export const MASK = '****';

/** The secrets of a run; whatever people read goes through it. */
export interface Secrets {
  /** Registers a secret in every form it may be printed in; nulls, booleans and empty texts are none. */
  add(value: unknown): void;
  /** Registers a secret of short life, such as a token that each request gets anew; only the latest of them are remembered. */
  addPassing(value: unknown): void;
  /** Registers the value of a cookie that looks like a session; only the latest are remembered. */
  addCookie(value: string): void;
  /** Registers the passwords in a link of the API: nobody reads them, but what the API gave goes back to where it leads. */
  addLinked(url: string): void;
  /** Masks registered secrets however they are encoded, users and passwords of URLs, and the values of secret-like names in URLs and JSON. */
  redact(text: string): string;
  /** Masks registered secrets only, for texts that are data, where a name says nothing. */
  redactKnown(text: string): string;
  /** Masks registered secrets of four characters and more, and nothing else: for data that is kept, where names say nothing. */
  redactData(text: string): string;
  /** Masks the secrets of a URL, its user info and the values of secret-like parameters. */
  redactUrl(url: string): string;
  /** A copy of the headers without secrets; of an authorization the scheme stays. */
  redactHeaders(headers: Readonly<Record<string, string>>): Record<string, string>;
}

/** Values that no spec marks are taken for secrets from this length on. */
const SHORTEST_UNMARKED = 4;
/** Shorter secrets are left in data, which would be full of masks otherwise. */
const SHORTEST_IN_DATA = 4;
/** Shorter secrets are masked in data only as they are written: many a word is the same but for its capital letters. */
const SHORTEST_IN_ANY_CASE = 8;
/** Shorter values of cookies are no sessions, and those that are longer need not look like one. */
const SHORTEST_COOKIE = 6;
const LONGEST_PLAIN_COOKIE = 12;

/** How many secrets of short life are remembered of each kind. */
const MOST_PASSING = 200;

/** A registry without secrets. */
export function createSecrets(): Secrets {
  const known = new Set<string>();
  const passing = { tokens: new Set<string>(), cookies: new Set<string>(), linked: new Set<string>() };
  const index = new NeedleIndex();
  /** Secrets that are not looked for in data, where they are too short or come from the API itself. */
  const toldIndex = new NeedleIndex();
  /** Secrets that nobody had to look for yet: most runs print little. */
  let pending: Registered[] = [];

  function indexOf({ text, isLinked }: Registered): NeedleIndex {
    return isLinked || text.length < SHORTEST_IN_DATA ? toldIndex : index;
  }

  function forget(text: string, isLinked: boolean): void {
    for (const part of [text, ...partsOf(text)]) {
      const at = pending.findIndex((other) => other.text === part && other.isLinked === isLinked);
      if (at >= 0) pending.splice(at, 1);
      else for (const form of formsOf(part)) indexOf({ text: part, isLinked }).remove(form);
    }
  }

  function addText(text: string): void {
    if (text === '' || known.has(text)) return;
    known.add(text);
    pending.push({ text, isLinked: false });
    for (const part of partsOf(text)) addText(part);
  }

  function addPassingText(text: string, kind: keyof typeof passing): void {
    const remembered = passing[kind];
    if (text === '' || known.has(text) || remembered.has(text)) return;
    remembered.add(text);
    const isLinked = kind === 'linked';
    for (const part of [text, ...partsOf(text)]) pending.push({ text: part, isLinked });
    if (remembered.size <= MOST_PASSING) return;
    const oldest = remembered.values().next().value as string;
    remembered.delete(oldest);
    forget(oldest, isLinked);
  }

  function indexPending(): void {
    for (const secret of pending) for (const form of formsOf(secret.text)) indexOf(secret).add(form);
    pending = [];
  }

  function mask(text: string, find: (layer: Uint8Array, found: Found) => void): string {
    const bytes = Buffer.from(text);
    const spans = createSpans();
    for (const { bytes: layer, placeOf } of layersOf(bytes)) find(layer, (start, end) => spans.add(placeOf(start), placeOf(end)));
    return spans.isEmpty ? text : spans.replaceIn(bytes, MASK);
  }

  function findKnown(layer: Uint8Array, found: Found): void {
    index.find(layer, found);
    toldIndex.find(layer, found);
  }

  function maskKnown(text: string): string {
    indexPending();
    return index.isEmpty && toldIndex.isEmpty ? text : mask(text, findKnown);
  }

  function maskKnownAndUserInfo(text: string): string {
    indexPending();
    return mask(text, (layer, found) => {
      findKnown(layer, found);
      findUserInfo(layer, found);
    });
  }

  function redact(text: string): string {
    return maskNamed(maskKnownAndUserInfo(text));
  }

  return {
    add(value) {
      const text = scalarText(value);
      if (text !== undefined) addText(text);
    },
    addPassing(value) {
      const text = scalarText(value);
      if (text !== undefined) addPassingText(text, 'tokens');
    },
    addCookie(value) {
      const text = /^"(.*)"$/.exec(value)?.[1] ?? value;
      if (isSession(text)) addPassingText(text, 'cookies');
    },
    addLinked(url) {
      for (const secret of userInfoSecrets(url)) addPassingText(secret, 'linked');
    },
    redact,
    redactKnown: maskKnown,
    redactData(text) {
      indexPending();
      return index.isEmpty ? text : mask(text, (layer, found) => index.find(layer, found, SHORTEST_IN_ANY_CASE));
    },
    redactUrl: redact,
    redactHeaders(headers) {
      return Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, looksSecret(name) ? maskCredentials(value) : redact(value)]),
      );
    },
  };
}

/** A secret, and whether a link of the API has brought it. */
interface Registered {
  readonly text: string;
  readonly isLinked: boolean;
}

/** Whether the value of a cookie may stand for a session: no word, no number, no date, unless it is long. */
function isSession(text: string): boolean {
  if (text.length < SHORTEST_COOKIE) return false;
  if (text.length > LONGEST_PLAIN_COOKIE) return true;
  return /[a-z]/i.test(text) && (/\d/.test(text) || (/[A-Z]/.test(text.slice(1)) && /[a-z]/.test(text)));
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float ? String(value) : undefined;
}

const URL_PARAMETER = /([?&;])([\w.%[\]-]{2,64})=([^&#\s"'<>]+)/g;
const QUOTED_PAIR = /(\\{0,8}["'])([\w-]{2,64})\1(\s*[:=]\s*)(\\{0,8}["'])((?:(?!\4)(?:\\[\s\S]|[^\\]))+)\4/g;
const CREDENTIALS = /\b(Bearer|Basic) (?=\S*\d)[\w.~+/-]{8,}=*/g;

/** Masks `Bearer value`, and `?name=value` and `"name": "value"` where the name says that the value is a secret. */
function maskNamed(text: string): string {
  let masked = text;
  // Most texts hold nothing of the kind, which is quicker to see than the patterns are to make.
  if (masked.includes('Bearer ') || masked.includes('Basic ')) masked = masked.replace(CREDENTIALS, `$1 ${MASK}`);
  if (masked.includes('=')) {
    masked = masked.replace(URL_PARAMETER, (all, before: string, name: string) =>
      looksSecret(decodeName(name)) ? `${before}${name}=${MASK}` : all,
    );
  }
  if (masked.includes('"') || masked.includes("'")) {
    masked = masked.replace(QUOTED_PAIR, (all, quotes: string, name: string, between: string, around: string, value: string) =>
      looksSecret(name) && !value.includes('{{') ? `${quotes}${name}${quotes}${between}${around}${MASK}${around}` : all,
    );
  }
  return masked;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function maskCredentials(value: string): string {
  const scheme = /^(Bearer|Basic|Digest|Token|Negotiate)\s/i.exec(value)?.[1];
  return scheme === undefined ? MASK : `${scheme} ${MASK}`;
}

/** Names of one word, or words run together, whose values are secrets. */
const SECRET_NAMES = [
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'secretkey',
  'privatekey',
  'signingkey',
  'encryptionkey',
  'subscriptionkey',
  'authkey',
  'accesstoken',
  'clientsecret',
  'authorization',
  'credential',
  'signature',
  'cookie',
  'bearer',
  'jwt',
];
/** Names that say so only when they are the whole name. */
const WHOLE_NAMES = new Set(['key', 'sig', 'auth', 'pass', 'sid', 'session', 'sessionid', 'pin', 'otp']);
/** Last words that make a name tell about a secret instead of holding it, as in `token_url`. */
const ABOUT_SECRETS = new Set(
  (
    'url uri host hosts endpoint path type name names header headers field fields param params parameter location method format prefix scheme ' +
    'expiry expires expiration date time at in lifetime ttl seconds duration count limit size length id ids enabled required ' +
    'grant algorithm version policy strategy rotation page option options mode description title hint regex pattern status'
  ).split(' '),
);
/** Words before `token` that make it a place in the data. */
const PAGE_WORDS = new Set(['page', 'next', 'previous', 'prev', 'continuation', 'sync', 'pagination', 'cursor', 'scroll', 'resume']);
/** English words one letter away from a secret name. */
const REAL_WORDS = new Set(['taken', 'passed', 'beater']);

const verdicts = new Map<string, boolean>();
const MOST_VERDICTS = 2000;

/** Whether a key, parameter or header of this name is likely to hold a secret; misspelt names (`api_kee`, `pasword`) count too. */
export function looksSecret(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
  const verdict = judgeName(name);
  verdicts.set(name, verdict);
  return verdict;
}

function judgeName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined) return false;
  if (WHOLE_NAMES.has(words.join(''))) return true;
  if (ABOUT_SECRETS.has(last)) return false;
  if (last.startsWith('token') && words.slice(0, -1).some((word) => PAGE_WORDS.has(word))) return false;
  const candidates = [...words, ...words.slice(1).map((word, index) => `${words[index]}${word}`), words.join('')];
  return candidates.some((candidate) => SECRET_NAMES.some((secret) => isNearly(candidate, secret)));
}

/** The lower-case words of a name in any case style, without trailing digits. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => trimEnd(word, '0123456789'))
    .filter((word) => word !== '');
}

/** Whether a word is a name, its plural or a slip of the pen away from it: one for four letters and more, two for eleven and more. */
function isNearly(word: string, name: string): boolean {
  if (word === name || word === `${name}s`) return true;
  if (word[0] !== name[0] || word.length < 4 || name.length < 5 || REAL_WORDS.has(word)) return false;
  const slips = name.length >= 11 ? 2 : 1;
  return editDistance(word, name, slips) <= slips;
}

// parity: utils/airbyte_secrets_utils.py:get_secrets
/**
 * The secret values of a config: those that the spec's JSON schema marks with `airbyte_secret` (through properties, items, combinations
 * and local references), those under secret-like names, those inside of secrets that are JSON themselves, and passwords in URLs.
 */
export function collectSecrets(config: Json, spec: JsonObject): string[] {
  const found = new Set<string>();

  function take(value: Json): void {
    const text = scalarText(value);
    if (text !== undefined && text !== '') found.add(text);
    if (typeof value === 'string') takeNested(value);
    else if (isObjectOrList(value)) for (const child of Object.values(value)) take(child as Json);
  }

  function takeNested(text: string): void {
    if (!/^\s*\{/.test(text)) return;
    try {
      visit(JSON.parse(text) as Json, []);
    } catch {
      // Not JSON after all: the text as a whole is registered already.
    }
  }

  function visit(value: Json, schemas: readonly JsonObject[]): void {
    if (typeof value === 'string') for (const secret of userInfoSecrets(value)) found.add(secret);
    const all = expand(schemas, spec);
    if (all.some((schema) => schema['airbyte_secret'] === true)) take(value);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, itemSchemas(all, index));
    else if (isPlainObject(value)) for (const [key, child] of Object.entries(value)) visitKey(key, child, all);
  }

  function visitKey(key: string, value: Json, schemas: readonly JsonObject[]): void {
    if (key.startsWith('__')) return;
    const own = propertySchemas(schemas, key);
    if (looksSecret(key) && isLikelySecret(value) && !isChoice(own)) take(value);
    else visit(value, own);
  }

  function isChoice(schemas: readonly JsonObject[]): boolean {
    return expand(schemas, spec).some((schema) => 'const' in schema || 'enum' in schema);
  }

  visit(config, [spec]);
  return [...found];
}

/** Whether a value under a secret-like name is a secret: no switch, no short code, no name such as `api_key` in `auth: api_key`. */
function isLikelySecret(value: Json): boolean {
  const text = scalarText(value);
  return text !== undefined && text.length >= SHORTEST_UNMARKED && (!looksSecret(text) || /\d\D*\d/.test(text));
}

/** The schemas with all that they combine or refer to; each once. */
function expand(schemas: readonly JsonObject[], root: JsonObject): JsonObject[] {
  const all = new Set<JsonObject>();
  const open: (Json | undefined)[] = [...schemas];
  while (open.length > 0) {
    const schema = open.pop();
    if (Array.isArray(schema)) open.push(...schema);
    if (!isPlainObject(schema) || all.has(schema)) continue;
    all.add(schema);
    for (const keyword of ['oneOf', 'anyOf', 'allOf', 'if', 'then', 'else']) open.push(schema[keyword]);
    if (typeof schema['$ref'] === 'string') open.push(resolve(root, schema['$ref']));
  }
  return [...all];
}

function resolve(root: JsonObject, reference: string): Json | undefined {
  if (!reference.startsWith('#/')) return undefined;
  let value: Json | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isPlainObject(value) ? ownProperty(value, key) : undefined;
  }
  return value;
}

function propertySchemas(schemas: readonly JsonObject[], key: string): JsonObject[] {
  return schemas.flatMap((schema) => {
    const properties = schema['properties'];
    const own = isPlainObject(properties) ? ownProperty(properties, key) : undefined;
    const patterns = isPlainObject(schema['patternProperties']) ? Object.values(schema['patternProperties']) : [];
    return [own, ...patterns, schema['additionalProperties']].filter(isSchema);
  });
}

function itemSchemas(schemas: readonly JsonObject[], index: number): JsonObject[] {
  return schemas.flatMap((schema) => {
    const { items, prefixItems, additionalItems } = schema;
    const listed = [items, prefixItems].map((list) => (Array.isArray(list) ? list[index] : list));
    return [...listed, additionalItems].filter(isSchema);
  });
}

function isSchema(value: Json | undefined): value is JsonObject {
  return isPlainObject(value);
}

function isObjectOrList(value: Json): value is JsonObject | Json[] {
  return isPlainObject(value) || Array.isArray(value);
}
