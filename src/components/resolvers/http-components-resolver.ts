import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { component } from '../../engine/component.ts';
import { declaredRouter } from '../../engine/declared-router.ts';
import { slot, slots } from '../../engine/fields.ts';
import { StreamRecord } from '../../engine/host.ts';
import type { FilledIn } from '../../engine/kinds.ts';
import { requireRow } from '../../engine/require-row.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { compileMappings } from './component-mappings.ts';

/** parity: resolvers/http_components_resolver.py:HttpComponentsResolver */
export const HttpComponentsResolver = component({
  type: 'HttpComponentsResolver',
  kind: 'componentsResolver',
  summary: 'Fills a stream template in once for each record that an API gives.',
  example: `
    type: HttpComponentsResolver
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: https://api.example.com/v1/tables
      record_selector:
        type: RecordSelector
        extractor:
          type: DpathExtractor
          field_path: [tables]
    components_mapping:
      - type: ComponentMappingDefinition
        field_path: [name]
        value: "{{ components_values['name'] }}"`,
  fields: () => ({
    retriever: slot('retriever', { defaultType: 'SimpleRetriever' }),
    components_mapping: slots('data', { types: ['ComponentMappingDefinition'], defaultType: 'ComponentMappingDefinition' }),
  }),
  build(spec, b) {
    const name = (b.declaration?.['name'] as string | undefined) || '__http_components_resolver';
    const router = declaredRouter(b, spec.retriever);
    const scope = auxiliaryScope(b.run, name);
    const retriever = b.build('retriever', spec.retriever, {
      defaultType: 'SimpleRetriever',
      stream: router === undefined ? scope : { ...scope, router, slicing: router },
    });
    const fill = compileMappings(b, spec.components_mapping, {
      yaml: 'never',
      keeps: 'none',
      creates: false,
      conditions: false,
      variables: ['stream_slice'],
    });
    return {
      fromConfig: false,
      fromApi: true,
      async resolve(template) {
        const streams: FilledIn[] = [];
        const slices = router?.slices() ?? single();
        for await (const slice of retriever.slices?.(slices) ?? slices) {
          for await (const { records } of retriever.read(slice)) {
            for (const record of records)
              streams.push({ stream: await fill(template, { values: new StreamRecord(requireRow(record), name, slice), slice }) });
          }
        }
        return streams;
      },
    };
  },
});

async function* single(): AsyncGenerator<StreamSlice> {
  yield new StreamSlice();
}
