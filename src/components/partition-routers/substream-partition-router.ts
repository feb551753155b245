import { component } from '../../engine/component.ts';
import { slots } from '../../engine/fields.ts';
import type { OpenStream, ParentStream, PartitionRouter } from '../../engine/kinds.ts';
import { requireRow } from '../../engine/require-row.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { tellRemarks } from '../../engine/tell-remarks.ts';
import type { JsonObject } from '../../lib/json.ts';
import { injectSliceValue } from './slice-values.ts';

/** parity: partition_routers/substream_partition_router.py:SubstreamPartitionRouter */
export const SubstreamPartitionRouter = component({
  type: 'SubstreamPartitionRouter',
  kind: 'partitionRouter',
  summary: 'Reads the stream once for each record of its parent streams, one parent after the other.',
  example: `
    type: SubstreamPartitionRouter
    parent_stream_configs:
      - type: ParentStreamConfig
        parent_key: id
        partition_field: account_id
        stream:
          $ref: "#/definitions/accounts"`,
  fields: () => ({ parent_stream_configs: slots('parentStream', { defaultType: 'ParentStreamConfig' }) }),
  build(spec, b): PartitionRouter {
    const parents = b.buildAll('parentStream', spec.parent_stream_configs, { defaultType: 'ParentStreamConfig' });
    if (parents.length === 0) b.fail('A SubstreamPartitionRouter needs at least one parent stream.', 'parent_stream_configs');
    let childState: JsonObject = {};
    let states: JsonObject = {};
    const opened = new Map<ParentStream, OpenStream>();

    async function openParent(parent: ParentStream): Promise<OpenStream> {
      const known = opened.get(parent);
      if (known !== undefined) return known;
      const open = await parent.stream.open({ state: parent.stateIn(childState), isParent: true });
      opened.set(parent, open);
      return open;
    }

    async function* slicesOf(parent: ParentStream): AsyncGenerator<StreamSlice> {
      const open = await openParent(parent);
      const { cursor } = open;
      const keepState = (): void => {
        if (parent.incremental) states = { ...states, [parent.stream.name]: cursor.state() };
      };
      keepState();
      for await (const [parentSlice, isLastSlice] of withLast(open.slices())) {
        // The slice of a record is held back until the next one is read: when it is the last of the parent's slice, that is closed first, so
        // that the parent's state and the child's slices go together.
        let waiting: StreamSlice | undefined;
        try {
          for await (const { records } of open.read(parentSlice)) {
            for (const value of records) {
              const record = requireRow(value);
              const slice = parent.sliceOf(record, parentSlice);
              cursor.observe(record, parentSlice);
              if (waiting !== undefined) yield waiting;
              waiting = slice;
            }
          }
        } catch (error) {
          // What fails costs the records before it nothing.
          if (waiting !== undefined) yield waiting;
          throw error;
        }
        cursor.close(parentSlice);
        if (isLastSlice) cursor.finish?.();
        keepState();
        if (waiting !== undefined) yield waiting;
      }
      tellRemarks(b.run, open);
    }

    return {
      parents: parents.map((parent) => ({ name: parent.stream.name, router: () => opened.get(parent)?.router })),
      partitionFields: parents.map(({ partitionField }) => partitionField),
      embedsPages: parents.some(({ embedsPages }) => embedsPages === true),
      contributes: parents.some(({ requestOption }) => requestOption !== undefined),
      contribute(options, request) {
        for (const { partitionField, requestOption } of parents) injectSliceValue(options, request, partitionField, requestOption);
      },
      setParentState(state) {
        childState = state;
      },
      async openParents() {
        for (const parent of parents) await openParent(parent);
      },
      parentState: () => states,
      async *slices() {
        for (const parent of parents) yield* slicesOf(parent);
      },
    };
  },
});

/** Gives each item with whether it is the last, so one item late. */
async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<readonly [item: T, isLast: boolean]> {
  let waiting: { readonly item: T } | undefined;
  for await (const item of items) {
    if (waiting !== undefined) yield [waiting.item, false];
    waiting = { item };
  }
  if (waiting !== undefined) yield [waiting.item, true];
}
