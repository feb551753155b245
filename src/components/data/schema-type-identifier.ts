import { component } from '../../engine/component.ts';
import { list, optional, slots, template, withDefault } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: schema/dynamic_schema_loader.py:SchemaTypeIdentifier */
export const SchemaTypeIdentifier = component({
  type: 'SchemaTypeIdentifier',
  kind: 'data',
  summary: 'Where DynamicSchemaLoader finds the fields in what an API says of them, and their names and types.',
  example: `
    type: SchemaTypeIdentifier
    schema_pointer: [fields]
    key_pointer: [name]
    type_pointer: [type]
    types_mapping:
      - type: TypesMap
        current_type: singleLineText
        target_type: string`,
  fields: () => ({
    schema_pointer: withDefault(list(template('config')), []),
    key_pointer: list(template('config')),
    type_pointer: optional(list(template('config'))),
    types_mapping: optional(slots('data', { types: ['TypesMap'], defaultType: 'TypesMap' })),
  }),
  build(spec, b): JsonObject {
    const context = b.context();
    const evaluate = (path: readonly string[]) => path.map((segment) => b.string(segment).evaluate(context)) as JsonObject[string];
    return {
      schema_pointer: evaluate(spec.schema_pointer),
      key_pointer: evaluate(spec.key_pointer),
      type_pointer: evaluate(spec.type_pointer ?? []),
      types_mapping: b.buildAll('data', spec.types_mapping, { defaultType: 'TypesMap' }),
    };
  },
});
