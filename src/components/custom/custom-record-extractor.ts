import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomRecordExtractor = component(
  customComponent({
    type: 'CustomRecordExtractor',
    kind: 'extractor',
    summary: 'Finds the records in a response, by code of its own.',
    contract: 'Extractor',
    calls: { extract: { waits: true } },
    members: ['extract(documents, request)'],
  }),
);
