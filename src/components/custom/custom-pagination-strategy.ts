import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomPaginationStrategy = component(
  customComponent({
    type: 'CustomPaginationStrategy',
    kind: 'pageStrategy',
    summary:
      'Finds the token of the next page, by code of its own; one object pages all slices, so that it must keep nothing between pages.',
    contract: 'PageStrategy',
    members: ['nextToken(page)'],
    defaults: { pageSize: undefined, readsDocument: 'all', initialToken: undefined },
  }),
);
