import type { Builder } from '../../engine/builder.ts';
import { coerceScalars } from '../../engine/coercion.ts';
import { component } from '../../engine/component.ts';
import { boolean, optional, slot, text, withDefault } from '../../engine/fields.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { defaultTypes } from '../../manifest/default-types.ts';
import { ManifestError } from '../../manifest/errors.ts';
import { propagateParameters } from '../../manifest/parameters.ts';
import { cacheResolverRequests } from '../../manifest/request-caching.ts';

/** parity: concurrent_declarative_source.py:ConcurrentDeclarativeSource._dynamic_stream_configs */
export const DynamicDeclarativeStream = component({
  type: 'DynamicDeclarativeStream',
  kind: 'streamTemplate',
  summary: 'A template that becomes one stream for each set of values that its resolver finds.',
  example: `
    type: DynamicDeclarativeStream
    name: tables
    stream_template:
      type: DeclarativeStream
      name: filled in
      retriever:
        type: SimpleRetriever
        requester:
          type: HttpRequester
          url: filled in
        record_selector:
          type: RecordSelector
          extractor:
            type: DpathExtractor
            field_path: []
    components_resolver:
      type: ConfigComponentsResolver
      stream_config:
        type: StreamConfig
        configs_pointer: [tables]
      components_mapping:
        - type: ComponentMappingDefinition
          field_path: [name]
          value: "{{ components_values['name'] }}"
        - type: ComponentMappingDefinition
          field_path: [retriever, requester, url]
          value: "https://api.example.com/v1/{{ components_values['name'] }}"`,
  fields: () => ({
    name: optional(text(), ''),
    stream_template: slot('stream', { types: ['DeclarativeStream', 'StateDelegatingStream'], defaultType: 'DeclarativeStream' }),
    components_resolver: slot('componentsResolver'),
    use_parent_parameters: withDefault(boolean(), true),
  }),
  build(spec, b) {
    const resolver = b.build('componentsResolver', cacheResolverRequests(spec.components_resolver) as typeof spec.components_resolver, {
      declaration: spec as JsonObject,
      path: `${b.path}.components_resolver`,
    });
    const path = `${b.path}.stream_template`;
    return {
      name: spec.name,
      fromConfig: resolver.fromConfig,
      async fill() {
        const filled = await resolver.resolve(spec.stream_template);
        return filled.map(({ stream, origin }) => {
          const complete = propagateParameters(stream, defaultTypes, { outerWins: spec.use_parent_parameters });
          const { name } = complete;
          if (typeof name !== 'string') throw nameless(b, name, origin);
          return { spec: coerceScalars({ type: 'DeclarativeStream', ...complete }, b.registry), path, fromApi: resolver.fromApi, origin };
        });
      },
    };
  },
});

function nameless({ path }: Builder, name: Json | undefined, origin: string | undefined): ManifestError {
  const error = new ManifestError({
    code: 'component',
    path: `${path}.components_resolver`,
    message: `The name of a stream must be text, not ${JSON.stringify(name) ?? 'left out'}; value_type: string keeps it text.`,
  });
  return origin === undefined ? error : error.madeOf(origin);
}
