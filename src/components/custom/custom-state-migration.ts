import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomStateMigration = component(
  customComponent({
    type: 'CustomStateMigration',
    kind: 'stateMigration',
    summary: 'Brings an older state into the present form, by code of its own.',
    contract: 'StateMigration',
    members: ['shouldMigrate(state)', 'migrate(state)'],
  }),
);
