import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom } from '../random.ts';
import type { Canaries } from './canaries.ts';
import type { Answer } from './streams.ts';

/** Gives access tokens for refresh tokens that can be used once. */
export interface TokenEndpoint {
  /** Answers a request for a token, whose body is a form. */
  grant(form: string): Promise<Answer>;
  /** Whether an access token lets in; it ends after so many uses, and its first use ends the refresh token that it was had by. */
  use(accessToken: string | undefined): boolean;
  /** What the connector did wrong so far. */
  readonly problems: readonly string[];
  readonly grants: number;
}

/** Far more than all workers make while one of them waits to ask again, lest a new token be refused at once. */
const USES = [150, 400] as const;

/** The endpoint of a seed. */
export function createTokenEndpoint(seed: number, canaries: Canaries): TokenEndpoint {
  const random = createRandom(seed, 'tokens');
  const refreshTokens = new Set([canaries.firstRefreshToken]);
  const access = new Map<string, { usesLeft: number; readonly boughtWith: string }>();
  const problems: string[] = [];
  let [underWay, grants] = [0, 0];

  function answer(status: number, body: object): Answer {
    return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(body)) };
  }

  return {
    problems,
    get grants() {
      return grants;
    },
    async grant(form) {
      const fields = new URLSearchParams(form);
      const refreshToken = fields.get('refresh_token') ?? '';
      if (underWay > 0) problems.push('Two requests for a token were under way at a time.');
      underWay += 1;
      await sleep(2);
      underWay -= 1;
      if (fields.get('client_secret') !== canaries.clientSecret) return answer(401, { error: 'invalid_client' });
      if (!refreshTokens.has(refreshToken)) {
        problems.push('A refresh token was used after its successor was in use.');
        return answer(400, { error: 'invalid_grant', error_description: `The refresh token ${refreshToken} was used.` });
      }
      const [accessToken, successor] = [canaries.next('access'), canaries.next('refresh')];
      grants += 1;
      refreshTokens.add(successor);
      access.set(accessToken, { usesLeft: random.between(...USES), boughtWith: refreshToken });
      return answer(200, { access_token: accessToken, refresh_token: successor, expires_in: 3600 });
    },
    use(accessToken) {
      const known = access.get(accessToken ?? '');
      if (known === undefined || known.usesLeft === 0) return false;
      refreshTokens.delete(known.boughtWith);
      known.usesLeft -= 1;
      return true;
    },
  };
}
