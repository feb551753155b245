import { component } from '../../engine/component.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { xmlText } from '../../engine/response-text.ts';
import { parseXml, XmlError } from './xml-document.ts';

/** parity: decoders/xml_decoder.py:XmlDecoder */
export const XmlDecoder = component({
  type: 'XmlDecoder',
  kind: 'decoder',
  summary:
    'Reads a response as XML: attributes get an `@` before their name, the text of an element with attributes or children stands under `#text`.',
  example: `
    type: XmlDecoder`,
  fields: () => ({}),
  build: (_spec, b): Decoder => ({
    streams: false,
    paginates: true,
    async *decode(response) {
      await response.load();
      try {
        yield [await parseXml(xmlText(response))];
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
        b.run.log.warn(`The response is no XML and counts as empty: ${error.message}`);
        yield [{}];
      }
    },
  }),
});
