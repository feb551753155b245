import { describe, expect, it } from 'vitest';
import type { StateMigration } from '../../engine/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const PARENT = { type: 'ParentStreamConfig', partition_field: "{{ config['key'] }}" };

function build(router: JsonObject, sync: JsonObject = { cursor_field: 'at' }): StateMigration {
  const declaration: JsonObject = { retriever: { type: 'SimpleRetriever', partition_router: router }, incremental_sync: sync };
  return buildFromYaml('stateMigration', { type: 'LegacyToPerPartitionStateMigration' }, { config: { key: 'pid' }, declaration });
}

const one = (): StateMigration => build({ type: 'SubstreamPartitionRouter', parent_stream_configs: [PARENT] });

describe('LegacyToPerPartitionStateMigration', () => {
  it('makes a partition of each key', () => {
    expect(one().migrate({ 12: { at: 'x' }, a: { at: 'y' } })).toEqual({
      states: [
        { partition: { pid: '12' }, cursor: { at: 'x' } },
        { partition: { pid: 'a' }, cursor: { at: 'y' } },
      ],
    });
  });

  it.each<[JsonObject, boolean]>([
    [{ a: { at: 'x' } }, true],
    [{}, false],
    [{ states: [] }, false],
    [{ at: 'x' }, false],
    [{ a: { at: 'x' }, b: { other: 'x' } }, false],
    [{ a: { at: 'x', more: 1 } }, false],
  ])('of %j is needed: %s', (state, expected) => {
    expect(one().shouldMigrate(state)).toBe(expected);
  });

  it('is for one parent, or a union', () => {
    const several = build({ type: 'SubstreamPartitionRouter', parent_stream_configs: [PARENT, PARENT] });
    expect(several.shouldMigrate({ a: { at: 'x' } })).toBe(false);
    expect(build({ type: 'UnionPartitionRouter', partition_field: 'u' }).migrate({ a: { at: 'x' } })).toEqual({
      states: [{ partition: { u: 'a' }, cursor: { at: 'x' } }],
    });
  });

  it('takes the parameters of the stream', () => {
    const declaration: JsonObject = {
      $parameters: { pf: 'shop', by: 'sold' },
      retriever: { partition_router: { partition_field: "{{ parameters['pf'] }}" } },
      incremental_sync: { cursor_field: "{{ parameters['by'] }}" },
    };
    const own = { type: 'LegacyToPerPartitionStateMigration', $parameters: { pf: 'other', by: 'other' } };
    const migration = buildFromYaml('stateMigration', own, { declaration });
    expect(migration.shouldMigrate({ 7: { sold: 'x' } })).toBe(true);
    expect(migration.migrate({ 7: { sold: 'x' } })).toEqual({ states: [{ partition: { shop: '7' }, cursor: { sold: 'x' } }] });
  });

  it('is refused where there is no parent or no cursor', () => {
    expect(() => build({ type: 'ListPartitionRouter', cursor_field: 'p', values: [] })).toThrow('parent stream');
    expect(() => build({ type: 'UnionPartitionRouter', partition_field: 'u' }, {})).toThrow('incremental_sync');
  });
});
