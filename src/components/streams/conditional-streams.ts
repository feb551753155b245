import { component } from '../../engine/component.ts';
import { slots, template } from '../../engine/fields.ts';

/** parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._stream_configs */
export const ConditionalStreams = component({
  type: 'ConditionalStreams',
  kind: 'streamSource',
  summary: 'Streams that the connector has only when a condition on its config holds.',
  example: `
    type: ConditionalStreams
    condition: "{{ config['with_archive'] }}"
    streams:
      - "#/definitions/archive"`,
  fields: () => ({
    condition: template('config', 'parameters'),
    streams: slots('stream', { types: ['DeclarativeStream'], defaultType: 'DeclarativeStream' }),
  }),
  build(spec, b) {
    const holds = b.condition(spec.condition);
    return {
      declarations() {
        if (!holds({ ...b.context(), parameters: {} })) return [];
        return spec.streams.map((stream, index) => ({ spec: stream, path: `${b.path}.streams[${index}]` }));
      },
    };
  },
});
