import { describe, expect, it } from 'vitest';
import { Float, type JsonObject } from '../lib/json.ts';
import { ConfigError } from '../protocol/failure.ts';
import { buildFromYaml, testRun } from '../testing/build-from-yaml.ts';
import type { Cursor, PartitionRouter } from './kinds.ts';
import { createPartitionCursor, MOST_STATES } from './partition-cursor.ts';
import { StreamSlice } from './stream-slice.ts';

const SYNC = `
type: DatetimeBasedCursor
cursor_field: at
datetime_format: "%Y-%m-%d"
start_datetime: "2026-01-01"
end_datetime: "2026-01-10"
`;

interface Given {
  readonly id: number;
  readonly parents?: JsonObject;
}

function routerOf(given: Iterable<Given>, extra: Partial<PartitionRouter> = {}): PartitionRouter {
  let parents: JsonObject | undefined;
  return {
    contribute() {},
    parentState: () => parents,
    async *slices() {
      for (const { id, parents: state } of given) {
        parents = state ?? parents;
        yield new StreamSlice({ id }, {}, { note: id });
      }
    },
    ...extra,
  };
}

function open(router: PartitionRouter, state?: JsonObject, yaml = SYNC, now: () => bigint = () => 0n): Cursor {
  return createPartitionCursor(
    testRun({ run: { clock: { now, steady: now, sleep: async () => {} } } }),
    router,
    buildFromYaml('incrementalSync', yaml),
    state,
  );
}

/** Reads every slice at once; `fails` are the partitions whose slices are not closed. */
async function read(cursor: Cursor, values: Readonly<Record<number, string>>, fails: readonly number[] = []): Promise<StreamSlice[]> {
  const slices: StreamSlice[] = [];
  for await (const slice of cursor.slices()) {
    slices.push(slice);
    const id = slice.partition['id'] as number;
    if (values[id] !== undefined) cursor.observe({ at: values[id] }, slice);
    if (!fails.includes(id)) cursor.close(slice);
  }
  cursor.finish?.();
  return slices;
}

const stateOf = (id: number, at: string): JsonObject => ({ partition: { id }, cursor: { at } });

