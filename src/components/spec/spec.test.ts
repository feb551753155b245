import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

function authOf(flow: JsonObject): unknown {
  return buildFromYaml('spec', { type: 'Spec', connection_specification: {}, advanced_auth: flow }).message['advanced_auth'];
}

describe('Spec', () => {
  it('is told as the platform expects it', () => {
    const spec = buildFromYaml('spec', {
      type: 'Spec',
      connection_specification: { title: 'T', none: null, deep: { none: null } },
      documentation_url: 'http://docs',
    });
    expect(spec.message).toEqual({
      connectionSpecification: { title: 'T', deep: { none: null } },
      documentationUrl: 'http://docs',
      supportsNormalization: false,
      supportsDBT: false,
    });
  });

  it('leaves configs alone without rules', async () => {
    const spec = buildFromYaml('spec', '{type: Spec, connection_specification: {}}');
    const config = { a: 1 };
    expect(spec.migrate(config)).toBe(config);
    expect(spec.transform(config)).toBe(config);
    await expect(spec.validate(config)).resolves.toBeUndefined();
  });
});

describe('AuthFlow', () => {
  it('keeps what the platform knows, without nulls', () => {
    const input = {
      consent_url: 'c',
      access_token_url: 't',

      scopes: [{ scope: 'a', note: 'n' }],
      state: { min: 1, max: 9, step: 1 },
      access_token_params: { p: 'x', q: null },
      extra: 1,
    };
    expect(
      authOf({
        auth_flow_type: 'oauth2.0',
        predicate_key: [],
        extra: 1,
        oauth_config_specification: {
          oauth_connector_input_specification: input,
          complete_oauth_output_specification: { none: null, deep: { none: null } },
          extra: {},
        },
      }),
    ).toEqual({
      auth_flow_type: 'oauth2.0',
      predicate_key: [],
      oauth_config_specification: {
        oauth_connector_input_specification: {
          consent_url: 'c',
          access_token_url: 't',
          scopes: [{ scope: 'a' }],
          scopes_join_strategy: 'space',
          state: { min: 1, max: 9 },
          access_token_params: { p: 'x' },
        },
        complete_oauth_output_specification: { deep: { none: null } },
      },
    });
    expect(authOf({ auth_flow_type: 'oauth1.0', oauth_config_specification: {} })).toEqual({
      auth_flow_type: 'oauth1.0',
      oauth_config_specification: {},
    });
  });

  it('needs the URLs of the flow', () => {
    expect(() => authOf({ oauth_config_specification: { oauth_connector_input_specification: { consent_url: 'c' } } })).toThrow(
      /access_token_url/,
    );
  });
});
