import { component } from '../../engine/component.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { notA } from './refusal.ts';

/** Responses that were found to be no XML. */
const unreadable = new WeakSet<HttpResponse>();

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
      const { parseXml, XmlError } = await import('./xml-document.ts');
      try {
        yield [parseXml(response.text)];
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
        b.run.log.warn(`The response is no XML and counts as empty: ${error.message}`);
        unreadable.add(response);
        yield [{}];
      }
    },
    refusal: (response) =>
      unreadable.has(response) && response.text.trim() !== '' ? notA('XML', response.text, b.run.secrets.redact, response) : undefined,
  }),
});
