import { type FileHandle, open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Fast rather than small: responses are landed before anybody may read them. */
const COMPRESSION_LEVEL = 4;

/** A gzip file that lines are appended to; what was appended can be read even when the process is killed. */
export interface RecordedFile {
  /** Resolves when the lines, and all before them, are handed to the system. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Makes a file that must not be there yet and that nobody else may read. */
export async function createRecordedFile(path: string): Promise<RecordedFile> {
  return new GzipFile(await open(path, 'wx', 0o600));
}

class GzipFile implements RecordedFile {
  readonly #handle: FileHandle;
  #waiting: string[] = [];
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  append(text: string): Promise<void> {
    this.#waiting.push(text);
    this.#next ??= this.#last.then(() => this.#writeWaiting());
    this.#last = this.#next;
    return this.#next;
  }

  async close(): Promise<void> {
    try {
      await this.#last;
    } finally {
      await this.#handle.close();
    }
  }

  /** Writes what all who wait have appended, as one member of the gzip file; those that append meanwhile share the next turn. */
  async #writeWaiting(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#next = undefined;
    await this.#handle.writeFile(await compress(text, { level: COMPRESSION_LEVEL }));
  }
}
