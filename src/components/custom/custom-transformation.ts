import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomTransformation = component(
  customComponent({
    type: 'CustomTransformation',
    kind: 'transformation',
    summary: 'Changes a record, by code of its own.',
    contract: 'Transformation',
    calls: { transform: { changes: 0, together: 'records' } },
    members: ['transform(record, request)'],
    defaults: { reads: 'all', changesInPlace: true, takesAnything: true },
  }),
);
