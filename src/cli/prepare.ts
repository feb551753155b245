import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { prepareManifest } from '../manifest/prepare.ts';
import { preparedFile, storePrepared } from '../manifest/prepared-file.ts';
import { ConfigError } from '../protocol/failure.ts';
import { readBytes } from './inputs.ts';
import { runCommand } from './session.ts';
import { version } from './version.ts';

/** Writes what commands make of a manifest before they build it, beside the manifest, so that they need not read it as YAML each time. */
export function runPrepare(options: { readonly manifest: string; readonly output?: string }): Promise<number> {
  return runCommand({}, [], async ({ log }) => {
    const bytes = readBytes('manifest', options.manifest);
    const prepared = await prepareManifest(bytes.toString('utf8'), path.basename(options.manifest));
    for (const { message, place } of prepared.warnings) log.warn(`${place}: ${message}`);
    const target = options.output ?? preparedFile(options.manifest);
    try {
      writeFileSync(target, storePrepared(prepared, { bytes, version: version() }));
    } catch (error) {
      throw new ConfigError(`The prepared manifest cannot be written to ${target}: ${(error as NodeJS.ErrnoException).code}.`, {
        cause: error,
      });
    }
    return 0;
  });
}
