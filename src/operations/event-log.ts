import { appendFileSync, closeSync } from 'node:fs';
import type { Exchange, ExchangeObserver } from '../http/exchange-log.ts';
import type { JsonObject } from '../lib/json.ts';
import { maskJson } from '../lib/mask-json.ts';
import { openToWrite } from '../lib/open-to-write.ts';
import type { Secrets } from '../lib/secrets.ts';
import { showControls } from '../lib/visible-text.ts';
import { noticeOf } from '../protocol/console-output.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { OutputWatcher } from '../protocol/watch-output.ts';

/** Writes what happens in a run as lines of JSON, each with `time`, `run` and `event`; secrets are masked. */
export interface EventLog {
  readonly observer: ExchangeObserver;
  readonly watcher: Required<Omit<OutputWatcher, 'page'>>;
  onWait(stream: string, ms: number): void;
  write(event: string, details: JsonObject): void;
  close(): void;
}

/** What an event log works with; `now` is in epoch milliseconds. */
export interface EventLogOptions {
  readonly secrets: Secrets;
  readonly now: () => number;
  /** Told once when the file cannot be written any more, after which nothing is. */
  readonly onFailure: (error: ConfigError) => void;
}

/** Appends to a file; throws ConfigError when it cannot be opened. */
export function openEventLog(file: string, { secrets, now, onFailure }: EventLogOptions): EventLog {
  const descriptor = open(file);
  const run = `${new Date(now()).toISOString()}-${process.pid}`;
  let isOver = false;

  function write(event: string, details: JsonObject): void {
    if (isOver) return;
    const line = { time: new Date(now()).toISOString(), run, event, ...maskJson(details, (text) => secrets.redact(text)) };
    attempt(() => appendFileSync(descriptor, `${showControls(JSON.stringify(line))}\n`));
  }

  function close(): void {
    if (isOver) return;
    isOver = true;
    attempt(() => closeSync(descriptor));
  }

  function attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      isOver = true;
      onFailure(unwritable(file, error));
    }
  }

  function request({ request: { method, url }, attempt, origin, status, bytes, totalMs, error }: Exchange): void {
    write('request', {
      stream: origin?.name ?? '',
      method,
      url: secrets.redactUrl(url),
      attempt,
      ...(status === undefined ? {} : { status }),
      ...(totalMs === undefined ? {} : { ms: Math.round(totalMs) }),
      bytes,
      ...(error === undefined ? {} : { error: error.message }),
      ...(origin?.page === undefined || origin.obtainsCredentials ? {} : { page: { ...origin.page() } }),
    });
  }

  return {
    observer: { end: request, error: request },
    watcher: {
      status: ({ name }, status) => write('stream_status', { stream: name, status }),
      state: ({ name }, state) => write('state', { stream: name, state }),
      message(message) {
        const notice = noticeOf(message);
        if (notice !== undefined) write('log', { ...notice });
      },
    },
    onWait: (stream, ms) => write('wait', { stream, ms: Math.round(ms) }),
    write,
    close,
  };
}

function open(file: string): number {
  try {
    return openToWrite(file, 'a', 0o600);
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, cause: unknown): ConfigError {
  return new ConfigError(`The log file "${file}" cannot be written: ${(cause as Error).message}.`, { cause });
}
