import { component } from '../../engine/component.ts';
import { list, slot, template } from '../../engine/fields.ts';
import { compileDpath } from '../../lib/dpath.ts';

/** parity: validators/dpath_validator.py:DpathValidator */
export const DpathValidator = component({
  type: 'DpathValidator',
  kind: 'configValidator',
  summary: 'Checks what stands at a path of the config, as far as something stands there.',
  example: `
    type: DpathValidator
    field_path: [accounts, "*", id]
    validation_strategy:
      type: ValidateAdheresToSchema
      base_schema:
        type: integer`,
  fields: () => ({
    field_path: list(template('config')),
    validation_strategy: slot('validationStrategy'),
  }),
  build(spec, b) {
    const strategy = b.build('validationStrategy', spec.validation_strategy);
    const segments = spec.field_path.map((segment) => b.string(segment));
    return {
      async validate(config) {
        // The reference evaluates the path without the config.
        const path = compileDpath(segments.map((segment) => segment.evaluate({ config: {}, parameters: {} })));
        if (segments.length === 0) b.fail('The field_path is empty.', 'field_path');
        if (path.hasStar) {
          for (const value of path.values(config)) await strategy.validate(value);
          return;
        }
        const value = path.get(config);
        if (value !== undefined) await strategy.validate(value);
      },
    };
  },
});
