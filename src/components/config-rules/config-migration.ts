import { component } from '../../engine/component.ts';
import { describe, optional, slots, text } from '../../engine/fields.ts';

/** parity: spec/spec.py:ConfigMigration */
export const ConfigMigration = component({
  type: 'ConfigMigration',
  kind: 'configMigration',
  summary: 'Changes that bring a config of an older version of the connector into the present form; the platform keeps the result.',
  example: `
    type: ConfigMigration
    description: The key was called token before.
    transformations:
      - type: ConfigAddFields
        fields:
          - type: AddedFieldDefinition
            path: [api_key]
            value: "{{ config['token'] }}"
        condition: "{{ 'token' in config }}"`,
  fields: () => ({
    description: optional(text()),
    transformations: describe(slots('configTransformation'), { default: [] }),
  }),
  build(spec, b) {
    const transformations = b.buildAll('configTransformation', spec.transformations);
    return {
      transform(config) {
        for (const transformation of transformations) transformation.transform(config);
      },
    };
  },
});
