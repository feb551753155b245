import { component } from '../../engine/component.ts';
import { list, template, text, withDefault } from '../../engine/fields.ts';
import { compileDpath } from '../../lib/dpath.ts';

/** parity: transformations/config_transformations/remove_fields.py:ConfigRemoveFields */
export const ConfigRemoveFields = component({
  type: 'ConfigRemoveFields',
  kind: 'configTransformation',
  summary: 'Removes fields from the config.',
  example: `
    type: ConfigRemoveFields
    field_pointers:
      - [token]
    condition: "{{ 'api_key' in config }}"`,
  fields: () => ({
    field_pointers: list(list(text('A name, an index of a list, or a pattern.'))),
    condition: withDefault(template('config', 'property'), ''),
  }),
  build(spec, b) {
    const paths = spec.field_pointers.map((pointer) => compileDpath(pointer));
    const holds = b.condition(spec.condition);
    return {
      transform(config) {
        if (holds({ config, parameters: {} })) for (const path of paths) path.remove(config);
      },
    };
  },
});
