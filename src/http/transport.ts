import type { Socket } from 'node:net';
import type { buildConnector, Client, Dispatcher } from 'undici';
import { onDemand } from '../lib/on-demand.ts';
import { monotonicMs } from '../lib/steady-clock.ts';
import { type Abortable, type AbortWatch, watchAbort } from './abort-watch.ts';
import { NetworkSource } from './byte-source.ts';
import { readCertificates } from './certificates.ts';
import { type ConnectionPool, createConnectionPool, type PooledExchange } from './connection-pool.ts';
import { ACCEPT_ENCODING, type BodyLimits, DEFAULT_BODY_LIMITS, decodeContent, tooLarge } from './content-encoding.ts';
import { TransportError, toTransportError } from './errors.ts';
import type { Exchange, ExchangeObserver, RequestOrigin } from './exchange-log.ts';
import { forgiveOddities } from './forgiving-parser.ts';
import { HttpHeaders } from './headers.ts';
import { originOf } from './origin.ts';
import { type Beat, beatOver, type Lapse, Pace, type Paced, type PaceLimits, type PaceWatch, watchPace, windowOf } from './pace.ts';
import { keepParserPlain } from './plain-parser.ts';
import { type ProxySettings, proxyAuthorization, proxyFor, readProxySettings } from './proxy.ts';
import { findHeader, type HttpRequest, withoutHeaders } from './request.ts';
import { HttpResponse } from './response.ts';

/** What one request may set for itself; times in milliseconds, 0 waits for ever. */
export interface SendOptions {
  connectTimeoutMs?: number | undefined;
  readTimeoutMs?: number | undefined;
  signal?: AbortSignal;
  /** Which try of the same request this is, from 1; only told to the observer. */
  attempt?: number;
  /** Who asks; only told to the observer. */
  origin?: RequestOrigin;
}

/** Sends one request and gives its response as soon as the headers are there; throws TransportError. */
export type Send = (request: HttpRequest, options?: SendOptions) => Promise<HttpResponse>;

/** Refuses hosts: `check` before a request is sent, `lookup` when a connection to it is opened. */
export interface AddressGuard {
  check(url: URL): Promise<void>;
  lookup: NonNullable<import('node:net').TcpSocketConnectOpts['lookup']>;
}

export interface TransportOptions {
  /** The most connections to one host at a time. */
  connections: number;
  /** Default 30,000 ms. */
  connectTimeoutMs?: number;
  /** The longest silence before the headers and between two chunks; default 300,000 ms. */
  readTimeoutMs?: number;
  /** The longest that a request may take from when it is sent to the end of its response, in milliseconds; without a bound unless told. */
  longestRequestMs?: number;
  /** Bytes a second of a body below which a request is given up, as measured over twice the longest silence; any speed unless told. */
  leastBytesPerSecond?: number;
  /** Tells the requests how time passes; once a second unless told. */
  beat?: Beat;
  /** TCP keep-alive probes after a minute of silence; default true. */
  tcpKeepAlive?: boolean;
  /** The value of User-Agent where a request sets none. */
  userAgent?: string;
  /** Where proxies and certificate bundles are read from; default process.env. */
  env?: Readonly<Record<string, string | undefined>>;
  bodyLimits?: BodyLimits;
  guard?: AddressGuard;
  observer?: ExchangeObserver;
  /** Takes secrets out of a text before it goes into an error. */
  redact?: (text: string) => string;
}

