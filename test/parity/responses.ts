import { gunzipSync } from 'node:zlib';
import { MemorySource } from '../../src/http/byte-source.ts';
import { HttpHeaders } from '../../src/http/headers.ts';
import { HttpResponse } from '../../src/http/response.ts';

/** A response as the transport gives it: with its content encoding undone. */
export function responseOf(headers: { readonly [name: string]: string }, body: Uint8Array): HttpResponse {
  const isPacked = headers['Content-Encoding'] === 'gzip';
  const url = 'https://api.test/items';
  return new HttpResponse({
    status: 200,
    statusText: 'OK',
    headers: HttpHeaders.from(Object.entries(headers)),
    url,
    request: { method: 'GET', url, headers: {}, body: null },
    elapsedMs: 1,
    body: new MemorySource(isPacked ? gunzipSync(body) : body),
  });
}
