import { component } from '../../engine/component.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder } from '../../engine/kinds.ts';
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
  build: (): Decoder => ({
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
    refusal: (response) => (responseDocument(response) === undefined ? refusalOf(response) : undefined),
    async *parse(bytes): AsyncGenerator<readonly Json[]> {
      const document = parseDocument(await collectBytes(bytes));
      if (document === undefined || document === null) throw new SystemError('The response is no JSON: it cannot be parsed.');
      yield documentsOf(document);
    },
  }),
});

const LONGEST_EXCERPT = 100;

/** What is wrong with a body that is neither JSON nor empty, with its beginning. */
function refusalOf({ headers, text }: HttpResponse): string | undefined {
  if (text.trim() === '') return undefined;
  const excerpt = text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}...` : text;
  return `is not JSON (${headers.get('content-type') ?? 'without Content-Type'}): ${JSON.stringify(excerpt)}`;
}
