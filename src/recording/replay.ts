import { createHash } from 'node:crypto';
import { type Beginning, type ByteSource, MemorySource } from '../http/byte-source.ts';
import { isTransportErrorKind, TransportError } from '../http/errors.ts';
import type { Exchange, ExchangeObserver } from '../http/exchange-log.ts';
import { HttpHeaders } from '../http/headers.ts';
import type { HttpRequest } from '../http/request.ts';
import { HttpResponse } from '../http/response.ts';
import type { SendOptions, Transport } from '../http/transport.ts';
import type { Secrets } from '../lib/secrets.ts';
import { createExchangeIndex } from './find-exchange.ts';
import type { RecordedExchange } from './format.ts';
import type { Recording, StoredExchange } from './read-recording.ts';

/** What a replay works with. */
export interface ReplayOptions {
  readonly secrets: Secrets;
  readonly warn: (text: string) => void;
  readonly observer?: ExchangeObserver;
}

/** A transport that gives the responses of a recording, whose spool stays open; a request that it does not hold throws TransportError `not_recorded`. */
export function createReplayTransport(recording: Recording, { secrets, warn, observer }: ReplayOptions): Transport {
  const index = createExchangeIndex(recording);
  let hasWarned = false;

  async function bodyOf({ body, exchange, place }: StoredExchange): Promise<Uint8Array> {
    const pieces = await Promise.all(body.map((piece) => recording.spool.read(piece)));
    const bytes = Buffer.concat(pieces);
    const { sha256, redacted } = exchange.response ?? {};
    if (!hasWarned && sha256 !== undefined && redacted !== true && createHash('sha256').update(bytes).digest('hex') !== sha256) {
      hasWarned = true;
      warn(`${place}: the body is not the one that was recorded, its hash differs.`);
    }
    return bytes;
  }

  async function send(request: HttpRequest, { origin, attempt = 1 }: SendOptions = {}): Promise<HttpResponse> {
    const record: Exchange = { request, attempt, origin, bytes: 0 };
    observer?.start?.(record);
    const asked = { method: request.method, url: secrets.redactUrl(request.url), body: textOf(request.body, secrets) };
    const found = index.take(asked, origin);
    if (typeof found === 'string') throw fail(record, new TransportError({ kind: 'not_recorded', what: found }));
    const { exchange } = found;
    const error = exchange.error && errorOf(exchange.error);
    if (exchange.response === undefined)
      throw fail(record, error ?? new TransportError({ kind: 'reset', what: 'The recorded request failed' }));
    const bytes = await bodyOf(found);
    const headers = headersOf(exchange);
    Object.assign(record, { status: exchange.response.status, headers, bytes: bytes.length, totalMs: exchange.ms ?? 0 });
    if (error === undefined) observer?.end?.(record);
    return new HttpResponse({
      status: exchange.response.status,
      statusText: exchange.response.status_text ?? '',
      headers,
      url: request.url,
      request,
      elapsedMs: exchange.ms ?? 0,
      body: error === undefined ? new MemorySource(bytes) : new BrokenSource(bytes, fail(record, error)),
    });
  }

  function fail(record: Exchange, error: TransportError): TransportError {
    record.error = error;
    observer?.error?.(record);
    return error;
  }

  return { send, close: async () => {} };
}

function textOf(body: HttpRequest['body'], secrets: Secrets): string | null {
  if (body === null) return null;
  return secrets.redact(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
}

function headersOf({ response }: RecordedExchange): HttpHeaders {
  const headers = Object.entries(response?.headers ?? {});
  return HttpHeaders.from(headers.flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, String(one)])));
}

function errorOf({ kind, message }: { kind: string; message: string }): TransportError {
  return new TransportError({ kind: isTransportErrorKind(kind) ? kind : 'reset', what: message.replace(/\.$/, '') });
}

/** A body that breaks off where the recorded one did. */
class BrokenSource implements ByteSource {
  readonly #start: MemorySource;
  readonly #error: TransportError;

  constructor(bytes: Uint8Array, error: TransportError) {
    this.#start = new MemorySource(bytes);
    this.#error = error;
  }

  async next(): Promise<Uint8Array | null> {
    const bytes = await this.#start.next();
    if (bytes === null) throw this.#error;
    return bytes;
  }

  async upTo(limit: number): Promise<Beginning> {
    const beginning = await this.#start.upTo();
    const length = beginning.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (length <= limit) throw this.#error;
    return { ...beginning, ended: false };
  }

  async all(): Promise<Uint8Array> {
    throw this.#error;
  }

  discard(): void {
    this.#start.discard();
  }
}
