import { component } from '../../engine/component.ts';
import { either, optional, slot, text } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: schema/dynamic_schema_loader.py:ComplexFieldType */
export const ComplexFieldType = component({
  type: 'ComplexFieldType',
  kind: 'data',
  summary: 'A type with items of a type.',
  example: `
    type: ComplexFieldType
    field_type: array
    items:
      type: ComplexFieldType
      field_type: array
      items: integer`,
  fields: () => ({
    field_type: text(),
    items: optional(either(text(), slot('data', { types: ['ComplexFieldType'], defaultType: 'ComplexFieldType' }))),
  }),
  build({ field_type, items }, b): JsonObject {
    if (items !== undefined && items !== '' && field_type !== 'array') b.fail('Only an array has items.', 'items');
    if (items === undefined || items === '') return { field_type };
    return { field_type, items: typeof items === 'string' ? items : b.build('data', items, { defaultType: 'ComplexFieldType' }) };
  },
});
