import type { IncomingHttpHeaders } from 'node:http';
import { createHttp } from '../engine/http.ts';
import type { Run } from '../engine/run.ts';
import { createHostPauses } from '../http/pauses.ts';
import { serveHttp, testTransport } from '../http/testing/local-server.ts';
import { createSecrets } from '../lib/secrets.ts';
import type { Log } from '../protocol/log.ts';

/** A request as it came over the wire. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a server answers, as JSON unless it is a text or bytes. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A server on this machine with a run that talks to it; it ends with the test. */
export interface LocalApi {
  readonly url: string;
  readonly received: Received[];
  /** Parts of a run, whose clock moves only while somebody waits. */
  readonly run: Pick<Run, 'http' | 'clock' | 'secrets' | 'saveConfig' | 'log'>;
  /** Warnings that were logged. */
  readonly warnings: string[];
  /** The configs that were saved, as JSON, each with the number of requests before it. */
  readonly saved: { readonly config: string; readonly after: number }[];
  /** Moves the clock on. */
  advance(seconds: number): void;
}

const START = 1_768_480_496_789_012n;

/** Serves by a function of the request and its number, from 1. */
export async function localApi(answer: (request: Received, count: number) => Answer): Promise<LocalApi> {
  const received: Received[] = [];
  const saved: { config: string; after: number }[] = [];
  const secrets = createSecrets();
  const warnings: string[] = [];
  const warn: Log['warn'] = (message) => void warnings.push(typeof message === 'string' ? message : message());
  const log: Log = { debugging: false, fatal() {}, error() {}, warn, info() {}, debug() {}, trace() {} };
  let now = START;
  const advance = (seconds: number): void => {
    now += BigInt(Math.round(seconds * 1_000_000));
  };
  const sleep = async (ms: number): Promise<void> => advance(ms / 1000);
  const nowMs = (): number => Number(now / 1000n);

  const server = await serveHttp(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const taken: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    received.push(taken);
    const { status = 200, headers = {}, body = {} } = answer(taken, received.length);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));
  });
  const http = createHttp({
    transport: testTransport().send,
    cache: undefined,
    pauses: createHostPauses({ now: nowMs, sleep }),
    log,
    secrets,
    signal: new AbortController().signal,
    nowMs,
    sleep,
    random: () => 0.5,
    onRateLimited() {},
    retries: true,
  });
  return {
    url: server.url,
    received,
    saved,
    advance,
    warnings,
    run: {
      http,
      log,
      secrets,
      clock: { now: () => now, steady: () => now, sleep },
      async saveConfig(config) {
        saved.push({ config: JSON.stringify(config), after: received.length });
      },
    },
  };
}
