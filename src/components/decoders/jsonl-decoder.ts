import { isUtf8 } from 'node:buffer';
import { component } from '../../engine/component.ts';
import type { Decoder } from '../../engine/kinds.ts';
import type { Json } from '../../lib/json.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { SystemError } from '../../protocol/failure.ts';
import { byteLines } from './bytes.ts';

/** parity: decoders/composite_raw_decoder.py:JsonLineParser */
export const JsonlDecoder = component({
  type: 'JsonlDecoder',
  kind: 'decoder',
  summary: 'Reads each line of a response as a JSON document while it arrives; lines that are no JSON are left out.',
  example: `
    type: JsonlDecoder`,
  fields: () => ({}),
  build(_spec, b): Decoder {
    async function* parse(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Json[]> {
      for await (const lines of byteLines(bytes)) {
        const documents: Json[] = [];
        for (const line of lines) {
          if (!isUtf8(line)) {
            yield documents;
            throw new SystemError('A line of the response is not in UTF-8.');
          }
          const document = parseLenientJson(line.toString('utf8'));
          if (document !== undefined) documents.push(document);
          else if (line.length > 1) b.run.log.warn('A line of the response is left out because it is no JSON.');
        }
        if (documents.length > 0) yield documents;
      }
    }
    return { streams: true, paginates: false, decode: (response) => parse(response.chunks()), parse };
  },
});
