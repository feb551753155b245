import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ConfigError } from '../protocol/failure.ts';

/**
 * Takes a place for this process by a file `PLACE.lock` that holds its id; gives the function that gives it free. One that a dead process has
 * left is taken over. Throws ConfigError when another process has it.
 */
export function takeLock(place: string): () => void {
  const file = `${place}.lock`;
  if (!create(file)) {
    const owner = ownerOf(file);
    if (owner !== undefined && isAlive(owner)) {
      throw new ConfigError(`Another sync (process ${owner}) writes to ${place}: wait for its end, or remove ${file} when there is none.`);
    }
    rmSync(file, { force: true });
    if (!create(file)) throw new ConfigError(`Another sync has just begun to write to ${place}: wait for its end.`);
  }
  return () => rmSync(file, { force: true });
}

function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new ConfigError(`${file} cannot be written: ${code}. Choose another place for --to.`, { cause: error });
  }
}

function ownerOf(file: string): number | undefined {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(owner) && owner > 0 ? owner : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(id: number): boolean {
  if (id === process.pid) return true;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
