import { describe, expect, it } from 'vitest';
import { createGuards } from '../../engine/guards.ts';
import type { Cursor } from '../../engine/kinds.ts';
import { RequestOptions } from '../../engine/request-options.ts';
import type { Run } from '../../engine/run.ts';
import { StateError } from '../../engine/state-error.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';

const DAILY = `
type: DatetimeBasedCursor
cursor_field: at
datetime_format: "%Y-%m-%d"
start_datetime: "2026-01-01"
end_datetime: "2026-01-10"
`;
const STEPPED = `${DAILY}
step: P4D
cursor_granularity: P1D
`;

function open(yaml: string, state?: JsonObject, config: JsonObject = {}): Cursor {
  return buildFromYaml('incrementalSync', yaml, { config }).open(state);
}

async function windowsOf(cursor: Cursor): Promise<string[]> {
  const slices = await Array.fromAsync(cursor.slices());
  return slices.map(({ cursorSlice }) => Object.values(cursorSlice).join(' - '));
}

async function readAll(cursor: Cursor, values: readonly (readonly Json[])[]): Promise<JsonObject[]> {
  const slices = await Array.fromAsync(cursor.slices());
  return slices.map((slice, index) => {
    for (const at of values[index] ?? []) cursor.observe({ at }, slice);
    cursor.close(slice);
    return cursor.state();
  });
}

describe('slices of a DatetimeBasedCursor', () => {
  it('is one window up to now when nothing else is said', async () => {
    const yaml = DAILY.replace('end_datetime: "2026-01-10"', '').replaceAll('%Y-%m-%d', '%Y-%m-%dT%H:%M:%SZ');
    const cursor = open(yaml.replace('"2026-01-01"', '"2026-01-01T00:00:00Z"'));
    expect(await windowsOf(cursor)).toEqual(['2026-01-01T00:00:00Z - 2026-01-15T12:34:56Z']);
  });

  it('ends each window one granularity before the next', async () => {
    expect(await windowsOf(open(STEPPED))).toEqual(['2026-01-01 - 2026-01-04', '2026-01-05 - 2026-01-08', '2026-01-09 - 2026-01-10']);
  });

  it.each([
    ['the state', '', { at: '2026-01-07' }, ['2026-01-07 - 2026-01-10']],
    ['the lookback before the state', 'lookback_window: P3D', { at: '2026-01-09' }, ['2026-01-06 - 2026-01-10']],
    [
      'the start when the lookback goes beyond it',
      'lookback_window: P30D',
      { at: '2026-01-08' },
      ['2026-01-01 - 2026-01-04', '2026-01-05 - 2026-01-08', '2026-01-09 - 2026-01-10'],
    ],
    ['nothing when the state is at the end and the API wants more than a unit', 'is_compare_strictly: true', { at: '2026-01-10' }, []],
    ['one unit when the state is at the end', '', { at: '2026-01-10' }, ['2026-01-10 - 2026-01-10']],
    [
      'gaps and the rest of a list of slices',
      '',
      {
        state_type: 'date-range',
        slices: [
          { start: '2026-01-01', end: '2026-01-02' },
          { start: '2026-01-05', end: '2026-01-08' },
        ],
      },
      ['2026-01-03 - 2026-01-04', '2026-01-08 - 2026-01-10'],
    ],
  ])('begins at %s', async (_name, extra, state, windows) => {
    expect(await windowsOf(open(`${STEPPED}${extra}`, state))).toEqual(windows);
  });

  it('moves borders to the begin of weeks', async () => {
    const weekly = `${STEPPED}clamping: { target: "{{ config['period'] }}", target_details: { weekday: MONDAY } }`
      .replace('2026-01-10', '2026-01-30')
      .replace('P4D', 'P7D');
    expect(await windowsOf(open(weekly, undefined, { period: 'WEEK' }))).toEqual([
      '2026-01-05 - 2026-01-11',
      '2026-01-12 - 2026-01-18',
      '2026-01-19 - 2026-01-25',
    ]);
  });

  it('reads to the end with a step that goes beyond the year 9999', async () => {
    expect(await windowsOf(open(STEPPED.replace('P4D', 'P3000000D')))).toEqual(['2026-01-01 - 2026-01-10']);
  });
});

