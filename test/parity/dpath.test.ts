import { describe } from 'vitest';
import { StreamSlice } from '../../src/engine/stream-slice.ts';
import type { Value } from '../../src/lang/index.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { buildFromYaml } from '../../src/testing/build-from-yaml.ts';
import { responseOf } from '../../src/testing/response-of.ts';
import { type CorpusLine, itMatches } from './outcome.ts';
import { corpusLines } from './shared.ts';
import { canonical } from './typed-values.ts';

// The reference finds nothing behind a byte order mark.
const lines = (corpusLines('units/dpath.jsonl') as CorpusLine[]).filter(({ body }) => !String(body).startsWith('\ufeff'));

describe.skipIf(lines.length === 0)('records of a document', () => {
  itMatches(
    'dpath',
    lines,
    async (line) => {
      const config = (line['config'] ?? {}) as JsonObject;
      const expander = line['record_expander'];
      const extractor = buildFromYaml(
        'extractor',
        {
          type: 'DpathExtractor',
          field_path: line['field_path'] as Json,
          $parameters: line['parameters'] ?? {},
          ...(expander === undefined ? {} : { record_expander: { type: 'RecordExpander', ...(expander as JsonObject) } }),
        },
        { config },
      );
      const decoder = buildFromYaml('decoder', { type: 'JsonDecoder' });
      const found: Json[] = [];
      for await (const documents of decoder.decode(responseOf(line['body'] as string))) {
        found.push(...(await extractor.extract(documents, { slice: new StreamSlice(), token: undefined })).records);
      }
      return found;
    },
    inDocumentOrder,
  );
});

// JavaScript moves keys that are integers to the front of an object, so the order of what is found under them is not compared.
function inDocumentOrder(value: Value, line: CorpusLine): string {
  const hasIntegerKeys = /"\d+" *:/.test(line['body'] as string);
  return hasIntegerKeys && Array.isArray(value) ? value.map(canonical).sort().join() : canonical(value);
}
