import { component } from '../../engine/component.ts';
import { list, object, optional, template } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import type { Json, JsonObject } from '../../lib/json.ts';

/** parity: resolvers/config_components_resolver.py:StreamConfig */
export const StreamConfig = component({
  type: 'StreamConfig',
  kind: 'data',
  summary: 'Where in the config the values for a stream template stand.',
  example: `
    type: StreamConfig
    configs_pointer: [tables]
    default_values:
      - name: customers`,
  fields: () => ({
    configs_pointer: list(template('parameters')),
    default_values: optional(list(object())),
  }),
  build(spec, b): JsonObject {
    const context = b.context();
    return {
      configs_pointer: spec.configs_pointer.map((segment): Json => jsonValue(b.string(segment).evaluate(context))),
      default_values: spec.default_values ?? [],
    };
  },
});
