/** Everything that reads a text which an API, a manifest or a config brings, as functions of that text. */
import { parseXml } from '../../src/components/decoders/xml-document.ts';
import { statedCharset } from '../../src/http/charset.ts';
import { createCookieJar } from '../../src/http/cookies.ts';
import { HttpHeaders } from '../../src/http/headers.ts';
import { readProxySettings } from '../../src/http/proxy.ts';
import { parseHttpDate, rateLimitResetSeconds, retryAfterSeconds } from '../../src/http/retry-after.ts';
import { dedupeParams, joinUrl, parseQuery, prepareUrl } from '../../src/http/url.ts';
import { createFunctions } from '../../src/lang/functions/index.ts';
import { createTemplates } from '../../src/lang/index.ts';
import { strMembers } from '../../src/lang/methods/str.ts';
import { Runtime } from '../../src/lang/runtime.ts';
import { createCsvReader } from '../../src/lib/csv.ts';
import { parseExactJson } from '../../src/lib/exact-json.ts';
import { excerptOf } from '../../src/lib/excerpt.ts';
import { compileGlob } from '../../src/lib/glob.ts';
import { parseJson } from '../../src/lib/json.ts';
import { createJsonItemsReader } from '../../src/lib/json-items.ts';
import { compileJsonPath } from '../../src/lib/json-path.ts';
import { parseLenientJson } from '../../src/lib/lenient-json.ts';
import { parseLinks } from '../../src/lib/link-header.ts';
import { nearestName } from '../../src/lib/nearest-name.ts';
import { createSecrets, looksSecret } from '../../src/lib/secrets.ts';
import {
  compileStrptime,
  dateTimeFromIsoFormat,
  generalParse,
  isoParse,
  parseDatetime,
  parseDuration,
  parseFlexibleOrUndefined,
} from '../../src/lib/time/index.ts';
import { writtenSecrets } from '../../src/lib/written-secrets.ts';
import { processManifest } from '../../src/manifest/index.ts';
import { loadManifest } from '../../src/manifest/load.ts';
import { requestKey } from '../../src/recording/request-key.ts';

