import { component } from '../../engine/component.ts';
import { either, slot, slots } from '../../engine/fields.ts';
import type { FilledIn } from '../../engine/kinds.ts';
import { PythonError, type Value } from '../../lang/index.ts';
import { makeTuple } from '../../lang/values.ts';
import { compileDpath } from '../../lib/dpath.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';
import { ManifestError } from '../../manifest/errors.ts';
import { ConfigError } from '../../protocol/failure.ts';
import { compileMappings } from './component-mappings.ts';

const CONFIG_TYPE = { types: ['StreamConfig'], defaultType: 'StreamConfig' } as const;

/** parity: resolvers/config_components_resolver.py:ConfigComponentsResolver */
export const ConfigComponentsResolver = component({
  type: 'ConfigComponentsResolver',
  kind: 'componentsResolver',
  summary: 'Fills a stream template in once for each of the values that the config holds, or each combination of several lists of them.',
  example: `
    type: ConfigComponentsResolver
    stream_config:
      type: StreamConfig
      configs_pointer: [tables]
    components_mapping:
      - type: ComponentMappingDefinition
        field_path: [name]
        value: "{{ components_values['name'] }}"`,
  fields: () => ({
    stream_config: either(slots('data', CONFIG_TYPE), slot('data', CONFIG_TYPE)),
    components_mapping: slots('data', { types: ['ComponentMappingDefinition'], defaultType: 'ComponentMappingDefinition' }),
  }),
  build(spec, b) {
    const configs = b.buildAll('data', [spec.stream_config].flat(), CONFIG_TYPE);
    const fill = compileMappings(b, spec.components_mapping, {
      yaml: 'unless-text',
      keeps: 'all',
      creates: true,
      conditions: true,
      variables: [],
    });
    return {
      fromConfig: true,
      async resolve(template) {
        const streams: FilledIn[] = [];
        for (const combination of combinations(configs.map((config) => itemsIn(b.config, config)))) {
          const origin = combination.map((item) => item.origin).join(' and ');
          streams.push({ stream: await tellOf(origin, fill(template, { values: mergeItems(combination) })), origin });
        }
        return streams;
      },
    };
  },
});

/** A value that streams are made of, with its place among the others of its list, and where it stands. */
interface Item {
  readonly index: number;
  readonly value: Json;
  readonly origin: string;
}

/** What the config holds at a pointer, as a list, and the default values after it. */
function itemsIn(config: JsonObject, { configs_pointer: pointer, default_values: added }: JsonObject): Item[] {
  const found = compileDpath(pointer as Json[]).get(config) ?? [];
  const place = (pointer as Json[]).join('.');
  const own = Array.isArray(found)
    ? found.map((value, index) => ({ value, origin: `${place}[${index}] in the config` }))
    : [{ value: found, origin: `${place} in the config` }];
  const defaults = (added as Json[]).map((value, index) => ({ value, origin: `default_values[${index}] of the manifest` }));
  return [...own, ...defaults].map((item, index) => ({ ...item, index }));
}

/** Says of an error what the stream was to be made of. */
async function tellOf<T>(origin: string, made: Promise<T>): Promise<T> {
  try {
    return await made;
  } catch (error) {
    if (error instanceof ManifestError) throw error.madeOf(origin);
    if (!(error instanceof PythonError)) throw error;
    throw new ConfigError(`No stream can be made of ${origin}. ${error.message}`, { cause: error });
  }
}

function* combinations<T>(lists: readonly (readonly T[])[]): Generator<T[]> {
  const [first, ...others] = lists;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const item of first) for (const rest of combinations(others)) yield [item, ...rest];
}

/** One object of the items of a combination; an item that is no object stands in it with its index, under a name of its own. */
function mergeItems(combination: readonly Item[]): Value {
  const merged: { [name: string]: Value } = {};
  combination.forEach(({ index, value: item }, place) => {
    if (isPlainObject(item)) for (const [name, value] of Object.entries(item)) setOwnProperty(merged, name, value as Value);
    else merged[`source_config_${place}`] ??= makeTuple(index, item as Value);
  });
  return merged;
}
