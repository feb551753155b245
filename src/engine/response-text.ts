import { CodecError, openText, type TextStream } from '../lib/text-codec.ts';
import { isNamedUtf8, utf8Bytes, utf8Chunks } from '../lib/utf8-bytes.ts';
import { SystemError } from '../protocol/failure.ts';
import type { Builder } from './builder.ts';
import type { HttpResponse } from './http.ts';

/** The body of a response as it arrives, in UTF-8 wherever its byte order mark or its headers tell the encoding. */
export function decodedChunks(response: HttpResponse): AsyncGenerator<Uint8Array> {
  return located(utf8Chunks(response.chunks(), response.namedCharset ?? undefined), response.namedCharset ?? 'UTF-8');
}

/**
 * How bytes are read as text in the encoding of a manifest, without a byte order mark. Where that is UTF-8, text in another one is read if its
 * mark or its sender tells which it is. Ends the build when there is no such encoding.
 */
export function textReader(
  b: Builder,
  encoding: string,
): (bytes: AsyncIterable<Uint8Array>, named: string | null) => AsyncGenerator<string> {
  if (openText(encoding) === undefined) b.fail(`There is no text encoding "${encoding}".`, 'encoding');
  const isUtf8 = isNamedUtf8(encoding);
  return (bytes, named) =>
    located(decoded(isUtf8 ? utf8Chunks(bytes, named ?? undefined) : bytes, openText(encoding) as TextStream), encoding);
}

/** The text of an XML document: a byte order mark tells its encoding, then the headers, then its own first line. */
export function xmlText(response: HttpResponse): string {
  const { bytes, text } = response;
  const marked = MARKS.some((mark) => mark.every((byte, index) => bytes[index] === byte));
  if (!marked && response.namedCharset !== null) return text;
  const named = /^<\?xml[^>]{0,200}?\sencoding\s{0,20}=\s{0,20}["']([\w.:-]{1,40})["']/.exec(
    Buffer.from(bytes.subarray(0, 300)).toString('latin1'),
  )?.[1];
  if (!marked && named === undefined) return text;
  return utf8Bytes(bytes, named)?.toString('utf8') ?? text;
}

const MARKS = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
];

async function* decoded(bytes: AsyncIterable<Uint8Array>, codec: TextStream): AsyncGenerator<string> {
  let isFirst = true;
  const withoutMark = (text: string): string => {
    const begins = isFirst && text !== '';
    if (begins) isFirst = false;
    return begins && text.startsWith('\uFEFF') ? text.slice(1) : text;
  };
  for await (const chunk of bytes) yield withoutMark(codec.decode(chunk));
  yield withoutMark(codec.end());
}

/** Says of bytes that are not valid in an encoding what to do. */
async function* located<T>(parts: AsyncIterable<T>, encoding: string): AsyncGenerator<T> {
  try {
    yield* parts;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new SystemError(
      `The response cannot be read as ${encoding}: ${error.message}. Give the decoder the encoding that it is in, if it takes one.`,
      {
        cause: error,
      },
    );
  }
}
