import { component } from '../../engine/component.ts';
import { boolean, withDefault } from '../../engine/fields.ts';
import type { Extractor } from '../../engine/kinds.ts';
import { textReader } from '../../engine/response-text.ts';
import { createCsvReader } from '../../lib/csv.ts';
import { GzipError, gunzip } from '../../lib/gunzip.ts';
import type { Json } from '../../lib/json.ts';
import { SystemError, TransientError } from '../../protocol/failure.ts';
import { createTableReader } from './table-rows.ts';

/** parity: extractors/response_to_file_extractor.py:ResponseToFileExtractor */
export const ResponseToFileExtractor = component({
  type: 'ResponseToFileExtractor',
  kind: 'extractor',
  summary: 'Reads a CSV file of any size, packed by gzip or not, row by row; cells that say that a value is missing become null.',
  example: `
    type: ResponseToFileExtractor
    preserve_na_values: true`,
  fields: () => ({
    preserve_na_values: withDefault(boolean(), false),
  }),
  build(spec, b): Extractor {
    const openTexts = textReader(b, 'utf-8');

    async function* readRows(bytes: AsyncIterable<Uint8Array>, charset: string | null = null): AsyncGenerator<readonly Json[]> {
      const reader = createCsvReader(',');
      const toRecords = createTableReader(spec.preserve_na_values, (message) => b.run.log.warn(`${b.path}: ${message}`));
      for await (const text of openTexts(unpack(bytes, b.run.guards.max_expansion), charset)) {
        const records = toRecords(reader.push(text.replaceAll('\0', '')));
        if (records.length > 0) yield records;
      }
      if (reader.isInQuotes()) throw new SystemError('The CSV file ends within quotes: it is cut off or broken.');
      const records = toRecords(reader.end());
      if (records.length > 0) yield records;
    }
    return {
      decoder: {
        streams: true,
        paginates: false,
        decode: (response) => readRows(response.chunks(), response.namedCharset),
        parse: (bytes) => readRows(bytes),
      },
      extract: (documents) => ({ records: documents as Json[], count: documents.length }),
    };
  },
});

async function* unpack(bytes: AsyncIterable<Uint8Array>, factor: number): AsyncGenerator<Uint8Array> {
  try {
    yield* gunzip(bytes, factor);
  } catch (error) {
    throw error instanceof GzipError ? new TransientError(error.message, { cause: error }) : error;
  }
}
