import { Float, type Json, type JsonObject } from './json.ts';
import { editDistance } from './nearest-name.ts';
import { isPlainObject, ownProperty } from './objects.ts';
import { trimEnd } from './trim.ts';

/** What stands in place of a secret. */
export const MASK = '****';

/** The secrets of a run; whatever people read goes through it. */
export interface Secrets {
  /** Registers a secret in every form it may be printed in; nulls, booleans and empty texts are none. */
  add(value: unknown): void;
  /** Registers a secret of short life, such as a token that each request gets anew; only the latest of them are remembered. */
  addPassing(value: unknown): void;
  /** Masks registered secrets, and the values of secret-like names in URLs and JSON. */
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

/** Below this length a value is masked only where it stands alone: masking every `1` would leave no readable text. */
const SHORTEST_ANYWHERE = 3;
/** Shorter values have no base64 that could be told from other text. */
const SHORTEST_BASE64 = 4;
/** Values that no spec marks are taken for secrets from this length on. */
const SHORTEST_UNMARKED = 4;
/** Shorter secrets are left in data, which would be full of masks otherwise. */
const SHORTEST_IN_DATA = 4;
/** Lines of a secret (a key file) from this length on are secrets of their own. */
const SHORTEST_LINE = 12;

/** The engine of regular expressions refuses long patterns: longer texts are masked piece by piece, and many of them by several matchers. */
const LONGEST_PIECE = 1000;
const LONGEST_MATCHER = 100_000;

/** How many secrets of short life are remembered. */
const MOST_PASSING = 200;

interface Form {
  readonly pattern: string;
  readonly length: number;
}

/** A registry without secrets. */
export function createSecrets(): Secrets {
  const known = new Set<string>();
  const forms = new Map<string, Form>();
  const passing = new Map<string, readonly Form[]>();
  let matchers: readonly RegExp[] | undefined;
  let dataMatchers: readonly RegExp[] | undefined;

  function forget(): void {
    matchers = undefined;
    dataMatchers = undefined;
  }

  function addText(text: string): void {
    if (text === '' || known.has(text)) return;
    known.add(text);
    for (const form of formsOf(text)) forms.set(form.pattern, form);
    forget();
    for (const part of partsOf(text)) addText(part);
  }

  function addPassingText(text: string): void {
    if (text === '' || known.has(text) || passing.has(text)) return;
    passing.set(text, [text, ...partsOf(text)].flatMap(formsOf));
    if (passing.size > MOST_PASSING) passing.delete(passing.keys().next().value as string);
    forget();
  }

  function compile(shortest: number): RegExp[] {
    const all = [...forms.values(), ...[...passing.values()].flat()].filter(({ length }) => length >= shortest);
    const longestFirst = all.sort((a, b) => b.length - a.length).map(({ pattern }) => pattern);
    return inPieces(longestFirst, LONGEST_MATCHER).map((patterns) => new RegExp(patterns.join('|'), 'g'));
  }

  function maskKnown(text: string): string {
    matchers ??= compile(0);
    return matchers.reduce((masked, matcher) => masked.replace(matcher, MASK), text);
  }

  function maskData(text: string): string {
    dataMatchers ??= compile(SHORTEST_IN_DATA);
    return dataMatchers.reduce((masked, matcher) => masked.replace(matcher, MASK), text);
  }

  return {
    add(value) {
      const text = scalarText(value);
      if (text !== undefined) addText(text);
    },
    addPassing(value) {
      const text = scalarText(value);
      if (text !== undefined) addPassingText(text);
    },
    redact: (text) => maskNamed(maskKnown(text)),
    redactKnown: maskKnown,
    redactData: maskData,
    redactUrl: (url) => maskNamed(maskKnown(maskUserInfo(url))),
    redactHeaders(headers) {
      return Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [
          name,
          looksSecret(name) ? maskCredentials(value) : maskNamed(maskKnown(maskUserInfo(value))),
        ]),
      );
    },
  };
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float ? String(value) : undefined;
}

