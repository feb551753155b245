import { mkdtempSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where bytes lie in a spool. */
export interface Spooled {
  readonly at: number;
  readonly length: number;
}

/** Bytes set aside in a temporary file, which lasts until `close`. */
export interface Spool {
  add(bytes: Uint8Array): Promise<Spooled>;
  read(place: Spooled): Promise<Uint8Array>;
  close(): void;
}

/** An empty spool, whose file is made when it is needed. */
export function createSpool(): Spool {
  let opening: Promise<FileHandle> | undefined;
  let size = 0;

  async function openFile(): Promise<FileHandle> {
    const folder = mkdtempSync(path.join(tmpdir(), 'source-declarative-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    // An open file stays until it is closed, however the process ends; only Windows keeps its name until then.
    if (process.platform === 'win32') process.once('exit', remove);
    try {
      return await open(path.join(folder, 'spool'), 'w+', 0o600);
    } finally {
      if (process.platform !== 'win32') remove();
    }
  }

  function file(): Promise<FileHandle> {
    opening ??= openFile();
    return opening;
  }

  return {
    async add(bytes) {
      const place = { at: size, length: bytes.length };
      size += bytes.length;
      let written = 0;
      const handle = await file();
      while (written < bytes.length) {
        written += (await handle.write(bytes, written, bytes.length - written, place.at + written)).bytesWritten;
      }
      return place;
    },
    async read({ at, length }) {
      const bytes = Buffer.allocUnsafe(length);
      const handle = await file();
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, at + done);
        if (bytesRead === 0) throw new Error('The temporary file has become shorter.');
        done += bytesRead;
      }
      return bytes;
    },
    close() {
      // One that could not be opened has been told of by `add`.
      void opening?.then((handle) => handle.close()).catch(() => {});
      opening = undefined;
    },
  };
}
