import type { Spool, Spooled } from '../lib/spool.ts';
import { MemorySource } from './byte-source.ts';
import type { HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';
import { HttpResponse } from './response.ts';
import type { Send } from './transport.ts';
import { splitUrl, unquotePlus } from './url.ts';

export interface CacheOptions {
  /** Bytes of bodies held in memory; what comes later goes to a file. Default 16 MiB. */
  memoryBytes?: number;
  /** Told once when the file cannot be written and later responses are not kept. */
  onDiskFailure?: (error: Error) => void;
}

/** Responses kept for one run; `close` forgets them. Nothing of them is left when the process ends, however it does. */
export interface ResponseCache {
  /** The response to a request: a kept one, that of the same request under way, or a new one from `send`. */
  fetch(request: HttpRequest, send: () => Promise<HttpResponse>): Promise<HttpResponse>;
  close(): void;
}

const DEFAULT_MEMORY_BYTES = 16 * 1024 * 1024;
const CACHED_METHODS = new Set(['GET', 'HEAD']);

// parity: requests_cache.policy.settings (headers and parameters whose values do not tell requests apart)
const IGNORED_HEADERS = new Set([
  'Authorization',
  'Proxy-Authorization',
  'X-API-Key',
  'X-Auth-Token',
  'X-API-Token',
  'X-Access-Token',
  'access_token',
  'api_key',
  'apikey',
]);

// parity: call_rate.py:CachedLimiterSession
/** A `send` that answers GET requests from the cache; only responses of status 200 are kept, and they are loaded. */
export function withCache(send: Send, cache: ResponseCache): Send {
  return (request, options) =>
    CACHED_METHODS.has(request.method) ? cache.fetch(request, () => send(request, options)) : send(request, options);
}

/** A cache over memory and, beyond its bound, a temporary file without a name. */
export function createResponseCache(options: CacheOptions = {}): ResponseCache {
  const store = new BodyStore(options.memoryBytes ?? DEFAULT_MEMORY_BYTES, options.onDiskFailure);
  const kept = new Map<string, CachedResponse>();
  const flights = new Map<string, Promise<unknown>>();

  const replay = async (key: string, request: HttpRequest): Promise<HttpResponse | null> => {
    const found = kept.get(key);
    if (!found) return null;
    const { status, statusText, headers, url } = found;
    const body = new MemorySource(await store.read(found.body));
    return new HttpResponse({ status, statusText, headers, url, request, elapsedMs: 0, fromCache: true, body });
  };

  const fetchNew = async (key: string, send: () => Promise<HttpResponse>): Promise<HttpResponse> => {
    const response = await send();
    if (response.status !== 200) return response;
    const body = await store.write(await response.load());
    const { status, statusText, headers, url } = response;
    if (body) kept.set(key, { status, statusText, headers, url, body });
    if (body instanceof Uint8Array) response.share();
    return response;
  };

  return {
    async fetch(request, send) {
      const key = cacheKey(request);
      while (true) {
        const replayed = await replay(key, request);
        if (replayed) return replayed;
        const flight = flights.get(key);
        if (!flight) break;
        // A flight that fails or brings nothing to keep leaves the next in line to send for itself.
        await flight.catch(() => undefined);
      }
      const flight = fetchNew(key, send).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
    close() {
      kept.clear();
      store.close();
    },
  };
}

// parity: requests_cache.cache_keys.create_key (match_headers=True)
/** The text that requests with the same answer share: the order of parameters and headers does not matter, credentials do not either. */
export function cacheKey({ method, url, headers, body }: HttpRequest): string {
  const { scheme, netloc, path, query } = splitUrl(url);
  const params = query
    .split('&')
    .map((pair) => unquotePlus(pair))
    .map((pair) => (IGNORED_HEADERS.has(pair.split('=')[0] ?? '') ? `${pair.split('=')[0]}=` : pair))
    .sort();
  const lines = Object.entries(headers).map(
    ([name, value]) => `${name.toLowerCase()}=${IGNORED_HEADERS.has(name) ? '' : normaliseHeader(value)}`,
  );
  const content = typeof body === 'string' || body === null ? body : Buffer.from(body).toString('latin1');
  return JSON.stringify([method, scheme, netloc.toLowerCase(), path, params, lines.sort(), content]);
}

function normaliseHeader(value: string): string {
  if (!value.includes(',')) return value;
  const parts = value.toLowerCase().split(',');
  return parts
    .map((part) => part.trim())
    .filter(Boolean)
    .sort()
    .join(', ');
}

interface CachedResponse {
  status: number;
  statusText: string;
  headers: HttpHeaders;
  url: string;
  body: StoredBody;
}

type StoredBody = Uint8Array | Spooled;

class BodyStore {
  #memoryLeft: number;
  #spool: Promise<Spool> | undefined;
  #diskFailed = false;
  readonly #onDiskFailure: ((error: Error) => void) | undefined;

  constructor(memoryBytes: number, onDiskFailure: ((error: Error) => void) | undefined) {
    this.#memoryLeft = memoryBytes;
    this.#onDiskFailure = onDiskFailure;
  }

  // Null when the body could not be kept.
  async write(bytes: Uint8Array): Promise<StoredBody | null> {
    if (bytes.length <= this.#memoryLeft) {
      this.#memoryLeft -= bytes.length;
      return bytes;
    }
    if (this.#diskFailed) return null;
    try {
      const spool = await this.#openSpool();
      return await spool.add(bytes);
    } catch (error) {
      if (!this.#diskFailed) this.#onDiskFailure?.(error as Error);
      this.#diskFailed = true;
      return null;
    }
  }

  async read(body: StoredBody): Promise<Uint8Array> {
    return body instanceof Uint8Array ? body : (await this.#openSpool()).read(body);
  }

  close(): void {
    void this.#spool?.then((spool) => spool.close());
    this.#spool = undefined;
  }

  #openSpool(): Promise<Spool> {
    // Loaded when memory does not suffice.
    this.#spool ??= import('../lib/spool.ts').then(({ createSpool }) => createSpool());
    return this.#spool;
  }
}
