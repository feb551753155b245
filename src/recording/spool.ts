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
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const handle = await open(path.join(folder, 'spool'), 'w+', 0o600);
    // An open file stays until it is closed, however the process ends; only Windows keeps its name until then.
    if (process.platform !== 'win32') rmSync(folder, { recursive: true, force: true });
    return handle;
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
        if (bytesRead === 0) throw new Error('The temporary file of the recording has become shorter.');
        done += bytesRead;
      }
      return bytes;
    },
    close() {
      void opening?.then((handle) => handle.close());
      opening = undefined;
    },
  };
}
