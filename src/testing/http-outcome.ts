import type { Outcome } from '../engine/http.ts';
import { MemorySource } from '../http/byte-source.ts';
import { HttpHeaders } from '../http/headers.ts';
import { HttpResponse } from '../http/response.ts';

/** What a response is made of; a body that is no text is sent as JSON. */
export interface ResponseParts {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly url?: string;
}

/** The outcome of an attempt that got a response, whose body is loaded. */
export async function responseOutcome({
  status = 200,
  headers = {},
  body = '',
  url = 'https://api.test/items',
}: ResponseParts): Promise<Outcome> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = new HttpResponse({
    status,
    statusText: '',
    headers: HttpHeaders.from(Object.entries(headers)),
    url,
    request: { method: 'GET', url, headers: {}, body: null },
    elapsedMs: 1,
    body: new MemorySource(Buffer.from(text)),
  });
  await response.load();
  return { response };
}