describe('a partition cursor', () => {
  it('keeps a state for each partition and one for those to come', async () => {
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }]));
    const slices = await read(cursor, { 1: '2026-01-05', 2: '2026-01-03' });
    expect(slices.map(({ partition, cursorSlice, extraFields }) => ({ ...partition, ...cursorSlice, ...extraFields }))).toEqual([
      { id: 1, start_time: '2026-01-01', end_time: '2026-01-10', note: 1 },
      { id: 2, start_time: '2026-01-01', end_time: '2026-01-10', note: 2 },
    ]);
    expect(cursor.state()).toEqual({
      use_global_cursor: false,
      states: [stateOf(1, '2026-01-05'), stateOf(2, '2026-01-03')],
      state: { at: '2026-01-05' },
      lookback_window: 1,
    });
  });

  it('begins known partitions at their state and new ones before the common state', async () => {
    const state = { states: [stateOf(1, '2026-01-04'), stateOf(9, '2026-01-02')], state: { at: '2026-01-06' }, lookback_window: 86_400 };
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }]), state);
    const slices = await read(cursor, {});
    expect(slices.map(({ cursorSlice }) => cursorSlice['start_time'])).toEqual(['2026-01-04', '2026-01-05']);
    expect(cursor.state()['states']).toEqual([stateOf(1, '2026-01-04'), stateOf(9, '2026-01-02'), stateOf(2, '2026-01-05')]);
  });

  it('begins all partitions at the state of a stream that had none', async () => {
    const slices = await read(open(routerOf([{ id: 1 }, { id: 2 }]), { at: '2026-01-07' }), {});
    expect(slices.map(({ cursorSlice }) => cursorSlice['start_time'])).toEqual(['2026-01-07', '2026-01-07']);
  });

  it('leaves a failed partition and the common state where they were', async () => {
    const state = { states: [stateOf(1, '2026-01-02'), stateOf(2, '2026-01-02')], state: { at: '2026-01-02' } };
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }]), state);
    await read(cursor, { 1: '2026-01-05', 2: '2026-01-06' }, [1]);
    expect(cursor.state()).toEqual({
      use_global_cursor: false,
      states: [stateOf(1, '2026-01-02'), stateOf(2, '2026-01-06')],
      state: { at: '2026-01-02' },
      lookback_window: 0,
    });
  });

  it('leaves the common state where it was when the router failed, since partitions are missing', async () => {
    const failing = routerOf(
      (function* () {
        yield { id: 1 };
        throw new Error('the parent failed');
      })(),
    );
    const cursor = open(failing, { at: '2026-01-02' });
    await expect(read(cursor, { 1: '2026-01-09' })).rejects.toThrow('the parent failed');
    cursor.finish?.();
    expect(cursor.state()).toMatchObject({ states: [stateOf(1, '2026-01-09')], state: { at: '2026-01-02' } });
  });

  it('reads a partition that is given twice once', async () => {
    const slices = await read(open(routerOf([{ id: 1 }, { id: 2 }, { id: 1 }])), {});
    expect(slices.map(({ partition }) => partition['id'])).toEqual([1, 2]);
  });

  it('reads what is left of a closed partition that a parent gives again', async () => {
    const moving = SYNC.replace('"2026-01-10"', '{ type: MinMaxDatetime, datetime: "2026-01-10 18", datetime_format: "%Y-%m-%d %H" }');
    const router = routerOf([{ id: 1 }, { id: 1 }, { id: 2 }, { id: 1 }]);
    const cursor = createPartitionCursor(testRun(), router, buildFromYaml('incrementalSync', moving), undefined, { isParent: true });
    const read: string[] = [];
    for await (const slice of cursor.slices()) {
      read.push(`${slice.partition['id']} from ${slice.cursorSlice['start_time']}`);
      cursor.close(slice);
    }
    expect(read).toEqual(['1 from 2026-01-01', '1 from 2026-01-10', '2 from 2026-01-01', '1 from 2026-01-10']);
  });

  it('knows a partition by its numbers, whichever way they are written', async () => {
    const router: PartitionRouter = {
      contribute() {},
      async *slices() {
        yield new StreamSlice({ id: new Float(7) });
      },
    };
    const slices = await read(open(router, { states: [stateOf(7, '2026-01-04')] }), {});
    expect(slices.map(({ cursorSlice }) => cursorSlice['start_time'])).toEqual(['2026-01-04']);
  });

  it('closes a partition with its last slice', async () => {
    const stepped = `${SYNC}step: P5D\ncursor_granularity: P1D\n`;
    const cursor = open(routerOf([{ id: 1, parents: { p: { x: 1 } } }]), undefined, stepped);
    const [first, second] = (await Array.fromAsync(cursor.slices())) as [StreamSlice, StreamSlice];
    cursor.close(second);
    expect(cursor.state()['parent_state']).toBeUndefined();
    cursor.close(first);
    expect(cursor.state()['parent_state']).toEqual({ p: { x: 1 } });
  });
});

