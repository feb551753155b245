import type { Builder } from '../../engine/builder.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { compileDpath, compileSetter } from '../../lib/dpath.ts';
import { DateError, DateTime, Delta, orLatest, parseFlexible } from '../../lib/time/index.ts';
import { ConfigError } from '../../protocol/failure.ts';
import type { Grant } from './oauth-response.ts';

/** Where the tokens of an OAuth client are kept. */
export interface TokenStore {
  /** The access token, undefined before there is one. */
  accessToken(): string | undefined;
  hasExpired(): boolean;
  /** Throws where new tokens could not be kept, so that no refresh token is used up for them. */
  proveKeepable?(): void;
  /** Resolves when the tokens are where the next run finds them. */
  keep(grant: Grant): Promise<void>;
}

/** Where in the config the tokens are. */
export interface TokenPaths {
  readonly access_token_config_path: readonly string[];
  readonly refresh_token_config_path: readonly string[];
  readonly token_expiry_date_config_path: readonly string[];
}

/** Seconds. */
const DEFAULT_LIFETIME = 3600;

/**
 * Keeps the tokens for this run only; `accessToken` and its expiry are those that the manifest states, `lifetime` the seconds that a token lasts
 * of which the API does not say it.
 */
export function memoryStore(
  b: Builder,
  accessToken: string | undefined,
  expiresAt: DateTime | undefined,
  lifetime: number | undefined,
): TokenStore {
  const { clock } = b.run;
  let token = accessToken;
  let expiry = expiresAt;
  const hasExpired = (): boolean => token === undefined || expiry === undefined || clock.now() > expiry.epochMicroseconds();
  return {
    accessToken: () => token,
    hasExpired,
    async keep(grant) {
      expiry = grant.expiresAt ?? (expiry !== undefined && !hasExpired() ? expiry : afterLifetime(clock.now(), lifetime));
      token = str(grant.accessToken as Value);
    },
  };
}

/** A store within the config, and the refresh token that it holds. */
export interface ConfigStore extends TokenStore {
  refreshToken(): Value;
}

/**
 * Keeps the tokens in the config and has the platform save it, so that the next run begins with them.
 * parity: requests_native_auth/oauth.py:SingleUseRefreshTokenOauth2Authenticator
 */
export function configStore(b: Builder, paths: TokenPaths, lifetime: number | undefined): ConfigStore {
  const { clock, secrets, saveConfig, proveConfigSavable } = b.run;
  const places = [paths.access_token_config_path, paths.refresh_token_config_path, paths.token_expiry_date_config_path] as const;
  const [accessToken, refreshToken, expiryDate] = places.map((path) => (): Value => (compileDpath(path).get(b.config) ?? '') as Value) as [
    Read,
    Read,
    Read,
  ];
  const [setAccessToken, setRefreshToken, setExpiryDate] = places.map(compileSetter) as [Write, Write, Write];

  /** The expiry date; undefined when the config has none. */
  function expiry(): DateTime | undefined {
    const value = expiryDate();
    if (value === '') return undefined;
    try {
      return parseFlexible(str(value), clock.now());
    } catch (error) {
      if (!(error instanceof DateError)) throw error;
      throw new ConfigError(`${paths.token_expiry_date_config_path.join('.')} in the config is no date: ${str(value)}.`);
    }
  }

  function hasExpired(): boolean {
    const date = expiry();
    return date === undefined || clock.now() > date.epochMicroseconds();
  }

  function accessTokenText(): string {
    const token = str(accessToken());
    secrets.addPassing(token);
    return token;
  }

  expiry();
  return {
    accessToken: accessTokenText,
    hasExpired,
    refreshToken,
    proveKeepable: () => proveConfigSavable?.(),
    async keep(grant) {
      const known = hasExpired() ? undefined : expiry();
      setAccessToken(b.config, grant.accessToken);
      if (grant.refreshToken !== undefined) setRefreshToken(b.config, grant.refreshToken);
      setExpiryDate(b.config, (grant.expiresAt ?? known ?? afterLifetime(clock.now(), lifetime)).isoformat());
      await saveConfig(b.config);
    },
  };
}

type Read = () => Value;
type Write = ReturnType<typeof compileSetter>;

function afterLifetime(now: bigint, seconds: number = DEFAULT_LIFETIME): DateTime {
  return orLatest(() => DateTime.fromEpochMicroseconds(now).add(Delta.of({ seconds })));
}
