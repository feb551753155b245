import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { TransportError } from '../http/errors.ts';
import type { RequestOrigin } from '../http/exchange-log.ts';
import type { HttpHeaders } from '../http/headers.ts';
import type { HttpRequest } from '../http/request.ts';
import { HttpResponse } from '../http/response.ts';
import type { Send } from '../http/transport.ts';
import { createFileNames } from '../lib/file-names.ts';
import { type JsonObject, stringifyJson } from '../lib/json.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { maskJson } from '../lib/mask-json.ts';
import { replaceFile } from '../lib/replace-file.ts';
import type { Secrets } from '../lib/secrets.ts';
import { SystemError } from '../protocol/failure.ts';
import {
  FORMAT,
  FORMAT_VERSION,
  type RecordedExchange,
  type RecordedLine,
  type RecordedPart,
  RUN_FILE,
  type RunFile,
  type StreamOutcome,
} from './format.ts';
import { createDigest, type Landing, LandingSource } from './landing.ts';
import { maskContent, maskCredentials } from './mask-content.ts';
import { createPageNumbers } from './page-numbers.ts';
import { createRecordedFile, type RecordedFile } from './recorded-file.ts';
import { createBodySplitter } from './split-body.ts';

/** What is known of a run before its first request. */
export interface RunDescription extends Pick<RunFile, 'engine' | 'command' | 'config' | 'catalog' | 'state'> {
  /** The text of the manifest, and the name that its file gets. */
  readonly manifest: { readonly name: string; readonly text: string };
}

/** Keeps every response of a run. */
export interface Recorder {
  /** The folder of the run. */
  readonly folder: string;
  /** A `send` whose responses are landed before anybody may read them; its bodies throw SystemError when they cannot be. */
  wrap(send: Send): Send;
  /** Notes what is run; secrets in it are masked. */
  describe(run: RunDescription): Promise<void>;
  /** Keeps the text of a file that the run read. */
  keepFile(name: string, text: string): void;
  /** Ends the recording; throws SystemError when something could not be written. */
  close(streams: Readonly<Record<string, StreamOutcome>>): Promise<void>;
}

/** What a recorder works with; `now` is in epoch milliseconds. */
export interface RecorderOptions {
  readonly now: () => number;
  readonly random: () => number;
  readonly secrets: Secrets;
}

/** Begins a recording in a new folder within `parent`; throws SystemError when it cannot be made. */
export async function createRecorder(parent: string, options: RecorderOptions): Promise<Recorder> {
  const startedAt = new Date(options.now()).toISOString();
  const suffix = Math.floor(options.random() * 0x10000)
    .toString(16)
    .padStart(4, '0');
  const run = `${startedAt.replaceAll(/[-:]/g, '').replace('.', '_')}-${suffix}`;
  const folder = path.join(parent, run);
  await makeFolder(parent).catch((error: unknown) => fail(parent, error));
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => fail(folder, error));
  return new FolderRecorder(folder, run, startedAt, options);
}

function fail(place: string, cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new SystemError(`The raw responses cannot be written to ${place}: ${reason}.`, { cause });
}

class FolderRecorder implements Recorder {
  readonly folder: string;
  readonly #options: RecorderOptions;
  readonly #streams = new Map<string, Promise<StreamRecorder>>();
  readonly #fileNames = createFileNames('.jsonl.gz');
  readonly #underWay = new Set<Promise<void>>();
  readonly #files: Record<string, string> = {};
  #run: RunFile;
  #failure: unknown;

  constructor(folder: string, run: string, startedAt: string, options: RecorderOptions) {
    this.folder = folder;
    this.#options = options;
    this.#run = { format: FORMAT, version: FORMAT_VERSION, run, started_at: startedAt };
  }

