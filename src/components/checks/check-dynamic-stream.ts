import { streamAvailability } from '../../engine/availability.ts';
import { component } from '../../engine/component.ts';
import { boolean, integer, object, optional, withDefault } from '../../engine/fields.ts';

/** parity: checks/check_dynamic_stream.py:CheckDynamicStream */
export const CheckDynamicStream = component({
  type: 'CheckDynamicStream',
  kind: 'check',
  summary: 'Reads the first record of the first few streams to see whether the connection works, or just whether there are streams.',
  example: `
    type: CheckDynamicStream
    stream_count: 1`,
  fields: () => ({
    stream_count: integer(),
    use_check_availability: withDefault(boolean(), true),
    config_overrides: optional(object()),
  }),
  build(spec, b) {
    return {
      overrides: spec.config_overrides,
      async check(source) {
        const streams = await source.streams();
        if (streams.length === 0) return 'The connector has no streams to connect to.';
        if (!spec.use_check_availability) return undefined;
        for (const stream of streams.slice(0, spec.stream_count)) {
          const reason = await streamAvailability(stream, b.run);
          if (reason !== undefined) return `Stream ${stream.name} is not available: ${reason}`;
        }
        return undefined;
      },
    };
  },
});
