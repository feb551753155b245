import { component } from '../../engine/component.ts';
import { slots } from '../../engine/fields.ts';
import type { OpenStream, ParentStream, PartitionRouter, Row } from '../../engine/kinds.ts';
import { requireRow } from '../../engine/require-row.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { reportSuspiciousEnd } from '../../engine/suspicious-end.ts';
import { tellRemarks } from '../../engine/tell-remarks.ts';
import type { JsonObject } from '../../lib/json.ts';
import { nearestName } from '../../lib/nearest-name.ts';
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
    const childName = String(b.declaration?.['name'] ?? b.stream?.name ?? '');
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
      const yielding = createYield(parent);
      const keepState = (): void => {
        if (parent.incremental) states = { ...states, [parent.stream.name]: cursor.state() };
      };
      keepState();
      for await (const [parentSlice, isLastSlice] of withLast(open.slices())) {
        // The slice of a record is held back until the next one is read: when it is the last of the parent's slice, that is closed first, so
        // that the parent's state and the child's slices go together.
        let waiting: StreamSlice | undefined;
        for await (const { records } of open.read(parentSlice)) {
          for (const value of records) {
            const record = requireRow(value);
            const slice = parent.sliceOf(record, parentSlice);
            yielding.note(record, slice !== undefined);
            cursor.observe(record, parentSlice);
            if (waiting !== undefined) yield waiting;
            waiting = slice;
          }
        }
        cursor.close(parentSlice);
        if (isLastSlice) cursor.finish?.();
        keepState();
        if (waiting !== undefined) yield waiting;
      }
      tellRemarks(b.run, open);
      const problem = yielding.problem();
      if (problem !== undefined) reportSuspiciousEnd(b.run, childName, problem);
    }

    return {
      parents: parents.map((parent) => ({
        name: parent.stream.name,
        router: () => opened.get(parent)?.router,
        incremental: parent.incremental,
        hasCursor: () => parent.stream.cursorField() !== undefined,
      })),
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

/** Follows whether the records of a parent make slices. */
interface Yield {
  note(record: Row, makesSlice: boolean): void;
  /** Why none of them does; undefined where one does, or where there are none. */
  problem(): string | undefined;
}

function createYield({ parentKey, stream }: ParentStream): Yield {
  let records = 0;
  let hasSlice = false;
  let fields: readonly string[] = [];
  return {
    note(record, makesSlice) {
      if (records === 0) fields = Object.keys(record);
      records += 1;
      hasSlice ||= makesSlice;
    },
    problem() {
      if (records === 0 || hasSlice) return undefined;
      const near = nearestName(parentKey, fields);
      return `none of the ${records} records of its parent stream ${stream.name} has a value at the parent_key "${parentKey}", so nothing is read by them. They have ${fields.join(', ')}${near === undefined ? '.' : `; did you mean ${near}?`}`;
    },
  };
}

/** Gives each item with whether it is the last, so one item late. */
async function* withLast<T>(items: AsyncIterable<T>): AsyncGenerator<readonly [item: T, isLast: boolean]> {
  let waiting: { readonly item: T } | undefined;
  for await (const item of items) {
    if (waiting !== undefined) yield [waiting.item, false];
    waiting = { item };
  }
  if (waiting !== undefined) yield [waiting.item, true];
}