  async describe({ manifest, ...described }: RunDescription): Promise<void> {
    const { redactData } = this.#options.secrets;
    await this.#write(manifest.name, redactData(manifest.text));
    const { config, state } = described;
    this.#run = {
      ...this.#run,
      ...described,
      manifest: manifest.name,
      ...(config === undefined ? {} : { config: this.#mask(config) }),
      ...(state === undefined ? {} : { state: this.#mask(state) }),
    };
    await this.#writeRun();
  }

  keepFile(name: string, text: string): void {
    this.#files[name] = text;
  }

  async close(streams: Readonly<Record<string, StreamOutcome>>): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
    const files = await Promise.allSettled([...this.#streams.values()].map(async (opening) => (await opening).file.close()));
    for (const result of files) if (result.status === 'rejected') this.#failure ??= result.reason;
    if (this.#failure instanceof SystemError) throw this.#failure;
    if (this.#failure !== undefined) fail(this.folder, this.#failure);
    const ended_at = new Date(this.#options.now()).toISOString();
    this.#run = { ...this.#run, ended_at, streams: this.#mask(streams) };
    await this.#writeRun();
  }

  wrap(send: Send): Send {
    return async (request, options) => {
      const origin = options?.origin ?? NOBODY;
      const stream = await this.#stream(origin.name);
      const exchange = stream.begin(request, origin, options?.attempt ?? 1, this.#options);
      try {
        const response = await send(request, options);
        return landed(response, this.#landing(stream, exchange, response, origin));
      } catch (error) {
        if (error instanceof TransportError)
          await this.#append(stream, { ...exchange.line(), error: errorOf(error, this.#options.secrets) });
        throw error;
      }
    };
  }

  #landing(stream: StreamRecorder, exchange: OpenExchange, response: HttpResponse, origin: RequestOrigin): Landing {
    const { secrets } = this.#options;
    if (response.status >= 400 && response.request.hidesAnswer) return this.#hiddenLanding(stream, exchange, response);
    const splitter = createBodySplitter(secrets.redactData);
    const digest = createDigest();
    let parts = 0;
    let anyRedacted = false;

    const appendPart = async (piece: ReturnType<typeof maskContent>): Promise<void> => {
      parts += 1;
      anyRedacted ||= piece.redacted;
      const part: RecordedPart = { type: 'part', of: exchange.id, ...piece.content };
      await this.#append(stream, part);
    };
    const conclude = async (extra: Partial<RecordedExchange>, incomplete: boolean): Promise<void> => {
      const mask = origin.obtainsCredentials ? maskCredentials : maskContent;
      const last = mask(splitter.rest(), secrets.redactData);
      if (parts > 0) await appendPart(last);
      const redacted = anyRedacted || last.redacted;
      await this.#append(stream, {
        ...exchange.line(),
        response: {
          status: response.status,
          ...(response.statusText === '' ? {} : { status_text: secrets.redact(response.statusText) }),
          headers: recordedHeaders(response.headers, secrets),
          ...digest.result(),
          ...(parts > 0 ? { parts } : last.content),
          ...(redacted ? { redacted } : {}),
          ...(incomplete ? { incomplete } : {}),
        },
        ...extra,
      });
    };
    return {
      take: async (bytes) => {
        digest.update(bytes);
        for (const piece of splitter.add(bytes)) await appendPart(piece);
      },
      end: () => conclude({}, false),
      breakOff: (error) => {
        const extra = error instanceof TransportError ? { error: errorOf(error, secrets) } : {};
        return this.#later(conclude(extra, true));
      },
    };
  }

  /** Keeps of a response only what a replay must know of a refusal that nobody may read. */
  #hiddenLanding(stream: StreamRecorder, exchange: OpenExchange, { status, headers }: HttpResponse): Landing {
    const kept = Object.entries(recordedHeaders(headers, this.#options.secrets)).filter(([name]) => TELLING_HEADERS.test(name));
    const conclude = (extra: Partial<RecordedExchange>): Promise<void> =>
      this.#append(stream, {
        ...exchange.line(),
        response: { status, headers: Object.fromEntries(kept), body: '', redacted: true },
        ...extra,
      });
    return {
      take: async () => {},
      end: () => conclude({}),
      breakOff: (error) => this.#later(conclude(error instanceof TransportError ? { error: errorOf(error, this.#options.secrets) } : {})),
    };
  }

  /** Work that nobody waits for but the end of the recording, which then tells of its failure. */
  #later(work: Promise<void>): Promise<void> {
    const noted = work
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#underWay.delete(noted));
    this.#underWay.add(noted);
    return noted;
  }

  #mask<T>(value: T): T {
    return maskJson(value as JsonObject, this.#options.secrets.redactData) as T;
  }

  async #append(stream: StreamRecorder, line: RecordedLine): Promise<void> {
    await stream.file.append(`${stringifyJson(line)}\n`).catch((error: unknown) => fail(this.folder, error));
  }

  #stream(name: string): Promise<StreamRecorder> {
    const known = this.#streams.get(name);
    if (known !== undefined) return known;
    const opening = this.#open(name);
    this.#streams.set(name, opening);
    return opening;
  }

  async #open(name: string): Promise<StreamRecorder> {
    const place = path.join(this.folder, this.#fileNames(name));
    const file = await createRecordedFile(place).catch((error: unknown) => fail(place, error));
    const stream = new StreamRecorder(file);
    await this.#append(stream, { type: 'recording', version: FORMAT_VERSION, run: this.#run.run ?? '', stream: name });
    return stream;
  }

  async #writeRun(): Promise<void> {
    const files = Object.keys(this.#files).length === 0 ? {} : { files: this.#files };
    await this.#write(RUN_FILE, `${JSON.stringify({ ...this.#run, ...files }, null, 2)}\n`);
  }

  async #write(name: string, text: string): Promise<void> {
    const place = path.join(this.folder, name);
    try {
      replaceFile(place, text, { mode: 0o600 });
    } catch (error) {
      fail(place, error);
    }
  }
}

/** Headers by which a request is repeated; they hold nothing of anybody. */
const TELLING_HEADERS = /^(?:content-type|retry-after|(?:x-)?ratelimit-[a-z-]+)$/i;

const NOBODY: RequestOrigin = { name: '', obtainsCredentials: false };

/** An exchange under way. */
interface OpenExchange {
  readonly id: number;
  /** What is known of it now. */
  line(): RecordedExchange;
}

class StreamRecorder {
  readonly file: RecordedFile;
  readonly #pageNumber = createPageNumbers();
  #count = 0;