describe('states of a DatetimeBasedCursor', () => {
  it('moves to the greatest value of the records, not to the end of the slice', async () => {
    expect(await readAll(open(STEPPED), [['2026-01-03', '2026-01-02'], [], ['2026-01-09']])).toEqual([
      { at: '2026-01-03' },
      { at: '2026-01-03' },
      { at: '2026-01-09' },
    ]);
  });

  it('waits for the gap before a slice to be closed', async () => {
    const cursor = open(STEPPED);
    const [first, second, third] = (await Array.fromAsync(cursor.slices())) as [StreamSlice, StreamSlice, StreamSlice];
    cursor.observe({ at: '2026-01-10' }, third);
    cursor.close(third);
    expect(cursor.state()).toEqual({ at: '2026-01-01' });
    cursor.close(first);
    cursor.close(second);
    expect(cursor.state()).toEqual({ at: '2026-01-10' });
  });

  it('keeps other keys of the state, and ignores values that cannot be read', async () => {
    const states = await readAll(open(DAILY, { at: '2026-01-02', other: 1 }), [
      ['yesterday', null, '2026-01-05', '2026-01-04', 20_260_106],
    ]);
    expect(states).toEqual([{ at: '2026-01-05', other: 1 }]);
  });

  it('compares values of all formats as instants and prints the greatest by its own clock', async () => {
    const yaml = `${DAILY}cursor_datetime_formats: ["%s", "%Y-%m-%dT%H:%M:%S%z"]`;
    expect(await readAll(open(yaml), [[1_767_571_200, '2026-01-06T23:00:00-0200', '2026-01-07']])).toEqual([{ at: '2026-01-06' }]);
  });

  it.each<[JsonObject, string]>([
    [{ at: 'yesterday' }, '"at" is "yesterday", which does not match the format "%Y-%m-%d"'],
    [{ at: 20_260_101 }, '"at" is 20260101, which does not match the format "%Y-%m-%d"'],
    [{ state_type: 'date-range', slices: [{ start: 'x', end: '2026-01-02' }] }, '"start" is "x", which does not match'],
    [{ state_type: 'date-range', slices: [{ start: '2026-01-02' }] }, 'one of its slices has no start or no end'],
    [{ state_type: 'date-range' }, 'it lists no slices'],
  ])('refuses %j', (state, message) => {
    expect(() => open(DAILY, state)).toThrow(StateError);
    expect(() => open(DAILY, state)).toThrow(message);
  });

  it('names all formats that a state may have', () => {
    const yaml = `${DAILY}cursor_datetime_formats: ["%s", "%Y-%m-%d"]`;
    expect(() => open(yaml, { at: 'soon' })).toThrow('the format "%s", "%Y-%m-%d". Reset');
    expect(() => open(yaml, { at: 10n ** 30n })).toThrow('which "%s", "%Y-%m-%d" puts outside of the years 1 to 9999');
  });

  it.each<JsonObject>([
    { at: '' },
    { at: null },
    { state_type: 'date-range', slices: [] },
    { state_type: 'date-range', slices: [{ start: '2026-01-02', end: '' }] },
  ])('takes %j for none', async (state) => {
    const sync = buildFromYaml('incrementalSync', DAILY);
    expect(sync.lacksValue(state)).toBe(true);
    expect(await windowsOf(sync.open(state))).toEqual(['2026-01-01 - 2026-01-10']);
    expect(sync.openPartition(state, 60).state()).toMatchObject({ at: '2026-01-01' });
  });

  it.each<[string, string, string, string[], string]>([
    ['seconds', '%Y-%m-%d %H:%M:%SZ', 'PT0.000001S', ['2026-01-01 10:00:00Z', '2026-01-03 10:00:00Z'], '2026-01-03 10:00:00Z'],
    ['days', '%Y-%m-%d', 'PT1S', ['2026-01-01', '2026-01-03'], '2026-01-03'],
    ['months', '%Y-%m', 'P1D', ['2026-01', '2026-03'], '2026-03'],
    ['numbers of seconds', '%s', 'PT0.001S', ['1767261600', '1767434400'], '1767434400'],
  ])('joins windows between which no %s lie', async (_name, format, granularity, [early, late], expected) => {
    const bound = (date: string): string => `{ datetime: "${date}", datetime_format: "%Y-%m-%d" }`;
    const cursor = open(`
type: DatetimeBasedCursor
cursor_field: at
datetime_format: "${format}"
start_datetime: ${bound('2026-01-01')}
end_datetime: ${bound(format === '%Y-%m' ? '2026-04-01' : '2026-01-04')}
step: ${format === '%Y-%m' ? 'P1M' : 'P1D'}
cursor_granularity: ${granularity}`);
    expect((await readAll(cursor, [[early ?? ''], [], [late ?? '']])).at(-1)).toEqual({ at: expected });
  });

  it('keeps windows apart between which a date lies', async () => {
    const yaml = STEPPED.replace('cursor_granularity: P1D', 'cursor_granularity: P2D').replace('P4D', 'P5D');
    const cursor = open(yaml);
    expect(await windowsOf(cursor)).toEqual(['2026-01-01 - 2026-01-04', '2026-01-06 - 2026-01-10']);
    const hourly = STEPPED.replaceAll('%Y-%m-%d', '%Y-%m-%dT%H')
      .replace(/"(2026-01-\d\d)"/g, '"$1T00"')
      .replace('P1D', 'PT1S');
    const states = open(hourly);
    const [first, , third] = (await Array.fromAsync(states.slices())) as [StreamSlice, StreamSlice, StreamSlice];
    states.close(first);
    states.observe({ at: '2026-01-09T01' }, third);
    states.close(third);
    expect(states.state()).toEqual({ at: '2026-01-01T00' });
  });

  it('takes the cursor field of the catalog where that is allowed', () => {
    const allowed = buildFromYaml('incrementalSync', `${DAILY}allow_catalog_defined_cursor_field: true`);
    expect(allowed.open(undefined, 'changed').state()).toEqual({ changed: '2026-01-01' });
    expect(buildFromYaml('incrementalSync', DAILY).open(undefined, 'changed').state()).toEqual({ at: '2026-01-01' });
  });

  it('takes a field that objects inherit for missing unless a record has it', async () => {
    const cursor = open(DAILY.replace('cursor_field: at', 'cursor_field: constructor'));
    const [slice] = (await Array.fromAsync(cursor.slices())) as [StreamSlice];
    cursor.observe({ id: 1 }, slice);
    cursor.observe({ constructor: '2026-01-04' }, slice);
    cursor.close(slice);
    expect(cursor.state()).toEqual({ constructor: '2026-01-04' });
  });

  it('tells how far a state has come', () => {
    const cursor = open(DAILY);
    expect(cursor.reachedAt?.({ at: '1970-01-02' })).toBe(86_400_000_000n);
    expect(cursor.reachedAt?.({ state_type: 'date-range', slices: [{ start: '1970-01-01', end: '1970-01-02' }] })).toBe(86_400_000_000n);
    expect(cursor.reachedAt?.({ at: 'never' })).toBeUndefined();
  });
});

