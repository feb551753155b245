import { domainToASCII } from 'node:url';
import { type Float, floatText } from '../lib/json.ts';
import { rememberLast } from '../lib/remember-last.ts';
import { TransportError } from './errors.ts';

/** A query or form value; a list repeats its key, null drops it. */
export type ParamValue = null | boolean | number | bigint | string | Float | readonly ParamValue[];
/** Query or form parameters, in the order they are written. */
export type Params = Readonly<Record<string, ParamValue>> | ReadonlyMap<string, ParamValue>;

/** A URL cut as Python's urlsplit cuts it; absent parts are empty strings. */
export interface SplitUrl {
  scheme: string;
  netloc: string;
  path: string;
  query: string;
  fragment: string;
}

const NETLOC_SCHEMES = new Set(
  ',ftp,http,gopher,nntp,telnet,imap,wais,file,mms,https,shttp,snews,prospero,rtsp,rtspu,rsync,svn,svn+ssh,sftp,nfs,git,git+ssh,ws,wss'.split(
    ',',
  ),
);
const RELATIVE_SCHEMES = new Set(
  ',ftp,http,gopher,nntp,imap,wais,file,https,shttp,mms,prospero,rtsp,rtspu,sftp,svn,svn+ssh,ws,wss'.split(','),
);
const PARAM_SCHEMES = new Set(',ftp,hdl,prospero,http,imap,https,shttp,rtsp,rtspu,sip,sips,mms,sftp,tel'.split(','));

