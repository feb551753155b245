import { component } from '../../engine/component.ts';
import { boolean, list, oneOf, optional, template, withDefault } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';

const CONTEXT = ['config', 'components_values', 'stream_slice', 'stream_template_config'] as const;

/** parity: resolvers/components_resolver.py:ComponentMappingDefinition */
export const ComponentMappingDefinition = component({
  type: 'ComponentMappingDefinition',
  kind: 'data',
  summary: 'A value that goes into each copy of a stream template: where, and what.',
  example: `
    type: ComponentMappingDefinition
    field_path: [retriever, requester, path]
    value: "/tables/{{ components_values['id'] }}"`,
  fields: () => ({
    field_path: list(template(...CONTEXT)),
    value: template(...CONTEXT),
    value_type: optional(oneOf('string', 'number', 'integer', 'boolean')),
    create_or_update: withDefault(boolean(), false),
    condition: optional(template(...CONTEXT)),
  }),
  build: (spec) => spec as JsonObject,
});