describe('records within reach of a DatetimeBasedCursor', () => {
  it.each([
    ['2026-01-02', false],
    ['2026-01-03', true],
    ['2026-01-10', true],
    ['2026-01-11', false],
    ['someday', true],
    [null, true],
  ])('%s is %s', (at, expected) => {
    const cursor = open(`${DAILY}lookback_window: P2D`, { at: '2026-01-05' });
    expect(cursor.shouldBeSynced({ at }, new StreamSlice())).toBe(expected);
  });
});

describe('windows that are read in parts', () => {
  const slice = new StreamSlice({ p: 1 }, { start_time: '2026-01-01', end_time: '2026-01-07' }, { extra: true });

  it('are halved along the granularity', () => {
    const halves = open(STEPPED).split?.(slice, undefined);
    expect(halves?.map(({ cursorSlice }) => cursorSlice)).toEqual([
      { start_time: '2026-01-01', end_time: '2026-01-03' },
      { start_time: '2026-01-04', end_time: '2026-01-07' },
    ]);
    expect(halves?.map(({ partition, extraFields }) => [partition, extraFields])).toEqual([
      [{ p: 1 }, { extra: true }],
      [{ p: 1 }, { extra: true }],
    ]);
  });

  it.each([
    ['a minimum', STEPPED, 'P6D'],
    ['the lack of a granularity', DAILY, undefined],
  ])('are kept by %s', (_name, yaml, minimum) => {
    expect(open(yaml).split?.(slice, minimum)).toBeUndefined();
  });

  it('go on at the greatest value seen', () => {
    const tracker = open(STEPPED).track?.();
    expect(tracker?.reduce(slice)).toBe(slice);
    for (const at of ['2026-01-03', '2026-01-05', '2026-01-04']) tracker?.observe({ at });
    expect(tracker?.reduce(slice).cursorSlice).toEqual({ start_time: '2026-01-05', end_time: '2026-01-07' });
  });
});

