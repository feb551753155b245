import { component } from '../../engine/component.ts';
import { optional, slots } from '../../engine/fields.ts';
import type { Row } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { JsonObject } from '../../lib/json.ts';
import { copyJson } from '../../lib/json-copy.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** parity: requesters/query_properties/property_selector/json_schema_property_selector.py:JsonSchemaPropertySelector */
export const JsonSchemaPropertySelector = component({
  type: 'JsonSchemaPropertySelector',
  kind: 'propertySelector',
  summary: 'Asks the API only for the properties that the catalog selects, after changing their names back to those that the API knows.',
  example: `
    type: JsonSchemaPropertySelector
    transformations:
      - type: KeysReplace
        old: properties_
        new: ""`,
  fields: () => ({ transformations: optional(slots('transformation')) }),
  build(spec, b) {
    const transformations = b.buildAll('transformation', spec.transformations);
    const schema = b.stream?.selectedSchema;
    return {
      async select() {
        if (schema === undefined) return undefined;
        const { properties } = schema;
        let record: Row = isPlainObject(properties) ? copyJson(properties as JsonObject) : {};
        for (const transformation of transformations) {
          await transformation.ready?.();
          record = transformation.transform(record, { slice: new StreamSlice(), token: undefined }) ?? record;
        }
        return new Set(Object.keys(record));
      },
    };
  },
});
