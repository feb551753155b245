import { component } from '../../engine/component.ts';
import { either, list, optional, slot, text } from '../../engine/fields.ts';

/** parity: requesters/query_properties/query_properties.py:QueryProperties */
export const QueryProperties = component({
  type: 'QueryProperties',
  kind: 'queryProperties',
  summary: 'Says which properties of records the API is asked for, in several requests when it takes only so many at a time.',
  example: `
    type: QueryProperties
    property_list: [id, name, email, phone]
    always_include_properties: [id]
    property_chunking:
      type: PropertyChunking
      property_limit_type: property_count
      property_limit: 3`,
  fields: () => ({
    property_list: either(list(text()), slot('propertyList', { types: ['PropertiesFromEndpoint'], defaultType: 'PropertiesFromEndpoint' })),
    always_include_properties: optional(list(text())),
    property_chunking: optional(slot('propertyChunking', { types: ['PropertyChunking'], defaultType: 'PropertyChunking' })),
    property_selector: optional(
      slot('propertySelector', { types: ['JsonSchemaPropertySelector'], defaultType: 'JsonSchemaPropertySelector' }),
    ),
  }),
  build(spec, b) {
    const { property_list: properties, always_include_properties: always = [] } = spec;
    const listed = Array.isArray(properties)
      ? { names: async () => properties }
      : b.build('propertyList', properties, { defaultType: 'PropertiesFromEndpoint' });
    const selector =
      spec.property_selector && b.build('propertySelector', spec.property_selector, { defaultType: 'JsonSchemaPropertySelector' });
    const chunking = spec.property_chunking && b.build('propertyChunking', spec.property_chunking, { defaultType: 'PropertyChunking' });
    return {
      merges: chunking !== undefined,
      ...(chunking === undefined ? {} : { mergeKey: chunking.mergeKey }),
      async chunks() {
        const selected = await selector?.select();
        const names = await listed.names();
        if (chunking !== undefined) return chunking.chunks(names, always, selected);
        return [[...always, ...(selected === undefined ? names : names.filter((name) => selected.has(name)))]];
      },
    };
  },
});
