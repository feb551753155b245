import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomBackoffStrategy = component(
  customComponent({
    type: 'CustomBackoffStrategy',
    kind: 'backoffStrategy',
    summary: 'Says how long to wait before the next attempt, by code of its own.',
    contract: 'BackoffStrategy',
    members: ['seconds(outcome, attempt)'],
    defaults: { readsBody: true },
  }),
);
