import { component } from '../../engine/component.ts';

/** parity: models/declarative_component_schema.py:BlockSimultaneousSyncsAction */
export const BlockSimultaneousSyncsAction = component({
  type: 'BlockSimultaneousSyncsAction',
  kind: 'data',
  summary: 'Lets the streams of a group be read one after the other only.',
  example: `
    type: BlockSimultaneousSyncsAction`,
  fields: () => ({}),
  build: () => ({}),
});
