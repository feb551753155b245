import { describe, expect, it } from 'vitest';
import { readSyncOptions, type SyncCommandOptions } from './sync-options.ts';

describe('readSyncOptions', () => {
  it('reads lists, keys and durations', () => {
    const options: SyncCommandOptions = {
      to: 'sqlite:x',
      streams: 'a, b',
      key: ['a=id', 'b=x,y.z'],
      fullRefreshEvery: 'P1W',
      commitEvery: 'PT0.5S',
      duckdbMemory: '512',
    };
    expect(readSyncOptions(options)).toEqual({
      to: 'sqlite:x',
      catalog: undefined,
      streams: ['a', 'b'],
      keys: new Map([
        ['a', ['id']],
        ['b', ['x', 'y.z']],
      ]),
      fullRefresh: false,
      fullRefreshEvery: 604_800_000,
      overlap: undefined,
      commitEvery: 500,
      duckdbMemory: 536_870_912,
    });
  });

  it.each<[Partial<SyncCommandOptions>, string]>([
    [{ key: ['orders'] }, '--key "orders" must be STREAM=FIELD'],
    [{ fullRefreshEvery: 'weekly' }, '--full-refresh-every "weekly" must be an ISO 8601 duration'],
    [{ overlap: 'P1M' }, '--overlap "P1M" must be an ISO 8601 duration in weeks, days and hours'],
    [{ duckdbMemory: '1GB' }, '--duckdb-memory "1GB" must be a whole number of megabytes, 128 or more'],
    [{ duckdbMemory: '1' }, '--duckdb-memory "1" must be'],
    [{ commitEvery: '' }, '--commit-every "" must be an ISO 8601 duration'],
  ])('refuses %o', (options, message) => {
    expect(() => readSyncOptions({ to: 'sqlite:x', ...options })).toThrow(message);
  });
});
