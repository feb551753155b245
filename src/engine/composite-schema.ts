import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { SchemaLoader } from './kinds.ts';

/**
 * Joins the properties of several schemas; of properties in more than one, the first schema that has it holds.
 * parity: schema/composite_schema_loader.py:CompositeSchemaLoader
 */
export function compositeSchema(loaders: readonly SchemaLoader[]): SchemaLoader {
  return {
    async load() {
      const properties: JsonObject = {};
      for (const loader of loaders) {
        const schema = await loader.load();
        if (isPlainObject(schema['properties']))
          for (const [name, property] of Object.entries(schema['properties'])) properties[name] ??= property as Json;
      }
      return { $schema: 'http://json-schema.org/draft-07/schema#', type: ['null', 'object'], properties };
    },
  };
}
