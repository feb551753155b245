import { component } from '../../engine/component.ts';
import { list, object } from '../../engine/fields.ts';

/** parity: resolvers/parametrized_components_resolver.py:StreamParametersDefinition */
export const StreamParametersDefinition = component({
  type: 'StreamParametersDefinition',
  kind: 'data',
  summary: 'The values that a stream template is filled in with, one object for each stream.',
  example: `
    type: StreamParametersDefinition
    list_of_parameters_for_stream:
      - name: customers
      - name: orders`,
  fields: () => ({ list_of_parameters_for_stream: list(object()) }),
  build: ({ list_of_parameters_for_stream }) => ({ list_of_parameters_for_stream }),
});
