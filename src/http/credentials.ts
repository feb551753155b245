import { type HttpRequest, withoutHeaders } from './request.ts';
import { splitUrl, unquotePlus, unsplitUrl } from './url.ts';

/** Who has named an origin: the list of those that get credentials, the manifest or the config, or nobody, so that the API has. */
export type Standing = 'listed' | 'named' | 'other';

/** Tells who has named the origin of a URL. */
export type Judge = (url: string) => Standing | Promise<Standing>;

/** How credentials are told in a request. */
export interface CredentialTests {
  /** Whether a header holds a credential, as Authorization and Cookie always do. */
  isCredential(name: string, value: string): boolean;
  /** Whether a text holds a secret that is known. */
  holdsSecret(text: string): boolean;
  /** Whether a body holds such a secret, or a value under a name that says so. */
  isCredentialBody(body: string): boolean;
}

/** The request without headers and query parameters that hold credentials; the same one when it has none. */
export function withoutCredentials(request: HttpRequest, tests: CredentialTests): HttpRequest {
  const url = withoutSecretParameters(request.url, tests);
  const names = Object.entries(request.headers).flatMap(([name, value]) =>
    isCredentialHeader(name, value, tests) ? [name.toLowerCase()] : [],
  );
  if (url === request.url && names.length === 0) return request;
  return { ...request, url, headers: withoutHeaders(request.headers, new Set(names)) };
}

/** Where in a request a secret stands without which it would be another one; undefined when there is none. */
export function fixedSecret({ url, body }: HttpRequest, { holdsSecret, isCredentialBody }: CredentialTests): 'URL' | 'body' | undefined {
  const { netloc, path } = splitUrl(url);
  const userInfo = netloc.slice(0, Math.max(0, netloc.lastIndexOf('@')));
  if ([userInfo, path, unquotePlus(path)].some(holdsSecret)) return 'URL';
  return typeof body === 'string' && isCredentialBody(body) ? 'body' : undefined;
}

function isCredentialHeader(name: string, value: string, { isCredential }: CredentialTests): boolean {
  const lower = name.toLowerCase();
  return lower === 'authorization' || lower === 'cookie' || isCredential(name, value);
}

function withoutSecretParameters(url: string, { holdsSecret }: CredentialTests): string {
  const { query, ...rest } = splitUrl(url);
  if (query === '') return url;
  const pairs = query.split('&');
  const kept = pairs.filter((pair) => !holdsSecret(pair) && !holdsSecret(unquotePlus(pair)));
  return kept.length === pairs.length ? url : unsplitUrl({ ...rest, query: kept.join('&') });
}