  constructor(file: RecordedFile) {
    this.file = file;
  }

  begin(request: HttpRequest, origin: RequestOrigin, attempt: number, { now, secrets }: RecorderOptions): OpenExchange {
    this.#count += 1;
    const id = this.#count;
    const began = now();
    const requested = origin.obtainsCredentials ? undefined : origin.page?.();
    const number = requested && this.#pageNumber(requested);
    return {
      id,
      line: () => ({
        type: 'exchange',
        id,
        at: new Date(began).toISOString(),
        ms: now() - began,
        attempt,
        ...(requested === undefined || number === undefined ? {} : { page: maskJson({ number, ...requested }, secrets.redactData) }),
        ...(origin.obtainsCredentials ? { credentials: true } : {}),
        request: {
          method: request.method,
          url: secrets.redactUrl(request.url),
          headers: secrets.redactHeaders(request.headers),
          ...requestBody(request.body, secrets),
        },
      }),
    };
  }
}

function requestBody(body: HttpRequest['body'], secrets: Secrets): { body?: string | null; base64?: string } {
  if (body === null) return { body: null };
  const { content } = maskContent(typeof body === 'string' ? Buffer.from(body) : body, (text) => secrets.redact(text));
  return content as { body?: string; base64?: string };
}

function recordedHeaders(headers: HttpHeaders, secrets: Secrets): Record<string, string | readonly string[]> {
  const recorded: Record<string, string | readonly string[]> = {};
  for (const [name] of headers.entries()) {
    const values = headers.getAll(name).map((value) => secrets.redactHeaders({ [name]: value })[name] ?? '');
    recorded[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return recorded;
}

function errorOf({ kind, message }: TransportError, secrets: Secrets): { kind: string; message: string } {
  return { kind, message: secrets.redact(message) };
}

/** The response with a body that is landed as it is read. */
function landed(response: HttpResponse, landing: Landing): HttpResponse {
  const { status, statusText, headers, url, request, elapsedMs, fromCache } = response;
  return new HttpResponse({ status, statusText, headers, url, request, elapsedMs, fromCache, body: new LandingSource(response, landing) });
}
