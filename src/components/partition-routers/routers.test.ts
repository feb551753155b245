import { describe, expect, it } from 'vitest';
import { createBuilder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { anything, list, text } from '../../engine/fields.ts';
import type { Cursor, PartitionRouter, Row } from '../../engine/kinds.ts';
import { createRegistry } from '../../engine/registry.ts';
import { RequestOptions } from '../../engine/request-options.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { testRun } from '../../testing/build-from-yaml.ts';
import { RequestOption } from '../request-options/request-option.ts';
import { GroupingPartitionRouter } from './grouping-partition-router.ts';
import { ListPartitionRouter } from './list-partition-router.ts';
import { ParentStreamConfig } from './parent-stream-config.ts';
import { SubstreamPartitionRouter } from './substream-partition-router.ts';
import { UnionPartitionRouter } from './union-partition-router.ts';

/** Tells in which order a parent was opened, read and closed. */
const events: string[] = [];
let openedWith: (JsonObject | undefined)[] = [];

/** A stream whose slices and pages stand in the manifest; its state is the number of the slices that were closed. */
const FakeStream = component({
  type: 'FakeStream',
  kind: 'stream',
  summary: 'A parent for tests.',
  fields: () => ({ name: text(), pages: list(anything()) }),
  build(spec) {
    let closed = 0;
    const cursor: Cursor = {
      field: 'at',
      reads: 'nothing',
      contribute() {},
      async *slices() {},
      observe: (record) => events.push(`observe ${JSON.stringify(record['id'] ?? null)}`),
      close(slice) {
        closed += 1;
        events.push(`close ${JSON.stringify(slice.partition)}`);
        return true;
      },
      finish: () => events.push('finish'),
      shouldBeSynced: () => true,
      state: () => ({ closed }),
    };
    const stream = {
      name: spec.name,
      describe: () => Promise.reject(new Error('nobody asks')),
      async open({ state }: { state: JsonObject | undefined }) {
        openedWith.push(state);
        return {
          name: spec.name,
          cursor,
          router: undefined,
          schema: async () => ({}),
          async *slices() {
            for (const index of spec.pages.keys()) yield new StreamSlice({ n: index });
          },
          async *read({ partition }: StreamSlice) {
            for (const records of spec.pages[partition['n'] as number] as Json[]) yield { records: records as Row[] };
          },
        };
      },
    };
    return stream as never;
  },
});

const registry = createRegistry([
  FakeStream,
  GroupingPartitionRouter,
  ListPartitionRouter,
  ParentStreamConfig,
  RequestOption,
  SubstreamPartitionRouter,
  UnionPartitionRouter,
]);

function build(spec: JsonObject, config: JsonObject = {}): PartitionRouter {
  events.length = 0;
  openedWith = [];
  return createBuilder({ registry, run: testRun(), config }).build('partitionRouter', spec);
}

async function partitionsOf(router: PartitionRouter): Promise<JsonObject[]> {
  const slices = await Array.fromAsync(router.slices());
  return slices.map(({ partition }) => partition);
}

function listOf(values: Json, extra: JsonObject = {}): JsonObject {
  return { type: 'ListPartitionRouter', cursor_field: 'p', values, ...extra };
}

/** A router over one parent; `pages` are the pages of each of its slices. */
function childOf(pages: Json, extra: JsonObject = {}): JsonObject {
  const parent = {
    type: 'ParentStreamConfig',
    parent_key: 'id',
    partition_field: 'p',
    stream: { type: 'FakeStream', name: 'parents', pages },
    ...extra,
  };
  return { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] };
}

const QUERY = { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'q' };

function paramsOf(router: PartitionRouter, value: Json): JsonObject {
  const options = new RequestOptions();
  router.contribute(options, { slice: new StreamSlice({ p: value }), token: undefined });
  return options.params as JsonObject;
}

describe('ListPartitionRouter', () => {
  it.each<[string, Json, Json[]]>([
    ['a list', ['a', '1'], ['a', '1']],
    ['a template', "{{ config['ids'] }}", [1, 2]],
    ['a text, letter by letter', "{{ 'ab' }}", ['a', 'b']],
    ['an empty list', [], []],
  ])('reads the values of %s', async (_name, values, expected) => {
    expect(await partitionsOf(build(listOf(values), { ids: [1, 2] }))).toEqual(expected.map((p) => ({ p })));
  });

  it('refuses what is no list', () => {
    expect(() => build(listOf('{{ 5 }}'))).toThrow('needs a list');
  });

  it('puts values into requests, but those that count as false', () => {
    const router = build(listOf(['a'], { request_option: QUERY }));
    expect([paramsOf(router, 'a'), paramsOf(router, 0), paramsOf(router, '')]).toEqual([{ q: 'a' }, {}, {}]);
  });
});

