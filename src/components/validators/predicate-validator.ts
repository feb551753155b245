import { component } from '../../engine/component.ts';
import { anything, describe, slot } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import { compileNested } from '../../engine/mappings.ts';

/** A value that may be made of several of the config's. The reference fails whatever the value. */
export const PredicateValidator = component({
  type: 'PredicateValidator',
  kind: 'configValidator',
  summary: 'Checks a value that templates make of the config.',
  example: `
    type: PredicateValidator
    value: "{{ config['accounts'] | length }}"
    validation_strategy:
      type: ValidateAdheresToSchema
      base_schema:
        type: integer
        maximum: 10`,
  fields: () => ({
    value: describe(anything(), { schema: { type: ['string', 'number', 'object', 'array', 'boolean', 'null'] }, context: ['config'] }),
    validation_strategy: slot('validationStrategy'),
  }),
  build(spec, b) {
    const strategy = b.build('validationStrategy', spec.validation_strategy);
    const evaluate = compileNested(b, spec.value);
    return { validate: async (config) => strategy.validate(jsonValue(evaluate({ config, parameters: b.parameters }))) };
  },
});
