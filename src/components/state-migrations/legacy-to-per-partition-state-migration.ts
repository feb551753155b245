import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { evaluateOf } from '../../engine/evaluate-of.ts';
import type { StateMigration } from '../../engine/kinds.ts';
import type { Json } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** parity: migrations/legacy_to_per_partition_state_migration.py:LegacyToPerPartitionStateMigration */
export const LegacyToPerPartitionStateMigration = component({
  type: 'LegacyToPerPartitionStateMigration',
  kind: 'stateMigration',
  summary: 'Turns a state that holds a cursor for each parent id into one that holds a cursor for each partition.',
  example: `
    type: LegacyToPerPartitionStateMigration`,
  fields: () => ({}),
  build(_spec, b): StateMigration {
    const { field: partitionField, isOnly } = partitionFieldOf(b);
    const cursorField = cursorFieldOf(b);
    const isOldForm = (value: Json): boolean => {
      if (!isPlainObject(value)) return false;
      const keys = Object.keys(value);
      return keys.length === 1 && keys[0] === cursorField;
    };
    return {
      shouldMigrate(state) {
        if (!isOnly || Object.hasOwn(state, 'states')) return false;
        const values = Object.values(state);
        return values.length > 0 && values.every(isOldForm);
      },
      migrate: (state) => ({
        states: Object.entries(state).map(([key, cursor]) => ({ partition: { [partitionField]: key }, cursor })),
      }),
    };
  },
});

/**
 * The key of the stream's partitions, and whether they come from one parent only.
 * parity: parsers/model_to_component_factory.py:create_legacy_to_per_partition_state_migration
 */
function partitionFieldOf(b: Builder): { field: string; isOnly: boolean } {
  const retriever = b.declaration?.['retriever'];
  const router = isPlainObject(retriever) ? retriever['partition_router'] : undefined;
  const declared = isPlainObject(router) ? router['partition_field'] : undefined;
  if (typeof declared === 'string') return { field: evaluate(b, declared), isOnly: true };
  const parents = isPlainObject(router) ? router['parent_stream_configs'] : undefined;
  const first = Array.isArray(parents) ? parents[0] : undefined;
  const field = isPlainObject(first) ? first['partition_field'] : undefined;
  if (typeof field === 'string' && Array.isArray(parents)) return { field: evaluate(b, field), isOnly: parents.length === 1 };
  return b.fail('This migration is for streams whose partitions come from a parent stream or from a UnionPartitionRouter.');
}

function cursorFieldOf(b: Builder): string {
  const sync = b.declaration?.['incremental_sync'];
  const field = isPlainObject(sync) ? sync['cursor_field'] : undefined;
  return typeof field === 'string' ? evaluate(b, field) : b.fail('This migration is for streams with an incremental_sync.');
}

/** With the parameters of the stream, whatever those of the migration are. */
function evaluate(b: Builder, template: string): string {
  return evaluateOf(b, b.declaration ?? {}, template);
}
