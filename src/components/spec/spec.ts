import { component } from '../../engine/component.ts';
import { object, optional, slot, text } from '../../engine/fields.ts';
import { brokenPatterns } from '../../engine/json-schema.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: spec/spec.py:Spec */
export const Spec = component({
  type: 'Spec',
  kind: 'spec',
  summary: 'What the config of the connector looks like, as a JSON Schema, and how older configs are brought into that form.',
  example: `
    type: Spec
    connection_specification:
      type: object
      required: [api_key]
      properties:
        api_key:
          type: string
          airbyte_secret: true`,
  fields: () => ({
    connection_specification: object(),
    documentation_url: optional(text()),
    advanced_auth: optional(slot('data', { types: ['AuthFlow'], defaultType: 'AuthFlow' })),
    config_normalization_rules: optional(
      slot('configRules', { types: ['ConfigNormalizationRules'], defaultType: 'ConfigNormalizationRules' }),
    ),
  }),
  build(spec, b) {
    const [broken] = brokenPatterns(spec.connection_specification);
    if (broken !== undefined)
      b.fail(
        `The pattern ${JSON.stringify(broken.pattern)} is no regular expression, so that no config can be compared with it.`,
        `connection_specification.${broken.path}`,
      );
    const message: JsonObject = {
      connectionSpecification: withoutNulls(spec.connection_specification),
      supportsNormalization: false,
      supportsDBT: false,
    };
    if (spec.documentation_url) message['documentationUrl'] = spec.documentation_url;
    if (spec.advanced_auth !== undefined) message['advanced_auth'] = b.build('data', spec.advanced_auth, { defaultType: 'AuthFlow' });
    const rules =
      spec.config_normalization_rules &&
      b.build('configRules', spec.config_normalization_rules, { defaultType: 'ConfigNormalizationRules' });
    return {
      message,
      migrate: (config) => rules?.migrate(config) ?? config,
      transform: (config) => rules?.transform(config) ?? config,
      validate: async (config) => rules?.validate(config),
    };
  },
});

/** parity: airbyte_protocol_serializers.py:ConnectorSpecificationSerializer */
function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
