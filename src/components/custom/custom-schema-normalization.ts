import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomSchemaNormalization = component(
  customComponent({
    type: 'CustomSchemaNormalization',
    kind: 'normalization',
    summary: 'Fits the values of a record to its schema, by code of its own.',
    contract: 'Normalization',
    calls: { transform: { changes: 0, together: 'records' } },
    members: ['transform(record, schema)'],
  }),
);