/** A pool of connections; `send` follows no redirects, `close` breaks what is under way. */
export interface Transport {
  send: Send;
  close(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 30_000;
const READ_TIMEOUT_MS = 300_000;
const TCP_KEEP_ALIVE_MS = 60_000;
const MAX_HEADER_BYTES = 128 * 1024;
const TUNNEL_SCHEMES = new Set(['http:', 'https:']);

// Headers of one connection only; the client writes its own.
const CONNECTION_HEADERS = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'proxy-connection',
]);
const PAYLOAD_METHODS = new Set(['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);

type Connect = buildConnector.connector;

type ClientParts = typeof import('./undici.ts');

/** Makes a transport; the HTTP client is loaded by its first request. */
export function createTransport(options: TransportOptions): Transport {
  const redact = options.redact ?? ((text: string) => text);
  const limits = options.bodyLimits ?? DEFAULT_BODY_LIMITS;
  const env = options.env ?? process.env;
  const userAgent = options.userAgent ?? 'source-declarative';
  const pools = new Map<string, ConnectionPool>();
  const proxies = onDemand(() => readProxySettings(env));
  let loading: Promise<ClientParts> | undefined;
  let parts: ClientParts | undefined;
  const secureContext = onDemand(() => readCertificates(env));
  const paces = watchPace(options.beat ?? beatOver(monotonicMs));

  const send: Send = async (request, sendOptions = {}) => {
    const url = parseTarget(request.url, redact);
    if (options.guard) await options.guard.check(url);
    if (!parts) {
      loading ??= import('./undici.ts');
      parts = await loading;
    }
    const proxy = findProxy(url, proxies(), redact);
    const readTimeoutMs = sendOptions.readTimeoutMs ?? options.readTimeoutMs ?? READ_TIMEOUT_MS;
    const exchange = new PendingExchange(request, sendOptions, {
      paces,
      pace: {
        totalMs: options.longestRequestMs ?? 0,
        bytesPerSecond: options.leastBytesPerSecond ?? 0,
        windowMs: windowOf(readTimeoutMs),
      },
      limits,
      redact,
      observer: options.observer,
      via: proxy === null ? '' : ` through the proxy ${proxy.host}`,
    });
    const forwarded = proxy !== null && url.protocol === 'http:';
    const pool = poolFor(parts, url, proxy, sendOptions.connectTimeoutMs ?? options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS);
    if (!exchange.start()) return exchange.response;
    pool.dispatch(
      {
        method: request.method as Dispatcher.HttpMethod,
        path: forwarded ? `http://${url.host}${pathOf(request.url)}` : pathOf(request.url),
        headers: wireHeaders(request, userAgent, forwarded ? { url, proxy } : null),
        body: request.body,
        headersTimeout: readTimeoutMs,
        bodyTimeout: readTimeoutMs,
        ...(request.body !== null && !PAYLOAD_METHODS.has(request.method) ? { reset: false } : {}),
      },
      exchange,
    );
    return exchange.response;
  };

  const poolFor = (client: ClientParts, url: URL, proxy: URL | null, connectTimeoutMs: number): ConnectionPool => {
    const forwarded = proxy !== null && url.protocol === 'http:';
    const target = forwarded ? proxy : url;
    const key = `${forwarded ? '' : (proxy?.href ?? '')} ${target.origin} ${connectTimeoutMs}`;
    const known = pools.get(key);
    if (known) return known;
    const connect = client.buildConnector({
      ...(usesTls(url, proxy) ? optional('secureContext', secureContext()) : {}),
      timeout: connectTimeoutMs,
      keepAlive: options.tcpKeepAlive ?? true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
      ...(options.guard && proxy === null ? { lookup: options.guard.lookup } : {}),
    });
    const way = proxy && !forwarded ? tunnelThrough(client, proxy, connect, connectTimeoutMs) : connect;
    const connector = keepParserPlain(forgiveOddities(way, client.symbols.kParser));
    const open = (): Client => new client.Client(target.origin, { maxHeaderSize: MAX_HEADER_BYTES, connect: connector });
    const pool = createConnectionPool(open, options.connections);
    pools.set(key, pool);
    return pool;
  };

  const close = async () => {
    const error = closedError();
    paces.close();
    await Promise.all([...pools.values()].map((pool) => pool.destroy(error)));
    pools.clear();
  };

  return { send, close };
}

/** What ends the connections that are closed; without a stack, which Node would put into words for each. */
function closedError(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return Object.assign(new Error('The client is destroyed'), { code: 'UND_ERR_DESTROYED' });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function usesTls(url: URL, proxy: URL | null): boolean {
  return url.protocol === 'https:' || proxy?.protocol === 'https:';
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function parseTarget(text: string, redact: (text: string) => string): URL {
  const url = originOf(text);
  if (url === undefined) {
    throw new TransportError({ kind: 'invalid_url', what: `Invalid URL '${redact(text)}'`, hint: 'Check the base URL and the path.' });
  }
  if (!TUNNEL_SCHEMES.has(url.protocol)) {
    throw new TransportError({
      kind: 'invalid_schema',
      what: `No connection adapters were found for '${redact(text)}'`,
      hint: 'A URL starts with http:// or https://.',
    });
  }
  return url;
}

/** The setting of a proxy without user and password. */
function withoutUserInfo(setting: string): string {
  const at = setting.lastIndexOf('@');
  const mark = setting.indexOf('://');
  return at < 0 ? setting : `${mark < 0 ? '' : setting.slice(0, mark + 3)}****${setting.slice(at)}`;
}

function findProxy(url: URL, settings: ProxySettings, redact: (text: string) => string): URL | null {
  try {
    const proxy = proxyFor(url, settings);
    if (proxy === null || TUNNEL_SCHEMES.has(proxy.protocol)) return proxy;
    throw new TypeError(`proxies of the scheme ${proxy.protocol} are not supported`);
  } catch (cause) {
    const setting = (url.protocol === 'https:' ? settings.https : settings.http) ?? '';
    throw new TransportError({
      kind: 'proxy',
      what: `The proxy '${redact(withoutUserInfo(setting))}' cannot be used`,
      hint: 'HTTP_PROXY and HTTPS_PROXY take http://host:port.',
      cause,
    });
  }
}

// parity: requests.models.PreparedRequest.path_url (the text as prepared, which a URL object would normalise again)
function pathOf(url: string): string {
  const path = /^[^:]+:\/\/[^/?#]*([^#]*)/.exec(url)?.[1] ?? '';
  return path.startsWith('/') ? path : `/${path}`;
}

/** The headers that go out with a request: its own but for those of one connection, and the defaults; `forward` adds a proxy's. */
export function wireHeaders(request: HttpRequest, userAgent: string, forward: { url: URL; proxy: URL } | null): Record<string, string> {
  const headers = withoutHeaders(request.headers, CONNECTION_HEADERS);
  const fill = (name: string, value: string | undefined): void => {
    if (value !== undefined && findHeader(headers, name) === undefined) headers[name] = value;
  };
  fill('User-Agent', userAgent);
  fill('Accept-Encoding', ACCEPT_ENCODING);
  fill('Accept', '*/*');
  if (forward) {
    fill('Host', forward.url.host);
    fill('Proxy-Authorization', proxyAuthorization(forward.proxy));
  }
  return headers;
}

// Opens connections to https hosts by CONNECT at a proxy, then lets the connector put TLS on the tunnel.
function tunnelThrough(client: ClientParts, proxy: URL, connect: Connect, timeoutMs: number): Connect {
  return (target, callback) => {
    const authority = `${target.hostname}:${target.port || '443'}`;
    const authorization = proxyAuthorization(proxy);
    const proxyClient = new client.Client(proxy.origin, { connect, headersTimeout: Math.ceil(timeoutMs) });
    const refuse = (what: string, cause?: unknown): void => {
      callback(new TransportError({ kind: 'proxy', what, hint: 'Check HTTPS_PROXY and NO_PROXY.', cause }), null);
      void proxyClient.destroy();
    };
    proxyClient.dispatch(
      { method: 'CONNECT', path: authority, headers: { host: authority, ...optional('proxy-authorization', authorization) } },
      {
        onRequestStart() {},
        onRequestUpgrade(_controller, status, _headers, socket) {
          if (status < 300) {
            connect({ ...target, httpSocket: socket as Socket }, callback);
            void proxyClient.close();
          } else refuse(`The proxy ${proxy.host} answered ${status} to a tunnel to ${authority}`);
        },
        onResponseStart(_controller, status) {
          refuse(`The proxy ${proxy.host} answered ${status} to a tunnel to ${authority}`);
        },
        onResponseData() {},
        onResponseEnd() {},
        onResponseError(_controller, error) {
          refuse(`The proxy ${proxy.host} could not be used: ${error.message}`, error);
        },
      },
    );
  };
}

interface ExchangeContext {
  paces: PaceWatch;
  pace: PaceLimits;
  limits: BodyLimits;
  redact: (text: string) => string;
  observer: ExchangeObserver | undefined;
  /** What messages say of the proxy in between; empty without one. */
  via: string;
}

// One request under way: what the client reports becomes a response and the bytes of its body.
class PendingExchange implements PooledExchange, Abortable, Paced {
  onFree: PooledExchange['onFree'] = () => {};
  /** Where its watch keeps it. */
  place = -1;
  beatPlace = -1;
  readonly response: Promise<HttpResponse>;
  readonly #request: HttpRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #watch: AbortWatch | undefined;
  readonly #context: ExchangeContext;
  readonly #record: Exchange;
  readonly #startedAt = monotonicMs();
  readonly #pace: Pace;
  /** Whether we hold the connection back, so that time is not the server's. */
  #isHeld = false;
  #resolve: (response: HttpResponse) => void = () => {};
  #reject: (error: TransportError) => void = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  #body: NetworkSource | undefined;
  #settled = false;

  constructor(request: HttpRequest, options: SendOptions, context: ExchangeContext) {
    this.#request = request;
    this.#signal = options.signal;
    this.#watch = options.signal && watchAbort(options.signal);
    this.#context = context;
    this.#pace = new Pace(context.pace);
    this.#record = { request, attempt: options.attempt ?? 1, origin: options.origin, bytes: 0 };
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  // False when the signal had aborted already.
  start(): boolean {
    this.#context.observer?.start?.(this.#record);
    if (this.#signal?.aborted) this.abort();
    else this.#watch?.add(this);
    return !this.#settled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#settled) this.#context.paces.add(this);
    if (this.#settled) controller.abort(abortion(this.#where()));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _headers: unknown, statusText = ''): void {
    if (status < 200 || this.#settled) return;
    const body = new NetworkSource({
      pause: () => this.#hold(true),
      resume: () => this.#hold(false),
      abort: () => controller.abort(abortion(this.#where())),
      mostHeld: this.#context.limits.heldBytes,
      refuse: () => {
        const error = tooLarge(this.#where());
        this.#fail(error);
        controller.abort(error);
        return error;
      },
    });
    this.#body = body;
    const headers = new HttpHeaders(headerLines((controller as { rawHeaders?: readonly (Buffer | string)[] | null }).rawHeaders ?? []));
    const elapsedMs = monotonicMs() - this.#startedAt;
    Object.assign(this.#record, { status, headers, headersMs: elapsedMs });
    this.#resolve(
      new HttpResponse({
        status,
        statusText,
        headers,
        url: this.#request.url,
        request: this.#request,
        elapsedMs,
        body: decodeContent(body, headers.get('content-encoding'), this.#context.limits, this.#where),
      }),
    );
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#record.bytes += chunk.length;
    this.#body?.push(chunk);
  }

  /** Counts time against the bounds of the request, unless it is we who hold the connection back. */
  pass(elapsedMs: number): void {
    const lapse = this.#isHeld ? undefined : this.#pace.pass(elapsedMs, this.#record.bytes);
    if (lapse === undefined) return;
    const error = lapsed(lapse, this.#context.pace, this.#where(), this.#body !== undefined);
    this.#fail(error);
    this.#controller?.abort(error);
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#controller?.pause();
    else this.#controller?.resume();
  }

  onResponseEnd(): void {
    this.onFree('usable');
    if (!this.#settle()) return;
    this.#body?.end();
    this.#context.observer?.end?.(this.#record);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.onFree('broken');
    this.refuse(error);
  }

  refuse(error: Error): void {
    this.#fail(toTransportError(error, this.#where(), this.#body !== undefined));
  }

  readonly #where = (): string => `${this.#request.method} ${this.#context.redact(this.#request.url)}${this.#context.via}`;

  abort(): void {
    const error = abortion(this.#where(), this.#signal?.reason);
    this.#fail(error);
    this.#controller?.abort(error);
  }

  #fail(error: TransportError): void {
    if (!this.#settle()) return;
    this.#record.error = error;
    this.#reject(error);
    this.#body?.fail(error);
    this.#context.observer?.error?.(this.#record);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#watch?.remove(this);
    this.#context.paces.remove(this);
    this.#record.totalMs = monotonicMs() - this.#startedAt;
    return true;
  }
}

function abortion(where: string, cause?: unknown): TransportError {
  return new TransportError({ kind: 'aborted', what: 'The request was given up', where, cause });
}

function lapsed(lapse: Lapse, { totalMs, bytesPerSecond, windowMs }: PaceLimits, where: string, inBody: boolean): TransportError {
  if (lapse === 'late') {
    return new TransportError({
      kind: 'read_timeout',
      what: `The request took longer than ${totalMs / 1000} seconds`,
      where,
      hint: 'Ask for less at a time, or raise the guard max_request_time.',
    });
  }
  const seconds = windowMs / 1000;
  return new TransportError({
    kind: 'read_timeout',
    what: inBody
      ? `The response brought less than ${bytesPerSecond} bytes a second for ${seconds} seconds`
      : `The server did not begin to answer within ${seconds} seconds`,
    where,
    hint: 'The API or a proxy before it seems to hang; the guard min_speed allows less.',
  });
}

function headerLines(raw: readonly (Buffer | string)[]): string[] {
  return raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')).trimEnd());
}
