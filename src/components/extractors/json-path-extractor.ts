import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { optional, text } from '../../engine/fields.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder, Extractor } from '../../engine/kinds.ts';
import { notA } from '../../engine/not-a.ts';
import { detectRecords, type RecordPath, recordsOf, valueAt } from '../../engine/record-detection.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json } from '../../lib/json.ts';
import { compileJsonPath, type JsonPath, JsonPathError } from '../../lib/json-path.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { explainMissing } from '../../lib/missing-path.ts';
import { CodecError, openText } from '../../lib/text-codec.ts';
import { SystemError } from '../../protocol/failure.ts';

/** parity: dlt/sources/helpers/rest_client/client.py:RESTClient.extract_response, detect_data_selector */
export const JsonPathExtractor = component({
  type: 'JsonPathExtractor',
  kind: 'extractor',
  extension: true,
  summary:
    'Finds the records by a JSONPath in the whole JSON document, or, without one, in the list that most likely holds them; the place found in the first page of a slice counts for the others.',
  example: `
    type: JsonPathExtractor
    path: response.items[*].item`,
  fields: () => ({
    path: optional(text('A JSONPath such as `data`, `$.a.b` or `items[?(@.id > 1)]`.')),
    encoding: optional(text('The encoding of the response, such as windows-1252, whatever its headers say.')),
  }),
  build(spec, b): Extractor {
    const decoder = wholeDocument(b, spec.encoding);
    if (spec.path === undefined) return { decoder, wholeResponse: true, ...detecting(b) };
    const path = compile(b, spec.path);
    return {
      decoder,
      wholeResponse: true,
      explain(document) {
        const reason = path.keys && explainMissing(document, path.keys, b.run.secrets.redact);
        return reason && `There is nothing at ${path.text}: ${reason}.`;
      },
      extract(documents) {
        const records = documents.flatMap((document) => recordsOf(path.find(document)));
        return { records, count: records.length };
      },
    };
  },
});

function compile(b: Builder, path: string): JsonPath {
  try {
    return compileJsonPath(path);
  } catch (error) {
    if (error instanceof JsonPathError) return b.fail(error.message, 'path');
    throw error;
  }
}

/** Extracts from where the first page of the slice has its records, and says once which place that is. */
function detecting(b: Builder): Pick<Extractor, 'extract'> {
  const paths = new WeakMap<StreamSlice, RecordPath>();
  let told: string | undefined;
  return {
    extract([document = null], { slice }) {
      const path = paths.get(slice) ?? detectRecords(document);
      paths.set(slice, path);
      const name = path.length === 0 ? 'the whole response' : path.join('.');
      if (name !== told) b.run.log.info(`Stream ${b.stream?.name ?? ''}: the records are taken from ${name}.`);
      told = name;
      const value = valueAt(document, path);
      const records = recordsOf(value === undefined ? [] : [value]);
      return { records, count: records.length };
    },
  };
}

/** Decodes a response as one JSON document, a list included; an empty body as none. */
function wholeDocument(b: Builder, encoding: string | undefined): Decoder {
  if (encoding !== undefined && openText(encoding) === undefined) b.fail(`There is no encoding "${encoding}".`, 'encoding');
  // Records are changed in place, so a document that is asked for again is read again.
  const given = new WeakSet<HttpResponse>();

  function documentOf(response: HttpResponse): Json | undefined {
    if (encoding !== undefined) return parseLenientJson(decode(response.bytes, encoding));
    if (given.has(response)) return parseLenientJson(response.text.replace(/^\uFEFF/, ''));
    given.add(response);
    return response.json ?? parseLenientJson(response.text);
  }

  return {
    streams: false,
    paginates: true,
    async *decode(response) {
      await response.load();
      const document = documentOf(response);
      yield document === undefined ? [] : [document];
    },
    refusal(response) {
      const { text: body } = response;
      if (body.trim() === '' || documentOf(response) !== undefined) return undefined;
      return notA('JSON', body, b.run.secrets.redact, response);
    },
  };
}

function decode(bytes: Uint8Array, encoding: string): string {
  const stream = openText(encoding);
  if (stream === undefined) return '';
  try {
    return stream.decode(bytes) + stream.end();
  } catch (error) {
    if (error instanceof CodecError) throw new SystemError(`The response is not text in ${encoding}: ${error.message}`, { cause: error });
    throw error;
  }
}
