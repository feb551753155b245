import { gunzipSync } from 'node:zlib';
import type { ByteSource } from '../http/byte-source.ts';
import { HttpHeaders } from '../http/headers.ts';
import { HttpResponse } from '../http/response.ts';

/** A response as the transport gives it, with its content encoding undone; the body arrives in pieces of a length, whole unless told. */
export function responseOf(
  body: Uint8Array | string,
  headers: { readonly [name: string]: string } = {},
  pieceLength?: number,
): HttpResponse {
  const url = 'https://api.test/items';
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return new HttpResponse({
    status: 200,
    statusText: 'OK',
    headers: HttpHeaders.from(Object.entries(headers)),
    url,
    request: { method: 'GET', url, headers: {}, body: null },
    elapsedMs: 1,
    body: sourceOf(headers['Content-Encoding'] === 'gzip' ? gunzipSync(bytes) : bytes, pieceLength),
  });
}

function sourceOf(bytes: Uint8Array, pieceLength = bytes.length): ByteSource {
  let at = 0;
  return {
    async next() {
      if (at >= bytes.length) return null;
      at += pieceLength;
      return bytes.subarray(at - pieceLength, at);
    },
    async all() {
      return bytes.subarray(Math.min(at, bytes.length));
    },
    async upTo(limit) {
      const end = Math.min(Math.ceil((limit + 1) / pieceLength) * pieceLength, bytes.length);
      at = end;
      return { chunks: [bytes.subarray(0, end)], ended: end === bytes.length };
    },
    discard() {},
  };
}
