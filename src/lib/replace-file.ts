import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { openToWrite } from './open-to-write.ts';

/**
 * Replaces the content of a file, whole or not at all, and makes the file if there is none. Links are followed; mode and owner stay. Where a
 * rename cannot do it (a file mounted by itself, a folder that is not writable, a full disk), the file is
 * overwritten in place once the room is taken. A pipe or a device is written as it is; a pipe that nobody reads is refused.
 */
export function replaceFile(file: string, content: string | Uint8Array, { mode = 0o666 }: { mode?: number } = {}): void {
  const target = followLinks(file);
  const bytes = Buffer.from(content);
  const before = statSync(target, { throwIfNoEntry: false });
  if (before === undefined) replaceByRename(target, bytes, { mode });
  else if (!before.isFile()) writeAsItIs(target, bytes);
  else replaceRegular(target, bytes, before);
}

/** Throws where `replaceFile` could not replace a file by `room` bytes more than it holds; its content stays. */
export function proveReplaceable(file: string, room: number): void {
  const target = followLinks(file);
  const before = statSync(target);
  if (!before.isFile()) throw new Error(`${file} is no regular file`);
  try {
    changeInPlace(target, (descriptor, old) => {
      writeAt(descriptor, Buffer.alloc(room, ' '), old.length);
      fsyncSync(descriptor);
      ftruncateSync(descriptor, old.length);
    });
  } catch (inPlace) {
    if (before.nlink > 1) throw inPlace;
    replaceByRename(target, readFileSync(target), { like: before, room });
  }
}

function writeAsItIs(target: string, bytes: Buffer): void {
  const descriptor = openToWrite(target, 'w');
  try {
    writeFileSync(descriptor, bytes);
  } finally {
    closeSync(descriptor);
  }
}

function replaceRegular(target: string, bytes: Buffer, before: Stats): void {
  // A rename would part a file from its other names.
  if (before.nlink > 1) {
    overwrite(target, bytes);
    return;
  }
  try {
    replaceByRename(target, bytes, { like: before });
  } catch {
    // Whatever keeps it from being renamed, what counts is whether it can be overwritten.
    overwrite(target, bytes);
  }
}

/** How a new file is made: like the one before, or with a mode; `room` is taken and given back first. */
interface Making {
  readonly like?: Stats;
  readonly mode?: number;
  readonly room?: number;
}

function replaceByRename(target: string, bytes: Buffer, { like, mode = 0o600, room = 0 }: Making): void {
  const draft = `${target}.new`;
  rmSync(draft, { force: true });
  const descriptor = openSync(draft, 'wx', mode);
  try {
    try {
      if (like !== undefined) makeLike(descriptor, like);
      writeAt(descriptor, Buffer.concat([bytes, Buffer.alloc(room, ' ')]), 0);
      fsyncSync(descriptor);
      ftruncateSync(descriptor, bytes.length);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Gives a file the owner and the mode of another one; throws where it may not. */
function makeLike(descriptor: number, { uid, gid, mode }: Stats): void {
  const own = fstatSync(descriptor);
  if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid);
  fchmodSync(descriptor, mode & 0o7777);
}

function overwrite(target: string, bytes: Buffer): void {
  changeInPlace(target, (descriptor, old) => {
    // Blanks first: should the disk be full, the old content is still there.
    if (bytes.length > old.length) writeAt(descriptor, Buffer.alloc(bytes.length - old.length, ' '), old.length);
    fsyncSync(descriptor);
    writeAt(descriptor, bytes, 0);
    ftruncateSync(descriptor, bytes.length);
    fsyncSync(descriptor);
  });
}

/** Changes an open file; restores its content when that fails. */
function changeInPlace(target: string, change: (descriptor: number, old: Buffer) => void): void {
  const descriptor = openSync(target, 'r+');
  try {
    const old = readFileSync(descriptor);
    try {
      change(descriptor, old);
    } catch (error) {
      writeAt(descriptor, old, 0);
      ftruncateSync(descriptor, old.length);
      throw error;
    }
  } finally {
    closeSync(descriptor);
  }
}

function writeAt(descriptor: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done, bytes.length - done, position + done);
}

/** The file that a path leads to, by links that may lead to no file yet. */
function followLinks(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const folder = realpathSync(path.dirname(file));
    const link = linkOf(path.join(folder, path.basename(file)));
    return link === undefined ? path.join(folder, path.basename(file)) : followLinks(path.resolve(folder, link));
  }
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch (error) {
    if (['ENOENT', 'EINVAL'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
