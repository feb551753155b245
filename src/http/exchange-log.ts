import type { JsonObject } from '../lib/json.ts';
import type { TransportError } from './errors.ts';
import type { HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';

/** Who sends a request and for what; told to those who watch, never sent. */
export interface RequestOrigin {
  /** The stream or the part that asks; empty when nobody in particular does. */
  readonly name: string;
  /** Whether the response is expected to hold credentials. */
  readonly obtainsCredentials: boolean;
  /** The slice and the page token that the request is made for; absent for requests that ask for no page. */
  readonly page?: (() => RequestedPage) | undefined;
}

/** The page that a request asks for, as it can be shown: `token` is null for the first one of a slice. */
export interface RequestedPage {
  readonly slice: JsonObject;
  readonly token: string | number | null;
}

/** One request on the wire and, as far as it came, its response; `attempt` counts from 1. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly attempt: number;
  readonly origin?: RequestOrigin | undefined;
  status?: number;
  headers?: HttpHeaders;
  /** Milliseconds until the headers arrived. */
  headersMs?: number;
  /** Milliseconds until the end or the failure. */
  totalMs?: number;
  /** Bytes of the body as they came over the wire. */
  bytes: number;
  error?: TransportError;
}

/** Watches exchanges: `start` before a request goes out, then exactly one of `end` (the body is complete) and `error`. */
export interface ExchangeObserver {
  start?(exchange: Exchange): void;
  end?(exchange: Exchange): void;
  error?(exchange: Exchange): void;
}

/** One observer that tells several, in order. */
export function combineObservers(observers: readonly ExchangeObserver[]): ExchangeObserver {
  return {
    start: (exchange) => observers.forEach((observer) => void observer.start?.(exchange)),
    end: (exchange) => observers.forEach((observer) => void observer.end?.(exchange)),
    error: (exchange) => observers.forEach((observer) => void observer.error?.(exchange)),
  };
}
