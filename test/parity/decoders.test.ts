import { describe } from 'vitest';
import { isCutJson } from '../../src/lib/cut-json.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { buildFromYaml } from '../../src/testing/build-from-yaml.ts';
import { responseOf } from '../../src/testing/response-of.ts';
import { type CorpusLine, itMatches } from './outcome.ts';
import { corpusLines } from './shared.ts';
import { canonical, fromTyped } from './typed-values.ts';

/** A last line that breaks off is an error here, and left out by the reference. */
const isCutLine = ({ decoder, body }: CorpusLine): boolean =>
  (decoder as JsonObject)['type'] === 'JsonlDecoder' && typeof body === 'string' && isCutJson(body.split('\n').at(-1) ?? '');

/** A byte order mark is a part of the text in the reference, unless the manifest names an encoding with one. */
const isMarked = ({ decoder, body, body_base64: packed }: CorpusLine): boolean => {
  const { encoding = 'utf-8' } = decoder as { encoding?: string };
  const bytes = typeof packed === 'string' ? Buffer.from(packed, 'base64') : Buffer.from(String(body));
  return encoding.startsWith('utf-8') && /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/.test(bytes.toString('latin1'));
};

const lines = (corpusLines('units/decoders.jsonl') as CorpusLine[]).filter((line) => !isCutLine(line) && !isMarked(line));

async function decode(line: CorpusLine): Promise<Json> {
  const body =
    line['body_base64'] === undefined ? Buffer.from(line['body'] as string) : Buffer.from(line['body_base64'] as string, 'base64');
  const found: Json[] = [];
  try {
    const decoder = buildFromYaml('decoder', line['decoder'] as JsonObject);
    for await (const documents of decoder.decode(responseOf(body, line['headers'] as { [name: string]: string }))) found.push(...documents);
  } catch (error) {
    const before = (line['before_error'] ?? []) as Json[];
    if (canonical(found) !== canonical(before.map(fromTyped))) return found;
    throw error;
  }
  return found;
}

describe.skipIf(lines.length === 0)('documents of a response', () => {
  itMatches('decoders', lines, decode);
});
