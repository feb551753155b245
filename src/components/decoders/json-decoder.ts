import { component } from '../../engine/component.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { notA } from '../../engine/not-a.ts';
import type { Json } from '../../lib/json.ts';
import { SystemError } from '../../protocol/failure.ts';
import { collectBytes } from './bytes.ts';
import { documentsOf, parseDocument, responseDocument } from './json-document.ts';

/** parity: decoders/json_decoder.py:JsonDecoder */
export const JsonDecoder = component({
  type: 'JsonDecoder',
  kind: 'decoder',
  summary: 'Reads a response as one JSON document; a list at its top is read item by item.',
  example: `
    type: JsonDecoder`,
  fields: () => ({}),
  build: (_spec, b): Decoder => ({
    streams: false,
    paginates: true,
    async *decode(response) {
      await response.load();
      const document = responseDocument(response);
      // What cannot be read counts as two empty documents, an empty list as one.
      if (document === undefined || document === null) yield [{}, {}];
      else if (Array.isArray(document) && document.length === 0) yield [{}];
      else yield documentsOf(document);
    },
    parseList(bytes) {
      const list = parseDocument(bytes);
      if (!Array.isArray(list)) throw new SystemError('A part of the response is no JSON: it cannot be parsed.');
      return list;
    },
    refusal: (response) => (responseDocument(response) === undefined ? refusalOf(response, b.run.secrets.redact) : undefined),
    async *parse(bytes): AsyncGenerator<readonly Json[]> {
      const document = parseDocument(await collectBytes(bytes, b.run.guards.max_response_bytes));
      if (document === undefined || document === null) throw new SystemError('The response is no JSON: it cannot be parsed.');
      yield documentsOf(document);
    },
  }),
});

/** What is wrong with a body that is neither JSON nor empty, with its beginning. */
function refusalOf(response: HttpResponse, redact: (text: string) => string): string | undefined {
  const { text, json } = response;
  if (text.trim() === '') return undefined;
  if (json === undefined) return notA('JSON', text, redact, response);
  return `is JSON, but neither in UTF-8 nor in the charset that it states (${response.namedCharset ?? 'none'})`;
}
