import type { Judge } from './credentials.ts';
import { originText } from './hosts.ts';
import { findHeader, type HttpRequest } from './request.ts';
import { parseHttpDate } from './retry-after.ts';
import type { Send } from './transport.ts';

interface Cookie {
  name: string;
  value: string;
  domain: string;
  hostOnly: boolean;
  path: string;
  secure: boolean;
  expiresMs: number;
}

/** Hosts that nobody has named; beyond so many, all of their cookies are forgotten. */
const MOST_APART = 1000;

/** The cookies that a session's responses have set. */
export interface CookieJar {
  readonly isEmpty: boolean;
  /** Takes what the Set-Cookie lines of a response from the URL set. */
  store(url: URL, lines: readonly string[]): void;
  /** The Cookie header for a URL; null when there is none to send. */
  header(url: URL): string | null;
  /** The jar of a host whose cookies go nowhere else, and which gets no others. */
  apart(url: URL): CookieJar;
}

/** Whose cookies go where. */
export interface CookieOptions {
  /** Who has named a host; all count as named unless told. */
  readonly judge?: Judge | undefined;
  /** Told of hosts that nobody has named, to which cookies would have gone otherwise. */
  readonly onWithheld?: ((url: string) => void) | undefined;
}

// parity: requests.sessions.Session.cookies
/** A `send` that sends back the cookies it was given, to a host that nobody has named only its own; a request's own Cookie header wins. */
export function withCookies(send: Send, jar: CookieJar, { judge, onWithheld }: CookieOptions = {}): Send {
  async function jarFor(url: URL): Promise<CookieJar> {
    return (await judge?.(url.href)) === 'other' ? jar.apart(url) : jar;
  }
  async function withCookie(request: HttpRequest): Promise<HttpRequest> {
    if (findHeader(request.headers, 'cookie') !== undefined || !URL.canParse(request.url)) return request;
    const url = new URL(request.url);
    const own = await jarFor(url);
    const isWithheld = own !== jar && jar.header(url) !== null;
    if (isWithheld) onWithheld?.(request.url);
    const cookie = own.header(url);
    const headers = cookie === null ? request.headers : { ...request.headers, Cookie: cookie };
    return { ...request, headers, withheld: request.withheld ?? (isWithheld ? 'unnamed' : undefined) };
  }
  return async (request, options) => {
    const response = await send(jar.isEmpty ? request : await withCookie(request), options);
    const lines = response.headers.getAll('set-cookie');
    if (lines.length > 0 && URL.canParse(request.url)) {
      const url = new URL(request.url);
      (await jarFor(url)).store(url, lines);
    }
    return response;
  };
}

/** An empty jar; `onValue` is told of the values that it takes, which stand for a session. */
export function createCookieJar(now: () => number, onValue?: (value: string) => void): CookieJar {
  const cookies = new Map<string, Cookie>();
  const others = new Map<string, CookieJar>();
  return {
    get isEmpty() {
      return cookies.size === 0 && others.size === 0;
    },
    apart(url) {
      const origin = originText(url);
      const found = others.get(origin) ?? createCookieJar(now, onValue);
      if (others.size >= MOST_APART) others.clear();
      others.set(origin, found);
      return found;
    },
    store(url, lines) {
      for (const line of lines) {
        const cookie = parseCookie(line, url, now());
        if (!cookie) continue;
        onValue?.(cookie.value);
        const key = `${cookie.domain} ${cookie.path} ${cookie.name}`;
        if (cookie.expiresMs <= now()) cookies.delete(key);
        else cookies.set(key, cookie);
      }
    },
    header(url) {
      const sent = [...cookies.values()].filter((cookie) => isSent(cookie, url, now())).sort((a, b) => b.path.length - a.path.length);
      return sent.length ? sent.map(({ name, value }) => (name ? `${name}=${value}` : value)).join('; ') : null;
    },
  };
}

function parseCookie(line: string, url: URL, nowMs: number): Cookie | null {
  const [pair = '', ...attributes] = line.split(';');
  const [name, value] = cut(pair);
  if (name === '') return null;
  const cookie: Cookie = { name, value, domain: url.hostname, hostOnly: true, path: defaultPath(url), secure: false, expiresMs: Infinity };
  let maxAge: number | undefined;
  for (const attribute of attributes) {
    const [key, text] = cut(attribute);
    const lower = key.toLowerCase();
    if (lower === 'secure') cookie.secure = true;
    else if (lower === 'path' && text.startsWith('/')) cookie.path = text;
    else if (lower === 'max-age' && /^-?\d+$/.test(text)) maxAge = Number(text);
    else if (lower === 'expires') cookie.expiresMs = parseHttpDate(text) ?? cookie.expiresMs;
    else if (lower === 'domain' && text) Object.assign(cookie, { domain: text.toLowerCase().replace(/^\./, ''), hostOnly: false });
  }
  if (maxAge !== undefined) cookie.expiresMs = nowMs + maxAge * 1000;
  const foreign =
    !cookie.hostOnly && url.hostname !== cookie.domain && (!url.hostname.endsWith(`.${cookie.domain}`) || !cookie.domain.includes('.'));
  return foreign ? null : cookie;
}

function isSent(cookie: Cookie, url: URL, nowMs: number): boolean {
  if (cookie.expiresMs <= nowMs || (cookie.secure && url.protocol !== 'https:')) return false;
  if (url.hostname !== cookie.domain && (cookie.hostOnly || !url.hostname.endsWith(`.${cookie.domain}`))) return false;
  const { pathname } = url;
  return pathname === cookie.path || pathname.startsWith(cookie.path.endsWith('/') ? cookie.path : `${cookie.path}/`);
}

function defaultPath(url: URL): string {
  const end = url.pathname.lastIndexOf('/');
  return end <= 0 ? '/' : url.pathname.slice(0, end);
}

function cut(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
