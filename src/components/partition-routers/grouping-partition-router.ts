import { component } from '../../engine/component.ts';
import { boolean, integer, slot, withDefault } from '../../engine/fields.ts';
import type { PartitionRouter } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { PySet } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { ownProperty, setOwnProperty } from '../../lib/objects.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** parity: partition_routers/grouping_partition_router.py:GroupingPartitionRouter */
export const GroupingPartitionRouter = component({
  type: 'GroupingPartitionRouter',
  kind: 'partitionRouter',
  summary: 'Puts several partitions of another router into one slice, for APIs that take a list of keys in one request.',
  example: `
    type: GroupingPartitionRouter
    group_size: 50
    underlying_partition_router:
      type: ListPartitionRouter
      cursor_field: board_ids
      values: "{{ config['boards'] }}"`,
  fields: () => ({
    group_size: integer(),
    underlying_partition_router: slot('partitionRouter', {
      types: ['ListPartitionRouter', 'SubstreamPartitionRouter', 'UnionPartitionRouter', 'CustomPartitionRouter'],
    }),
    deduplicate: withDefault(boolean(), true),
  }),
  build(spec, b): PartitionRouter {
    const router = b.build('partitionRouter', spec.underlying_partition_router, { declaration: b.declaration });
    if (spec.group_size < 1) b.fail('group_size has to be at least 1.', 'group_size');
    if (router.contributes === true)
      b.fail('The router under a GroupingPartitionRouter cannot have a request_option: use the slice in the requester instead.');
    // The parents are ahead of a group that is still being filled, so their state is the one when the last group was given.
    let states: JsonObject | undefined = {};
    return {
      inner: [router],
      ...(router.partitionFields === undefined ? {} : { partitionFields: router.partitionFields }),
      groups: true,
      contribute() {},
      setParentState: (childState) => router.setParentState?.(childState),
      parentState: () => states,
      async *slices(keep) {
        const seen = new PySet();
        let group: StreamSlice[] = [];
        for await (const slice of router.slices()) {
          if (keep?.(slice) === false) continue;
          const value = groupedValue(slice);
          if (spec.deduplicate) {
            if (seen.has(value)) continue;
            seen.add(value);
          }
          group.push(slice);
          if (group.length < spec.group_size) continue;
          states = router.parentState?.();
          yield join(group);
          group = [];
        }
        states = router.parentState?.();
        if (group.length > 0) yield join(group);
      },
    };
  },
});

function groupedValue({ partition }: StreamSlice): Json {
  const keys = Object.keys(partition).filter((key) => key !== 'parent_slice');
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    throw new ConfigError(`A GroupingPartitionRouter groups partitions of one key, not ${JSON.stringify(keys)}.`);
  }
  return partition[key] as Json;
}

function join(group: readonly StreamSlice[]): StreamSlice {
  const partition = collect(
    group.map((slice) => slice.partition),
    Object.keys((group[0] as StreamSlice).partition),
  );
  const extras = group.map((slice) => slice.extraFields);
  return new StreamSlice(partition, {}, collect(extras, [...new Set(extras.flatMap(Object.keys))]));
}

/** One list for each key, with null where an object lacks it. */
function collect(objects: readonly JsonObject[], keys: readonly string[]): JsonObject {
  const lists: JsonObject = {};
  for (const key of keys)
    setOwnProperty<Json>(
      lists,
      key,
      objects.map((object) => ownProperty(object, key) ?? null),
    );
  return lists;
}
