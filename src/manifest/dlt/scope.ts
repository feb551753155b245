import type { JsonObject } from '../../lib/json.ts';
import { compileJsonPath, JsonPathError } from '../../lib/json-path.ts';
import type { Incremental } from './incremental.ts';
import { type Place, refuse } from './places.ts';
import type { Resource } from './resources.ts';
import { quoted } from './templates.ts';
import type { Resolve } from './texts.ts';

/** What the placeholders of a resource may read: fields of one parent, and the values of its incremental. */
export interface Scope {
  /** For placeholders in parameters, headers and bodies. */
  readonly resolve: Resolve;
  /** The expression for a field of a parent; the first one that is asked for names the partitions. */
  parentField(parent: string, field: string, place: Place): string;
  /** The partition router that gives the parent's fields; undefined for a resource without a parent. */
  router(): JsonObject | undefined;
  readonly parent: string | undefined;
}

interface Field {
  readonly keys: readonly string[];
  readonly place: Place;
}

/** Names that templates use for something else. */
const RESERVED = new Set(['config', 'parameters', 'stream_slice', 'stream_interval', 'stream_partition', 'next_page_token']);

/** What the borders of what is read are called beside `incremental.start_value` and `incremental.end_value`. */
const BORDERS: Readonly<Record<string, string>> = { start_time: 'start_value', end_time: 'end_value' };

/** A scope in which the given resources can be parents; `reference` gives what their streams are referred to by. */
export function createScope(
  resource: Resource,
  all: readonly Resource[],
  reference: (name: string) => string,
  incremental: Incremental | undefined,
): Scope {
  const fields = new Map<string, Field>();
  let parent: string | undefined;
  let partitionField = '';

  function parentField(name: string, field: string, place: Place): string {
    if (!all.some((other) => other.name === name))
      refuse(place, `There is no resource "${name}".`, `There are ${all.map((other) => other.name).join(', ')}.`);
    if (name === resource.name) refuse(place, 'A resource cannot depend on itself.');
    if (parent !== undefined && parent !== name)
      refuse(place, `"${resource.name}" depends on "${parent}" already: a resource has one parent.`);
    parent = name;
    if (!fields.has(field)) fields.set(field, { keys: keysOf(field, place), place });
    const [first] = fields.keys();
    if (first === field) {
      partitionField = `${name}_${field}`.replace(/[^A-Za-z0-9_]+/g, '_');
      return `stream_partition[${quoted(partitionField)}]`;
    }
    const { keys } = fields.get(field) as Field;
    if (RESERVED.has(keys.join('.'))) refuse(place, `The field "${field}" cannot be read here, since templates use its name.`);
    return `stream_slice.extra_fields[${quoted(keys.join('.'))}]`;
  }

  return {
    parentField,
    resolve(name, place) {
      const [context, ...rest] = name.split('.');
      if (context === 'resources') {
        const [parentName, ...field] = rest;
        if (parentName === undefined || field.length === 0)
          return refuse(place, `"{${name}}" must have the form {resources.<resource>.<field>}.`);
        return parentField(parentName, field.join('.'), place);
      }
      if (context === 'incremental') return incrementalValue(name, rest.join('.'), place);
      const border = rest.length === 0 ? BORDERS[name] : undefined;
      return border !== undefined && incremental !== undefined ? incrementalValue(name, border, place) : undefined;
    },
    get parent() {
      return parent;
    },
    router() {
      if (parent === undefined) return undefined;
      const [key, ...extras] = [...fields.values()].map(({ keys }) => [...keys]);
      return {
        type: 'SubstreamPartitionRouter',
        parent_stream_configs: [
          {
            type: 'ParentStreamConfig',
            stream: reference(parent),
            parent_key: (key ?? []).join('/'),
            partition_field: partitionField,
            is_required: true,
            ...(extras.length === 0 ? {} : { extra_fields: extras }),
          },
        ],
      };
    },
  };

  function incrementalValue(name: string, attribute: string, place: Place): string {
    if (incremental === undefined) return refuse(place, `"{${name}}" needs an "incremental" of the endpoint.`);
    const { values } = incremental;
    const value = Object.hasOwn(values, attribute) ? values[attribute] : undefined;
    return value ?? refuse(place, `There is no "{${name}}".`, `There are ${Object.keys(values).join(', ')}.`);
  }
}

/** The keys that lead to a field of a record. */
function keysOf(field: string, place: Place): string[] {
  try {
    const { keys } = compileJsonPath(field);
    if (keys !== undefined && keys.length > 0 && keys.every((key) => !String(key).includes('/'))) return keys.map(String);
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
  }
  return refuse(place, `"${field}" does not lead to one field of a record.`);
}
