import type { HttpResponse } from '../../engine/http.ts';
import { wireHeaders } from '../../http/transport.ts';
import { MASK, type Secrets } from '../../lib/secrets.ts';
import { userAgent } from '../version.ts';
import type { ShownRequest, ShownResponse } from './stream-read.ts';

/** Requests that have a Content-Length even without a body. */
const LENGTHLESS = new Set(['GET', 'HEAD']);

/** The request that was answered by a response, as it went out. */
// parity: sources/http_logger.py:format_http_message
export function showRequest({ request }: HttpResponse, secrets: Secrets): ShownRequest {
  const { method, url, body } = request;
  const text = body === null || typeof body === 'string' ? body : Buffer.from(body).toString();
  const own = wireHeaders(request, userAgent(), null);
  const length: Record<string, string> =
    body === null && LENGTHLESS.has(method) ? {} : { 'Content-Length': String(Buffer.byteLength(body ?? '')) };
  return {
    url: secrets.redactKnown(withoutUserInfo(url)),
    headers: secrets.redactHeaders({ ...own, Connection: 'keep-alive', ...length }),
    http_method: method,
    body: text === null ? null : secrets.redactKnown(text),
  };
}

/** A response whose body is loaded. */
export function showResponse(response: HttpResponse, secrets: Secrets): ShownResponse {
  return {
    status: response.status,
    body: secrets.redactKnown(response.text),
    headers: Object.fromEntries(
      response.headers.entries().map(([name, value]) => [name, /cookie/i.test(name) ? MASK : secrets.redactKnown(value)]),
    ),
  };
}

function withoutUserInfo(url: string): string {
  return url.replace(/^([^:]+:\/\/)[^/?#@]+@/, '$1****@');
}
