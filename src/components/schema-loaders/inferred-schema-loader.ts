import { component } from '../../engine/component.ts';
import { bounded, integer, object, optional, withDefault } from '../../engine/fields.ts';
import type { SchemaLoader } from '../../engine/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import { fieldSchemas } from './field-types.ts';

const SCHEMA = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', additionalProperties: true };

/** parity: dlt/common/schema/schema.py:Schema.coerce_row */
export const InferredSchemaLoader = component({
  type: 'InferredSchemaLoader',
  kind: 'schemaLoader',
  extension: true,
  summary:
    'Tells the fields of a stream by its first records when the catalog is asked for, but for those that are declared; a read makes no request for it.',
  example: `
    type: InferredSchemaLoader
    properties:
      id: {type: integer}`,
  fields: () => ({
    properties: optional(object()),
    sample_size: withDefault(bounded(integer(), { minimum: 1 }), 100),
  }),
  build({ properties = {}, sample_size: size }): SchemaLoader {
    return {
      load: () => ({ ...SCHEMA, properties }),
      sample: {
        size,
        complete: (schema, records) => ({
          ...schema,
          properties: { ...fieldSchemas(records), ...(schema['properties'] as JsonObject) },
        }),
      },
    };
  },
});
