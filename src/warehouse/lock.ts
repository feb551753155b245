import { statSync, truncateSync } from 'node:fs';
import type * as sqlite from 'node:sqlite';
import { ConfigError } from '../protocol/failure.ts';

/** The codes of SQLite for a lock that somebody else holds, and for a file that it may not write. */
const BUSY = 5;
const READ_ONLY = 8;
const CANNOT_OPEN = 14;

/** Gives a place free. */
export type Release = () => void;

/**
 * Takes a place for this process by a lock of the system on the file `PLACE.lock`; gives the function that gives it free. The system ends the lock with the
 * process, however that ends, and holds it against processes of other containers too. SQLite takes it, which knows how each system does it; the file stays
 * empty, and stays there, since whoever removes it could remove it from under the next one's lock. Throws ConfigError when another process has the place.
 * Where the file system has no locks, `warn` is told and the place is free for all.
 */
export function takeLock(place: string, warn: (text: string) => void): Release {
  const file = `${place}.lock`;
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite') as typeof sqlite;
  emptyFileOfEarlierVersions(file);
  let database: sqlite.DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const { errcode = 0, message } = error as Error & { errcode?: number };
    const reason = errcode & 0xff;
    if (reason === BUSY) throw new ConfigError(`Another sync writes to ${place}: wait until it ends.`, { cause: error });
    if (reason === READ_ONLY || reason === CANNOT_OPEN) {
      throw new ConfigError(`${file} cannot be written: ${message}. Choose another place for --to.`, { cause: error });
    }
    warn(`${place} cannot be locked (${message}): make sure that no other sync writes to it at the same time.`);
    return () => {};
  }
  const held = database;
  return () => held.close();
}

/** Earlier versions wrote the id of a process into the file, which says nothing in another container or after a restart. */
function emptyFileOfEarlierVersions(file: string): void {
  // Asked without opening the file: to close it would end a lock that this process has on it.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) truncateSync(file);
}
