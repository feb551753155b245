import { component } from '../../engine/component.ts';
import { customComponent } from '../../engine/custom-component.ts';

/** parity: parsers/model_to_component_factory.py:create_custom_component */
export const CustomPartitionRouter = component(
  customComponent({
    type: 'CustomPartitionRouter',
    kind: 'partitionRouter',
    summary: 'Gives the slices that the stream is read by, by code of its own.',
    contract: 'PartitionRouter',
    calls: { openParents: { waits: true } },
    members: ['slices()'],
    defaults: { contribute() {} },
  }),
);
