import type { JsonObject } from '../../src/lib/json.ts';
import type { Canaries } from './canaries.ts';
import type { Plan } from './plan.ts';

const AUTHENTICATORS: Readonly<Record<Plan['auth'], JsonObject>> = {
  bearer: { type: 'BearerAuthenticator', api_token: "{{ config['credentials']['access_token'] }}" },
  query: {
    type: 'ApiKeyAuthenticator',
    api_token: "{{ config['credentials']['api_key'] }}",
    inject_into: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'api_key' },
  },
  oauth: {
    type: 'OAuthAuthenticator',
    token_refresh_endpoint: "{{ config['url'] }}/oauth/token",
    client_id: 'client',
    client_secret: "{{ config['credentials']['client_secret'] }}",
    refresh_token: "{{ config['credentials']['refresh_token'] }}",
    refresh_token_updater: {},
  },
};

/** The manifest of a plan. */
export function makeManifest({ streams, auth, concurrency }: Plan): JsonObject {
  const requester = {
    type: 'HttpRequester',
    url_base: "{{ config['url'] }}",
    authenticator: AUTHENTICATORS[auth],
    error_handler: {
      type: 'DefaultErrorHandler',
      response_filters: [{ type: 'HttpResponseFilter', http_codes: [401], action: auth === 'oauth' ? 'REFRESH_TOKEN_THEN_RETRY' : 'FAIL' }],
    },
  };
  const parentStream = streams.find(({ sort }) => sort.name === 'links');
  const parent = parentStream?.sort.declare(parentStream, { requester, parent: undefined });
  return {
    type: 'DeclarativeSource',
    version: '6.0.0',
    check: { type: 'CheckStream', stream_names: [streams[0]?.name ?? ''] },
    concurrency_level: { type: 'ConcurrencyLevel', default_concurrency: concurrency },
    streams: streams.map((stream) => stream.sort.declare(stream, { requester, parent })),
    spec: {
      type: 'Spec',
      connection_specification: {
        type: 'object',
        properties: {
          url: { type: 'string' },
          // What is not marked as a secret is to be known by its name.
          credentials: { type: 'object', properties: { client_secret: { type: 'string', airbyte_secret: true } } },
        },
      },
    },
  };
}

/** The config of a plan. */
export function makeConfig(
  url: string,
  { accessToken, apiKey, clientSecret, firstRefreshToken }: Canaries,
  auth: Plan['auth'],
): JsonObject {
  const credentials: JsonObject =
    auth === 'bearer'
      ? { access_token: accessToken }
      : auth === 'query'
        ? { api_key: apiKey }
        : { client_secret: clientSecret, refresh_token: firstRefreshToken };
  return { url, credentials };
}

/** The catalog that selects every stream. */
export function makeCatalog({ streams }: Plan): JsonObject {
  return {
    streams: streams.map(({ name, sort }) => ({
      stream: { name, json_schema: {}, supported_sync_modes: sort.incremental ? ['full_refresh', 'incremental'] : ['full_refresh'] },
      sync_mode: sort.incremental ? 'incremental' : 'full_refresh',
      destination_sync_mode: 'append',
    })),
  };
}
