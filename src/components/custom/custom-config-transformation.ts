import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomConfigTransformation = component(
  customComponent({
    type: 'CustomConfigTransformation',
    kind: 'configTransformation',
    summary: 'Changes the config before it is used, by code of its own.',
    contract: 'ConfigTransformation',
    calls: { transform: { changes: 0 } },
    members: ['transform(config)'],
  }),
);
