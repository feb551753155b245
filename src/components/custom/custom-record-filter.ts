import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomRecordFilter = component(
  customComponent({
    type: 'CustomRecordFilter',
    kind: 'recordFilter',
    summary: 'Says which records stay, by code of its own.',
    contract: 'RecordFilter',
    calls: { keep: { together: 'answers' } },
    members: ['keep(record, request)'],
    defaults: { reads: 'all' },
  }),
);
