import { MemorySource } from '../http/byte-source.ts';
import { stringifyJson } from '../lib/json.ts';
import { HttpHeaders, HttpResponse } from './http.ts';
import type { StreamSlice } from './stream-slice.ts';

/** The first page of a child when its parent's record holds it, undefined when the parent gave none. */
export function embeddedResponse(slice: StreamSlice): HttpResponse | undefined {
  const document = slice.extraFields['child_response'];
  if (document === undefined || document === null) return undefined;
  return new HttpResponse({
    status: 200,
    statusText: 'OK',
    headers: new HttpHeaders(['Content-Type', 'application/json']),
    url: '',
    request: { method: 'GET', url: '', headers: {}, body: null },
    elapsedMs: 0,
    body: new MemorySource(Buffer.from(stringifyJson(document))),
  });
}
