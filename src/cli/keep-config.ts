import { chmodSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type JsonObject, stringifyJson } from '../lib/json.ts';
import type { Log } from '../protocol/log.ts';
import type { Output } from '../protocol/output.ts';

/** An output that writes a config which the run has changed, such as one with a new refresh token, to its file: there is no platform to keep it. */
export function keepConfig(output: Output, file: string | undefined, log: Log): Output {
  return {
    ...output,
    message(message) {
      if (message.type !== 'CONTROL') return output.message(message);
      writeConfig(file, message.control.connectorConfig.config, log);
    },
  };
}

function writeConfig(file: string | undefined, config: JsonObject, log: Log): void {
  if (file === undefined || file === '-') {
    log.warn('The run has changed the config, such as a token in it, and there is no file to write it to: give the config as a file.');
    return;
  }
  try {
    const draft = `${file}.new`;
    writeFileSync(draft, `${stringifyJson(config)}\n`, { mode: 0o600 });
    chmodSync(draft, statSync(file).mode & 0o777);
    renameSync(draft, file);
  } catch (error) {
    log.warn(`The run has changed the config, such as a token in it, but ${file} cannot be written: ${(error as Error).message}`);
  }
}
