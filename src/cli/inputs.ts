import { readFileSync } from 'node:fs';
import { type Json, type JsonObject, parseJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { ConfigError } from '../protocol/failure.ts';

const STDIN = 0;

/** The text of a file argument, `-` being standard input; throws ConfigError naming the file. */
export function readText(what: string, file: string): string {
  return readBytes(what, file).toString('utf8');
}

/** The bytes of a file argument, `-` being standard input; throws ConfigError naming the file. */
export function readBytes(what: string, file: string): Buffer {
  try {
    return readFileSync(file === '-' ? STDIN : file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'it may not be read'
            : String(code);
    throw new ConfigError(`The ${what} "${file}" cannot be read: ${reason}.`, { cause: error });
  }
}

/** The JSON of a file argument; throws ConfigError with line and column where it is none. */
export function readJson(what: string, file: string): Json {
  const text = readText(what, file);
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError(`The ${what} "${file}" is no valid JSON: ${placeOf(error, text)}.`, {
      internalMessage: `invalid JSON in ${file}`,
    });
  }
}

/** The same for a file that must hold an object. */
export function readObject(what: string, file: string): JsonObject {
  const value = readJson(what, file);
  if (!isPlainObject(value))
    throw new ConfigError(`The ${what} "${file}" must be a JSON object, not ${Array.isArray(value) ? 'a list' : String(value)}.`);
  return value as JsonObject;
}

/** Where the text ends being JSON; the text itself is not shown, since it may hold secrets. */
function placeOf(error: SyntaxError, text: string): string {
  const position = /position (\d+)/.exec(error.message)?.[1];
  const offset = position === undefined ? text.length : Number(position);
  const before = text.slice(0, offset).split('\n');
  const reason =
    text.trim() === '' ? 'the file is empty' : offset >= text.trimEnd().length ? 'it ends too early' : 'an unexpected character';
  return `${reason}, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** The bytes of a file, undefined when there is none; throws ConfigError when it cannot be read. */
export function readIfPresent(file: string, name = file): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConfigError(`The file "${name}" cannot be read: ${code}.`, { cause: error });
  }
}
