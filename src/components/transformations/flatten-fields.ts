import { component } from '../../engine/component.ts';
import { boolean, withDefault } from '../../engine/fields.ts';
import type { Transformation } from '../../engine/kinds.ts';
import { isList, type Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';

/** parity: transformations/flatten_fields.py:FlattenFields */
export const FlattenFields = component({
  type: 'FlattenFields',
  kind: 'transformation',
  summary:
    'Brings nested values to the top of the record; a name that is taken is prefixed with its parent, items of lists with their index.',
  example: `
    type: FlattenFields
    flatten_lists: false`,
  fields: () => ({
    flatten_lists: withDefault(boolean(), true),
  }),
  build: (spec): Transformation => ({
    reads: 'all',
    transform: (record) => flatten(record, spec.flatten_lists),
  }),
});

/** Whether the value is a list; a tuple, which a template made, stays whole. */
function isJsonList(value: Json): value is Json[] {
  return isList(value as Value);
}

/** Values are taken from a stack, so the last field comes first; after the first list every name carries its parent. */
function flatten(record: JsonObject, flattenLists: boolean): JsonObject {
  const flat: JsonObject = {};
  const stack: { value: Json; name: string }[] = [{ value: record, name: '_' }];
  let withParent = false;
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { value, name } = top;
    if (isPlainObject(value)) {
      for (const [key, item] of Object.entries(value as JsonObject)) {
        stack.push({ value: item, name: withParent || Object.hasOwn(flat, key) ? `${name}.${key}` : key });
      }
    } else if (isJsonList(value) && flattenLists) {
      withParent ||= value.length > 0;
      value.forEach((item, index) => {
        stack.push({ value: item, name: `${name}.${index}` });
      });
    } else {
      setOwnProperty(flat, name, value);
    }
  }
  return flat;
}
