import { component } from '../../engine/component.ts';
import { slot, slots } from '../../engine/fields.ts';
import type { FilledIn } from '../../engine/kinds.ts';
import type { Value } from '../../lang/index.ts';
import type { JsonObject } from '../../lib/json.ts';
import { compileMappings } from './component-mappings.ts';

const PARAMETERS_TYPE = { types: ['StreamParametersDefinition'], defaultType: 'StreamParametersDefinition' } as const;

/** parity: resolvers/parametrized_components_resolver.py:ParametrizedComponentsResolver */
export const ParametrizedComponentsResolver = component({
  type: 'ParametrizedComponentsResolver',
  kind: 'componentsResolver',
  summary: 'Fills a stream template in once for each set of values that the manifest lists.',
  example: `
    type: ParametrizedComponentsResolver
    stream_parameters:
      type: StreamParametersDefinition
      list_of_parameters_for_stream:
        - name: customers
        - name: orders
    components_mapping:
      - type: ComponentMappingDefinition
        field_path: [name]
        value: "{{ components_values['name'] }}"`,
  fields: () => ({
    stream_parameters: slot('data', PARAMETERS_TYPE),
    components_mapping: slots('data', { types: ['ComponentMappingDefinition'], defaultType: 'ComponentMappingDefinition' }),
  }),
  build(spec, b) {
    const parameters = b.build('data', spec.stream_parameters, PARAMETERS_TYPE)['list_of_parameters_for_stream'] as JsonObject[];
    const fill = compileMappings(b, spec.components_mapping, {
      yaml: 'always',
      keeps: 'config',
      creates: true,
      conditions: false,
      variables: [],
    });
    return {
      fromConfig: false,
      async resolve(template) {
        const streams: FilledIn[] = [];
        for (const values of parameters) streams.push({ stream: await fill(template, { values: values as Value }) });
        return streams;
      },
    };
  },
});
