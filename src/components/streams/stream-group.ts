import { component } from '../../engine/component.ts';
import { slot, slots } from '../../engine/fields.ts';

/** parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._apply_stream_groups */
export const StreamGroup = component({
  type: 'StreamGroup',
  kind: 'streamGroup',
  summary: 'Streams that share something, such as a connection, and therefore are not read at the same time.',
  example: `
    type: StreamGroup
    streams:
      - "#/definitions/contacts"
      - "#/definitions/deals"
    action:
      type: BlockSimultaneousSyncsAction`,
  fields: () => ({
    streams: slots('stream', { types: ['DeclarativeStream'], defaultType: 'DeclarativeStream' }),
    action: slot('data', { types: ['BlockSimultaneousSyncsAction'] }),
  }),
  build(spec, b) {
    b.build('data', spec.action);
    return { streamNames: spec.streams.map(({ name }) => name).filter((name) => typeof name === 'string' && name !== '') as string[] };
  },
});
