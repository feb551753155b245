import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { order } from './orders-api.ts';
import { APR, beginSync, FEB, JAN, MAR, slicesOf, statuses } from './sync-course.ts';
import { DUCKDB, JSONL, PLACES, SQLITE } from './warehouse.ts';

/** Resolves when a condition holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The last state of the orders that was committed, as the log file says. */
function committed(log: string): string {
  if (!existsSync(log)) return '';
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  const events = lines.map((line) => JSON.parse(line) as { states?: Record<string, { updated_at: string }> });
  return events.findLast(({ states }) => states?.['orders'] !== undefined)?.states?.['orders']?.updated_at ?? '';
}

describe.each(PLACES)('sync --to $kind', (place) => {
  it('004.7 004.9 004.11 loads, then reads only what is new and replaces rows by their key', async () => {
    const data = { '/orders': [order(1, FEB), order(2, MAR), order(3, MAR)], '/readings': [{ sensor: 'a' }, { sensor: 'a' }] };
    const course = await beginSync(place, { data });
    const { api, work, sync } = course;
    const first = await sync();
    expect(first).toMatchObject({ exit: 0, stderr: '' });
    expect(first.stdout.split('\n')).toEqual([
      'stream    table     read  added  replaced  removed  rows now  status',
      'orders    orders       3      3         0        0         3  complete',
      'readings  readings     2      2         0        0         2  complete',
      '',
    ]);
    expect(await place.rows(work, 'readings', 'sensor')).toEqual([{ sensor: 'a' }, { sensor: 'a' }]);

    api.data['/orders'] = [order(1, FEB), order(2, APR, { status: 'shipped' }), order(3, MAR), order(4, APR)];
    api.data['/readings'] = [{ sensor: 'b' }];
    const second = await sync();
    expect(second.exit).toBe(0);
    expect(slicesOf(course)).toEqual([MAR]);
    expect(second.stdout.split('\n').slice(1)).toEqual([
      'orders    orders       3      1         2        0         4  complete',
      'readings  readings     1      1         0        2         1  complete',
      '',
    ]);
    expect(statuses(await place.rows(work, 'orders', 'id'))).toEqual([
      [1, 'open'],
      [2, 'shipped'],
      [3, 'open'],
      [4, 'open'],
    ]);
    expect(await place.rows(work, 'readings', 'sensor')).toEqual([{ sensor: 'b' }]);
  });
});

describe.each([SQLITE, DUCKDB, JSONL])('sync --to $kind', (place) => {
  it('004.7 --full-refresh-every reads the whole stream again when it is time, and removes rows that are gone', async () => {
    const course = await beginSync(place, { data: { '/orders': [order(1, FEB), order(2, MAR), order(3, APR)] } });
    const { api, work, sync } = course;
    const orders = ['--streams', 'orders', '--full-refresh-every'];
    await sync(...orders, 'P7D');
    api.data['/orders'] = [order(1, FEB, { status: 'changed unseen' }), order(3, APR)];
    await sync(...orders, 'P7D');
    expect(slicesOf(course)).toEqual([APR]);
    expect(statuses(await place.rows(work, 'orders', 'id')).length).toBe(3);
    const { stdout } = await sync(...orders, 'PT0S');
    expect(slicesOf(course)).toEqual(['2020-01-01T00:00:00Z']);
    expect(stdout).toContain('orders  orders     2      0         2        1         2  complete');
    expect(statuses(await place.rows(work, 'orders', 'id'))).toEqual([
      [1, 'changed unseen'],
      [3, 'open'],
    ]);
  });

  it('003.4 004.4 004.7 a sync that is killed resumes from its last state, without loss and without duplicates', async () => {
    const days = Array.from({ length: 12 }, (_, index) => `2026-01-${String(index * 2 + 1).padStart(2, '0')}T00:00:00Z`);
    const all = days.map((day, index) => order(index + 1, day));
    const course = await beginSync(place, {
      data: { '/orders': [...all], '/readings': [{ sensor: 'a' }] },
      config: { start_date: JAN, end_date: '2026-01-28T00:00:00Z' },
      edit: (text) => text.replace('      lookback_window:', '      step: P7D\n      cursor_granularity: PT1S\n      lookback_window:'),
    });
    const { api, work, sync, start } = course;
    const log = work.at('log.jsonl');
    const more = ['--commit-every', 'PT0S', '--log-file', log];
    // The third of four slices gets no answer; what was read before it is in the warehouse before long.
    api.fault = ({ path, query }) =>
      path === '/orders' && query['updated_since'] === '2026-01-15T00:00:00Z' ? { hangs: true } : undefined;
    const killed = await start({ killAt: until(() => committed(log) >= '2026-01-13') }, ...more);
    expect(killed.signal).toBe('SIGKILL');

    api.fault = () => undefined;
    const resumed = await sync(...more);
    expect(resumed).toMatchObject({ exit: 0, stderr: '' });
    expect(slicesOf(course)).toContain('2026-01-13T00:00:00Z');
    expect(slicesOf(course)).not.toContain(JAN);
    const rows = await place.rows(work, 'orders', 'updated_at');
    expect(statuses(rows)).toEqual(all.map(({ id }) => [id, 'open']));
    expect(await place.rows(work, 'readings', 'sensor')).toEqual([{ sensor: 'a' }]);
  });
});
