import { component } from '../../engine/component.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { notA } from '../../engine/not-a.ts';
import { decodedChunks } from '../../engine/response-text.ts';
import { isCutJson } from '../../lib/cut-json.ts';
import type { Json } from '../../lib/json.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { utf8Chunks } from '../../lib/utf8-bytes.ts';
import { SystemError, TransientError } from '../../protocol/failure.ts';
import { beforeInvalidLine, wholeLines } from './bytes.ts';

const EXCERPT_BYTES = 4096;
/** Responses that have lines and not one document, and what they are instead. */
const unreadable = new WeakMap<HttpResponse, string>();

/** parity: decoders/composite_raw_decoder.py:JsonLineParser */
export const JsonlDecoder = component({
  type: 'JsonlDecoder',
  kind: 'decoder',
  summary:
    'Reads each line of a response as a JSON document while it arrives; lines that are no JSON are left out, a last line that breaks off is an error.',
  example: `
    type: JsonlDecoder`,
  fields: () => ({}),
  build(_spec, b): Decoder {
    /** The documents of some lines, and whether the last of them breaks off: left out with a mere warning, its record would be lost. */
    function parseLines(text: string): { documents: Json[]; isCut: boolean } {
      const documents: Json[] = [];
      const lines = text.split('\n');
      let isCut = false;
      for (const [index, line] of lines.entries()) {
        if (line === '' || line === '\r') continue;
        const document = parseLenientJson(line);
        if (document !== undefined) documents.push(document);
        else if (index === lines.length - 1 && isCutJson(line)) isCut = true;
        else b.run.log.warn('A line of the response is left out because it is no JSON.');
      }
      return { documents, isCut };
    }

    /** The documents of all lines; gives how the text begins when it has lines and not one document. */
    async function* read(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Json[], string | undefined> {
      let [beginning, isEmpty] = ['', true];
      for await (const block of wholeLines(bytes, b.run.guards.max_response_bytes)) {
        const valid = beforeInvalidLine(block);
        const { documents, isCut } = parseLines(valid.toString('utf8'));
        if (documents.length > 0) yield documents;
        if (isCut) throw new TransientError('The response breaks off within a line, so that what follows is missing.');
        if (valid.length < block.length) throw new SystemError('A line of the response is not in UTF-8.');
        isEmpty &&= documents.length === 0;
        if (isEmpty) beginning ||= valid.toString('utf8', 0, EXCERPT_BYTES).trim();
      }
      return isEmpty && beginning !== '' ? beginning : undefined;
    }

    async function* decode(response: HttpResponse): AsyncGenerator<readonly Json[]> {
      const text = yield* read(decodedChunks(response));
      if (text !== undefined) unreadable.set(response, notA('JSONL', text, b.run.secrets.redact, response));
    }

    async function* parse(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Json[]> {
      const text = yield* read(utf8Chunks(bytes));
      if (text !== undefined) throw new TransientError(`What was unpacked ${notA('JSONL', text, b.run.secrets.redact)}`);
    }
    return { streams: true, paginates: false, decode, parse, refusal: (response) => unreadable.get(response) };
  },
});
