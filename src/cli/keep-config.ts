import { type JsonObject, stringifyJson } from '../lib/json.ts';
import { proveReplaceable, replaceFile } from '../lib/replace-file.ts';
import { ConfigError } from '../protocol/failure.ts';

/** Keeps configs that a run has changed, such as one with a new refresh token, where no platform does. */
export interface ConfigKeeper {
  /** Throws ConfigError where a changed config could not be kept. */
  prove(): void;
  /** Keeps a config; throws ConfigError where that fails. */
  keep(config: JsonObject): void;
}

/** Bytes that new tokens add to a config at most, as far as one can know; a full disk often has so much left in the file's last block. */
const ROOM = 3000;

/** Keeps configs in the file that the config came from. */
export function keepConfigIn(file: string | undefined): ConfigKeeper {
  const place = file === undefined || file === '-' ? undefined : file;
  return {
    prove() {
      if (place === undefined)
        throw new ConfigError(
          'The config holds a token that is replaced with each use, and there is no file to save the new one in: give the config as a file. The token was not used.',
        );
      try {
        proveReplaceable(place, ROOM);
      } catch (error) {
        throw new ConfigError(
          `The config holds a token that is replaced with each use, and ${place} cannot take the new one: ${(error as Error).message}. The token was not used. Make the file writable, or give a copy of it that is.`,
          { cause: error },
        );
      }
    },
    keep(config) {
      if (place === undefined) throw new ConfigError('The run has changed the config, and there is no file to save it in.');
      try {
        replaceFile(place, `${stringifyJson(config)}\n`);
      } catch (error) {
        throw new ConfigError(
          `The run has changed the config, such as a token in it, but ${place} cannot be written: ${(error as Error).message}. Authenticate again if the next run cannot log in.`,
          { cause: error },
        );
      }
    },
  };
}

/** The same, but what it cannot keep is only warned of. */
export function warningKeeper(keeper: ConfigKeeper, warn: (message: string) => void): ConfigKeeper {
  return {
    prove() {},
    keep(config) {
      try {
        keeper.keep(config);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        warn(error.message);
      }
    },
  };
}