describe('SubstreamPartitionRouter', () => {
  it('makes a slice of each record that has the parent key', async () => {
    const router = build(
      childOf([
        [
          [{ id: 1 }, { no: 2 }],
          [{ id: null }, { id: 3 }],
        ],
        [[]],
      ]),
    );
    expect(await partitionsOf(router)).toEqual([
      { p: 1, parent_slice: { n: 0 } },
      { p: 3, parent_slice: { n: 0 } },
    ]);
  });

  it.each<[value: Json, told: string]>([
    [[{ id: 1 }], 'a list'],
    ['1', 'a string'],
    [null, 'null'],
  ])('refuses a record of the parent that is no object: %j', async (value, told) => {
    await expect(partitionsOf(build(childOf([[[{ id: 1 }, value]]])))).rejects.toThrow(
      `A record must be an object, but the extractor gave ${told}: let its field_path point to the objects.`,
    );
  });

  it('closes a slice of the parent before it gives the last child, and never earlier', async () => {
    const router = build(childOf([[[{ id: 1 }, { id: 2 }]], [[{ id: 3 }]]], { incremental_dependency: true }));
    const seen: (readonly [Json, Json])[] = [];
    for await (const { partition } of router.slices()) seen.push([partition['p'] as Json, router.parentState?.() as Json]);
    expect(seen).toEqual([
      [1, { parents: { closed: 0 } }],
      [2, { parents: { closed: 1 } }],
      [3, { parents: { closed: 2 } }],
    ]);
    expect(events).toEqual(['observe 1', 'observe 2', 'close {"n":0}', 'observe 3', 'close {"n":1}', 'finish']);
  });

  it('keeps the state of a parent that nothing depends on out', async () => {
    const router = build(childOf([[[{ id: 1 }]]]));
    await partitionsOf(router);
    expect(router.parentState?.()).toEqual({});
  });

  it('follows paths with slashes and takes extra fields along', async () => {
    const extra = { parent_key: 'meta/key', extra_fields: [['name'], ['deep', 'v'], ['none']], lazy_read_pointer: ['items'] };
    const router = build(
      childOf([[[{ meta: { key: 'k' }, 'meta/key': 'x', name: 'n', deep: { v: 7 }, items: { a: 1 } }, { meta: { key: 'l' } }]]], extra),
    );
    const slices = await Array.fromAsync(router.slices());
    expect(slices.map(({ partition }) => partition['p'])).toEqual(['k', 'l']);
    expect(slices.map(({ extraFields }) => extraFields)).toEqual([
      { child_response: { a: 1 }, name: 'n', 'deep.v': 7, none: null },
      { child_response: [], name: null, 'deep.v': null, none: null },
    ]);
  });

  it.each<[string, JsonObject, JsonObject | undefined]>([
    ['its own part', { parent_state: { parents: { at: 'x' } }, state: { at: 'y' } }, { at: 'x' }],
    ['the common state of the child', { states: [], state: { at: 'y' } }, { at: 'y' }],
    ['the value of a child without partitions', { changed: 'z', __ab_no_cursor_state_message: true }, { upd: 'z' }],
    ['nothing in states of partitions', { states: [] }, undefined],
    ['nothing in flags', { __ab_full_refresh_sync_complete: true }, undefined],
  ])('opens the parent with %s', async (_name, childState, expected) => {
    const stream = { type: 'FakeStream', name: 'parents', pages: [], incremental_sync: { cursor_field: 'upd' } };
    for (const incremental of [true, false]) {
      const router = build(childOf([], { stream, incremental_dependency: incremental }));
      router.setParentState?.(childState);
      await partitionsOf(router);
      expect(openedWith).toEqual([incremental ? expected : undefined]);
    }
  });

  it.each<[string, JsonObject]>([
    ['a stream', { incremental_sync: { cursor_field: "{{ parameters['by'] }}", $parameters: { by: 'upd' } } }],
    [
      'a stream that delegates',
      { incremental_stream: { incremental_sync: { cursor_field: "{{ parameters.get('by', 'at') }}", $parameters: { by: 'upd' } } } },
    ],
    ['a stream without parameters', { incremental_sync: { cursor_field: "{{ parameters.get('by', 'upd') }}" } }],
  ])("reads the cursor field of %s with the parent's own parameters", async (_name, sync) => {
    const stream = { type: 'FakeStream', name: 'parents', pages: [], ...sync };
    const router = build(childOf([], { stream, incremental_dependency: true, $parameters: { by: 'changed' } }));
    router.setParentState?.({ changed: 'z' });
    await partitionsOf(router);
    expect(openedWith).toEqual([{ upd: 'z' }]);
  });

  it('refuses a lazy pointer to many places', () => {
    expect(() => build(childOf([], { lazy_read_pointer: ['items', '*'] }))).toThrow('one place');
  });
});

