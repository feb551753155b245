import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomSchemaLoader = component(
  customComponent({
    type: 'CustomSchemaLoader',
    kind: 'schemaLoader',
    summary: 'Gives the JSON schema of the stream, by code of its own.',
    contract: 'SchemaLoader',
    calls: { load: { waits: true } },
    members: ['load()'],
  }),
);
