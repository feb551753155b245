import { component } from '../../engine/component.ts';
import { object, optional } from '../../engine/fields.ts';

/** parity: schema/inline_schema_loader.py:InlineSchemaLoader */
export const InlineSchemaLoader = component({
  type: 'InlineSchemaLoader',
  kind: 'schemaLoader',
  summary: 'A schema that stands in the manifest.',
  example: `
    type: InlineSchemaLoader
    schema:
      type: object
      properties:
        id:
          type: [integer, "null"]`,
  fields: () => ({
    schema: optional(object()),
  }),
  build: (spec) => ({ load: () => spec.schema ?? {} }),
});
