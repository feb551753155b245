import type { Builder } from '../../engine/builder.ts';
import type { Slot } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import type { MutableContext } from '../../engine/kinds.ts';
import { compileTyped, type ValueType } from '../../engine/typed-value.ts';
import { type Context, PythonError, str, truth, type Value } from '../../lang/index.ts';
import { compileDpath, compileSetter, isContainer } from '../../lib/dpath.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { copyJson } from '../../lib/json-copy.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { ManifestError } from '../../manifest/errors.ts';
import { readYaml } from '../../manifest/yaml.ts';

/** What a resolver does beyond putting values where the template has some already. */
export interface MappingRules {
  /** Whether texts are read as YAML: never, always, or unless the mapping asks for text. */
  readonly yaml: 'never' | 'always' | 'unless-text';
  /** The texts that stay as they are, whatever they read as: those of the config, and those that fill the template in as well. */
  readonly keeps: 'none' | 'config' | 'all';
  /** Whether a mapping may create what the template lacks. */
  readonly creates: boolean;
  /** Whether a mapping may have a condition. */
  readonly conditions: boolean;
  /** Variables beside those of every mapping. */
  readonly variables: readonly 'stream_slice'[];
}

/** Values to fill a template with, and the slice that they were read in when they come from an API. */
export interface Filling {
  readonly values: Value;
  readonly slice?: Value;
}

interface Mapping {
  readonly apply: (stream: JsonObject, filling: Filling, template: JsonObject) => Promise<void>;
}

/** Compiles mappings to a function that fills a copy of a template in. */
export function compileMappings(
  b: Builder,
  specs: readonly Slot<'data'>[],
  rules: MappingRules,
): (template: JsonObject, filling: Filling) => Promise<JsonObject> {
  const definitions = b.buildAll('data', specs, { defaultType: 'ComponentMappingDefinition' });
  const mappings = definitions.map((definition, index) => compileMapping(b, definition, rules, `components_mapping[${index}]`));
  return async (template, filling) => {
    const stream = copyJson(template);
    for (const { apply } of mappings) await apply(stream, filling, template);
    return stream;
  };
}

function compileMapping(b: Builder, definition: JsonObject, rules: MappingRules, place: string): Mapping {
  const condition = definition['condition'] as string | undefined;
  if (condition && !rules.conditions)
    b.fail('A condition is only possible in mappings of a ConfigComponentsResolver.', `${place}.condition`);
  const holds = b.condition(condition);
  const valueType = definition['value_type'] as ValueType | undefined;
  const evaluate = compileTyped(b, definition['value'] as string, valueType);
  const segments = (definition['field_path'] as string[]).map((segment) => b.string(segment));
  const own = definition['$parameters'];
  const parameters = isPlainObject(own) ? (own as JsonObject) : {};
  const readsYaml = rules.yaml === 'always' || (rules.yaml === 'unless-text' && valueType !== 'string');
  const given = valueType === undefined ? givenText(b, definition['value'] as string, rules) : undefined;

  return {
    async apply(stream, filling, template) {
      const shared = contextOf(b, rules, filling, template);
      if (!holds(shared)) return;
      const context: Context = { ...shared, parameters };
      const path = segments.map((segment) => segment.evaluate(context));
      const place = compileDpath(path);
      // What is to be a list or an object may be given as a text that reads as one.
      const text = isContainer(place.values(stream)[0] ?? null) ? undefined : given?.(context);
      const evaluated = text ?? jsonValue(evaluate(context));
      const value = text === undefined && readsYaml && typeof evaluated === 'string' ? await yamlValue(evaluated) : evaluated;
      const replaced = place.replace(stream, value);
      if (replaced > 0 || !rules.creates || definition['create_or_update'] !== true || !truth(value as Value)) return;
      if (path.length === 0) b.fail('The field_path is empty.', `${place}.field_path`);
      compileSetter(path.map(str))(stream, value);
    },
  };
}

/** The text of the config that an expression gives, which stays as the user wrote it; undefined for any other value. */
function givenText(b: Builder, text: string, { keeps }: MappingRules): ((context: Context) => string | undefined) | undefined {
  const template = b.template(text);
  if (keeps === 'none' || template.constant) return undefined;
  const valueIn = (context: Context): Value => {
    try {
      return template.exact(context);
    } catch (error) {
      // The usual evaluation tells of it, or makes something of it.
      if (error instanceof PythonError) return null;
      throw error;
    }
  };
  return (context) => {
    const value = valueIn(context);
    if (typeof value !== 'string') return undefined;
    const isGiven = holds(context['config'] ?? null, value) || (keeps === 'all' && holds(context['components_values'] ?? null, value));
    return isGiven ? value : undefined;
  };
}

/** Whether a text is one of the values in another value, however deep. */
function holds(place: Value, text: string): boolean {
  if (typeof place !== 'object' || place === null) return place === text;
  return Object.values(place).some((item) => holds(item as Value, text));
}

function contextOf(b: Builder, { variables }: MappingRules, { values, slice }: Filling, template: JsonObject): MutableContext {
  const context = b.context('components_values', 'stream_template_config', ...variables);
  context['components_values'] = values;
  context['stream_template_config'] = template as Value;
  if (variables.includes('stream_slice')) context['stream_slice'] = slice ?? null;
  return context;
}

/** What a text stands for as YAML; the text itself when it is none, such as a template or a date format. */
// parity: resolvers/config_components_resolver.py:ConfigComponentsResolver._parse_yaml_if_possible
async function yamlValue(text: string): Promise<Json> {
  try {
    const { value } = await readYaml(text, 'components_mapping');
    return value ?? null;
  } catch (error) {
    if (error instanceof ManifestError) return text;
    throw error;
  }
}
