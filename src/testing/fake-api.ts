import { createHttp } from '../engine/http.ts';
import type { Run } from '../engine/run.ts';
import { MemorySource } from '../http/byte-source.ts';
import { HttpHeaders } from '../http/headers.ts';
import { createHostPauses } from '../http/pauses.ts';
import type { HttpRequest } from '../http/request.ts';
import { HttpResponse } from '../http/response.ts';
import { createSecrets } from '../lib/secrets.ts';
import type { Log } from '../protocol/log.ts';

/** What an API answers: a body that is sent as JSON unless it is a text. */
export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An API within the process, on a clock that moves only while somebody waits. */
export interface FakeApi {
  /** Parts of a run that talks to it. */
  readonly run: Pick<Run, 'http' | 'clock' | 'log'>;
  /** `METHOD url` of each request in order. */
  readonly requests: string[];
  /** Warnings that were logged. */
  readonly warnings: string[];
}

const START = 1_768_480_496_789_012n;

/** An API that answers by a function. */
export function fakeApi(answer: (asked: string, request: HttpRequest) => FakeAnswer): FakeApi {
  const requests: string[] = [];
  const warnings: string[] = [];
  let now = START;
  const sleep = async (ms: number): Promise<void> => {
    now += BigInt(Math.round(ms * 1000));
    await new Promise((resolve) => setImmediate(resolve));
  };
  const nowMs = (): number => Number(now / 1000n);
  const log: Log = {
    debugging: false,
    fatal() {},
    error() {},
    warn: (message) => void warnings.push(typeof message === 'string' ? message : message()),
    info() {},
    debug() {},
    trace() {},
  };
  const http = createHttp({
    async transport(request) {
      const asked = `${request.method} ${request.url}`;
      requests.push(asked);
      return responseTo(request, answer(asked, request));
    },
    cache: undefined,
    pauses: createHostPauses({ now: nowMs, sleep }),
    log,
    secrets: createSecrets(),
    signal: new AbortController().signal,
    nowMs,
    sleep,
    random: () => 0.5,
    onRateLimited() {},
    retries: true,
  });
  return { run: { http, clock: { now: () => now, steady: () => now, sleep }, log }, requests, warnings };
}

function responseTo(request: HttpRequest, { status = 200, headers = {}, body = {} }: FakeAnswer): HttpResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new HttpResponse({
    status,
    statusText: '',
    headers: HttpHeaders.from(Object.entries({ 'Content-Type': 'application/json', ...headers })),
    url: request.url,
    request,
    elapsedMs: 1,
    body: new MemorySource(Buffer.from(text)),
  });
}