describe('a DatetimeBasedCursor', () => {
  it('puts the borders of a slice into the request', () => {
    const sync = buildFromYaml(
      'incrementalSync',
      `${DAILY}
partition_field_start: from_date
start_time_option: { type: RequestOption, inject_into: request_parameter, field_name: from }
end_time_option: { type: RequestOption, inject_into: header, field_name: X-To }`,
    );
    const options = new RequestOptions();
    const slice = new StreamSlice({}, { from_date: '2026-01-01', end_time: '2026-01-02' });
    sync.contribute(options, { slice, token: undefined });
    expect([options.params, options.headers]).toEqual([{ from: '2026-01-01' }, { 'X-To': '2026-01-02' }]);
  });

  it.each([
    ['step: P1D', 'only work together'],
    ['cursor_granularity: P1D', 'only work together'],
    ['lookback_window: 3 days', 'ISO 8601'],
    ['clamping: { target: YEAR }', 'DAY, WEEK or MONTH'],
    ['clamping: { target: WEEK }', 'weekday'],
  ])('refuses %s', (extra, message) => {
    expect(() => buildFromYaml('incrementalSync', `${DAILY}${extra}`)).toThrow(message);
  });

  it('refuses a start that does not match the format', () => {
    expect(() => open(DAILY.replace('"2026-01-01"', '"{{ config[\'start\'] }}"'), undefined, { start: '01.01.2026' })).toThrow(
      /"01\.01\.2026" does not match/,
    );
  });
});

describe('records that are sorted out here', () => {
  const CLIENT_SIDE = `${DAILY}is_client_side_incremental: true`;
  const ENDLESS = CLIENT_SIDE.replace('end_datetime: "2026-01-10"', '');
  const slice = new StreamSlice();
  const kept = (cursor: Cursor, values: readonly string[]): string[] =>
    values.filter((at) => {
      const isKept = cursor.shouldBeSynced({ at }, slice);
      if (!isKept) cursor.leaveOut?.({ at }, slice);
      return isKept;
    });

  it('are kept that lie ahead of now, unless the manifest names an end', () => {
    const values = ['2025-12-31', '2026-01-09', '2026-01-11', '2999-01-01'];
    const endless = buildFromYaml('incrementalSync', ENDLESS);
    expect(kept(endless.open(undefined), values)).toEqual(['2026-01-09', '2026-01-11', '2999-01-01']);
    expect(endless.remarks?.()).toEqual([]);
    const ending = buildFromYaml('incrementalSync', CLIENT_SIDE);
    expect(kept(ending.open(undefined), values)).toEqual(['2026-01-09']);
    expect(ending.remarks?.()).toEqual([expect.stringMatching(/^2 records come after the end_datetime and were left out/)]);
  });

  it('end a feed only where they are older than what is read', () => {
    const feed = open(CLIENT_SIDE, { at: '2026-01-05' });
    expect(['2026-02-01', '2026-01-05', '2026-01-04'].map((at) => feed.endsFeed?.({ at }, slice))).toEqual([false, false, true]);
    expect(feed.endsFeed?.({}, slice)).toBe(false);
  });
});

