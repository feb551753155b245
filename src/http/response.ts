import { type Json, parseJson } from '../lib/json.ts';
import { numbersIn } from '../lib/json-numbers.ts';
import { type ByteSource, joined } from './byte-source.ts';
import { decodeStrictly, decodeText, detectCharset, guessJsonCharset, namedCharset, statedCharset } from './charset.ts';
import type { HttpHeaders } from './headers.ts';
import { type AskAgain, MendedBody } from './mended-body.ts';
import type { HttpRequest } from './request.ts';

const LOADED = Promise.resolve();

/** What a response is made of; `elapsedMs` counts until its headers arrived. */
export interface HttpResponseInit {
  status: number;
  statusText: string;
  headers: HttpHeaders;
  /** The URL that answered, after redirects. */
  url: string;
  request: HttpRequest;
  elapsedMs: number;
  fromCache?: boolean;
  body: ByteSource;
}

/** A response whose body is either streamed once by `chunks` or loaded once by `load` and then read as often as needed. */
export class HttpResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  readonly url: string;
  readonly request: HttpRequest;
  readonly elapsedMs: number;
  readonly fromCache: boolean;
  #body: ByteSource;
  #state: 'fresh' | 'begun' | 'streamed' | 'loading' | 'discarded' = 'fresh';
  #beginning: readonly Uint8Array[] | undefined;
  #chunks: readonly Uint8Array[] | undefined;
  #loading: Promise<void> | undefined;
  #text: string | undefined;
  #json: { value: Json | undefined } | undefined;
  #isShared = false;

  constructor(init: HttpResponseInit) {
    this.status = init.status;
    this.statusText = init.statusText;
    this.headers = init.headers;
    this.url = init.url;
    this.request = init.request;
    this.elapsedMs = init.elapsedMs;
    this.fromCache = init.fromCache ?? false;
    this.#body = init.body;
  }

  // parity: requests.Response.ok
  /** True below status 400. */
  get ok(): boolean {
    return this.status < 400;
  }

  /** Has a body that breaks off when part of it is read already asked for again; a body that is loaded stays as it is. */
  mendBy(again: AskAgain): void {
    if (this.#state === 'fresh' || this.#state === 'begun') this.#body = new MendedBody(this.#body, this.beginning, again);
  }

  /** The decompressed body as it arrives; when it was loaded, its bytes in one chunk. Throws TransportError when it breaks off. */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    if (this.#loading) {
      await this.#loading;
      if (this.bytes.length) yield this.bytes;
      return;
    }
    const beginning = this.#beginning;
    this.#claim('streamed');
    let ended = false;
    try {
      if (beginning !== undefined) yield* beginning;
      for (let chunk = await this.#body.next(); chunk !== null; chunk = await this.#body.next()) yield chunk;
      ended = true;
    } finally {
      if (!ended) this.#body.discard();
    }
  }

  /**
   * Loads the body as far as `limit` bytes, so that what breaks off within them shows here; true when that is all of it, which is loaded
   * then, and otherwise `chunks` begins with them. Throws TransportError when the body breaks off.
   */
  async begin(limit: number): Promise<boolean> {
    if (this.#loading !== undefined) {
      await this.#loading;
      return true;
    }
    if (this.#state === 'begun') return false;
    this.#claim('begun');
    const { chunks, ended } = await this.#body.upTo(limit);
    if (ended) {
      this.#chunks = chunks;
      this.#state = 'loading';
      this.#loading = LOADED;
    } else this.#beginning = chunks;
    return ended;
  }

  /** What `begin` has loaded of a body that goes on; empty when the body is whole or nobody has begun. */
  get beginning(): readonly Uint8Array[] {
    return this.#beginning ?? [];
  }

  /** The whole decompressed body, read once; throws TransportError when it breaks off. */
  async load(): Promise<Uint8Array> {
    if (!this.#loading) {
      const beginning = this.#beginning ?? [];
      this.#claim('loading');
      this.#loading = this.#body.all().then((rest) => {
        this.#chunks = [...beginning, rest];
      });
    }
    await this.#loading;
    return this.bytes;
  }

  /** Gives the connection back without reading the body; harmless after it was read. */
  discard(): void {
    if (this.#state !== 'fresh' && this.#state !== 'begun') return;
    this.#state = 'discarded';
    this.#beginning = undefined;
    this.#body.discard();
  }

  /** Says that somebody else reads the loaded bytes, too, so that their memory is never given back. */
  share(): void {
    this.#isShared = true;
  }

  /** Gives the memory of a body back that nobody asks for any more: of the whole one that was loaded, or of a chunk that `chunks` gave. */
  free(chunk?: Uint8Array): void {
    if (this.#isShared) return;
    if (chunk !== undefined) {
      if (this.#state === 'streamed') this.#body.free?.([chunk]);
      return;
    }
    const chunks = this.#chunks;
    if (chunks === undefined) return;
    this.#chunks = undefined;
    this.#text = undefined;
    this.#json = undefined;
    this.#body.free?.(chunks);
  }

  /** True once `load` has finished. */
  get loaded(): boolean {
    return this.#chunks !== undefined;
  }

  /** The loaded body; throws Error before `load` has finished. */
  get bytes(): Uint8Array {
    const [first, ...others] = this.parts;
    if (first !== undefined && others.length === 0) return first;
    const bytes = joined(this.parts);
    this.#chunks = [bytes];
    return bytes;
  }

  /** The loaded body in the chunks that it came in; throws Error before `load` has finished. */
  get parts(): readonly Uint8Array[] {
    if (this.#chunks === undefined) throw new Error('The response body is not loaded.');
    return this.#chunks;
  }

  // parity: requests.Response.text
  /** The loaded body as text, by the charset of the Content-Type; a byte order mark stays in it. */
  get text(): string {
    if (this.#text === undefined) this.#text = decodeText(this.bytes, this.charset ?? detectCharset(this.bytes));
    return this.#text;
  }

  // parity: requests.Response.json
  /** The loaded body as JSON; undefined when it is not JSON. */
  get json(): Json | undefined {
    if (!this.#json) this.#json = { value: tryParse(this.#jsonText(), this.#mayLoseNumbers()) };
    return this.#json.value;
  }

  /** The encoding that the Content-Type states or implies, else null. */
  get charset(): string | null {
    return statedCharset(this.headers.get('content-type'));
  }

  /** The encoding that the Content-Type names, else null. */
  get namedCharset(): string | null {
    return namedCharset(this.headers.get('content-type'));
  }

  /** The text of JSON: a byte order mark tells its encoding and is no part of it. */
  #jsonText(): string {
    const found = this.bytes.length <= 3 ? null : guessJsonCharset(this.bytes);
    const guess = this.charset && found !== 'utf-8-sig' && found !== 'utf-16' ? null : found;
    const text = (guess === null ? null : decodeStrictly(this.bytes, guess)) ?? this.text;
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  /** Whether plain parsing may lose numbers of the body; undefined where its text has to tell. */
  #mayLoseNumbers(): boolean | undefined {
    const charset = this.charset ?? guessJsonCharset(this.bytes);
    return charset?.toLowerCase() === 'utf-8' ? numbersIn(this.bytes)?.mayBeLost : undefined;
  }

  #claim(state: 'begun' | 'streamed' | 'loading'): void {
    if (this.#state !== 'fresh' && this.#state !== 'begun') throw new Error(`The response body was already ${this.#state}.`);
    this.#state = state;
    this.#beginning = undefined;
  }
}

function tryParse(text: string, mayBeLost: boolean | undefined): Json | undefined {
  try {
    return parseJson(text, mayBeLost);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
