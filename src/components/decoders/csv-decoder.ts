import { component } from '../../engine/component.ts';
import { list, optional, text, withDefault } from '../../engine/fields.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { refuseTooLong } from '../../engine/refuse-too-long.ts';
import { textReader } from '../../engine/response-text.ts';
import { createCsvReader } from '../../lib/csv.ts';
import type { Json } from '../../lib/json.ts';
import { TransientError } from '../../protocol/failure.ts';
import { createRowReader } from './csv-rows.ts';

/** parity: decoders/composite_raw_decoder.py:CsvParser */
export const CsvDecoder = component({
  type: 'CsvDecoder',
  kind: 'decoder',
  summary: 'Reads a response as CSV while it arrives: the first row names the fields, and all values are texts.',
  example: `
    type: CsvDecoder
    delimiter: ";"
    set_values_to_none: ["", "NULL"]`,
  fields: () => ({
    encoding: withDefault(text(), 'utf-8'),
    delimiter: withDefault(text('One character, or an escape such as `\\t` that stands for one.'), ','),
    set_values_to_none: optional(list(text())),
  }),
  build(spec, b): Decoder {
    const openTexts = textReader(b, spec.encoding);
    const delimiter = decodeDelimiter(spec.delimiter) || ',';
    if (delimiter.length !== 1) b.fail(`The delimiter "${spec.delimiter}" is not one character.`, 'delimiter');
    const nulls = new Set(spec.set_values_to_none ?? []);

    function tellOfDoubles(names: readonly string[]): void {
      const stream = b.stream?.name ?? '';
      const columns = names.map((name) => JSON.stringify(name)).join(', ');
      b.run.shared.once(`doubled columns ${stream}`, () =>
        b.run.log.warn(
          `Stream ${stream}: the CSV has more than one column named ${columns}. Only the values of the last one are kept: ask the API for different names.`,
        ),
      );
    }

    async function* read(texts: AsyncIterable<string>): AsyncGenerator<readonly Json[]> {
      const reader = createCsvReader(delimiter);
      const toRecords = createRowReader(nulls, tellOfDoubles);
      const limit = b.run.guards.max_response_bytes;
      let unfinished = 0;
      for await (const text of texts) {
        const rows = reader.push(text);
        unfinished = (rows.length > 0 ? 0 : unfinished) + text.length;
        refuseTooLong('row', unfinished, limit);
        const records = toRecords(rows);
        if (records.length > 0) yield records;
      }
      const isCut = reader.isInQuotes();
      const records = toRecords(reader.end());
      if (records.length > 0) yield isCut ? records.slice(0, -1) : records;
      if (isCut) throw new TransientError('The CSV breaks off within quotes, so that what follows is missing.');
    }
    return {
      streams: true,
      paginates: false,
      decode: (response) => read(openTexts(response.chunks(), response.namedCharset)),
      parse: (bytes) => read(openTexts(bytes, null)),
    };
  },
});

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** A delimiter that begins with a backslash is an escape of Python's. */
function decodeDelimiter(delimiter: string): string {
  if (!delimiter.startsWith('\\')) return delimiter;
  return delimiter.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([0-7]{1,3})|(.))/gs,
    (whole, x?: string, u?: string, octal?: string, other = '') => {
      const hex = x ?? u;
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[other] ?? whole;
    },
  );
}