describe('GroupingPartitionRouter', () => {
  const group = (router: JsonObject, extra: JsonObject = {}): JsonObject => ({
    type: 'GroupingPartitionRouter',
    group_size: 2,
    underlying_partition_router: router,
    ...extra,
  });

  it('groups values, each once', async () => {
    expect(await partitionsOf(build(group(listOf(['a', 'b', 'a', 'c']))))).toEqual([{ p: ['a', 'b'] }, { p: ['c'] }]);
    expect(await partitionsOf(build(group(listOf(['a', 'a', 'c']), { deduplicate: false })))).toEqual([{ p: ['a', 'a'] }, { p: ['c'] }]);
  });

  it('groups extra fields, and has the state of the parent when the group was full', async () => {
    const router = build(
      group(childOf([[[{ id: 1, x: 'a' }, { id: 2 }, { id: 3 }]]], { extra_fields: [['x']], incremental_dependency: true })),
    );
    const seen: unknown[] = [];
    for await (const { partition, extraFields } of router.slices()) seen.push([partition, extraFields, router.parentState?.()]);
    expect(seen).toEqual([
      [{ p: [1, 2], parent_slice: [{ n: 0 }, { n: 0 }] }, { x: ['a', null] }, { parents: { closed: 0 } }],
      [{ p: [3], parent_slice: [{ n: 0 }] }, { x: [null] }, { parents: { closed: 1 } }],
    ]);
    expect(router.groups).toBe(true);
  });

  it('refuses request options below it and groups of none', () => {
    expect(() => build(group(listOf(['a'], { request_option: QUERY })))).toThrow('request_option');
    expect(() => build(group(listOf(['a']), { group_size: 0 }))).toThrow('at least 1');
  });
});

describe('UnionPartitionRouter', () => {
  const union = (...routers: JsonObject[]): JsonObject => ({
    type: 'UnionPartitionRouter',
    partition_field: 'p',
    partition_routers: routers,
  });

  it('gives each value once under one key', async () => {
    const router = build(union(listOf(['a', 'b']), childOf([[[{ id: 'b' }, { id: 'c' }]]])));
    const slices = await Array.fromAsync(router.slices());
    expect(slices.map(({ partition, extraFields }) => [partition, extraFields])).toEqual([
      [{ p: 'a' }, {}],
      [{ p: 'b' }, {}],
      [{ p: 'c' }, { parent_slice: { n: 0 } }],
    ]);
  });

  it('gives the same state of parents until one changes', async () => {
    const router = build(union(listOf(['a']), childOf([[[{ id: 'c' }]]], { incremental_dependency: true })));
    const before = router.parentState?.();
    expect([before, router.parentState?.()]).toEqual([{}, before]);
    expect(router.parentState?.()).toBe(before);
    await partitionsOf(router);
    expect(router.parentState?.()).toEqual({ parents: { closed: 1 } });
  });

  it('refuses other keys, request options and lists as values', async () => {
    expect(() => build(union(listOf(['a']), listOf(['b'], { cursor_field: 'q' })))).toThrow('one gives "q"');
    expect(() => build(union(listOf(['a']), listOf(['b'], { request_option: QUERY })))).toThrow('request_option');
    expect(() => build(union(listOf(['a'])))).toThrow();
    await expect(partitionsOf(build(union(listOf('{{ [[1]] }}'), listOf(['b']))))).rejects.toThrow('plain values');
  });
});
