import { component } from '../../engine/component.ts';
import { optional, slots, text, withDefault } from '../../engine/fields.ts';

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
    transformations: withDefault(slots('configTransformation'), []),
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
