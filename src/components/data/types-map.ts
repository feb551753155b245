import { component } from '../../engine/component.ts';
import { either, list, optional, slot, template, text } from '../../engine/fields.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** parity: schema/dynamic_schema_loader.py:TypesMap */
export const TypesMap = component({
  type: 'TypesMap',
  kind: 'data',
  summary: "Which type of Airbyte's stands for a type of the API's in DynamicSchemaLoader.",
  example: `
    type: TypesMap
    current_type: multipleSelects
    target_type:
      type: ComplexFieldType
      field_type: array
      items: string`,
  fields: () => ({
    target_type: either(either(text(), list(text())), slot('data', { types: ['ComplexFieldType'], defaultType: 'ComplexFieldType' })),
    current_type: either(text(), list(text())),
    condition: optional(template('raw_schema')),
  }),
  build: (spec, b): JsonObject => ({
    target_type: isPlainObject(spec.target_type)
      ? b.build('data', spec.target_type, { defaultType: 'ComplexFieldType' })
      : (spec.target_type as Json),
    current_type: spec.current_type,
    condition: spec.condition ?? 'True',
  }),
});
