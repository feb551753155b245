import { component } from '../../engine/component.ts';
import { list, oneOf, optional, template, text } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: transformations/add_fields.py:AddedFieldDefinition */
export const AddedFieldDefinition = component({
  type: 'AddedFieldDefinition',
  kind: 'data',
  summary: 'A field that AddFields adds: where it goes and what it holds.',
  example: `
    type: AddedFieldDefinition
    path: [account_id]
    value: "{{ stream_partition.account_id }}"
    value_type: string`,
  fields: () => ({
    path: list(text('A name, or a number that is the index of a list.')),
    value: template('config', 'record', 'stream_interval', 'stream_partition', 'stream_slice'),
    value_type: optional(oneOf('string', 'number', 'integer', 'boolean')),
  }),
  build: (spec) => spec as JsonObject,
});
