import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import {
  boolean,
  bounded,
  extension,
  integer,
  list,
  object,
  optional,
  type Parsed,
  shape,
  slot,
  template,
  text,
  withDefault,
} from '../../engine/fields.ts';
import type { Params, RequestParts } from '../../engine/http.ts';
import type { Authenticator } from '../../engine/kinds.ts';
import { compileMapping } from '../../engine/mappings.ts';
import type { Purpose } from '../../engine/observer.ts';
import type { Options } from '../../engine/request-options.ts';
import { shareByDeclaration } from '../../engine/share-by-declaration.ts';
import { truth } from '../../lang/operators.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { compileDpath } from '../../lib/dpath.ts';
import { DateError, type DateTime, parseFlexible } from '../../lib/time/index.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { type GrantNames, type RefreshRefusal, readGrant } from './oauth-response.ts';
import { sendTokenRequest } from './token-request.ts';
import { createTokenSource, type TokenSource } from './token-source.ts';
import { configStore, memoryStore, type TokenStore } from './token-store.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const DEFAULT_REFUSAL: RefreshRefusal = { statuses: [400], key: 'error', values: ['invalid_grant', 'invalid_permissions'] };

const fields = () => ({
  client_id_name: withDefault(text(), 'client_id'),
  client_id: optional(template('config')),
  client_secret_name: withDefault(text(), 'client_secret'),
  client_secret: optional(template('config')),
  refresh_token_name: withDefault(text(), 'refresh_token'),
  refresh_token: optional(template('config')),
  token_refresh_endpoint: optional(text('The URL that gives access tokens.')),
  access_token_name: withDefault(text('The name of the access token in the response, up to five levels deep.'), 'access_token'),
  access_token_value: optional(template('config')),
  expires_in_name: withDefault(text(), 'expires_in'),
  grant_type_name: withDefault(text(), 'grant_type'),
  grant_type: withDefault(text(), 'refresh_token'),
  refresh_request_body: optional(object()),
  refresh_request_headers: optional(object()),
  send_refresh_request_as_query_params: withDefault(boolean(), false),
  scopes: optional(list(text())),
  token_expiry_date: optional(text('When access_token_value expires.')),
  token_expiry_date_format: optional(text('Says that the response gives the expiry as a date, in any notation.')),
  refresh_token_error_status_codes: optional(list(integer())),
  refresh_token_error_key: optional(text()),
  refresh_token_error_values: optional(list(text())),
  refresh_token_updater: optional(
    shape({
      refresh_token_name: withDefault(text(), 'refresh_token'),
      access_token_config_path: withDefault(list(text()), ['credentials', 'access_token']),
      refresh_token_config_path: withDefault(list(text()), ['credentials', 'refresh_token']),
      token_expiry_date_config_path: withDefault(list(text()), ['credentials', 'token_expiry_date']),
      refresh_token_error_status_codes: withDefault(list(integer()), []),
      refresh_token_error_key: withDefault(text(), ''),
      refresh_token_error_values: withDefault(list(text()), []),
    }),
  ),
  profile_assertion: optional(slot('authenticator', { types: ['JwtAuthenticator'], defaultType: 'JwtAuthenticator' })),
  use_profile_assertion: withDefault(boolean(), false),
  default_expires_in: extension(
    optional(bounded(integer(), { minimum: 1 })),
    'Seconds that an access token lasts when the response does not say; 3600 unless stated.',
  ),
});

type Spec = Parsed<ReturnType<typeof fields>>;

/** parity: auth/oauth.py:DeclarativeOauth2Authenticator, DeclarativeSingleUseRefreshTokenOauth2Authenticator */
export const OAuthAuthenticator = component({
  type: 'OAuthAuthenticator',
  kind: 'authenticator',
  summary:
    'Gets access tokens from an OAuth 2.0 token endpoint and sends them as `Bearer <token>`; with a refresh_token_updater new tokens are saved in the config.',
  example: `
    type: OAuthAuthenticator
    token_refresh_endpoint: https://api.example.com/oauth/token
    client_id: "{{ config['credentials']['client_id'] }}"
    client_secret: "{{ config['credentials']['client_secret'] }}"
    refresh_token: "{{ config['credentials']['refresh_token'] }}"
    refresh_token_updater:
      refresh_token_config_path: [credentials, refresh_token]
      access_token_config_path: [credentials, access_token]
      token_expiry_date_config_path: [credentials, token_expiry_date]`,
  fields,
  build(spec, b) {
    const refusal = readRefusal(spec, b);
    const assertion = spec.profile_assertion && b.build('authenticator', spec.profile_assertion, { defaultType: 'JwtAuthenticator' });
    const makeClient =
      spec.refresh_token_updater === undefined ? statedClient(spec, b, assertion) : savingClient(spec, b, spec.refresh_token_updater);
    const tokens = shareByDeclaration(b, { ...spec, type: 'OAuthAuthenticator' }, () => tokensOf(b, makeClient(), refusal));
    const header = async (): Promise<string> => `Bearer ${await tokens.current()}`;
    return {
      async contribute(options) {
        options.headers['Authorization'] = await header();
      },
      async refresh(sent) {
        const used = sent.headers['Authorization'];
        if (used && used !== (await header())) return 'already_replaced';
        await tokens.refresh();
        return 'refreshed';
      },
    };
  },
});

