import { describe, expect, it } from 'vitest';
import type { ConfiguredStream } from '../protocol/catalog.ts';
import type { LedgerEntry } from './destination.ts';
import { planStreams, type SyncWishes } from './plan-streams.ts';

const NOW = Date.UTC(2026, 2, 10);
const DAY = 86_400_000;
const PLAIN: SyncWishes = { fullRefresh: false, keys: new Map() };

function configured(more: Partial<ConfiguredStream> = {}, name = 'orders'): ConfiguredStream {
  return {
    stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'], default_cursor_field: ['updated_at'] },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
    primary_key: [['id']],
    ...more,
  };
}

function entry(more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    table: 'orders',
    state: { updated_at: 'x' },
    generation: 3,
    refreshedAt: new Date(NOW - 5 * DAY).toISOString(),
    key: [['id']],
    runs: [],
    ...more,
  };
}

function plan(stream: ConfiguredStream, known?: LedgerEntry, wishes: SyncWishes = PLAIN) {
  const [only] = planStreams([stream], new Map(known === undefined ? [] : [[stream.stream.name, known]]), wishes, NOW);
  if (only === undefined) throw new Error('There is no plan.');
  return only;
}

describe('planStreams', () => {
  it('reads a new stream from its beginning', () => {
    const { stream, state, whole, entry: ledger } = plan(configured());
    expect(stream).toMatchObject({
      table: 'orders',
      mode: 'merge',
      key: [['id']],
      cursorField: 'updated_at',
      generation: 1,
      syncedAt: NOW,
    });
    expect({ state, whole, since: ledger.refreshingSince }).toEqual({ state: undefined, whole: true, since: new Date(NOW).toISOString() });
  });

  it('reads on from the state of the last sync', () => {
    expect(plan(configured(), entry())).toMatchObject({ state: { updated_at: 'x' }, whole: false, stream: { generation: 3 } });
  });

  it('004.4 goes on with the reading of a whole stream that was broken off', () => {
    const broken = entry({ refreshingSince: '2026-03-09T00:00:00.000Z' });
    for (const wishes of [PLAIN, { ...PLAIN, fullRefresh: true }, { ...PLAIN, fullRefreshEvery: 0 }]) {
      const { state, whole, stream, entry: ledger } = plan(configured(), broken, wishes);
      expect({ state, whole, generation: stream.generation }).toEqual({ state: { updated_at: 'x' }, whole: true, generation: 3 });
      expect(ledger.refreshingSince).toBe('2026-03-09T00:00:00.000Z');
    }
  });

  it.each<[string, Partial<LedgerEntry>, Partial<SyncWishes>, boolean]>([
    ['when the user says so', {}, { fullRefresh: true }, true],
    ['004.7 when the last time is long ago', {}, { fullRefreshEvery: 5 * DAY }, true],
    ['004.7 not when it is not', {}, { fullRefreshEvery: 6 * DAY }, false],
    ['004.7 when there never was a last time', { refreshedAt: undefined }, { fullRefreshEvery: 6 * DAY }, true],
    ['when another key is chosen', {}, { keys: new Map([['orders', ['uid']]]) }, true],
  ])('begins anew %s', (_, known, wishes, isWhole) => {
    const { whole, state, stream } = plan(configured(), entry(known), { ...PLAIN, ...wishes });
    expect({ whole, generation: stream.generation, hasState: state !== undefined }).toEqual({
      whole: isWhole,
      generation: isWhole ? 4 : 3,
      hasState: !isWhole,
    });
  });

  it('tells keys apart by their types from the next reading of the whole stream on', () => {
    const formOf = (known: Partial<LedgerEntry> | undefined, wishes?: Partial<SyncWishes>, more: Partial<ConfiguredStream> = {}) => {
      const { stream, entry: ledger } = plan(configured(more), known && entry(known), { ...PLAIN, ...wishes });
      expect(ledger.keyForm).toBe(stream.keyForm);
      return stream.keyForm;
    };
    expect(formOf(undefined)).toBe('typed');
    expect(formOf({})).toBe('untyped');
    expect(formOf({ refreshingSince: '2026-03-09T00:00:00.000Z' }, { fullRefresh: true })).toBe('untyped');
    expect(formOf({}, { fullRefresh: true })).toBe('typed');
    expect(formOf({ keyForm: 'typed' })).toBe('typed');
    expect(formOf({}, {}, { sync_mode: 'full_refresh' })).toBe('typed');
  });

  it('cuts names of tables to what names of files may have, and keeps them apart', () => {
    const names = [`${'ä'.repeat(150)}1`, `${'ä'.repeat(150)}2`, 'a\ud800', 'a\0', '..'];
    const tables = planStreams(
      names.map((name) => configured({}, name)),
      new Map(),
      PLAIN,
      NOW,
    ).map(({ stream }) => stream.table);
    expect(new Set(tables).size).toBe(names.length);
    for (const table of tables) expect(Buffer.byteLength(`${table}.jsonl.staging`)).toBeLessThanOrEqual(255);
    expect(tables[0]).toMatch(/^ä{100}_[0-9a-f]{8}$/);
    expect(tables.slice(2)).toEqual(['a_', 'a__2', '__']);
  });

  it('always begins anew with streams that are read whole', () => {
    const stream = configured({ sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' });
    expect(plan(stream, entry())).toMatchObject({ state: undefined, whole: true, stream: { mode: 'replace', generation: 4 } });
  });

  it.each<[ConfiguredStream['sync_mode'], ConfiguredStream['destination_sync_mode'], string]>([
    ['incremental', 'append', 'append'],
    ['incremental', 'append_dedup', 'merge'],
    ['incremental', 'overwrite', 'merge'],
    ['full_refresh', 'append', 'append'],
    ['full_refresh', 'append_dedup', 'replace'],
    ['full_refresh', 'overwrite', 'replace'],
  ])('loads %s %s by %s', (sync_mode, destination_sync_mode, mode) => {
    expect(plan(configured({ sync_mode, destination_sync_mode })).stream.mode).toBe(mode);
  });

  it('refuses modes that there are not, and keys of streams that are not selected', () => {
    expect(() => plan(configured({ destination_sync_mode: 'soft_delete' }))).toThrow('use append, append_dedup or overwrite');
    expect(() => plan(configured(), undefined, { ...PLAIN, keys: new Map([['other', ['id']]]) })).toThrow(
      '--key names the stream "other", which is not selected; selected are orders.',
    );
  });

  it('gives each stream a table of its own', () => {
    const names = ['a b', 'a_b', 'A-b', '_airbyte_x', 'größe', '..'];
    const plans = planStreams(
      names.map((name) => configured({}, name)),
      new Map([['old', entry({ table: 'a_b_2' })]]),
      PLAIN,
      NOW,
    );
    expect(plans.map(({ stream }) => stream.table)).toEqual(['a_b', 'a_b_3', 'A_b_4', 'stream__airbyte_x', 'größe', '__']);
  });
});
