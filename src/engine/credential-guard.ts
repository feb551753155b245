import { type CredentialTests, fixedSecret, type Judge, withoutCredentials } from '../http/credentials.ts';
import { TransportError } from '../http/errors.ts';
import { ruleFor } from '../http/hosts.ts';
import { originOf } from '../http/origin.ts';
import { buildRequest, type HttpRequest, type RequestParts } from '../http/request.ts';
import type { HttpResponse } from '../http/response.ts';
import { looksSecret, type Secrets } from '../lib/secrets.ts';
import type { Log } from '../protocol/log.ts';
import type { Authenticator } from './kinds.ts';
import type { Origins } from './origins.ts';
import { withoutSecrets } from './without-secrets.ts';

/** Whether a URL may take credentials along. */
export type MayHold = (url: string) => boolean | Promise<boolean>;

/** Requests of one part of the manifest, as far as their credentials are concerned. */
export interface Guarded {
  /** The stream or the part that asks. */
  readonly name: string;
  readonly authenticator?: Authenticator | undefined;
  readonly prepare: (mayHold: MayHold) => Promise<RequestParts>;
  readonly named?: (() => string | undefined) | undefined;
}

/** Keeps credentials from hosts that nobody but the API has named. */
export interface CredentialGuard {
  /** The tests for what redirects leave behind. */
  readonly tests: CredentialTests;
  begin(guarded: Guarded): GuardedRequests;
}

/** The requests of one exchange and where they may take credentials. */
export interface GuardedRequests {
  /** A request as it goes out. Throws TransportError `forbidden_host` where a secret stands in what cannot be left out. */
  next(): Promise<HttpRequest>;
  /** Undefined where nobody judges. */
  readonly judge: Judge | undefined;
  /** Warns, once for each stream and host, that credentials stay behind. */
  onWithheld(url: string): void;
}

/** Hosts of a stream that are told one by one. */
const MOST_TOLD = 20;

/** The guard of a run; without `origins` credentials may go anywhere but along redirects. */
export function createCredentialGuard(secrets: Secrets, log: Log, origins: Origins | undefined): CredentialGuard {
  const tests = credentialTests(secrets);
  const told = new Map<string, Set<string>>();

  function warnOf(name: string, url: string): void {
    const target = originOf(url);
    const hosts = told.get(name) ?? new Set<string>();
    told.set(name, hosts);
    if (target === undefined || hosts.size >= MOST_TOLD || hosts.has(target.origin)) return;
    hosts.add(target.origin);
    const where = name === '' ? '' : `Stream ${name}: `;
    const more = hosts.size < MOST_TOLD ? '' : ' Further hosts of this stream are not told.';
    log.warn(
      `${where}the API leads to ${target.origin}, which neither the manifest nor the config names, so requests go there without credentials. ` +
        `${remedy(target)}${more}`,
    );
  }

  /** What is left of a request without its credentials; marked when anything is missing. */
  function bare(request: HttpRequest, isMissing: boolean, onWithheld: (url: string) => void): HttpRequest {
    const left = withoutCredentials(request, tests);
    const place = fixedSecret(left, tests);
    if (place !== undefined) throw forbiddenHost(left, place, secrets);
    if (left === request && !isMissing) return request;
    onWithheld(left.url);
    return { ...left, withheld: 'unnamed' };
  }

  return {
    tests,
    begin({ name, authenticator, prepare, named }) {
      const onWithheld = (url: string): void => warnOf(name, url);
      const sign = async (request: HttpRequest): Promise<HttpRequest> => authenticator?.sign?.(request) ?? request;
      if (origins === undefined) {
        const next = async (): Promise<HttpRequest> => sign(buildRequest(await prepare(() => true)));
        return { next, judge: undefined, onWithheld };
      }
      let own = named === undefined ? undefined : originOf(named() ?? '');
      const judge: Judge = (text) => {
        const url = originOf(text);
        // What is no URL is refused before it is sent.
        if (url === undefined || url.origin === own?.origin) return 'named';
        return origins.standing(url);
      };
      const mayHold = async (url: string): Promise<boolean> => (await judge(secured(url, own))) !== 'other';
      const built = (parts: RequestParts): HttpRequest => {
        const request = buildRequest(parts);
        const url = secured(request.url, own);
        return url === request.url ? request : { ...request, url };
      };
      const isSecret = (key: string, value: string): boolean => looksSecret(key) || tests.holdsSecret(value);
      return {
        judge,
        onWithheld,
        async next() {
          const parts = await prepare(mayHold);
          const whole = built(parts);
          if (named === undefined) own ??= originOf(whole.url);
          if (!(await mayHold(whole.url))) {
            const left = built(withoutSecrets(parts, isSecret));
            const isAnonymous = authenticator === undefined || authenticator.isNone === true;
            return bare(left, !isAnonymous || left.url !== whole.url || left.body !== whole.body, onWithheld);
          }
          const signed = await sign(whole);
          return signed.url === whole.url || (await mayHold(signed.url)) ? signed : bare(signed, false, onWithheld);
        },
      };
    },
  };
}

/** What a refusing response has to do with credentials that stayed behind, as sentences after its message; empty when nothing. */
export function withheldHint({ status, request }: HttpResponse): string {
  const target = originOf(request.url);
  if (request.withheld === undefined || (status !== 401 && status !== 403) || target === undefined) return '';
  const why =
    request.withheld === 'unnamed'
      ? `The request went out without credentials, since neither the manifest nor the config names ${target.origin}.`
      : `The API redirected the request to ${target.origin}, and its credentials stayed behind (guard redirected_credentials).`;
  return ` ${why} ${remedy(target)}`;
}

function remedy(target: URL): string {
  const rule = ruleFor(target);
  return `If that host needs them and may have them, add "${rule}" to metadata.credential_hosts in the manifest, or pass --credential-host ${rule}.`;
}

/** A link with plain http to the API's own host is followed over https, which servers behind a proxy mean. */
function secured(url: string, own: URL | undefined): string {
  if (own?.protocol !== 'https:') return url;
  const target = originOf(url);
  return target?.protocol === 'http:' && target.host === own.host ? url.replace(/^\s*http:/i, 'https:') : url;
}

/** Says which headers and bodies hold credentials: by a name that says so, or by a secret that is known. */
function credentialTests({ redact, redactData }: Secrets): CredentialTests {
  const isCredentialBody = (text: string): boolean => redact(text) !== text;
  return {
    isCredential: (name, value) => looksSecret(name) || isCredentialBody(value),
    holdsSecret: (text) => redactData(text) !== text,
    isCredentialBody,
  };
}

function forbiddenHost({ method, url }: HttpRequest, place: string, secrets: Secrets): TransportError {
  const target = originOf(url);
  return new TransportError({
    kind: 'forbidden_host',
    what: `The API leads to ${target?.origin ?? 'a host'}, which neither the manifest nor the config names, by a request with a secret in its ${place}`,
    where: `${method} ${secrets.redactUrl(url)}`,
    ...(target === undefined ? {} : { hint: remedy(target).replace('needs them and may have them', 'may have it') }),
  });
}
