import { component } from '../../engine/component.ts';
import { either, list, object, template } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import { compileMapping } from '../../engine/mappings.ts';
import { type Context, str, type Value } from '../../lang/index.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../../lib/objects.ts';

/** parity: transformations/config_transformations/remap_field.py:ConfigRemapField */
export const ConfigRemapField = component({
  type: 'ConfigRemapField',
  kind: 'configTransformation',
  summary: 'Puts another value in the place of a text of the config, by a list of old and new values.',
  example: `
    type: ConfigRemapField
    field_path: [credentials, auth_type]
    map:
      oauth: oauth2.0
      token: api_key`,
  fields: () => ({
    map: either(object(), template('config')),
    field_path: list(template('config')),
  }),
  build(spec, b) {
    const { map } = spec;
    if (spec.field_path.length === 0) b.fail('The field_path is empty.', 'field_path');
    const path = spec.field_path.map((segment) => b.string(segment));
    const evaluateMap = typeof map === 'string' ? undefined : compileMapping(b, map, { textOnly: false, keepNulls: true });
    return {
      transform(config) {
        if (evaluateMap === undefined) return b.fail('A map must be an object, not text.', 'map');
        const context: Context = { config, parameters: {} };
        const names = path.map((segment) => segment.evaluate(context));
        const holder = holderOf(config, names.slice(0, -1));
        const name = nameOf(names.at(-1) as Value);
        const present = holder === undefined || name === undefined ? undefined : ownProperty(holder, name);
        if (holder === undefined || name === undefined || typeof present !== 'string') return;
        const mapped = ownProperty(evaluateMap(context) as { [name: string]: Value }, present);
        if (mapped !== undefined) setOwnProperty(holder, name, jsonValue(mapped));
      },
    };
  },
});

/** The object that a path of names leads to; undefined when there is none. */
function holderOf(config: JsonObject, names: readonly Value[]): JsonObject | undefined {
  let current = config;
  for (const segment of names) {
    const name = nameOf(segment);
    const next: Json | undefined = name === undefined ? undefined : ownProperty(current, name);
    if (!isPlainObject(next)) return undefined;
    current = next as JsonObject;
  }
  return current;
}

/** The name that a segment stands for; undefined for what is no text, as no key of a config is. */
function nameOf(segment: Value): string | undefined {
  return typeof segment === 'string' ? str(segment) : undefined;
}
