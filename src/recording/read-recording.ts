import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Json, type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { readLines } from '../lib/read-lines.ts';
import { createSpool, type Spool, type Spooled } from '../lib/spool.ts';
import { ConfigError } from '../protocol/failure.ts';
import {
  FORMAT,
  FORMAT_VERSION,
  type RecordedContent,
  type RecordedExchange,
  type RecordedPart,
  RUN_FILE,
  type RunFile,
} from './format.ts';

/** An exchange of a recording whose body lies in the spool. */
export interface StoredExchange {
  readonly stream: string;
  /** Where it stands, for messages: file and line. */
  readonly place: string;
  readonly exchange: RecordedExchange;
  /** The text of the request's body. */
  readonly requestBody: string | null;
  readonly body: readonly Spooled[];
}

/** A recording, ready to be replayed. */
export interface Recording {
  readonly folder: string;
  readonly run: RunFile;
  /** In the order of the files, and within a file in that of its lines. */
  readonly exchanges: readonly StoredExchange[];
  readonly spool: Spool;
}

/** What reads a recording and says what is wrong with it. */
export interface ReadingOptions {
  /** The name of one run, where the folder holds several; the last one without it. */
  readonly run?: string | undefined;
  readonly warn: (text: string) => void;
}

/** The folder of the recording that a path stands for: itself, or one of the runs in it. Throws ConfigError when there is none. */
export function findRecording(place: string, run?: string): string {
  if (run !== undefined) return requireRun(path.join(place, run));
  if (isRecording(place)) return place;
  const runs = existsSync(place) ? readdirSync(place).filter((name) => existsSync(path.join(place, name, RUN_FILE))) : [];
  const last = runs.sort().at(-1);
  if (last === undefined) {
    throw new ConfigError(
      `There is no recording in "${place}": give the folder that --raw named, or one that holds a ${RUN_FILE} or .jsonl files.`,
    );
  }
  return path.join(place, last);
}

function requireRun(folder: string): string {
  if (isRecording(folder)) return folder;
  throw new ConfigError(`There is no recording in "${folder}".`);
}

function isRecording(folder: string): boolean {
  return existsSync(path.join(folder, RUN_FILE)) || streamFiles(folder).length > 0;
}

const STREAM_FILE = /\.jsonl(\.gz)?$/;
/** The file of messages that a recording may lie with, to be compared with. */
export const EXPECTED_FILE = 'expected.jsonl';

function streamFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => STREAM_FILE.test(name) && name !== EXPECTED_FILE)
    .sort();
}

/** Reads a recording's run file and its exchanges, their bodies into a temporary file. Throws ConfigError with file and line for what is no recording. */
export async function readRecording(folder: string, { warn }: ReadingOptions): Promise<Recording> {
  const run = readRunFile(folder);
  const spool = createSpool();
  const exchanges: StoredExchange[] = [];
  try {
    for (const name of streamFiles(folder)) exchanges.push(...(await readStreamFile(folder, name, spool, warn)));
  } catch (error) {
    spool.close();
    throw error;
  }
  return { folder, run, exchanges, spool };
}

/** The run file of a recording; one that says nothing where there is none. */
export function readRunFile(folder: string): RunFile {
  const file = path.join(folder, RUN_FILE);
  if (!existsSync(file)) return { format: FORMAT, version: FORMAT_VERSION };
  const run = parseObject(readFileSync(file, 'utf8'), file) as unknown as RunFile;
  if (run.format !== FORMAT) throw new ConfigError(`${file} is no recording: its "format" must be "${FORMAT}".`);
  if (typeof run.version !== 'number' || run.version > FORMAT_VERSION) {
    throw new ConfigError(
      `${file} has the version ${String(run.version)}, and this program reads up to ${FORMAT_VERSION}: use a newer one.`,
    );
  }
  return run;
}

function parseObject(text: string, place: string): JsonObject {
  let value: Json;
  try {
    value = parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConfigError(`${place} is no valid JSON: ${error.message}.`, { cause: error });
  }
  if (!isPlainObject(value)) throw new ConfigError(`${place} must be a JSON object.`);
  return value as JsonObject;
}

async function readStreamFile(folder: string, name: string, spool: Spool, warn: (text: string) => void): Promise<StoredExchange[]> {
  const file = path.join(folder, name);
  const found: StoredExchange[] = [];
  const parts = new Map<number, Spooled[]>();
  let stream = name.replace(STREAM_FILE, '');
  const onBreak = (reason: string): void => warn(`${file} breaks off (${reason}): what came before is used.`);
  for await (const { number, text } of readLines(file, onBreak)) {
    const place = `${file}:${number}`;
    const line = parseObject(text, place);
    if (line['type'] === 'recording') {
      if (typeof line['stream'] === 'string') stream = line['stream'];
    } else if (line['type'] === 'part') {
      const part = line as unknown as RecordedPart;
      parts.set(part.of, [...(parts.get(part.of) ?? []), await spool.add(contentOf(part, place))]);
    } else {
      const exchange = checkExchange(line, place);
      found.push({ stream, place, ...(await storeExchange(exchange, parts, spool, place)) });
    }
  }
  return found;
}

async function storeExchange(
  exchange: RecordedExchange,
  parts: Map<number, Spooled[]>,
  spool: Spool,
  place: string,
): Promise<Pick<StoredExchange, 'exchange' | 'requestBody' | 'body'>> {
  const { request, response } = exchange;
  const requestBody = request.body === null || !hasContent(request) ? null : Buffer.from(contentOf(request, place)).toString('utf8');
  if (response === undefined) return { exchange, requestBody, body: [] };
  const { body: _body, json: _json, base64: _base64, ...rest } = response;
  const own = parts.get(exchange.id ?? 0);
  if (response.parts !== undefined && own?.length !== response.parts) {
    throw new ConfigError(`${place} has ${own?.length ?? 0} of the ${response.parts} parts of its body.`);
  }
  parts.delete(exchange.id ?? 0);
  const body = response.parts === undefined ? [await spool.add(contentOf(response, place))] : (own ?? []);
  return { exchange: { ...exchange, response: rest }, requestBody, body };
}

function hasContent({ body, base64, json }: RecordedContent): boolean {
  return body !== undefined || base64 !== undefined || json !== undefined;
}

function contentOf({ body, base64, json }: RecordedContent, place: string): Uint8Array {
  if (typeof body === 'string') return Buffer.from(body);
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  if (json !== undefined) return Buffer.from(stringifyJson(json));
  if (body === undefined || body === null) return new Uint8Array(0);
  throw new ConfigError(`${place}: "body" must be a text; use "json" for JSON.`);
}

function checkExchange(line: JsonObject, place: string): RecordedExchange {
  const { request, response, error } = line;
  if (!isPlainObject(request) || typeof request['method'] !== 'string' || typeof request['url'] !== 'string') {
    throw new ConfigError(`${place} must have a "request" with "method" and "url".`);
  }
  if (isPlainObject(response) ? typeof response['status'] !== 'number' : !isPlainObject(error)) {
    throw new ConfigError(`${place} must have a "response" with a "status", or an "error".`);
  }
  return line as unknown as RecordedExchange;
}
