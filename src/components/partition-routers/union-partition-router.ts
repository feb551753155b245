import { component } from '../../engine/component.ts';
import { slots, template } from '../../engine/fields.ts';
import type { PartitionRouter } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { PythonError, str } from '../../lang/index.ts';
import { PySet } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { ConfigError } from '../../protocol/failure.ts';

/** parity: partition_routers/union_partition_router.py:UnionPartitionRouter */
export const UnionPartitionRouter = component({
  type: 'UnionPartitionRouter',
  kind: 'partitionRouter',
  summary: 'Reads the stream once for each value that any of several routers gives, whichever gives it first.',
  example: `
    type: UnionPartitionRouter
    partition_field: repository
    partition_routers:
      - type: ListPartitionRouter
        cursor_field: repository
        values: "{{ config['repositories'] }}"
      - type: SubstreamPartitionRouter
        parent_stream_configs:
          - type: ParentStreamConfig
            parent_key: full_name
            partition_field: repository
            stream:
              $ref: "#/definitions/organization_repositories"`,
  fields: () => ({
    partition_field: template('config', 'parameters'),
    partition_routers: slots('partitionRouter', {
      types: ['ListPartitionRouter', 'SubstreamPartitionRouter', 'UnionPartitionRouter', 'CustomPartitionRouter'],
      atLeast: 2,
    }),
  }),
  build(spec, b): PartitionRouter {
    const routers = b.buildAll('partitionRouter', spec.partition_routers, { declaration: b.declaration });
    const field = str(b.string(spec.partition_field).evaluate(b.context()));
    const other = routers.flatMap(({ partitionFields }) => partitionFields ?? []).find((name) => name !== field);
    if (other !== undefined)
      b.fail(`The routers of a UnionPartitionRouter all have to give "${field}", and one gives "${other}".`, 'partition_routers');
    if (routers.some(({ contributes }) => contributes === true)) {
      b.fail(
        'The routers of a UnionPartitionRouter cannot have a request_option: use the slice in the requester instead.',
        'partition_routers',
      );
    }
    const mergeStates = createStateMerge((name) =>
      b.run.log.warn(`${b.path}: two routers read a parent stream "${name}"; the state of the last one is kept.`),
    );
    return {
      inner: routers,
      partitionFields: [field],
      contribute() {},
      setParentState(childState) {
        for (const router of routers) router.setParentState?.(childState);
      },
      parentState: () => mergeStates(routers.map((router) => router.parentState?.())),
      async *slices() {
        const seen = new PySet();
        for (const router of routers) {
          for await (const { partition, extraFields } of router.slices()) {
            const { [field]: value, ...others } = partition;
            if (value === undefined)
              throw new ConfigError(`A router of a UnionPartitionRouter gave ${JSON.stringify(partition)}, which lacks "${field}".`);
            if (isKnown(seen, value)) continue;
            yield new StreamSlice({ [field]: value }, {}, { ...extraFields, ...others });
          }
        }
      },
    };
  },
});

/** Whether the value was there before; notes it when not. */
function isKnown(seen: PySet, value: Json): boolean {
  try {
    if (seen.has(value)) return true;
    seen.add(value);
    return false;
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    throw new ConfigError(`A UnionPartitionRouter joins plain values, not ${JSON.stringify(value)}.`, { cause: error });
  }
}

/** Merges the states of all routers' parents, giving the same object again while none of them has changed. */
function createStateMerge(onClash: (name: string) => void): (states: readonly (JsonObject | undefined)[]) => JsonObject {
  let last: readonly (JsonObject | undefined)[] = [];
  let merged: JsonObject = {};
  let warned = false;
  return (states) => {
    if (states.length === last.length && states.every((state, index) => state === last[index])) return merged;
    last = states;
    const names = states.flatMap((state) => Object.keys(state ?? {}));
    const clash = names.find((name, index) => names.indexOf(name) !== index);
    if (clash !== undefined && !warned) onClash(clash);
    warned ||= clash !== undefined;
    merged = Object.assign({}, ...states);
    return merged;
  };
}
