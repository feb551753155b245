import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomRetriever = component(
  customComponent({
    type: 'CustomRetriever',
    kind: 'retriever',
    summary: 'Reads the records of a slice, by code of its own; one object reads all slices, several at a time.',
    contract: 'Retriever',
    members: ['read(slice)'],
  }),
);
