import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomValidationStrategy = component(
  customComponent({
    type: 'CustomValidationStrategy',
    kind: 'validationStrategy',
    summary: 'Checks a value of the config, by code of its own.',
    contract: 'ValidationStrategy',
    calls: { validate: { waits: true } },
    members: ['validate(value)'],
  }),
);
