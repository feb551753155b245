import { existsSync } from 'node:fs';
import path from 'node:path';
import type { StoredFile } from '../engine/run.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { SystemError } from '../protocol/failure.ts';

const LOCAL_FOLDER = '/tmp/airbyte-file-transfer';

/** The folder in which destinations find files. parity: utils/files_directory.py:get_files_directory */
export function filesFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const staging = environment['AIRBYTE_STAGING_DIRECTORY'] ?? '/staging/files';
  return existsSync(staging) ? staging : LOCAL_FOLDER;
}

/**
 * Stores files in a folder under their relative paths, over what is there; a file that breaks off is removed again. Throws SystemError for a
 * path that leads out of the folder or names no file, and for what the system refuses.
 */
export function createFileStore(folder: string): (file: string, chunks: AsyncIterable<Uint8Array>) => Promise<StoredFile> {
  return async (file, chunks) => {
    const relativePath = path.normalize(file);
    const target = path.join(folder, relativePath);
    const within = path.relative(folder, target);
    if (file.endsWith('/') || within === '' || within.startsWith('..') || path.isAbsolute(within)) {
      throw new SystemError(
        `A file cannot be stored as "${file}": filename_extractor must give the path of a file below the folder for files.`,
      );
    }
    const refuse = (error: unknown): never => {
      throw new SystemError(`The file "${relativePath}" cannot be stored in ${folder}: ${(error as Error).message}.`, { cause: error });
    };
    const { open, rm } = await import('node:fs/promises');
    await makeFolder(path.dirname(target)).catch(refuse);
    const handle = await open(target, 'w').catch(refuse);
    let bytes = 0;
    try {
      for await (const chunk of chunks) {
        await handle.writeFile(chunk).catch(refuse);
        bytes += chunk.length;
      }
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    } finally {
      await handle.close().catch(refuse);
    }
    return { path: target, relativePath, bytes };
  };
}
