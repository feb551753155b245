import type { ExchangeObserver } from '../http/exchange-log.ts';
import type { Send, Transport } from '../http/transport.ts';

/** Reads a file of the connector's folder by its relative path; undefined when there is none. */
export type ReadFile = (file: string) => Promise<string | undefined>;

/** What a command puts between the engine and the outside; what is left out stays as it is. */
export interface World {
  /** Microseconds since 1970. */
  readonly now?: () => bigint;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** What requests are sent by in place of the network. */
  readonly transport?: (observer: ExchangeObserver) => Transport;
  /** Wraps what sends requests, next to the wire. */
  readonly wrapSend?: (send: Send) => Send;
  readonly wrapReadFile?: (read: ReadFile) => ReadFile;
  readonly observers?: readonly ExchangeObserver[];
  /** Told of each wait between two attempts of a request of a stream, in milliseconds. */
  readonly onWait?: (stream: string, ms: number) => void;
}
