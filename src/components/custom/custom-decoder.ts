import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomDecoder = component(
  customComponent({
    type: 'CustomDecoder',
    kind: 'decoder',
    summary: 'Reads the documents of a response, by code of its own.',
    contract: 'Decoder',
    members: ['decode(response)'],
    defaults: { streams: false, paginates: true },
  }),
);
