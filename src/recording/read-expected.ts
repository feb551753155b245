import { type JsonObject, parseJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { readLines } from '../lib/read-lines.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { Extraction } from './compare.ts';

/** Reads the records and states of a file of Airbyte messages; throws ConfigError with the line of one that is none. */
export async function readExpected(file: string, extraction: Extraction): Promise<void> {
  for await (const { number, text } of readLines(file, () => {})) {
    let message: unknown;
    try {
      message = parseJson(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    if (!isPlainObject(message)) throw new ConfigError(`${file}:${number} is no Airbyte message.`);
    const { type, record, state } = message as { type?: unknown; record?: JsonObject; state?: JsonObject };
    if (type === 'RECORD' && isPlainObject(record)) extraction.record(String(record['stream']), record['data'] as JsonObject);
    if (type === 'STATE' && isPlainObject(state)) {
      const { stream_descriptor: descriptor, stream_state: value } = state['stream'] as JsonObject;
      extraction.state(String((descriptor as JsonObject)['name']), value as JsonObject);
    }
  }
}