/** What differs between tokens that last for a run and tokens that are saved. */
interface Client {
  readonly store: TokenStore;
  readonly names: () => GrantNames;
  readonly endpoint: () => string | undefined;
  readonly request: () => Promise<Omit<RequestParts, 'method' | 'url'>>;
}

/** What a test read shows of a request for a token. */
const REFRESH: Purpose = { title: 'Refresh token', description: 'Obtains access token', type: 'AUTH', auxiliary: true };

function tokensOf(b: Builder, client: Client, refusal: RefreshRefusal): TokenSource {
  return createTokenSource({
    run: b.run,
    store: client.store,
    endpoint: client.endpoint,
    async request(url) {
      const hidesAnswer = b.declaration?.['shown_error_body'] === 0;
      const prepare = async (): Promise<RequestParts> => ({ method: 'POST', url, ...(await client.request()) });
      const response = await sendTokenRequest(b.run, prepare, { purpose: REFRESH, hidesAnswer });
      return readGrant(b.run, response, client.names(), refusal);
    },
  });
}

/** The client of a declaration that states its refresh token, evaluated anew for each request. */
function statedClient(spec: Spec, b: Builder, assertion: Authenticator | undefined): () => Client {
  const usesAssertion = spec.use_profile_assertion;
  if (!usesAssertion && (spec.client_id === undefined || spec.client_secret === undefined)) {
    b.fail('OAuthAuthenticator needs client_id and client_secret, unless it uses a profile assertion.');
  }
  if (usesAssertion && assertion?.credential === undefined) b.fail('use_profile_assertion needs a profile_assertion.', 'profile_assertion');
  const values = compileValues(spec, b, usesAssertion ? JWT_BEARER : spec.grant_type);
  if (values.grantType() === 'refresh_token' && spec.refresh_token === undefined) {
    b.fail('OAuthAuthenticator needs a refresh_token, since its grant_type is refresh_token.', 'refresh_token');
  }
  const accessToken = spec.access_token_value ? evaluateOnce(b, spec.access_token_value) : null;
  const expiresAt = readExpiryDate(spec, b);
  const refreshToken = b.string(spec.refresh_token ?? '');

  function parameters(): Options {
    return standardParameters(spec, b, values, {
      clientId: evaluateCredential(b, spec.client_id),
      clientSecret: evaluateCredential(b, spec.client_secret),
      refreshTokenName: values.refreshTokenName(),
      refreshToken: spec.refresh_token === undefined ? null : str(refreshToken.evaluate(b.context())),
    });
  }

  return () => ({
    store: memoryStore(b, accessToken === null ? undefined : str(accessToken), expiresAt, spec.default_expires_in),
    names: () => ({ ...values.responseNames(), refreshToken: values.refreshTokenName() }),
    endpoint: () => {
      if (spec.token_refresh_endpoint === undefined) return undefined;
      const endpoint = values.endpoint();
      if (!truth(endpoint)) throw new SystemError('token_refresh_endpoint evaluates to nothing.');
      return str(endpoint);
    },
    async request() {
      const headers = textHeaders(values.headers());
      if (!usesAssertion) return { headers, ...placed(spec, parameters()) };
      const signed = (await assertion?.credential?.()) ?? '';
      return { headers, data: { [values.grantTypeName()]: values.grantType(), assertion: signed } };
    },
  });
}

/** The client of a declaration whose tokens are in the config, where the client's credentials are looked for as well. */
function savingClient(spec: Spec, b: Builder, updater: NonNullable<Spec['refresh_token_updater']>): () => Client {
  const values = compileValues(spec, b, spec.grant_type);
  const endpoint = spec.token_refresh_endpoint === undefined ? undefined : str(values.endpoint() ?? '');
  const store = configStore(b, updater, spec.default_expires_in);
  const responseNames = values.responseNames();
  const fromConfig = (name: string, declared: string | undefined): Value => {
    const own = compileDpath(['credentials', name]).get(b.config);
    if (own !== undefined) return own as Value;
    return declared ? (evaluateOnce(b, declared) ?? '') : '';
  };
  const clientId = fromConfig('client_id', spec.client_id);
  const clientSecret = fromConfig('client_secret', spec.client_secret);

  return () => ({
    store,
    names: () => ({ ...responseNames, refreshToken: updater.refresh_token_name }),
    endpoint: () => endpoint,
    async request() {
      const refreshToken = store.refreshToken();
      const parameters = standardParameters(spec, b, values, {
        clientId,
        clientSecret,
        refreshTokenName: updater.refresh_token_name,
        refreshToken,
      });
      return { headers: textHeaders(values.headers()), ...placed(spec, parameters) };
    },
  });
}

function placed(spec: Spec, parameters: Options): Pick<RequestParts, 'params' | 'data'> {
  const named = parameters as Params;
  return spec.send_refresh_request_as_query_params ? { params: named } : { data: named };
}

