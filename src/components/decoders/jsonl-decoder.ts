import { component } from '../../engine/component.ts';
import type { Decoder } from '../../engine/kinds.ts';
import type { Json } from '../../lib/json.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { SystemError } from '../../protocol/failure.ts';
import { beforeInvalidLine, wholeLines } from './bytes.ts';

/** parity: decoders/composite_raw_decoder.py:JsonLineParser */
export const JsonlDecoder = component({
  type: 'JsonlDecoder',
  kind: 'decoder',
  summary: 'Reads each line of a response as a JSON document while it arrives; lines that are no JSON are left out.',
  example: `
    type: JsonlDecoder`,
  fields: () => ({}),
  build(_spec, b): Decoder {
    function parseLines(text: string): Json[] {
      const documents: Json[] = [];
      for (const line of text.split('\n')) {
        if (line === '' || line === '\r') continue;
        const document = parseLenientJson(line);
        if (document === undefined) b.run.log.warn('A line of the response is left out because it is no JSON.');
        else documents.push(document);
      }
      return documents;
    }

    async function* parse(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Json[]> {
      for await (const block of wholeLines(bytes)) {
        const valid = beforeInvalidLine(block);
        const documents = parseLines(valid.toString('utf8'));
        if (documents.length > 0) yield documents;
        if (valid.length < block.length) throw new SystemError('A line of the response is not in UTF-8.');
      }
    }
    return { streams: true, paginates: false, decode: (response) => parse(response.chunks()), parse };
  },
});
