import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { component } from '../../engine/component.ts';
import { list, slot, template } from '../../engine/fields.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { str, type Value } from '../../lang/index.ts';
import { compileDpath } from '../../lib/dpath.ts';
import { cacheRetrieverRequests } from '../../manifest/request-caching.ts';

/** parity: requesters/query_properties/properties_from_endpoint.py:PropertiesFromEndpoint */
export const PropertiesFromEndpoint = component({
  type: 'PropertiesFromEndpoint',
  kind: 'propertyList',
  summary: 'Asks the API for the properties that its records have, once for each stream.',
  example: `
    type: PropertiesFromEndpoint
    property_field_path: [name]
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url: https://api.example.com/v1/properties
      record_selector:
        type: RecordSelector
        extractor:
          type: DpathExtractor
          field_path: [properties]`,
  fields: () => ({
    property_field_path: list(template('config', 'parameters')),
    retriever: slot('retriever', { types: ['SimpleRetriever', 'CustomRetriever'], defaultType: 'SimpleRetriever' }),
  }),
  build(spec, b) {
    const context = b.context();
    const path = compileDpath(spec.property_field_path.map((segment) => b.string(segment).evaluate(context)));
    const retriever = b.build('retriever', cacheRetrieverRequests(spec.retriever) as typeof spec.retriever, {
      defaultType: 'SimpleRetriever',
      path: `${b.path}.retriever`,
      stream: auxiliaryScope(b.run, 'dynamic_properties'),
    });

    async function load(): Promise<string[]> {
      const names: string[] = [];
      for await (const { records } of retriever.read(new StreamSlice())) {
        for (const record of records) names.push(str((path.get(record) ?? []) as Value));
      }
      return names;
    }

    let loading: Promise<string[]> | undefined;
    return {
      names() {
        loading ??= load().catch((error: unknown) => {
          // The next slice asks again.
          loading = undefined;
          throw error;
        });
        return loading;
      },
    };
  },
});
