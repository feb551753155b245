import type { JsonObject } from '../../lib/json.ts';
import { customComponent } from './paginators.ts';
import { integerAt, isGiven, type Members, member, membersAt, objectAt, type Place, refuse, refuseCode } from './places.ts';
import { expressionOf } from './templates.ts';
import { type Compilation, mapTexts, plainSegments, plainTemplate } from './texts.ts';

const TYPES = ['bearer', 'api_key', 'http_basic', 'oauth2_client_credentials', 'custom'] as const;
const LOCATIONS = ['header', 'query', 'param', 'cookie'] as const;

/** The authenticator of an `auth`: its type alone, or an object; undefined for none. */
// parity: dlt/sources/rest_api/config_setup.py:create_auth
export function compileAuth(compilation: Compilation, given: Place | undefined): JsonObject | undefined {
  if (!isGiven(given)) return undefined;
  const place = { ...given, isSecret: true };
  refuseCode(place, `Write it as a dict with a "type": ${TYPES.join(', ')}.`);
  const isName = typeof place.value === 'string';
  const members: Members = isName ? new Map([['type', place]]) : membersAt(place, 'auth');
  const type = wordAt(members.get('type'), place, 'The type of auth', TYPES) ?? 'bearer';
  return MAKERS[type]({ compilation, members, place: isName ? { ...place, value: undefined } : place });
}

interface Auth {
  readonly compilation: Compilation;
  readonly members: Members;
  readonly place: Place;
}

const MAKERS: Readonly<Record<(typeof TYPES)[number], (auth: Auth) => JsonObject>> = {
  bearer(auth) {
    checkKeys(auth, ['token']);
    return { type: 'BearerAuthenticator', api_token: credential(auth, 'token', true) };
  },
  api_key(auth) {
    checkKeys(auth, ['name', 'api_key', 'location']);
    const { compilation, members, place } = auth;
    const location = wordAt(members.get('location'), place, 'The location of an API key', LOCATIONS) ?? 'header';
    const name = member(members, 'name');
    const field = name === undefined ? 'Authorization' : plainTemplate(compilation, name, 'The name of an API key');
    const key = credential(auth, 'api_key', true);
    const isCookie = location === 'cookie';
    return {
      type: 'ApiKeyAuthenticator',
      api_token: isCookie ? `${field}=${key}` : key,
      inject_into: {
        type: 'RequestOption',
        inject_into: location === 'query' || location === 'param' ? 'request_parameter' : 'header',
        field_name: isCookie ? 'Cookie' : field,
      },
    };
  },
  http_basic(auth) {
    checkKeys(auth, ['username', 'password']);
    return { type: 'BasicHttpAuthenticator', username: credential(auth, 'username', false), password: credential(auth, 'password', true) };
  },
  oauth2_client_credentials(auth) {
    checkKeys(auth, [
      'access_token',
      'access_token_url',
      'client_id',
      'client_secret',
      'access_token_request_data',
      'default_token_expiration',
      'client_authentication',
      'session',
    ]);
    return compileOAuth(auth);
  },
  custom({ compilation, place }) {
    const value = mapTexts(place, (text) => plainTemplate(compilation, text, 'A value of auth')) as JsonObject;
    return customComponent({ ...place, value }, 'CustomAuthenticator');
  },
};

/** parity: dlt/sources/helpers/rest_client/auth.py:OAuth2ClientCredentials.build_access_token_request */
function compileOAuth(auth: Auth): JsonObject {
  const { compilation, members, place } = auth;
  const session = member(members, 'session');
  if (session !== undefined) refuse(session, '"session" of oauth2_client_credentials cannot be honoured here.');
  const lifetime = member(members, 'default_token_expiration');
  const data = member(members, 'access_token_request_data');
  const body = (
    data === undefined ? {} : mapTexts(data, (text) => plainTemplate(compilation, text, 'A value of the token request'))
  ) as JsonObject;
  const { grant_type: grantType = 'client_credentials', ...rest } =
    data === undefined ? body : (objectAt({ ...data, value: body }, data.path) as JsonObject);
  const byHeader =
    wordAt(members.get('client_authentication'), place, 'client_authentication', ['body', 'basic_header'] as const) === 'basic_header';
  const authorization = `Basic {{ (${expressionOfCredential(auth, 'client_id', false)} ~ ':' ~ ${expressionOfCredential(auth, 'client_secret', true)}) | base64encode }}`;
  const accessToken = member(members, 'access_token');
  return {
    type: 'OAuthAuthenticator',
    grant_type: grantType as string,
    token_refresh_endpoint: credential(auth, 'access_token_url', false),
    client_id: credential(auth, 'client_id', false),
    client_secret: credential(auth, 'client_secret', true),
    ...(Object.keys(rest).length === 0 ? {} : { refresh_request_body: rest }),
    ...(byHeader ? { refresh_request_headers: { Authorization: authorization } } : {}),
    ...(accessToken === undefined ? {} : { access_token_value: plainTemplate(compilation, accessToken, 'access_token') }),
    ...(lifetime === undefined ? {} : { default_expires_in: integerAt(lifetime, '"default_token_expiration"') }),
  };
}

/** A credential as a text of the manifest; one that is left out comes from the config under its own name. */
function credential(auth: Auth, key: string, isSecret: boolean): string {
  const { compilation, members } = auth;
  const place = member(members, key);
  return place === undefined ? `{{ ${fromConfig(auth, key, isSecret)} }}` : plainTemplate(compilation, place, `"${key}" of auth`);
}

function expressionOfCredential(auth: Auth, key: string, isSecret: boolean): string {
  const { compilation, members } = auth;
  const place = member(members, key);
  return place === undefined ? fromConfig(auth, key, isSecret) : expressionOf(plainSegments(compilation, place, `"${key}" of auth`));
}

function fromConfig({ compilation, place }: Auth, key: string, isSecret: boolean): string {
  return compilation.inputs.use(key, { isSecret, isText: true, description: `The ${key.replaceAll('_', ' ')} for ${place.path}.` });
}

/** The same as for other objects, but that no value is shown, since it may be a secret. */
function checkKeys({ members, place }: Auth, known: readonly string[]): void {
  if (place.value !== undefined)
    membersAt({ ...place, value: Object.fromEntries([...members.keys()].map((key) => [key, null])) }, 'This auth', ['type', ...known]);
}

/** One of some words; a text that is none of them is not shown, since it may be a secret. */
function wordAt<const Words extends readonly string[]>(
  place: Place | undefined,
  around: Place,
  what: string,
  words: Words,
): Words[number] | undefined {
  if (!isGiven(place)) return undefined;
  const { value } = place;
  if (typeof value === 'string' && words.includes(value)) return value;
  return refuse({ ...around, path: place.path }, `${what} must be one of ${words.join(', ')}.`);
}
