import { truth } from '../comparison.ts';
import { decodeBytes, encodeText } from '../encoding.ts';
import { Markup } from '../markup.ts';
import { compileRegex, type Regex } from '../regex.ts';
import { str } from '../repr.ts';
import { bounded } from '../runtime.ts';
import { isInt, PythonError, typeName, Undefined, type Value } from '../values.ts';
import { jsonText } from './json-text.ts';
import type { FunctionSpec } from './spec.ts';
import { requireText } from './text.ts';

/** Node's hashes, loaded when the first template needs one: few do, and loading takes as long as all other functions together. */
function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}

/** Python's names of hash algorithms in `hashlib`, with Node's names of them. */
const HASHES: ReadonlyMap<string, string> = new Map([
  ['md5', 'md5'],
  ['sha1', 'sha1'],
  ['sha224', 'sha224'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
  ['sha3_224', 'sha3-224'],
  ['sha3_256', 'sha3-256'],
  ['sha3_384', 'sha3-384'],
  ['sha3_512', 'sha3-512'],
  ['blake2b', 'blake2b512'],
  ['blake2s', 'blake2s256'],
]);

/** Other names in `hashlib`, which cannot be called for a digest without more arguments. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  'algorithms_available',
  'algorithms_guaranteed',
  'file_digest',
  'new',
  'pbkdf2_hmac',
  'scrypt',
  'shake_128',
  'shake_256',
]);

// parity: airbyte_cdk/sources/declarative/interpolation/filters.py:hash
function hash(value: Value, type: Value, salt: Value): string {
  if (typeof type !== 'string') throw new PythonError('TypeError', `attribute name must be string, not '${typeName(type)}'`);
  const algorithm = HASHES.get(type);
  if (algorithm === undefined) {
    if (OTHER_NAMES.has(type)) throw new PythonError('TypeError', `hashlib.${type} needs more arguments`);
    throw new PythonError('AttributeError', `No hashing function named ${type}`);
  }
  const digest = nodeCrypto()
    .createHash(algorithm)
    .update(encodeText(str(value)));
  if (truth(salt)) digest.update(encodeText(str(salt)));
  return digest.digest('hex');
}

/** `value.encode(…)`, which only texts have. */
function encode(value: Value, encoding: string): Uint8Array {
  if (typeof value === 'string') return encodeText(value, encoding);
  if (value instanceof Undefined) return value.fail();
  throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'encode'`);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Decodes base64, passing over characters that do not belong to it; raises ValueError for a wrong length. */
// parity: CPython Modules/binascii.c:binascii_a2b_base64_impl
function decodeBase64(text: string): Uint8Array {
  const bytes: number[] = [];
  let position = 0;
  let left = 0;
  let pads = 0;
  for (const character of text) {
    if (character === '=') {
      if (position >= 2 && position + ++pads >= 4) return Uint8Array.from(bytes);
      continue;
    }
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) continue;
    pads = 0;
    if (position > 0) bytes.push(((left << (position * 2)) | (digit >> (6 - position * 2))) & 0xff);
    left = digit;
    position = (position + 1) % 4;
  }
  if (position === 1) {
    throw new PythonError('ValueError', 'Invalid base64-encoded string: number of data characters cannot be 1 more than a multiple of 4');
  }
  if (position !== 0) throw new PythonError('ValueError', 'Incorrect padding');
  return Uint8Array.from(bytes);
}

// parity: airbyte_cdk/sources/declarative/interpolation/filters.py:string
function quotedJson(value: Value): Value {
  return typeof value === 'string' || value instanceof Markup ? value : `"""${jsonText(value)}"""`;
}

function regexOf(pattern: Value): Regex {
  return compileRegex(requireText(pattern, 'first argument must be string or compiled pattern'));
}

// parity: airbyte_cdk/sources/declarative/interpolation/filters.py:regex_search
function searchGroup(regex: Regex, text: string): Value {
  const match = regex.groups > 0 ? regex.search(text) : undefined;
  return match ? (match.groups[1] ?? null) : '';
}

// parity: airbyte_cdk/sources/declarative/interpolation/filters.py:regex_replace
function replaceAll(regex: Regex, replacement: string, value: Value): string {
  // A malformed replacement is found before a value of the wrong type.
  if (typeof value !== 'string') regex.sub(replacement, '');
  return bounded(regex.sub(replacement, requireText(value)));
}

// parity: airbyte_cdk/sources/declarative/interpolation/filters.py:hmac
function hmac(value: Value, key: Value, type: Value): string {
  if (type !== 'sha256') throw new PythonError('ValueError', `Hash type '${str(type)}' is not allowed. Allowed types: sha256`);
  return nodeCrypto()
    .createHmac('sha256', encodeText(str(key)))
    .update(encodeText(str(value)))
    .digest('hex');
}

const HTML_UNSAFE: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', "'": '\\u0027' };

// parity: jinja2/utils.py:htmlsafe_json_dumps
function toJson(value: Value, indent: Value): Markup {
  const text = jsonText(value, { sortKeys: true, ...(indent === null ? {} : { indent: indentText(indent) }) });
  return new Markup(text.replace(/[<>&']/g, (character) => HTML_UNSAFE[character] as string));
}

function indentText(indent: Value): string {
  if (typeof indent === 'string') return indent;
  if (isInt(indent) || typeof indent === 'boolean') return ' '.repeat(Math.max(0, Number(indent)));
  throw new PythonError('TypeError', `can't multiply sequence by non-int of type '${typeName(indent)}'`);
}

/** The filters that encode, hash and search texts, among them those that the low-code CDK adds. */
export const encodingFilters: readonly FunctionSpec[] = [
  {
    name: 'hash',
    parameters: [['value'], ['hash_type', 'md5'], ['salt', null]],
    doc: 'The hash of the value’s text, and of a salt after it, in hexadecimal; by MD5 unless another algorithm is named.',
    examples: [
      ["{{ 'abc' | hash }}", '900150983cd24fb0d6963f7d28e17f72'],
      ["{{ 'abc' | hash('sha1', 'salt') }}", '99198dfc48e034c66356183f854eb322f607c1dd'],
    ],
    run: (_runtime, value: Value, type: Value, salt: Value) => hash(value, type, salt),
  },
  {
    name: 'hmac',
    parameters: [['value'], ['key'], ['hash_type', 'sha256']],
    doc: 'The HMAC of the value’s text with a key, by SHA-256, in hexadecimal.',
    examples: [["{{ 'abc' | hmac('key') }}", '9c196e32dc0175f86f4b1cb89289d6619de6bee699e4c378e68309ed97a1a6ab']],
    run: (_runtime, value: Value, key: Value, type: Value) => hmac(value, key, type),
  },
  {
    name: 'base64encode',
    parameters: [['value']],
    doc: 'The text in base64.',
    examples: [["{{ 'user:secret' | base64encode }}", 'dXNlcjpzZWNyZXQ=']],
    run: (_runtime, value: Value) => Buffer.from(encode(value, 'utf-8')).toString('base64'),
  },
  {
    name: 'base64decode',
    parameters: [['value']],
    doc: 'The text that base64 stands for; characters that do not belong to base64 are passed over.',
    examples: [["{{ 'dXNlcjpzZWNyZXQ=' | base64decode }}", 'user:secret']],
    run: (_runtime, value: Value) => decodeBytes(decodeBase64(Buffer.from(encode(value, 'utf-8')).toString('latin1'))),
  },
  {
    name: 'base64binascii_decode',
    parameters: [['value']],
    doc: 'The text, which must be ASCII, in base64: despite its name it encodes.',
    examples: [["{{ 'abc' | base64binascii_decode }}", 'YWJj']],
    run: (_runtime, value: Value) => Buffer.from(encode(value, 'ascii')).toString('base64'),
  },
  {
    name: 'string',
    parameters: [['value']],
    doc: 'The value as JSON between three double quotes, so that the result of the template stays a text; a text is left as it is.',
    examples: [
      ['{{ 5 | string }}', '"""5"""'],
      ["{{ '5' | string }}", '5'],
    ],
    seesMarkup: true,
    run: (_runtime, value: Value) => quotedJson(value),
  },
  {
    name: 'regex_search',
    parameters: [['value'], ['regex']],
    doc: 'What the first group of a regular expression matches, at the first place where it matches; empty without a match or group.',
    examples: [["{{ 'id=42;' | regex_search('id=([0-9]+)') }}", '42']],
    run: (_runtime, value: Value, regex: Value) => searchGroup(regexOf(regex), requireText(value)),
  },
  {
    name: 'regex_replace',
    parameters: [['value'], ['regex'], ['replacement']],
    doc: 'The text with every match of a regular expression replaced; `\\1` and `\\g<name>` stand for groups.',
    examples: [["{{ 'a-b' | regex_replace('(\\\\w)-(\\\\w)', '\\\\2-\\\\1') }}", 'b-a']],
    run: (_runtime, value: Value, regex: Value, replacement: Value) => replaceAll(regexOf(regex), requireText(replacement), value),
  },
  {
    name: 'tojson',
    parameters: [['value'], ['indent', null]],
    doc: "The value as JSON with sorted keys; the characters `<`, `>`, `&` and `'` are escaped.",
    examples: [["{{ {'b': true, 'a': none} | tojson }}", '{"a": null, "b": true}']],
    run: (_runtime, value: Value, indent: Value) => toJson(value, indent),
  },
];
