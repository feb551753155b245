import { streamAvailability } from '../../engine/availability.ts';
import { component } from '../../engine/component.ts';
import { list, object, optional, slots, text } from '../../engine/fields.ts';
import type { Source, Stream } from '../../engine/kinds.ts';
import type { Json } from '../../lib/json.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** The config key by which the platform asks for other streams to be checked. */
const STREAM_NAMES_KEY = '__airbyte_check_stream_names';

/** parity: checks/check_stream.py:CheckStream */
export const CheckStream = component({
  type: 'CheckStream',
  kind: 'check',
  summary: 'Reads the first record of the named streams to see whether the connection works.',
  example: `
    type: CheckStream
    stream_names: [items]`,
  fields: () => ({
    stream_names: optional(list(text())),
    dynamic_streams_check_configs: optional(
      slots('data', { types: ['DynamicStreamCheckConfig'], defaultType: 'DynamicStreamCheckConfig' }),
    ),
    config_overrides: optional(object()),
  }),
  build(spec, b) {
    if (spec.stream_names === undefined && spec.dynamic_streams_check_configs === undefined)
      b.fail('CheckStream needs stream_names or dynamic_streams_check_configs.');
    const names = requestedNames(b.config[STREAM_NAMES_KEY]) ?? spec.stream_names ?? [];
    const templates = b.buildAll('data', spec.dynamic_streams_check_configs, { defaultType: 'DynamicStreamCheckConfig' });

    async function streamsFor(source: Source): Promise<readonly Stream[]> {
      const known = source.staticStreams();
      const enough = templates.length === 0 && names.length > 0 && names.every((name) => known.some((stream) => stream.name === name));
      return enough ? known : source.streams();
    }

    async function checkTemplates(source: Source): Promise<string | undefined> {
      const byTemplate = await source.dynamicStreams();
      for (const { dynamic_stream_name: name, stream_count: count } of templates) {
        const streams = byTemplate.get(String(name));
        if (streams === undefined)
          return `Dynamic stream ${String(name)} is not in the manifest: it has ${[...byTemplate.keys()].join(', ')}.`;
        for (const stream of streams.slice(0, typeof count === 'number' ? count : undefined)) {
          const reason = await streamAvailability(stream, b.run);
          if (reason !== undefined) return `Dynamic stream ${stream.name} is not available: ${reason}`;
        }
      }
      return undefined;
    }

    return {
      overrides: spec.config_overrides,
      async check(source) {
        const streams = await streamsFor(source);
        if (streams.length === 0) return 'The manifest has no streams to connect to.';
        for (const name of names) {
          const stream = streams.findLast((candidate) => candidate.name === name);
          if (stream === undefined) {
            throw new ConfigError(
              `${b.path}.stream_names: there is no stream "${name}"; the manifest has ${streams.map((known) => known.name).join(', ')}.`,
            );
          }
          const reason = await streamAvailability(stream, b.run);
          if (reason !== undefined) return `Stream ${name} is not available: ${reason}`;
        }
        return checkTemplates(source);
      },
    };
  },
});

function requestedNames(value: Json | undefined): string[] | undefined {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return undefined;
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string'))
    throw new ConfigError(`${STREAM_NAMES_KEY} must be a list of stream names.`);
  return value;
}