/** Something that reads a text; what it makes of it, an error included, does not matter. */
export interface Reader {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

const NOW = Date.UTC(2026, 0);
const environment = { now: () => BigInt(NOW) * 1000n, warn: () => undefined };

function textReaders(): Reader[] {
  const secrets = createSecrets();
  secrets.add('s3cr3t-of-the-config');
  secrets.add('a b');
  const headers = (name: string, value: string): HttpHeaders => HttpHeaders.from([[name, value]]);
  const url = new URL('https://api.test/items');
  return [
    { name: 'JSON', read: (text) => parseJson(text) },
    { name: 'JSON, a text in it', read: (text) => parseJson(JSON.stringify({ a: text })) },
    { name: 'JSON, exactly', read: (text) => parseExactJson(text) },
    { name: 'JSON, leniently', read: (text) => parseLenientJson(text) },
    { name: 'JSON, blanks within', read: (text) => parseExactJson(`{"a":[1${text}]}`) },
    { name: 'JSON items', read: (text) => pieces(text, '{"data":[{"a":"', '"}]}', jsonItems()) },
    { name: 'JSON items, between values', read: (text) => pieces(text, '{"data":[1,', '2]}', jsonItems()) },
    { name: 'CSV', read: (text) => pieces(text, '', '', createCsvReader(',')) },
    { name: 'CSV, in quotes', read: (text) => pieces(text, '"', '"', createCsvReader(',')) },
    { name: 'XML', read: (text) => parseXml(`<a>${text}</a>`) },
    { name: 'XML, an attribute', read: (text) => parseXml(`<a b="${text}">c</a>`) },
    { name: 'Link', read: (text) => parseLinks(text) },
    { name: 'Link, a parameter', read: (text) => parseLinks(`<https://api.test>; rel=${text}`) },
    { name: 'Content-Type', read: (text) => statedCharset(`text/html; charset=${text}`) },
    { name: 'Retry-After', read: (text) => retryAfterSeconds(headers('Retry-After', text), NOW) },
    { name: 'X-RateLimit-Reset', read: (text) => rateLimitResetSeconds(headers('X-RateLimit-Reset', text), NOW) },
    { name: 'a date of HTTP', read: (text) => parseHttpDate(text) },
    { name: 'Set-Cookie', read: (text) => createCookieJar(() => NOW).store(url, [text, `a=${text}; Path=${text}; Expires=${text}`]) },
    { name: 'a URL', read: (text) => prepareUrl(`https://api.test/${text}`, { a: text }) },
    { name: 'a path joined to a URL', read: (text) => joinUrl('https://api.test/a', text) },
    { name: 'a query', read: (text) => [parseQuery(text), dedupeParams(`https://api.test/?${text}`, { a: '1' })] },
    { name: 'proxies', read: (text) => readProxySettings({ HTTPS_PROXY: text, NO_PROXY: text }) },
    { name: 'what is masked', read: (text) => secrets.redact(text) },
    { name: 'an excerpt', read: (text) => excerptOf(text, 200, secrets.redact) },
    { name: 'a secret', read: (text) => createSecrets().add(text) },
    { name: 'a name of a secret', read: (text) => looksSecret(text) },
    { name: 'secrets written down', read: (text) => writtenSecrets(`${text}\ntoken: ${text}\n`) },
    { name: 'a misspelt name', read: (text) => nearestName(text, [`${text}b`, `c${text}`, 'items']) },
    { name: 'a glob', read: (text) => compileGlob(text).test(text) },
    { name: 'a JSONPath', read: (text) => compileJsonPath(`$.a[?(@.b=='${text}')]`) },
    { name: 'a JSONPath itself', read: (text) => compileJsonPath(text) },
    { name: 'a date', read: (text) => parseFlexibleOrUndefined(text, BigInt(NOW) * 1000n) },
    { name: 'a date, generally', read: (text) => generalParse(text, BigInt(NOW) * 1000n) },
    { name: 'a date of ISO 8601', read: (text) => isoParse(text) },
    { name: 'a date of Python', read: (text) => dateTimeFromIsoFormat(text) },
    { name: 'a date by a format', read: (text) => compileStrptime('%Y-%m-%d %H:%M:%S %Z').parse(text) },
    { name: 'a date format', read: (text) => compileStrptime(text).parse('2026-01-01') },
    { name: 'an epoch', read: (text) => parseDatetime(text, '%s') },
    { name: 'a duration', read: (text) => parseDuration(`P${text}D`) },
    { name: 'a manifest', read: (text) => loadManifest(text, 'manifest.yaml') },
    { name: 'a manifest, a text in it', read: (text) => loadManifest(`a: ${JSON.stringify(text)}\nb: |\n  ${text}\n`, 'manifest.yaml') },
    { name: 'a reference', read: (text) => processManifest({ a: { $ref: `#/${text}` } }) },
    {
      name: 'the key of a recorded request',
      read: (text) => requestKey({ method: 'GET', url: `https://api.test/?a=${text}`, body: text }, 0),
    },
    { name: 'a template', read: (text) => createTemplates(environment).compile(text).evaluate({}) },
    { name: 'a template, in an expression', read: (text) => createTemplates(environment).compile(`{{ ${text} }}`).evaluate({}) },
    { name: 'a template, in a text of it', read: (text) => createTemplates(environment).compile(`{{ '${text}' }}`).evaluate({}) },
  ];
}

/** Feeds a text in pieces, as it comes from a connection. */
function pieces(text: string, before: string, after: string, reader: { push(piece: string): unknown; end(): unknown }): unknown {
  reader.push(before);
  for (let at = 0; at < text.length; at += 4096) reader.push(text.slice(at, at + 4096));
  reader.push(after);
  return reader.end();
}

function jsonItems(): { push(piece: string): unknown; end(): unknown } {
  const reader = createJsonItemsReader('data.item');
  return { push: (piece) => reader.push(piece, []), end: () => reader.end([]) };
}

/** Each function of the template language on the text, as the examples of its documentation call it, and each method of texts. */
function templateReaders(): Reader[] {
  const { filters, tests, functions } = createFunctions(new Runtime(environment)).all;
  const examples = [...filters, ...tests, ...functions].flatMap((spec) => spec.examples.map(([template]) => template));
  const ofExamples = examples.map((template) => template.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/, 'response'));
  const ofMethods = [...strMembers.methods.keys()].flatMap((name) => [`{{ response.${name}() }}`, `{{ response.${name}('a') }}`]);
  const regular = [
    "{{ response is match('a+b') }}",
    '{{ response | int }}',
    '{{ response | float }}',
    '{{ response == response ~ "a" }}',
    "{{ response.split('a') | join(response[:9]) }}",
  ];
  return [...new Set([...ofExamples, ...ofMethods, ...regular])]
    .filter((template) => template.includes('response'))
    .map((template) => ({
      name: template,
      read: (text) => createTemplates(environment).compile(template).evaluate({ config: {}, response: text }),
    }));
}

/** All readers. */
export function allReaders(): Reader[] {
  return [...textReaders(), ...templateReaders()];
}
