import path from 'node:path';
import { components } from '../components/index.ts';
import type { Registry } from '../engine/registry.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { prepareManifest } from '../manifest/prepare.ts';
import { preparedFile, storePrepared } from '../manifest/prepared-file.ts';
import { ConfigError } from '../protocol/failure.ts';
import { readBytes } from './inputs.ts';
import { runCommand } from './session.ts';
import { version } from './version.ts';

/** Writes what commands make of a manifest before they build it, beside the manifest, so that they need not read it as YAML each time. */
export function runPrepare(options: { readonly manifest: string; readonly output?: string }): Promise<number> {
  return runCommand({}, components, async ({ log, registry }) => {
    const bytes = readBytes('manifest', options.manifest);
    const prepared = await prepareManifest(bytes.toString('utf8'), path.basename(options.manifest));
    for (const { message, place } of prepared.warnings) log.warn(`${place}: ${message}`);
    const streamsStandAlone = standAlone(prepared.manifest, registry);
    const target = options.output ?? preparedFile(options.manifest);
    try {
      replaceFile(target, storePrepared(prepared, { bytes, version: version() }, { streamsStandAlone }));
    } catch (error) {
      throw new ConfigError(`The prepared manifest cannot be written to ${target}: ${(error as NodeJS.ErrnoException).code}.`, {
        cause: error,
      });
    }
    return 0;
  });
}

/** Whether a read of some streams may pass over the others: each entry of `streams` is one, and none has a mistake that a read would tell of. */
function standAlone(manifest: JsonObject, registry: Registry): boolean {
  const { errors, strayKeys } = registry.validate(manifest, ['source'], '');
  const kindOf = (stream: Json): string | undefined =>
    isPlainObject(stream) ? registry.find(String((stream as JsonObject)['type']))?.component.kind : undefined;
  return errors.length === 0 && strayKeys.length === 0 && [manifest['streams'] ?? []].flat().every((stream) => kindOf(stream) === 'stream');
}
