import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { describe, slots, template, withDefault } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import { compileTyped, type ValueType } from '../../engine/typed-value.ts';
import type { Value } from '../../lang/index.ts';
import { compileSetter } from '../../lib/dpath.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** parity: transformations/config_transformations/add_fields.py:ConfigAddFields */
export const ConfigAddFields = component({
  type: 'ConfigAddFields',
  kind: 'configTransformation',
  summary: 'Adds fields to the config, or overwrites those that are there.',
  example: `
    type: ConfigAddFields
    fields:
      - type: AddedFieldDefinition
        path: [credentials, auth_type]
        value: api_key
    condition: "{{ 'api_key' in config }}"`,
  fields: () => ({
    fields: slots('data', { types: ['AddedFieldDefinition'], defaultType: 'AddedFieldDefinition' }),
    condition: describe(withDefault(template('config', 'property'), ''), { alsoReads: ['value', 'path'] }),
  }),
  build(spec, b) {
    const definitions = b.buildAll('data', spec.fields, { defaultType: 'AddedFieldDefinition' });
    const fields = definitions.map((definition, index) => compileField(b, definition, `fields[${index}].path`));
    const holds = spec.condition === '' ? undefined : b.condition(spec.condition);
    return {
      transform(config) {
        for (const { path, evaluate, set } of fields) {
          const value = evaluate(config);
          if (holds === undefined || holds({ config, parameters: {}, value, path: path as Value })) set(config, jsonValue(value));
        }
      },
    };
  },
});

function compileField(b: Builder, definition: JsonObject, place: string) {
  const path = definition['path'] as string[];
  if (path.length === 0) b.fail('ConfigAddFields needs a path with at least one name.', place);
  const own = definition['$parameters'];
  const parameters = isPlainObject(own) ? (own as JsonObject) : {};
  const evaluate = compileTyped(b, definition['value'] as string, definition['value_type'] as ValueType | undefined);
  return { path, set: compileSetter(path), evaluate: (config: JsonObject) => evaluate({ config, parameters }) };
}
