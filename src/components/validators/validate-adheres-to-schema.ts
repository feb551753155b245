import { component } from '../../engine/component.ts';
import { either, object, template } from '../../engine/fields.ts';
import { schemaProblems } from '../../engine/json-schema.ts';
import type { Json } from '../../lib/json.ts';
import { parseLenientJson } from '../../lib/lenient-json.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** parity: validators/validate_adheres_to_schema.py:ValidateAdheresToSchema */
export const ValidateAdheresToSchema = component({
  type: 'ValidateAdheresToSchema',
  kind: 'validationStrategy',
  summary: 'Refuses values that do not fit a JSON Schema; texts are read as JSON first.',
  example: `
    type: ValidateAdheresToSchema
    base_schema:
      type: array
      items:
        type: integer`,
  fields: () => ({ base_schema: either(template('config'), object()) }),
  build(spec, b) {
    return {
      async validate(value) {
        const schema = typeof spec.base_schema === 'string' ? parseLenientJson(spec.base_schema) : spec.base_schema;
        if (schema === undefined) return b.fail('The base_schema must be an object, or a text that holds one as JSON.', 'base_schema');
        const problems = await schemaProblems(typeof value === 'string' ? parseValue(value) : value, schema);
        if (problems.length > 0)
          throw new ConfigError(`The config holds a value that cannot be used: ${problems.join('; ')}.`, { internalMessage: b.path });
      },
    };
  },
});

function parseValue(value: string): Json {
  const parsed = parseLenientJson(value);
  if (parsed === undefined) throw new ConfigError('The config holds a text that must be JSON and is none.');
  return parsed;
}
