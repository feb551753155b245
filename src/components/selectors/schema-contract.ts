import { component } from '../../engine/component.ts';
import { oneOf, withDefault } from '../../engine/fields.ts';
import type { Normalization, Row } from '../../engine/kinds.ts';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { ConfigError } from '../../protocol/failure.ts';

const MODES = ['evolve', 'freeze', 'discard_row', 'discard_value'] as const;

/** parity: dlt/common/schema/schema.py:Schema.apply_schema_contract */
export const SchemaContract = component({
  type: 'SchemaContract',
  kind: 'normalization',
  extension: true,
  summary:
    'Says what is done about fields that the schema of the catalog does not have, and about values of other types than it says: nothing, an error, or the record or the value is left out.',
  example: `
    type: SchemaContract
    columns: freeze
    data_type: discard_row`,
  fields: () => ({ columns: withDefault(oneOf(...MODES), 'evolve'), data_type: withDefault(oneOf(...MODES), 'evolve') }),
  build({ columns, data_type: dataType }, b): Normalization {
    const stream = b.stream?.name ?? '';
    const selected = b.stream?.selectedSchema;
    const known = isPlainObject(selected?.['properties']) ? (selected as JsonObject) : undefined;
    let told = false;

    /** The fields that are known; undefined where nothing says any, which then lets all pass. */
    function fieldsOf(schema: JsonObject): JsonObject | undefined {
      const properties = (known ?? schema)['properties'];
      if (isPlainObject(properties) && Object.keys(properties).length > 0) return properties as JsonObject;
      if (!told) b.run.log.warn(`Stream ${stream}: the catalog names no fields, so the schema contract lets all pass.`);
      told = true;
      return undefined;
    }

    /** Whether the record stays; a value that does not fit is left out where the mode says so. */
    function apply(mode: (typeof MODES)[number], record: Row, name: string, what: string): boolean {
      if (mode === 'freeze') {
        throw new ConfigError(
          `The field "${name}" of the stream "${stream}" ${what}, which its schema contract does not allow. Refresh the schema of the connection, or let the contract evolve.`,
        );
      }
      if (mode === 'discard_value') delete record[name];
      return mode !== 'discard_row';
    }

    return {
      transform(record, schema) {
        const fields = fieldsOf(schema);
        if (fields === undefined) return true;
        for (const [name, value] of Object.entries(record)) {
          const declared = ownProperty(fields, name);
          const fits = declared !== undefined && (value === null || hasType(value, declared));
          if (
            declared === undefined
              ? !apply(columns, record, name, 'is new')
              : !fits && !apply(dataType, record, name, 'has a value of another type')
          )
            return false;
        }
        return true;
      },
    };
  },
});

/** Whether a value is of the type that a field's schema says, as far as it says one. */
function hasType(value: Json, schema: Json): boolean {
  const type = isPlainObject(schema) ? schema['type'] : undefined;
  const types = [type].flat().filter((name): name is string => typeof name === 'string');
  return types.length === 0 || types.some((name) => isOfType(value, name));
}

function isOfType(value: Json, type: string): boolean {
  const plain = value instanceof Float ? value.value : value;
  switch (type) {
    case 'integer':
      return typeof plain === 'bigint' || Number.isInteger(plain);
    case 'number':
      return typeof plain === 'number' || typeof plain === 'bigint';
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isPlainObject(value);
    case 'string':
    case 'boolean':
      return typeof value === type;
    default:
      return false;
  }
}