describe('values finer than the windows', () => {
  const yaml = (formats: string, more = ''): string => `
type: DatetimeBasedCursor
cursor_field: at
cursor_datetime_formats: [${formats}]
datetime_format: "%Y-%m-%dT%H:%M:%SZ"
cursor_granularity: PT1S
step: P1D
start_datetime: "2026-01-01T00:00:00Z"
end_datetime: "2026-01-03T00:00:00Z"
${more}`;
  const BOTH = '"%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ"';
  const values = ['2026-01-01T10:00:00.250Z', '2026-01-01T10:00:00.250Z', '2026-01-01T10:00:00Z', '2026-01-01T10:00:00.000Z'];
  const counted = /^2 records have cursor values that are finer than the cursor_granularity, such as "2026-01-01T10:00:00.250Z"/;

  it('are counted', async () => {
    const sync = buildFromYaml('incrementalSync', yaml(BOTH));
    const cursor = sync.open(undefined);
    expect(cursor.observeExtremes).toBeUndefined();
    await readAll(cursor, [values]);
    expect(sync.remarks?.()).toEqual([expect.stringMatching(counted)]);
  });

  it('are counted once for all partitions', () => {
    const sync = buildFromYaml('incrementalSync', yaml(BOTH));
    const latest = sync.latest(undefined);
    const slice = new StreamSlice({}, { start_time: '2026-01-01T00:00:00Z', end_time: '2026-01-02T00:00:00Z' });
    for (const at of values) {
      latest.offer(at);
      sync.openPartition(undefined, 0).observe({ at }, slice);
    }
    expect(latest.value).toBe('2026-01-01T10:00:00Z');
    expect(sync.remarks?.()).toEqual([expect.stringMatching(counted)]);
  });

  it.each([
    ['cannot come', yaml('"%Y-%m-%dT%H:%M:%SZ"')],
    ['do no harm without windows', yaml(BOTH).replace('cursor_granularity: PT1S', '').replace('step: P1D', '')],
    [
      'do no harm where windows end with a whole day',
      yaml(BOTH).replaceAll('T%H:%M:%SZ"\ncursor', '"\ncursor').replaceAll('T00:00:00Z', '').replace('PT1S', 'P1D'),
    ],
  ])('%s', async (_name, source) => {
    const sync = buildFromYaml('incrementalSync', source);
    await readAll(sync.open(undefined), [values]);
    expect(sync.remarks?.()).toEqual([]);
  });
});

describe('dates out of range', () => {
  const EPOCH = DAILY.replace('%Y-%m-%d', '%s').replace('"2026-01-01"', '"0"').replace('end_datetime: "2026-01-10"', '');

  it.each<Json>([10n ** 30n, '99999999999999999999', -(10n ** 20n), 1e300])('of records leave the state alone: %s', async (value) => {
    expect(await readAll(open(EPOCH), [[value, 1_700_000_000]])).toEqual([{ at: '1700000000' }]);
    expect(open(EPOCH).shouldBeSynced({ at: value }, new StreamSlice())).toBe(true);
  });

  it.each([
    ['a start', EPOCH.replace('"0"', '"99999999999999"'), /the date "99999999999999" lies outside of the years 1 to 9999/],
    ['a lookback', `${DAILY}lookback_window: P9000Y`, /the lookback_window leads beyond the years 1 to 9999/],
  ])('of %s are told of', async (_name, yaml, message) => {
    await expect(async () => windowsOf(open(yaml, { at: '2026-01-05' }))).rejects.toThrow(message);
  });

  it.each<[string, string]>([
    ['step: P9000Y', 'cursor_granularity: P1D'],
    ['step: P999999999D', 'cursor_granularity: P1D'],
  ])('of a long %s make one window', async (step, granularity) => {
    expect(await windowsOf(open([DAILY, step, granularity].join('\n')))).toEqual(['2026-01-01 - 2026-01-10']);
  });

  it.each([
    ['step: P1D', 'cursor_granularity: P9000Y', 'the cursor_granularity leads beyond the years 1 to 9999'],
    ['step: P0.5Y', 'cursor_granularity: P1D', 'the step cannot be used: fractional years or months'],
  ])('of %s and %s are told of', async (step, granularity, message) => {
    await expect(windowsOf(open([DAILY, step, granularity].join('\n')))).rejects.toThrow(message);
  });

  it('of the end are told of where it is clamped', async () => {
    const yaml = `${DAILY.replaceAll('2026', '0001')}clamping: { target: MONTH }`;
    await expect(windowsOf(open(yaml))).rejects.toThrow('the end_datetime leads beyond the years 1 to 9999');
  });

  it('of a lookback in the state are told of', () => {
    const sync = buildFromYaml('incrementalSync', DAILY);
    expect(() => sync.openPartition({ at: '2026-01-05' }, 1e12)).toThrow(
      /lookback_window of 1000000000000 seconds leads beyond the year 1/,
    );
  });

  it('do not come up after the last day that there is', async () => {
    const yaml = STEPPED.replaceAll('2026', '9999').replace('9999-01-10', '9999-12-31');
    expect((await readAll(open(yaml, { at: '9999-12-28' }), [['9999-12-31']])).at(-1)).toEqual({ at: '9999-12-31' });
  });
});