describe('the common state', () => {
  it('is the only one when the manifest says so, and moves at the end', async () => {
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }]), undefined, `${SYNC}global_substream_cursor: true`);
    const slices = await Array.fromAsync(cursor.slices());
    for (const [index, slice] of slices.entries()) {
      cursor.observe({ at: `2026-01-0${8 - index}` }, slice);
      expect(cursor.close(slice)).toBe(false);
      expect(cursor.state()).toEqual({ use_global_cursor: true, lookback_window: 0 });
    }
    cursor.finish?.();
    expect(cursor.state()).toEqual({ use_global_cursor: true, state: { at: '2026-01-08' }, lookback_window: 1 });
  });

  it('is the only one for routers that group, unless the state says otherwise', () => {
    const router = routerOf([], { groups: true });
    expect(open(router).state()['use_global_cursor']).toBe(true);
    expect(open(router, { states: [], state: { at: '2026-01-02' } }).state()['use_global_cursor']).toBe(false);
  });

  it('takes over from too many partitions', async () => {
    const ids = Array.from({ length: MOST_STATES + 2 }, (_, id) => ({ id }));
    const cursor = open(routerOf(ids));
    const slices = await read(cursor, { 5: '2026-01-05' });
    expect(slices).toHaveLength(MOST_STATES + 2);
    expect(cursor.state()).toEqual({ use_global_cursor: true, state: { at: '2026-01-05' }, lookback_window: 1 });
  });

  it('is the greatest text, by the clock that is printed', async () => {
    const yaml = SYNC.replaceAll('%Y-%m-%d', '%d/%m/%Y').replace('"2026-01-01"', '"01/01/2026"').replace('"2026-01-10"', '"28/02/2026"');
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }]), undefined, yaml);
    await read(cursor, { 1: '20/01/2026', 2: '03/02/2026' });
    expect(cursor.state()['state']).toEqual({ at: '20/01/2026' });
  });
});

describe('the state of parents', () => {
  it('holds no partition that is still open', async () => {
    const cursor = open(routerOf([{ id: 1, parents: { p: { n: 1 } } }, { id: 2 }, { id: 3, parents: { p: { n: 3 } } }]));
    const slices = await Array.fromAsync(cursor.slices());
    const settledAfter = (index: number) => {
      cursor.close(slices[index] as StreamSlice);
      return cursor.state()['parent_state'];
    };
    expect(settledAfter(2)).toBeUndefined();
    expect(settledAfter(0)).toEqual({ p: { n: 1 } });
    expect(settledAfter(1)).toEqual({ p: { n: 3 } });
  });

  it('is handed to the router as the child left it', () => {
    const seen: JsonObject[] = [];
    const state = { at: '2026-01-02', parent_state: { p: { n: 1 } } };
    const cursor = open(routerOf([], { setParentState: (child) => seen.push(child) }), state);
    expect(seen).toEqual([state]);
    expect(cursor.state()['parent_state']).toEqual({ p: { n: 1 } });
  });
});

describe('states in the middle of a sync', () => {
  it('are due at first and then every ten minutes', async () => {
    let now = 0n;
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }, { id: 3 }]), undefined, SYNC, () => now);
    const due: boolean[] = [];
    for (const slice of await Array.fromAsync(cursor.slices())) {
      due.push(cursor.close(slice));
      now += 400_000_000n;
    }
    expect(due).toEqual([true, false, true]);
  });
});

describe('records of partitions', () => {
  it('are within reach by the state of their own partition', async () => {
    const cursor = open(routerOf([{ id: 1 }, { id: 2 }]), { states: [stateOf(1, '2026-01-05')], state: { at: '2026-01-03' } });
    const [one, two] = (await Array.fromAsync(cursor.slices())) as [StreamSlice, StreamSlice];
    expect([one, two].map((slice) => cursor.shouldBeSynced({ at: '2026-01-04' }, slice))).toEqual([false, true]);
    expect(cursor.shouldBeSynced({ at: '2026-01-02' }, new StreamSlice({ id: 3 }))).toBe(false);
  });
});

describe('a state of the wrong shape', () => {
  it.each([
    { states: {} },
    { states: [{ partition: 1, cursor: {} }] },
    { state: 5 },
    { states: [], lookback_window: 'long' },
    { states: [stateOf(1, 'never')] },
    { at: 'never' },
  ])('is refused: %j', (state) => {
    expect(() => open(routerOf([]), state as JsonObject)).toThrow(ConfigError);
  });

  it('is refused when router and cursor use the same key', async () => {
    const router: PartitionRouter = {
      contribute() {},
      async *slices() {
        yield new StreamSlice({ start_time: 1 });
      },
    };
    await expect(read(open(router), {})).rejects.toThrow('start_time');
  });
});