interface Values {
  readonly endpoint: () => Value;
  readonly grantTypeName: () => string;
  readonly grantType: () => string;
  readonly clientIdName: () => string;
  readonly clientSecretName: () => string;
  readonly refreshTokenName: () => string;
  readonly responseNames: () => Omit<GrantNames, 'refreshToken'>;
  readonly body: () => Options;
  readonly headers: () => Options;
}

function compileValues(spec: Spec, b: Builder, grantType: string): Values {
  const context = b.context();
  const named = (field: string, otherwise: string): (() => string) => {
    const expression = b.string(field || otherwise);
    return () => str(expression.evaluate(context));
  };
  const endpoint = b.string(spec.token_refresh_endpoint ?? '');
  const [accessToken, expiresIn] = [named(spec.access_token_name, 'access_token'), named(spec.expires_in_name, 'expires_in')];
  const body = compileMapping(b, spec.refresh_request_body, { textOnly: false });
  const headers = compileMapping(b, spec.refresh_request_headers, { textOnly: false });
  return {
    endpoint: () => endpoint.evaluate(context),
    grantTypeName: named(spec.grant_type_name, 'grant_type'),
    grantType: named(grantType, 'refresh_token'),
    clientIdName: named(spec.client_id_name, 'client_id'),
    clientSecretName: named(spec.client_secret_name, 'client_secret'),
    refreshTokenName: named(spec.refresh_token_name, 'refresh_token'),
    responseNames: () => ({ accessToken: accessToken(), expiresIn: expiresIn(), expiresAtDate: Boolean(spec.token_expiry_date_format) }),
    body: () => body(context) as Options,
    headers: () => headers(context) as Options,
  };
}

interface Credentials {
  readonly clientId: Value;
  readonly clientSecret: Value;
  readonly refreshTokenName: string;
  readonly refreshToken: Value;
}

/**
 * What a request for tokens carries; the client's credentials stay out when a header has them.
 * parity: requests_native_auth/abstract_oauth.py:AbstractOauth2Authenticator._build_standard_refresh_args
 */
function standardParameters(spec: Spec, b: Builder, values: Values, credentials: Credentials): Options {
  const { clientId, clientSecret, refreshTokenName, refreshToken } = credentials;
  for (const secret of [clientSecret, refreshToken]) b.run.secrets.add(secret);
  const parameters: Options = { [values.grantTypeName()]: values.grantType() };
  if (!Object.hasOwn(values.headers(), 'Authorization')) {
    if (spec.refresh_token_updater === undefined && !truth(clientId))
      throw new ConfigError('The client_id of OAuthAuthenticator evaluates to nothing.');
    parameters[values.clientIdName()] = clientId;
    parameters[values.clientSecretName()] = clientSecret;
  }
  parameters[refreshTokenName] = refreshToken;
  if (spec.scopes !== undefined && spec.scopes.length > 0) parameters['scopes'] = [...spec.scopes];
  for (const [name, value] of Object.entries(values.body())) if (!Object.hasOwn(parameters, name)) parameters[name] = value;
  return parameters;
}

function evaluateOnce(b: Builder, field: string): Value {
  const value = b.string(field).evaluate(b.context());
  b.run.secrets.add(value);
  return value;
}

/** A credential of the declaration; an empty one is sent as it is. */
function evaluateCredential(b: Builder, field: string | undefined): Value {
  return field ? b.string(field).evaluate(b.context()) : (field ?? null);
}

/** When the access token of the manifest expires; undefined without a date, as if it had expired. */
function readExpiryDate(spec: Spec, b: Builder): DateTime | undefined {
  const declared = spec.token_expiry_date;
  if (!declared) return undefined;
  const value = /^\d+$/.test(declared) ? declared : b.string(declared).evaluate(b.context());
  try {
    return parseFlexible(value, b.run.clock.now());
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    return b.fail(
      `token_expiry_date must be a date or a number of seconds since 1970, but it evaluates to "${str(value)}".`,
      'token_expiry_date',
    );
  }
}

/** parity: model_to_component_factory.py:_get_refresh_token_error_information */
function readRefusal(spec: Spec, b: Builder): RefreshRefusal {
  const stated = [spec, spec.refresh_token_updater].filter((part) => part !== undefined).map(refusalOf);
  const given = stated.filter(({ statuses, key, values }) => statuses.length > 0 || key !== '' || values.length > 0);
  if (given.length > 1)
    b.fail('The refresh_token_error fields are given twice: keep those of OAuthAuthenticator and drop those of its refresh_token_updater.');
  return given[0] ?? DEFAULT_REFUSAL;
}

interface RefusalFields {
  readonly refresh_token_error_status_codes?: readonly number[] | undefined;
  readonly refresh_token_error_key?: string | undefined;
  readonly refresh_token_error_values?: readonly string[] | undefined;
}

function refusalOf(part: RefusalFields): RefreshRefusal {
  return {
    statuses: part.refresh_token_error_status_codes ?? [],
    key: part.refresh_token_error_key ?? '',
    values: part.refresh_token_error_values ?? [],
  };
}

function textHeaders(headers: Options): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, str(value)]));
}
