import { createHash } from 'node:crypto';
import type { Beginning, ByteSource } from '../http/byte-source.ts';
import type { HttpResponse } from '../http/response.ts';

/** Takes the body of a response as it is read. */
export interface Landing {
  /** Takes the next bytes; resolves when they are safe. */
  take(bytes: Uint8Array): Promise<void>;
  /** The body is complete: resolves when all of it is safe. */
  end(): Promise<void>;
  /** The body broke off, or was given up (without an error). */
  breakOff(error?: unknown): Promise<void>;
}

/** The body of a response that is landed before whoever reads it gets it. */
export class LandingSource implements ByteSource {
  readonly #response: HttpResponse;
  readonly #landing: Landing;
  #chunks: AsyncGenerator<Uint8Array, void, void> | undefined;
  #over = false;

  constructor(response: HttpResponse, landing: Landing) {
    this.#response = response;
    this.#landing = landing;
  }

  async next(): Promise<Uint8Array | null> {
    this.#chunks ??= this.#response.chunks();
    const { done, value } = await this.#guard(this.#chunks.next());
    if (done !== true) {
      await this.#landing.take(value);
      return value;
    }
    if (!this.#over) {
      this.#over = true;
      await this.#landing.end();
    }
    return null;
  }

  async upTo(limit: number): Promise<Beginning> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (length <= limit) {
      const chunk = await this.next();
      if (chunk === null) return { chunks, ended: true };
      chunks.push(chunk);
      length += chunk.length;
    }
    return { chunks, ended: false };
  }

  async all(): Promise<Uint8Array> {
    const bytes = await this.#guard(this.#response.load());
    this.#over = true;
    await this.#landing.take(bytes);
    await this.#landing.end();
    return bytes;
  }

  discard(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#chunks === undefined) this.#response.discard();
    else void this.#chunks.return();
    void this.#landing.breakOff();
  }

  async #guard<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      if (!this.#over) {
        this.#over = true;
        await this.#landing.breakOff(error);
      }
      throw error;
    }
  }
}

/** Counts and hashes bytes as they come. */
export function createDigest(): { update(bytes: Uint8Array): void; result(): { bytes: number; sha256: string } } {
  const hash = createHash('sha256');
  let count = 0;
  return {
    update(bytes) {
      count += bytes.length;
      hash.update(bytes);
    },
    result: () => ({ bytes: count, sha256: hash.digest('hex') }),
  };
}
