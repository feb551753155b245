import type { Beginning, ByteSource } from './byte-source.ts';
import { TransportError } from './errors.ts';
import type { HttpResponse } from './response.ts';

/** Sends the request of a body that broke off again; undefined when it is of no use. */
export type AskAgain = (error: TransportError) => Promise<HttpResponse | undefined>;

/** A body that broke off, and that was another one when it was asked for again. */
export class ChangedBody extends TransportError {}

/** The bytes of a body that were given so far, as far as it takes to know them again. */
class Given {
  length = 0;
  sum = 0;

  add(chunk: Uint8Array): void {
    this.length += chunk.length;
    this.sum = process.getBuiltinModule('node:zlib').crc32(chunk, this.sum);
  }

  equals({ length, sum }: Given): boolean {
    return this.length === length && this.sum === sum;
  }
}

/**
 * A body that is asked for again when it breaks off, and goes on where it did: the bytes that were given already are compared with those that come
 * again, and passed over. Throws ChangedBody when they are others, and what the body threw when it is not asked for again.
 */
export class MendedBody implements ByteSource {
  readonly #again: AskAgain;
  readonly #given = new Given();
  readonly #source: ByteSource;
  /** The chunks of the response that took the place of the first one. */
  #rest: AsyncIterator<Uint8Array, void> | undefined;

  /** `beginning` was given already. */
  constructor(source: ByteSource, beginning: readonly Uint8Array[], again: AskAgain) {
    this.#source = source;
    this.#again = again;
    for (const chunk of beginning) this.#given.add(chunk);
  }

  async upTo(limit: number): Promise<Beginning> {
    const beginning = await this.#source.upTo(limit);
    for (const chunk of beginning.chunks) this.#given.add(chunk);
    return beginning;
  }

  async next(): Promise<Uint8Array | null> {
    let chunk: Uint8Array | null;
    try {
      chunk = await this.#pull();
    } catch (error) {
      chunk = await this.#mend(error, (response, broken) => this.#passOver(response, broken));
    }
    if (chunk !== null) this.#given.add(chunk);
    return chunk;
  }

  async all(): Promise<Uint8Array> {
    try {
      return await this.#source.all();
    } catch (failure) {
      return this.#mend(failure, async (response, error) => {
        const bytes = await response.load();
        const again = new Given();
        again.add(bytes.subarray(0, this.#given.length));
        if (!this.#given.equals(again)) throw changed(error);
        return bytes.subarray(this.#given.length);
      });
    }
  }

  discard(): void {
    if (this.#rest === undefined) this.#source.discard();
    else void this.#rest.return?.();
  }

  free(chunks: readonly Uint8Array[]): void {
    if (this.#rest === undefined) this.#source.free?.(chunks);
  }

  async #pull(): Promise<Uint8Array | null> {
    if (this.#rest === undefined) return this.#source.next();
    const { done, value } = await this.#rest.next();
    return done === true ? null : value;
  }

  /** What follows on what was given, as `take` finds it in a response that takes the place of the one that failed. */
  async #mend<T>(failure: unknown, take: (response: HttpResponse, error: TransportError) => Promise<T>): Promise<T> {
    for (let error = failure; ; ) {
      if (!(error instanceof TransportError) || error.permanent || error instanceof ChangedBody) throw error;
      const response = await this.#again(error);
      if (response === undefined) throw error;
      try {
        return await take(response, error);
      } catch (other) {
        error = other;
      }
    }
  }

  /** The chunk of a response that follows on what was given, whose chunks are read from now on. */
  async #passOver(response: HttpResponse, broken: TransportError): Promise<Uint8Array | null> {
    this.#rest = response.chunks();
    const again = new Given();
    while (again.length < this.#given.length) {
      const chunk = await this.#pull();
      if (chunk === null) throw changed(broken);
      const missing = this.#given.length - again.length;
      again.add(chunk.subarray(0, missing));
      if (chunk.length < missing) continue;
      if (!this.#given.equals(again)) {
        this.discard();
        throw changed(broken);
      }
      if (chunk.length > missing) return chunk.subarray(missing);
    }
    return this.#pull();
  }
}

function changed({ what, where, cause }: TransportError): ChangedBody {
  return new ChangedBody({
    kind: 'truncated',
    what: `${what}, and it was another one when it was asked for again`,
    ...(where === undefined ? {} : { where }),
    hint: 'The API gives another page to the same request.',
    cause,
  });
}
