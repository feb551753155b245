import { type CredentialTests, fixedSecret, type Judge, withoutCredentials } from './credentials.ts';
import { TransportError } from './errors.ts';
import { findHeader, type HttpRequest, withoutHeaders } from './request.ts';
import type { HttpResponse } from './response.ts';
import type { Send } from './transport.ts';
import { joinUrl, requoteUri, splitUrl, unsplitUrl } from './url.ts';

export interface RedirectOptions {
  /** The most redirects in a row; default 30. */
  maxRedirects?: number;
  /** What stays behind when another host takes over; Authorization alone unless told, Cookie always does. */
  credentials?: CredentialTests;
  /** Who has named a host: one that is listed gets all, one that is named all but Authorization. All hosts are other ones unless told. */
  judge?: Judge | undefined;
  /** Told of hosts that nobody has named where something stays behind. */
  onWithheld?: ((url: string) => void) | undefined;
  /** Takes secrets out of a text before it goes into an error. */
  redact?: (text: string) => string;
}

const MAX_REDIRECTS = 30;
const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308]);
const KEEPS_METHOD = new Set([307, 308]);
const BODY_HEADERS = ['content-length', 'content-type', 'transfer-encoding'];

// parity: requests.sessions.SessionRedirectMixin.resolve_redirects
/** A `send` that follows redirects as Python's requests does; throws TransportError `too_many_redirects`, or `forbidden_redirect` for a body. */
export function followRedirects(send: Send, options: RedirectOptions = {}): Send {
  const maxRedirects = options.maxRedirects ?? MAX_REDIRECTS;
  const redact = options.redact ?? ((text: string) => text);
  return async (original, sendOptions) => {
    let request = original;
    let response = await send(request, sendOptions);
    for (let count = 0; ; count++) {
      const target = redirectTarget(response);
      if (target === null) return response;
      response.discard();
      if (count === maxRedirects) {
        throw new TransportError({
          kind: 'too_many_redirects',
          what: `Exceeded ${maxRedirects} redirects`,
          where: `${original.method} ${redact(original.url)}`,
          hint: 'The API may redirect in a circle.',
        });
      }
      const from = `${request.method} ${redact(request.url)}`;
      request = await redirected(request, response.status, resolveTarget(request.url, target), options);
      response = await send(request, sendOptions).catch((error: unknown) => {
        throw asRedirect(error, from);
      });
    }
  };
}

/** An address that may not or cannot be asked, told with the request that led there. */
function asRedirect(error: unknown, from: string): unknown {
  if (!(error instanceof TransportError) || !error.permanent || error.where !== undefined) return error;
  const { kind, what, hint, cause } = error;
  return new TransportError({ kind, what, where: `where ${from} redirects to`, ...(hint === undefined ? {} : { hint }), cause });
}

// parity: requests.sessions.SessionRedirectMixin.get_redirect_target
function redirectTarget(response: HttpResponse): string | null {
  if (!REDIRECT_STATUS.has(response.status)) return null;
  const location = response.headers.get('location');
  if (!location) return null;
  const bytes = Buffer.from(location, 'latin1');
  return process.getBuiltinModule('node:buffer').isUtf8(bytes) ? bytes.toString('utf8') : location;
}

function resolveTarget(from: string, location: string): string {
  const target = splitUrl(location.startsWith('//') ? `${splitUrl(from).scheme}:${location}` : location);
  if (!target.fragment) target.fragment = splitUrl(from).fragment;
  const url = requoteUri(unsplitUrl(target));
  return target.netloc ? url : joinUrl(from, url);
}

async function redirected(request: HttpRequest, status: number, url: string, options: RedirectOptions): Promise<HttpRequest> {
  const keepsBody = KEEPS_METHOD.has(status);
  const next: HttpRequest = {
    ...request,
    method: redirectedMethod(request.method, status),
    url,
    headers: withoutHeaders(request.headers, new Set(keepsBody ? ['cookie'] : ['cookie', ...BODY_HEADERS])),
    body: keepsBody ? request.body : null,
  };
  if (!leavesHost(request.url, url)) return next;
  const standing = (await options.judge?.(url)) ?? 'other';
  if (standing === 'listed') return next;
  const { credentials } = options;
  const left =
    standing === 'other' && credentials !== undefined ? leaveBehind(request, next, credentials, options) : withoutAuthorization(next);
  if (left === next) return next;
  if (standing === 'other' && credentials !== undefined) options.onWithheld?.(url);
  return { ...left, withheld: left.withheld ?? 'redirected' };
}

// parity: requests.sessions.SessionRedirectMixin.rebuild_auth
function withoutAuthorization(request: HttpRequest): HttpRequest {
  if (findHeader(request.headers, 'authorization') === undefined) return request;
  return { ...request, headers: withoutHeaders(request.headers, new Set(['authorization'])) };
}

function leaveBehind(
  from: HttpRequest,
  to: HttpRequest,
  credentials: CredentialTests,
  { redact = (text) => text }: RedirectOptions,
): HttpRequest {
  const left = withoutCredentials(to, credentials);
  const place = fixedSecret(left, credentials);
  if (place === undefined) return left;
  throw new TransportError({
    kind: 'forbidden_redirect',
    what: `The API redirects a request with credentials in its ${place} to another host, ${redact(to.url)}`,
    where: `${from.method} ${redact(from.url)}`,
    hint: 'Ask that host directly if it is the right one, or set the guard redirected_credentials=keep.',
  });
}

// parity: requests.sessions.SessionRedirectMixin.rebuild_method
function redirectedMethod(method: string, status: number): string {
  if ((status === 303 || status === 302) && method !== 'HEAD') return 'GET';
  return status === 301 && method === 'POST' ? 'GET' : method;
}

// parity: requests.sessions.SessionRedirectMixin.should_strip_auth
function leavesHost(from: string, to: string): boolean {
  if (!URL.canParse(from) || !URL.canParse(to)) return true;
  const [before, after] = [new URL(from), new URL(to)];
  if (before.hostname !== after.hostname) return true;
  const upgraded = before.protocol === 'http:' && after.protocol === 'https:' && before.port === '' && after.port === '';
  return !upgraded && (before.port !== after.port || before.protocol !== after.protocol);
}
