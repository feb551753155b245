import path from 'node:path';
import { ConfigError } from '../protocol/failure.ts';
import { readIfPresent } from './inputs.ts';

/**
 * Reads files of the manifest's folder, for the components that need one; undefined for a file that is not there, or where there is no folder.
 * Throws ConfigError for a path that leads out of the folder: a manifest must not read other files of the machine.
 */
export function createReadBeside(folder: string | undefined): (file: string) => Promise<string | undefined> {
  return async (file) => {
    if (folder === undefined) return undefined;
    const target = path.resolve(folder, file);
    const within = path.relative(folder, target);
    if (within === '' || within === '..' || within.startsWith(`..${path.sep}`) || path.isAbsolute(within)) {
      throw new ConfigError(
        `The manifest may only read files of its own folder, and ${file} lies outside of ${folder}. Move the file there.`,
      );
    }
    return readIfPresent(target, file)?.toString('utf8');
  };
}
