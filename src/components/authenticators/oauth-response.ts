import { toFloat } from '../../engine/conversion.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Run } from '../../engine/run.ts';
import { truth } from '../../lang/operators.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { excerptOf } from '../../lib/excerpt.ts';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { DateError, DateTime, Delta, orLatest, parseFlexible } from '../../lib/time/index.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';

/** What a token endpoint granted. */
export interface Grant {
  readonly accessToken: Json;
  /** The refresh token for the next time, undefined when the one in use stays. */
  readonly refreshToken: Json | undefined;
  /** Undefined when the response does not tell. */
  readonly expiresAt: DateTime | undefined;
}

/** Under which names the response of a token endpoint tells what. */
export interface GrantNames {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: string;
  /** Whether the expiry is a date rather than a number of seconds. */
  readonly expiresAtDate: boolean;
}

/** By what a token endpoint says that the refresh token is not valid any more. */
export interface RefreshRefusal {
  readonly statuses: readonly number[];
  readonly key: string;
  readonly values: readonly string[];
}

/** A code that leads the description of an error, such as Microsoft's AADSTS50173. */
const ERROR_CODE = /^[A-Za-z]{3,}\d{4,}\b/;
const LONGEST_DETAIL = 64;
const LONGEST_BODY = 1000;
const DEEPEST = 5;

/**
 * Reads what a token endpoint granted. Throws ConfigError when it refused, and SystemError for a response without an access token.
 * parity: requests_native_auth/abstract_oauth.py:AbstractOauth2Authenticator.refresh_access_token
 */
export function readGrant(run: Run, response: HttpResponse, names: GrantNames, refusal: RefreshRefusal): Grant {
  if (!response.ok) throw refused(run, response, refusal);
  const document = response.json;
  if (document === undefined) throw new SystemError('The OAuth token endpoint did not answer with JSON.');
  const accessToken = find(document, names.accessToken);
  if (accessToken === undefined || !truth(accessToken as Value)) {
    throw new SystemError(`The response of the OAuth token endpoint has no access token "${names.accessToken}".`);
  }
  run.secrets.addPassing(str(accessToken as Value));
  const refreshToken = find(document, names.refreshToken) ?? undefined;
  if (refreshToken !== undefined) run.secrets.addPassing(str(refreshToken as Value));
  const expiry = find(document, names.expiresIn) ?? undefined;
  return { accessToken, refreshToken, expiresAt: expiry === undefined ? undefined : readExpiry(run, expiry, names) };
}

/** parity: requests_native_auth/abstract_oauth.py:AbstractOauth2Authenticator._parse_token_expiration_date */
function readExpiry(run: Run, value: Json, names: GrantNames): DateTime {
  const text = str(value as Value);
  const now = run.clock.now();
  try {
    if (names.expiresAtDate) return parseFlexible(text, now);
    const seconds = toFloat(text);
    const lastsFor = (length: number): DateTime =>
      DateTime.fromEpochMicroseconds(now).add(Delta.fromMicroseconds(BigInt(Math.trunc(length)) * 1_000_000n));
    if (seconds !== undefined && Number.isFinite(seconds)) return seconds > 0 ? orLatest(() => lastsFor(seconds)) : lastsFor(seconds);
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
  }
  const expected = names.expiresAtDate ? 'date' : 'number of seconds (state a token_expiry_date_format when it is a date)';
  throw new SystemError(
    `"${names.expiresIn}" in the response of the OAuth token endpoint is no ${expected}: ${excerptOf(text, LONGEST_DETAIL, run.secrets.redact)}.`,
  );
}

function refused(run: Run, response: HttpResponse, { statuses, key, values }: RefreshRefusal): ConfigError {
  const document = response.json;
  const content: JsonObject = isPlainObject(document) ? (document as JsonObject) : {};
  const detail = errorDetail(content);
  const { hidesAnswer = false } = response.request;
  const said = hidesAnswer || detail === undefined ? '' : ` (${excerptOf(detail, LONGEST_DETAIL, run.secrets.redact)})`;
  const body = hidesAnswer ? 'what it said is hidden' : excerptOf(response.text, LONGEST_BODY, run.secrets.redact);
  const internalMessage = `HTTP ${response.status} of the OAuth token endpoint: ${body}`;
  const found = ownProperty(content, key);
  if (statuses.includes(response.status) && typeof found === 'string' && values.includes(found)) {
    return new ConfigError(
      `The OAuth provider does not accept the refresh token${said}: it has expired, was revoked or was used already. Authenticate again in the settings of the source.`,
      { internalMessage },
    );
  }
  return new ConfigError(
    `The OAuth token endpoint refused to give a token with HTTP status ${response.status}${said}: check the credentials, or authenticate again.`,
    { internalMessage },
  );
}

/** The error's name and code, which are the same for each such failure. */
function errorDetail({ error, error_description: description }: JsonObject): string | undefined {
  const parts: string[] = [];
  if (typeof error === 'string' && error.trim() !== '') parts.push(error.trim().split(/\s+/).join(' '));
  const code = typeof description === 'string' ? ERROR_CODE.exec(description.trim())?.[0] : undefined;
  if (code !== undefined) parts.push(code);
  return parts.length === 0 ? undefined : parts.join(': ');
}

/**
 * The first value of that name in a document, however deep up to five levels; undefined when there is none.
 * parity: requests_native_auth/abstract_oauth.py:AbstractOauth2Authenticator._find_and_get_value_from_response
 */
function find(document: Json, name: string, depth = 0): Json | undefined {
  if (depth > DEEPEST) throw new ConfigError(`The response of the OAuth token endpoint is nested too deeply to look for "${name}".`);
  if (document === null || typeof document !== 'object' || document instanceof Float) return undefined;
  if (!Array.isArray(document) && Object.hasOwn(document, name)) return document[name];
  for (const value of Object.values(document)) {
    const found = find(value, name, depth + 1);
    if (found !== undefined && found !== null) return found;
  }
  return undefined;
}
