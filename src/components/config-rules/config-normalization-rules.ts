import { component } from '../../engine/component.ts';
import { slots, withDefault } from '../../engine/fields.ts';
import { equals, type Value } from '../../lang/index.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: spec/spec.py:Spec.migrate_config, transform_config, validate_config */
export const ConfigNormalizationRules = component({
  type: 'ConfigNormalizationRules',
  kind: 'configRules',
  summary: 'Brings older configs into the present form, derives values from them, and refuses those that cannot work.',
  example: `
    type: ConfigNormalizationRules
    config_migrations:
      - type: ConfigMigration
        transformations:
          - type: ConfigRemapField
            field_path: [region]
            map:
              europe: eu
    validations:
      - type: DpathValidator
        field_path: [region]
        validation_strategy:
          type: ValidateAdheresToSchema
          base_schema:
            enum: [eu, us]`,
  fields: () => ({
    config_migrations: withDefault(slots('configMigration', { types: ['ConfigMigration'], defaultType: 'ConfigMigration' }), []),
    transformations: withDefault(slots('configTransformation'), []),
    validations: withDefault(slots('configValidator'), []),
  }),
  build(spec, b) {
    const migrations = b.buildAll('configMigration', spec.config_migrations, { defaultType: 'ConfigMigration' });
    const transformations = b.buildAll('configTransformation', spec.transformations);
    const validators = b.buildAll('configValidator', spec.validations);
    return {
      // Only the top level is copied: what changes further down is no new config, and is done again each time.
      migrate(config) {
        const migrated: JsonObject = { ...config };
        for (const migration of migrations) migration.transform(migrated);
        return equals(migrated as Value, config as Value) ? config : migrated;
      },
      transform(config) {
        const transformed: JsonObject = { ...config };
        for (const transformation of transformations) transformation.transform(transformed);
        return transformed;
      },
      async validate(config) {
        for (const validator of validators) await validator.validate(config);
      },
    };
  },
});
