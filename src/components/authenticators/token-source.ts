import type { Run } from '../../engine/run.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { SystemError } from '../../protocol/failure.ts';
import type { Grant } from './oauth-response.ts';
import type { TokenStore } from './token-store.ts';

/** Gives access tokens, which it refreshes once for all that ask. */
export interface TokenSource {
  /** The access token, a new one when it has expired. */
  current(): Promise<string>;
  /** Gets a new one even if the present one has not expired, unless somebody else gets one at this time. */
  refresh(): Promise<void>;
}

/** What a token source is made of. */
export interface TokenSourceParts {
  readonly run: Run;
  readonly store: TokenStore;
  /** The URL of the token endpoint, undefined when there is nothing to refresh by; throws when it evaluates to nothing. */
  readonly endpoint: () => string | undefined;
  /** Asks the endpoint for tokens. */
  readonly request: (endpoint: string) => Promise<Grant>;
}

/** Makes a source of access tokens; clients of one endpoint refresh one after the other, since they may share a refresh token. */
export function createTokenSource({ run, store, endpoint, request }: TokenSourceParts): TokenSource {
  let renewing: Promise<void> | undefined;

  async function renewInTurn(isNeeded: () => boolean): Promise<void> {
    const url = endpoint();
    if (url === undefined) throw new SystemError('The OAuth token cannot be refreshed: there is no token_refresh_endpoint.');
    const turn = run.shared.once(`OAuth refresh by ${url}`, () => createSemaphore(1));
    await turn.acquire();
    try {
      if (!isNeeded()) return;
      store.proveKeepable?.();
      await store.keep(await request(url));
    } finally {
      turn.release();
    }
  }

  function renew(isNeeded: () => boolean): Promise<void> {
    renewing ??= renewInTurn(isNeeded).finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  return {
    async current() {
      if (endpoint() !== undefined && store.hasExpired()) await renew(store.hasExpired);
      const token = store.accessToken();
      if (token === undefined)
        throw new SystemError('OAuthAuthenticator has neither an access token nor a token_refresh_endpoint to get one from.');
      return token;
    },
    refresh() {
      const before = store.accessToken();
      return renew(() => store.accessToken() === before);
    },
  };
}
