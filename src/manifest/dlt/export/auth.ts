import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import { exportCustom } from './custom.ts';
import type { Part, PartReader } from './parts.ts';
import { literalOf, type TextExport } from './texts.ts';

/** The `auth` for an authenticator; undefined for none, and for one that dlt has nothing for. */
export function exportAuth(reader: PartReader, texts: TextExport, auth: Part | undefined): JsonObject | undefined {
  if (auth === undefined || auth.type === 'NoAuth') return undefined;
  if (auth.type === 'CustomAuthenticator') return exportCustom(reader, auth);
  const known = AUTHS[auth.type];
  if (known !== undefined) return known(texts, auth);
  auth.lose(`dlt has no auth like ${auth.type}.`);
  return undefined;
}

const AUTHS: Readonly<Record<string, (texts: TextExport, auth: Part) => JsonObject | undefined>> = {
  BearerAuthenticator: (texts, auth) => ({ type: 'bearer', ...written(texts, auth, 'api_token', 'token') }),
  BasicHttpAuthenticator: (texts, auth) => ({
    type: 'http_basic',
    ...written(texts, auth, 'username', 'username'),
    ...(auth.has('password') ? written(texts, auth, 'password', 'password') : { password: '' }),
  }),
  ApiKeyAuthenticator: exportKey,
  OAuthAuthenticator: exportOAuth,
};

/** A text of the authenticator under its name in dlt; nothing for one that is left out. */
function written(texts: TextExport, auth: Part, key: string, name: string): JsonObject {
  const value = auth.take(key);
  const text = value === undefined ? undefined : texts.plain(String(value), `${auth.path}.${key}`);
  return text === undefined ? {} : { [name]: text };
}

function exportKey(texts: TextExport, auth: Part): JsonObject | undefined {
  const option = auth.part('inject_into');
  const [header, token] = [auth.take('header'), auth.take('api_token')];
  const [into = 'header', field = header ?? ''] = option === undefined ? [] : [option.take('inject_into'), option.take('field_name')];
  const location = { header: 'header', request_parameter: 'query' }[String(into)];
  const name = texts.plain(String(field), option === undefined ? `${auth.path}.header` : `${option.path}.field_name`);
  if (location === undefined) {
    auth.lose(`dlt puts no API key into ${String(into)}.`);
    return undefined;
  }
  const [, cookie, value] =
    location === 'header' && name?.toLowerCase() === 'cookie' ? (/^([^={]+)=([\s\S]*)$/.exec(String(token)) ?? []) : [];
  const declared = value ?? token;
  const key = declared === undefined ? undefined : texts.plain(String(declared), `${auth.path}.api_token`);
  return {
    type: 'api_key',
    name: cookie ?? name ?? '',
    ...(key === undefined ? {} : { api_key: key }),
    location: cookie === undefined ? location : 'cookie',
  };
}

/** parity: dlt/sources/helpers/rest_client/auth.py:OAuth2ClientCredentials */
function exportOAuth(texts: TextExport, auth: Part): JsonObject | undefined {
  const grant = String(auth.take('grant_type') ?? 'refresh_token');
  if (auth.has('refresh_token_updater')) {
    auth.lose('dlt keeps no token that the API gives anew.');
    return undefined;
  }
  const refresh = written(texts, auth, 'refresh_token', 'refresh_token');
  const scopes = auth.take('scopes');
  const data: JsonObject = {
    ...(grant === 'client_credentials' ? {} : { grant_type: grant }),
    ...refresh,
    ...(Array.isArray(scopes) && scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    ...exportBody(texts, auth),
  };
  const lifetime = auth.take('default_expires_in');
  return {
    type: 'oauth2_client_credentials',
    ...written(texts, auth, 'token_refresh_endpoint', 'access_token_url'),
    ...written(texts, auth, 'client_id', 'client_id'),
    ...written(texts, auth, 'client_secret', 'client_secret'),
    ...written(texts, auth, 'access_token_value', 'access_token'),
    ...(Object.keys(data).length === 0 ? {} : { access_token_request_data: data }),
    ...clientAuthentication(auth),
    ...(lifetime === undefined ? {} : { default_token_expiration: lifetime }),
  };
}

function exportBody(texts: TextExport, auth: Part): JsonObject {
  const body = auth.take('refresh_request_body');
  if (!isPlainObject(body)) return {};
  return Object.fromEntries(
    Object.entries(body as JsonObject).flatMap(([key, value]): [string, Json][] => {
      const text = typeof value === 'string' ? texts.plain(value, `${auth.path}.refresh_request_body.${key}`) : value;
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

const BASIC = /^Basic \{\{ \(([\s\S]+) ~ ':' ~ ([\s\S]+)\) \| base64encode \}\}$/;

/** Credentials in the header, where they are the client's own; other headers of the token's request are lost. */
function clientAuthentication(auth: Part): JsonObject {
  const headers = auth.take('refresh_request_headers');
  if (!isPlainObject(headers)) return {};
  const { Authorization: authorization, ...rest } = headers as JsonObject;
  const [, id = '', secret = ''] = BASIC.exec(String(authorization)) ?? [];
  const isOwn = [
    [id, auth.take('client_id')],
    [secret, auth.take('client_secret')],
  ].every(([expression, template]) => template === `{{ ${expression} }}` || template === literalOf(String(expression)));
  if (!isOwn || Object.keys(rest).length > 0) auth.lose('dlt sends no headers of its own for a token.', 'refresh_request_headers');
  return isOwn ? { client_authentication: 'basic_header' } : {};
}
