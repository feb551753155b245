import { component } from '../../engine/component.ts';
import { integer, list, object, oneOf, optional, shape, text, withDefault } from '../../engine/fields.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

const SCOPES = () => list(shape({ scope: text() }));

/** The keys of the platform's own types; what else a manifest holds there, the platform does not get. */
const INPUT_KEYS = [
  'consent_url',
  'scope',
  'scopes',
  'optional_scopes',
  'scopes_join_strategy',
  'access_token_url',
  'access_token_headers',
  'access_token_params',
  'extract_output',
  'state',
  'client_id_key',
  'client_secret_key',
  'scope_key',
  'state_key',
  'auth_code_key',
  'redirect_uri_key',
];

/** parity: airbyte_protocol OAuthConfigSpecification, OauthConnectorInputSpecification */
export const OAuthConfigSpecification = component({
  type: 'OAuthConfigSpecification',
  kind: 'data',
  summary: 'What the platform must know to run an OAuth flow for the connector, and where in the config the results go.',
  example: `
    type: OAuthConfigSpecification
    oauth_connector_input_specification:
      consent_url: "https://example.com/oauth?client_id={{ client_id_value }}&redirect_uri={{ redirect_uri_value }}&state={{ state_value }}"
      access_token_url: https://example.com/oauth/token
      extract_output: [access_token, refresh_token]
    complete_oauth_output_specification:
      type: object
      properties:
        refresh_token:
          type: string
          path_in_connector_config: [credentials, refresh_token]`,
  fields: () => ({
    oauth_user_input_from_connector_config_specification: optional(object()),
    oauth_connector_input_specification: optional(
      shape({
        consent_url: text(),
        scope: optional(text()),
        scopes: optional(SCOPES()),
        optional_scopes: optional(SCOPES()),
        scopes_join_strategy: withDefault(oneOf('space', 'comma', 'plus'), 'space'),
        access_token_url: text(),
        access_token_headers: optional(object()),
        access_token_params: optional(object()),
        extract_output: optional(list(text())),
        state: optional(shape({ min: integer(), max: integer() })),
        client_id_key: optional(text()),
        client_secret_key: optional(text()),
        scope_key: optional(text()),
        state_key: optional(text()),
        auth_code_key: optional(text()),
        redirect_uri_key: optional(text()),
      }),
    ),
    complete_oauth_output_specification: optional(object()),
    complete_oauth_server_input_specification: optional(object()),
    complete_oauth_server_output_specification: optional(object()),
  }),
  build(spec): JsonObject {
    const result: JsonObject = {};
    const { oauth_connector_input_specification: input } = spec;
    if (input !== undefined) result['oauth_connector_input_specification'] = inputOf(input as JsonObject);
    for (const name of [
      'oauth_user_input_from_connector_config_specification',
      'complete_oauth_output_specification',
      'complete_oauth_server_input_specification',
      'complete_oauth_server_output_specification',
    ] as const) {
      const value = spec[name];
      if (value !== undefined) result[name] = withoutNulls(value);
    }
    return result;
  },
});

function inputOf(input: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const key of INPUT_KEYS) {
    const value = input[key];
    if (value !== undefined && value !== null) result[key] = memberOf(key, value);
  }
  return result;
}

function memberOf(key: string, value: Json): Json {
  if (key === 'scopes' || key === 'optional_scopes') return (value as JsonObject[]).map(({ scope = null }) => ({ scope }));
  if (key === 'state') return { min: (value as JsonObject)['min'] ?? null, max: (value as JsonObject)['max'] ?? null };
  return isPlainObject(value) ? withoutNulls(value as JsonObject) : value;
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
