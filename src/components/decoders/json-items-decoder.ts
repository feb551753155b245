import { component } from '../../engine/component.ts';
import { text, withDefault } from '../../engine/fields.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { refuseTooLong } from '../../engine/refuse-too-long.ts';
import { textReader } from '../../engine/response-text.ts';
import type { Json } from '../../lib/json.ts';
import { createJsonItemsReader, JsonStreamError } from '../../lib/json-items.ts';
import { TransientError } from '../../protocol/failure.ts';

/** parity: decoders/composite_raw_decoder.py:JsonItemsParser */
export const JsonItemsDecoder = component({
  type: 'JsonItemsDecoder',
  kind: 'decoder',
  summary: 'Reads the items of one list within a JSON document of any size, one by one while it arrives.',
  example: `
    type: JsonItemsDecoder
    items_path: data.users`,
  fields: () => ({
    items_path: text('Names joined by dots that lead to the list; `item` stands for the items of a list on the way.'),
    encoding: withDefault(text(), 'utf-8'),
  }),
  build({ items_path: path, encoding }, b): Decoder {
    if (path === '') b.fail('JsonItemsDecoder needs the path of the list.', 'items_path');
    const openTexts = textReader(b, encoding);

    async function* readItems(texts: AsyncIterable<string>): AsyncGenerator<readonly Json[]> {
      const reader = createJsonItemsReader(`${path}.item`);
      let found: Json[] = [];
      const read = (advance: () => void): unknown => {
        try {
          advance();
          return undefined;
        } catch (error) {
          return error instanceof JsonStreamError ? new TransientError(`${error.message}.`, { cause: error }) : error;
        }
      };
      const take = (): Json[] => {
        const taken = found;
        found = [];
        return taken;
      };
      for await (const text of texts) {
        const failure = read(() => reader.push(text, found));
        refuseTooLong('value', reader.held(), b.run.guards.max_response_bytes);
        if (found.length > 0) yield take();
        if (failure !== undefined) throw failure;
      }
      const failure = read(() => reader.end(found));
      if (found.length > 0) yield take();
      if (failure !== undefined) throw failure;
    }
    return {
      streams: true,
      paginates: false,
      decode: (response) => readItems(openTexts(response.chunks(), response.namedCharset)),
      parse: (bytes) => readItems(openTexts(bytes, null)),
    };
  },
});
