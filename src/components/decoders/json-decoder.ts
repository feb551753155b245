import { component } from '../../engine/component.ts';
import type { Builder } from '../../engine/builder.ts';
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
  build: (_spec, b): Decoder => ({
    streams: false,
    paginates: true,
    async *decode(response) {
      await response.load();
      const document = responseDocument(response);
      if (document === undefined && response.bytes.length > 0) warnOfText(b, response);
      // What cannot be read counts as two empty documents, an empty list as one.
      if (document === undefined || document === null) yield [{}, {}];
      else if (Array.isArray(document) && document.length === 0) yield [{}];
      else yield documentsOf(document);
    },
    async *parse(bytes): AsyncGenerator<readonly Json[]> {
      const document = parseDocument(await collectBytes(bytes));
      if (document === undefined || document === null) throw new SystemError('The response is no JSON: it cannot be parsed.');
      yield documentsOf(document);
    },
  }),
});

const LONGEST_EXCERPT = 100;

/** Tells of a body that is no JSON, once for each stream and type of content: its records are missing, and nothing else says why. */
function warnOfText({ run, stream }: Builder, { request, status, headers, text }: HttpResponse): void {
  const type = headers.get('content-type') ?? 'no Content-Type';
  run.shared.once(`no-json ${stream?.name ?? ''} ${type}`, () => {
    const excerpt = JSON.stringify(text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}...` : text);
    run.log.warn(
      `${request.method} ${run.secrets.redactUrl(request.url)} answered ${status} with a body that is not JSON (${type}), so it has no records: ${excerpt}`,
    );
    return true;
  });
}
