import { component } from '../../engine/component.ts';
import { list, oneOf, optional, slot, text } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** parity: airbyte_protocol AdvancedAuth */
export const AuthFlow = component({
  type: 'AuthFlow',
  kind: 'data',
  summary: "How the platform gets the user's consent and the tokens, so that the user need not paste them.",
  example: `
    type: AuthFlow
    auth_flow_type: oauth2.0
    predicate_key: [credentials, auth_type]
    predicate_value: oauth
    oauth_config_specification:
      oauth_connector_input_specification:
        consent_url: "https://example.com/oauth?client_id={{ client_id_value }}&redirect_uri={{ redirect_uri_value }}&state={{ state_value }}"
        access_token_url: https://example.com/oauth/token`,
  fields: () => ({
    auth_flow_type: optional(oneOf('oauth2.0', 'oauth1.0')),
    predicate_key: optional(list(text())),
    predicate_value: optional(text()),
    oauth_config_specification: optional(slot('data', { types: ['OAuthConfigSpecification'], defaultType: 'OAuthConfigSpecification' })),
  }),
  build(spec, b): JsonObject {
    const flow: JsonObject = {};
    if (spec.auth_flow_type !== undefined) flow['auth_flow_type'] = spec.auth_flow_type;
    if (spec.predicate_key !== undefined) flow['predicate_key'] = spec.predicate_key;
    if (spec.predicate_value !== undefined) flow['predicate_value'] = spec.predicate_value;
    const { oauth_config_specification: oauth } = spec;
    if (isPlainObject(oauth)) flow['oauth_config_specification'] = b.build('data', oauth, { defaultType: 'OAuthConfigSpecification' });
    return flow;
  },
});