// parity: urllib.parse.urlsplit
/** Splits a URL as Python's urlsplit does: the scheme is lower-cased, tabs and newlines vanish, nothing is decoded. */
export function splitUrl(url: string, defaultScheme = ''): SplitUrl {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters in front of a URL are what is dropped
  let rest = url.replace(/^[\u0000-\u0020]+/, '').replace(/[\t\r\n]/g, '');
  let scheme = defaultScheme;
  let netloc = '';
  const schemeMatch = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(rest);
  if (schemeMatch?.[1] !== undefined) {
    scheme = schemeMatch[1].toLowerCase();
    rest = rest.slice(schemeMatch[0].length);
  }
  if (rest.startsWith('//')) {
    netloc = /^[^/?#]*/.exec(rest.slice(2))?.[0] ?? '';
    rest = rest.slice(2 + netloc.length);
    if (/[[\]]/.test(netloc) && !hasValidBrackets(netloc)) throw invalidUrl(url, 'the address in brackets is no IPv6 address.');
  }
  const [beforeFragment, fragment] = cut(rest, '#');
  const [path, query] = cut(beforeFragment, '?');
  return { scheme, netloc, path, query, fragment };
}

// parity: urllib.parse._check_bracketed_host
function hasValidBrackets(netloc: string): boolean {
  const start = netloc.indexOf('[') + 1;
  const end = netloc.indexOf(']', start);
  if (start === 0 || end < 0) return false;
  const address = netloc.slice(start, end);
  return /^v[a-fA-F0-9]+\../.test(address) || process.getBuiltinModule('node:net').isIPv6(address);
}

// parity: urllib.parse.urlunsplit
/** Puts the parts of a URL together again; empty queries and fragments lose their mark. */
export function unsplitUrl({ scheme, netloc, path, query, fragment }: SplitUrl): string {
  let url = path;
  if (netloc || (scheme && NETLOC_SCHEMES.has(scheme) && !url.startsWith('//'))) {
    if (url && !url.startsWith('/')) url = `/${url}`;
    url = `//${netloc}${url}`;
  }
  if (scheme) url = `${scheme}:${url}`;
  if (query) url = `${url}?${query}`;
  return fragment ? `${url}#${fragment}` : url;
}

// parity: urllib.parse.urljoin
/** Resolves `path` against `base` as Python's urljoin does: `..` climbs, the base's last segment, query and fragment go. */
export function joinUrl(base: string, path: string): string {
  if (!base) return path;
  if (!path) return base;
  if (isPlainFolder(base) && PLAIN_PATH.test(path)) return base + path;
  const from = partsOfBase(base);
  const to = splitParams(splitUrl(path, from.scheme));
  if (to.scheme !== from.scheme || !RELATIVE_SCHEMES.has(to.scheme)) return path;
  if (NETLOC_SCHEMES.has(to.scheme)) {
    if (to.netloc) return unsplitWithParams(to);
    to.netloc = from.netloc;
  }
  if (!to.path && !to.params) {
    return unsplitWithParams({ ...to, path: from.path, params: from.params, query: to.query || from.query });
  }
  return unsplitWithParams({ ...to, path: resolvePath(from.path, to.path) });
}

/** Segments that stay as they are, whatever they are appended to. */
const PLAIN_PATH = /^[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*\/?$/;
/** An http URL of such segments that ends with a slash. */
const PLAIN_FOLDER = /^https?:\/\/[^/?#;\\[\]\s]+\/(?:[\w~-][\w.~-]*\/)*$/;

/** Requests of a stream share their base. */
const isPlainFolder = rememberLast((base) => PLAIN_FOLDER.test(base));

type UrlWithParams = SplitUrl & { params: string };

// The `;params` of the last path segment, which urlparse keeps apart.
function splitParams(url: SplitUrl): UrlWithParams {
  if (!PARAM_SCHEMES.has(url.scheme) || !url.path.includes(';')) return { ...url, params: '' };
  const semicolon = url.path.indexOf(';', url.path.lastIndexOf('/') + 1);
  if (semicolon < 0) return { ...url, params: '' };
  return { ...url, path: url.path.slice(0, semicolon), params: url.path.slice(semicolon + 1) };
}

function unsplitWithParams({ params, ...url }: UrlWithParams): string {
  return unsplitUrl(params ? { ...url, path: `${url.path};${params}` } : url);
}

/** Requests of a stream share their base. */
const partsOfBase = rememberLast((base) => splitParams(splitUrl(base)));

function resolvePath(basePath: string, path: string): string {
  const baseParts = basePath.split('/');
  if (baseParts.at(-1) !== '') baseParts.pop();
  let segments = path.split('/');
  if (!path.startsWith('/')) {
    const all = [...baseParts, ...segments];
    segments = all.length < 2 ? all : [...all.slice(0, 1), ...all.slice(1, -1).filter((segment) => segment !== ''), ...all.slice(-1)];
  }
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  const last = segments.at(-1);
  if (last === '.' || last === '..') resolved.push('');
  return resolved.join('/') || '/';
}

function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

const FORM_SAFE = /^[A-Za-z0-9_.~-]*$/;

// parity: urllib.parse.quote_plus
/** Percent-encodes a text for a query or form: a blank is `+`, only letters, digits and `_.-~` stay. */
export function quotePlus(text: string): string {
  if (FORM_SAFE.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/%20|[!'()*]/g, (match) =>
    match === '%20' ? '+' : escapeByte(match.charCodeAt(0)),
  );
}

// parity: urllib.parse.unquote_plus
/** Undoes `quotePlus`; bytes that are no UTF-8 become U+FFFD, a `%` without two digits stays. */
export function unquotePlus(text: string): string {
  return text.replaceAll('+', ' ').replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

// parity: requests.models.RequestEncodingMixin._encode_params
/** Encodes parameters as `key=value` pairs joined by `&`; values print as Python's str() prints them. */
export function encodeParams(params: Params): string {
  const pairs: string[] = [];
  for (const [key, value] of paramEntries(params)) {
    const name = quotePlus(key);
    const values = Array.isArray(value) ? (value as readonly ParamValue[]) : [value as ParamValue];
    for (const item of values) {
      if (item === null) continue;
      for (const inner of Array.isArray(item) ? (item as readonly ParamValue[]) : [item as ParamValue]) {
        pairs.push(`${name}=${quotePlus(paramText(inner))}`);
      }
    }
  }
  return pairs.join('&');
}

/** The key and value pairs of parameters, in their order. */
export function paramEntries(params: Params): Iterable<[string, ParamValue]> {
  return params instanceof Map ? params.entries() : Object.entries(params as Record<string, ParamValue>);
}

/** A parameter's text as Python's str() gives it: True, None, 1.0, inf; lists in brackets. */
export function paramText(value: ParamValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : floatText(value);
  if (Array.isArray(value))
    return `[${value.map((item: ParamValue) => (typeof item === 'string' ? `'${item}'` : paramText(item))).join(', ')}]`;
  return String(value);
}

// parity: urllib.parse.parse_qsl (blank values are left out)
/** The decoded pairs of a query string, without those that have no value. */
export function parseQuery(query: string): [string, string][] {
  return parseWholeQuery(query).filter(([, value]) => value !== '');
}

/** All decoded pairs of a query string. */
function parseWholeQuery(query: string): [string, string][] {
  if (query === '') return [];
  return query.split('&').map((part) => {
    const [name, value] = cut(part, '=');
    return [unquotePlus(name), unquotePlus(value)];
  });
}

// parity: http_client.py:HttpClient._dedupe_query_params
/**
 * The parameters without those that the URL's query already holds with the same text, as the first of its values. A link of the API may hold the query
 * of the page before: of its values any counts, and a list is left out if the link has its name at all.
 */
export function dedupeParams(url: string, params: Params, isLink = false): Map<string, ParamValue> {
  if (!url.includes('?')) return new Map(paramEntries(params));
  const present = Map.groupBy(parseWholeQuery(splitUrl(url).query), ([name]) => name);
  const isHeld = (name: string, value: ParamValue): boolean => {
    const held = present.get(name);
    if (held === undefined) return false;
    if (isLink && Array.isArray(value)) return true;
    const counted = isLink ? held : held.filter(([, text]) => text !== '').slice(0, 1);
    return counted.some(([, text]) => text === paramText(value));
  };
  return new Map([...paramEntries(params)].filter(([name, value]) => !isHeld(name, value)));
}

const SUB_DELIMITERS = "!$&'()*+,;=";
const USERINFO_CHARS = allowed(`${SUB_DELIMITERS}:`);
const PATH_CHARS = allowed(`${SUB_DELIMITERS}:@/`);
const QUERY_CHARS = allowed(`${SUB_DELIMITERS}:@/?`);
const REQUOTE_CHARS = allowed("!#$%&'()*+,/:;=?@[]");
const REQUOTE_CHARS_WITHOUT_PERCENT = allowed("!#$&'()*+,/:;=?@[]");
const UNRESERVED = /^[A-Za-z0-9._~-]$/;

function allowed(extra: string): boolean[] {
  const table = new Array<boolean>(256).fill(false);
  for (const char of `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-~${extra}`) table[char.charCodeAt(0)] = true;
  return table;
}

function escapeByte(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function quoteBytes(text: string, table: readonly boolean[]): string {
  let plain = true;
  for (let i = 0; i < text.length && plain; i++) plain = table[text.charCodeAt(i)] === true;
  if (plain) return text;
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) out += byte < 128 && table[byte] ? String.fromCharCode(byte) : escapeByte(byte);
  return out;
}

// parity: urllib3.util.url._encode_invalid_chars
function encodeInvalidChars(text: string, table: readonly boolean[]): string {
  if (!text.includes('%')) return quoteBytes(text, table);
  let escapes = 0;
  const upper = text.replace(/%[a-fA-F0-9]{2}/g, (match) => {
    escapes++;
    return match.toUpperCase();
  });
  if (escapes !== upper.split('%').length - 1) return quoteBytes(upper, table);
  return upper
    .split('%')
    .map((part) => quoteBytes(part, table))
    .join('%');
}

// parity: requests.utils.requote_uri
/** Quotes what may not stand in a URL and unquotes what need not be quoted; a broken escape makes every `%` a `%25`. */
export function requoteUri(uri: string): string {
  const unquoted = unquoteUnreserved(uri);
  return unquoted === null ? quoteBytes(uri, REQUOTE_CHARS_WITHOUT_PERCENT) : quoteBytes(unquoted, REQUOTE_CHARS);
}

function unquoteUnreserved(uri: string): string | null {
  const parts = uri.split('%');
  let out = parts[0] ?? '';
  for (const part of parts.slice(1)) {
    const digits = part.slice(0, 2);
    if (!/^[\p{L}\p{N}]{2}$/u.test(digits)) out += `%${part}`;
    else if (!/^[0-9a-fA-F]{2}$/.test(digits)) return null;
    else {
      const char = String.fromCharCode(Number.parseInt(digits, 16));
      out += UNRESERVED.test(char) ? char + part.slice(2) : `%${part}`;
    }
  }
  return out;
}

// parity: urllib3.util.url._remove_path_dot_segments
function removeDotSegments(path: string): string {
  const output: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '.') continue;
    if (segment !== '..') output.push(segment);
    else output.pop();
  }
  if (path.startsWith('/') && (output.length === 0 || output[0])) output.unshift('');
  if (path.endsWith('/.') || path.endsWith('/..')) output.push('');
  return output.join('/');
}

const URI = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^\\/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
const HOST_AND_PORT = /^((?:[^[\]%:/?#]|%[a-fA-F0-9]{2})*|\[[0-9a-fA-F:.]+(?:%[^\]]+)?\])(?::0*(|0|[1-9][0-9]{0,4}))?$/;

function invalidUrl(url: string, why: string, kind: 'invalid_url' | 'missing_schema' = 'invalid_url'): TransportError {
  return new TransportError({ kind, what: `Invalid URL '${url}': ${why}`, hint: 'Check the base URL and the path of the request.' });
}

// parity: requests.models.PreparedRequest.prepare_url
/**
 * The URL that goes out: normalised, quoted, the parameters appended to its query. Throws TransportError (`invalid_url`,
 * `missing_schema`) for what names no host; a URL of another scheme than http stays as it is.
 */
export function prepareUrl(rawUrl: string, params: Params = {}): string {
  const prepared = preparedParts(rawUrl);
  if (typeof prepared === 'string') return prepared;
  const added = encodeParams(params);
  const query = prepared.query && added ? `${prepared.query}&${added}` : prepared.query || added;
  return requoteUri(unsplitUrl({ ...prepared, query }));
}

/** Most requests of a stream go to one URL, nearly all to one host. */
const preparedParts = rememberLast(prepareParts);
const authorityOf = rememberLast(parseAuthority);

/** The parts of a URL as they go out; as a text what stays as it is. */
function prepareParts(rawUrl: string): SplitUrl | string {
  const [, origin, path] = PLAIN_URL.exec(rawUrl) ?? [];
  return origin === undefined || path === undefined ? prepareAnyParts(rawUrl) : { ...originParts(origin, rawUrl), path };
}

/** A URL whose path needs nothing but the origin in front of it. */
const PLAIN_URL = /^(https?:\/\/[^/?#\\\s]+)((?:\/[\w~-][\w.~-]*)+\/?)$/;
/** The parts of an origin; throws TransportError as prepareUrl does. */
const originParts = rememberLast((_origin, url: string) => prepareAnyParts(url) as SplitUrl);

function prepareAnyParts(rawUrl: string): SplitUrl | string {
  const url = rawUrl.trimStart();
  if (url.includes(':') && !/^http/i.test(url)) return url;
  const match = URI.exec(/^(?:[a-zA-Z][a-zA-Z0-9+-]*:|\/)/.test(url) ? url : `//${url}`);
  if (!match) throw invalidUrl(url, 'it cannot be read.');
  const scheme = match[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return url;
  const { auth, host, port } = authorityOf(match[2] ?? '', url);
  if (!scheme) throw invalidUrl(url, `No scheme supplied. Perhaps you meant https://${url}?`, 'missing_schema');
  if (!host) throw invalidUrl(url, 'No host supplied.');
  if (/^[*.]/.test(host)) throw invalidUrl(url, 'the host has an invalid label.');
  const path = encodeInvalidChars(removeDotSegments(match[3] ?? ''), PATH_CHARS);
  const query = encodeInvalidChars(match[4] ?? '', QUERY_CHARS);
  const fragment = encodeInvalidChars(match[5] ?? '', QUERY_CHARS);
  const netloc = `${auth ? `${encodeInvalidChars(auth, USERINFO_CHARS)}@` : ''}${host}${port ? `:${port}` : ''}`;
  return { scheme, netloc, path: path || '/', query, fragment };
}

function parseAuthority(authority: string, url: string): { auth: string; host: string; port: number } {
  const at = authority.lastIndexOf('@');
  const match = HOST_AND_PORT.exec(authority.slice(at + 1));
  if (!match) throw invalidUrl(url, brokenUserInfo(url, at) ?? `'${authority.slice(at + 1)}' is not a valid host or port.`);
  const port = Number(match[2] ?? '');
  if (port > 65535) throw invalidUrl(url, brokenUserInfo(url, at) ?? `${port} is no port.`);
  const host = match[1] ?? '';
  if (host.startsWith('[') && !hasValidBrackets(host)) throw invalidUrl(url, 'the address in brackets is no IPv6 address.');
  return { auth: authority.slice(0, Math.max(at, 0)), host: normaliseHost(host, url), port };
}

/** What is wrong with a URL whose host seems to be a part of a user and password, which nobody may read; undefined for others. */
function brokenUserInfo(url: string, at: number): string | undefined {
  if (at !== -1 || !url.includes('@')) return undefined;
  return 'its user and password hold characters that end a host: percent-encode them, or use a BasicHttpAuthenticator.';
}

function normaliseHost(host: string, url: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: hosts with control characters are refused
  if (/[\u0000-\u0020\u007f]/.test(host)) throw invalidUrl(url, 'the host contains a blank or a control character.');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the range of ASCII
  if (/^[\u0000-\u007f]*$/.test(host)) return normaliseAsciiHost(host);
  const ascii = domainToASCII(host);
  if (!ascii) throw invalidUrl(url, 'the host has an invalid label.');
  return ascii;
}

function normaliseAsciiHost(host: string): string {
  const decoded = host.replace(/%[a-fA-F0-9]{2}/g, (triplet) => {
    const char = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
    return UNRESERVED.test(char) ? char : triplet;
  });
  return decoded.toLowerCase().replace(/%[a-f0-9]{2}/g, (triplet) => triplet.toUpperCase());
}