describe('MinMaxDatetime', () => {
  it.each([
    ['2025-06-01', '2025-06-01'],
    ['2019-06-01', '2020-01-01'],
    ['2027-06-01', '2026-01-01'],
  ])('keeps %s at %s', (datetime, expected) => {
    const bound = buildFromYaml(
      'datetimeBound',
      {
        type: 'MinMaxDatetime',
        datetime: "{{ config['start'] }}",
        min_datetime: '2020-01-01',
        max_datetime: "{{ '2026-01-01' }}",
      },
      { config: { start: datetime } },
    );
    expect(bound.at('%Y-%m-%d').isoformat().slice(0, 10)).toBe(expected);
  });

  it('is written in a format of its own where it states one', () => {
    const bound = buildFromYaml('datetimeBound', { type: 'MinMaxDatetime', datetime: '02/03/2026', datetime_format: '%d/%m/%Y' });
    expect(bound.at('%Y-%m-%d').isoformat()).toBe('2026-03-02T00:00:00+00:00');
  });
});

describe('values of the future', () => {
  const UNBOUNDED = DAILY.replace('end_datetime: "2026-01-10"', '');
  const guarded = (settings: JsonObject): Partial<Run> => ({ guards: createGuards({ metadata: { guards: settings } }) });
  const stateAfter = async (values: readonly string[], yaml = UNBOUNDED, run: Partial<Run> = {}): Promise<Json | undefined> =>
    (await readAll(buildFromYaml('incrementalSync', yaml, { run, declaration: { name: 'items' } }).open(undefined), [values])).at(-1)?.[
      'at'
    ];

  it('leave the state where the other records are', async () => {
    expect(await stateAfter(['2026-01-09', '2999-12-31', '2026-01-12', '2026-01-16', '2026-01-15'])).toBe('2026-01-15');
    expect(await stateAfter(['2999-12-31', '2026-01-12'])).toBe('2026-01-12');
  });

  it('alone bring it to the present', async () => {
    expect(await stateAfter(['2999-12-31'])).toBe('2026-01-15');
  });

  it('are no such up to the end that the manifest gives', async () => {
    expect(await stateAfter(['2026-02-20', '2026-03-02'], `${UNBOUNDED}end_datetime: "2026-03-01"`)).toBe('2026-02-20');
  });

  it('move the state where the guard says so, for all streams or for one', async () => {
    expect(await stateAfter(['2999-12-31'], UNBOUNDED, guarded({ future_cursor: 'keep' }))).toBe('2999-12-31');
    expect(await stateAfter(['2999-12-31'], UNBOUNDED, guarded({ streams: { items: { future_cursor: 'keep' } } }))).toBe('2999-12-31');
    expect(await stateAfter(['2999-12-31'], UNBOUNDED, guarded({ streams: { others: { future_cursor: 'keep' } } }))).toBe('2026-01-15');
  });

  it('are warned of once', async () => {
    const warnings: string[] = [];
    const { log } = testRun();
    await stateAfter(['2999-12-31', '3000-01-01'], UNBOUNDED, { log: { ...log, warn: (text) => void warnings.push(String(text)) } });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/the at "2999-12-31", which lies in the future.*future_cursor=keep/);
  });

  it('do not move the state that all partitions share', () => {
    const latest = buildFromYaml('incrementalSync', UNBOUNDED).latest(undefined);
    expect([latest.offer('2999-12-31'), latest.value]).toEqual([true, undefined]);
    expect([latest.offer('2026-01-12'), latest.offer('2026-01-16'), latest.value]).toEqual([true, true, '2026-01-12']);
  });
});