/** Parts of a secret that give it away when printed alone: the trimmed value, a token after its scheme, the lines of a key. */
function partsOf(text: string): string[] {
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

/** The patterns of a text; one with several telling lines is masked by its lines. */
function formsOf(text: string): Form[] {
  if (linesOf(text).length > 1) return [];
  const tokens = (text.match(/\\+|[^\\]/gu) ?? []).map((token) =>
    token.startsWith('\\') ? looseBackslashes(token.length) : looseCharacter(token),
  );
  const plain = inPieces(tokens, LONGEST_PIECE, () => 1).map((piece) => ({
    pattern: piece.join(''),
    length: Math.min(text.length, piece.length),
  }));
  if (text.length < SHORTEST_ANYWHERE)
    return plain.map(({ pattern, length }) => ({ pattern: `(?<![A-Za-z0-9])${pattern}(?![A-Za-z0-9])`, length }));
  const encoded = [base64Forms(Buffer.from(text))];
  if (/[\u0080-\u00ff]/.test(text)) encoded.push(base64Forms(Buffer.from(text, 'latin1')));
  return [...plain, ...encoded.flat()];
}

/** Parts of a list, each no longer in total than told, but for single texts that are. */
function inPieces(texts: readonly string[], longest: number, lengthOf = (text: string): number => text.length): string[][] {
  const pieces: string[][] = [];
  let room = 0;
  for (const text of texts) {
    room -= lengthOf(text);
    if (room < 0 || pieces.length === 0) {
      pieces.push([]);
      room = longest - lengthOf(text);
    }
    pieces.at(-1)?.push(text);
  }
  return pieces;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f' };
const ENTITIES: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };
const BACKSLASH = '(?:\\\\|%(?:25)*5[cC])';
/** The most backslashes before a character, as JSON in JSON in JSON has them; bounded so that a text of backslashes costs little. */
const MOST_BACKSLASHES = 8;
/** So many backslashes in a row stand for more of them, too. */
const MOST_COUNTED = 500;

/**
 * A pattern for one character: itself, percent-encoded (once or more), escaped as JSON does (once or more, the escape perhaps
 * percent-encoded in turn) or as HTML does.
 */
function looseCharacter(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const plain = plainForms(character).join('|');
  const units = character.split('').map((unit) => `${BACKSLASH}{1,${MOST_BACKSLASHES}}u${anyCase(hex(unit.charCodeAt(0), 4))}`);
  const escapes = [units.join('')];
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) escapes.push(`${BACKSLASH}{1,${MOST_BACKSLASHES}}${short}`);
  if (/["'/]/.test(character)) escapes.push(`${BACKSLASH}{1,${MOST_BACKSLASHES}}(?:${plain})`);
  return `(?:${[...escapes, plain].join('|')})`;
}

/** A character without backslashes before it; itself last, since `%` and `&` begin their own codes. */
function plainForms(character: string): string[] {
  const code = character.codePointAt(0) as number;
  const percent = [...Buffer.from(character)].map((byte) => `%(?:25)*${anyCase(hex(byte, 2))}`).join('');
  const forms = [percent, `&#0*${code};`, `&#[xX]0*${anyCase(hex(code, 0))};`];
  if (character === ' ') forms.push('\\+');
  const entity = ENTITIES[character];
  if (entity !== undefined) forms.push(`&${entity};`);
  return [...forms, character === '\n' ? '\\r?\\n' : quote(character)];
}

/** A pattern for backslashes in a row, as one: a repetition for each of them would take for ever on a text of backslashes. */
function looseBackslashes(count: number): string {
  const [exactly, escaped] =
    count > MOST_COUNTED ? [`{${MOST_COUNTED},}`, `{${MOST_COUNTED},}`] : [`{${count}}`, `{${count},${count * MOST_BACKSLASHES}}`];
  const other = [`${BACKSLASH}{1,${MOST_BACKSLASHES}}u005[cC]`, '&#0*92;', '&#[xX]0*5[cC];'].map((pattern) => `(?:${pattern})${exactly}`);
  return `(?:${[`${BACKSLASH}${escaped}`, ...other].join('|')})`;
}

function quote(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

function anyCase(digits: string): string {
  return digits.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * What base64 (standard and URL-safe) makes of the bytes wherever they stand in a larger text such as `user:password`: one form for each
 * alignment, without the characters that neighbouring bytes have a part in.
 */
function base64Forms(bytes: Buffer): Form[] {
  if (bytes.length < SHORTEST_BASE64) return [];
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    const digits = [...core].map((digit) => BASE64_DIGITS[digit] ?? digit);
    const pieces = inPieces(digits, LONGEST_PIECE, () => 1).map((piece) => ({ pattern: piece.join(''), length: piece.length }));
    return pieces.with(-1, endOfBase64(pieces.at(-1) as Form));
  });
}

/** With the character that the bytes after it have a part in, and the padding. */
function endOfBase64({ pattern, length }: Form): Form {
  return { pattern: `${pattern}[A-Za-z0-9+/_-]?(?:=|%3[dD]){0,2}`, length };
}

const BASE64_DIGITS: Readonly<Record<string, string>> = { '+': '(?:[+-]|%2[bB])', '/': '(?:[/_]|%2[fF])' };

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

function maskUserInfo(text: string): string {
  return text.replace(/(:\/\/)[^/?#@\s]+@/g, `$1${MASK}@`);
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
 * and local references), those under secret-like names, and those inside of secrets that are JSON themselves.
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
  return text !== undefined && text.length >= SHORTEST_UNMARKED && !looksSecret(text);
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
