import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { order } from './orders-api.ts';
import { runText } from './run.ts';
import { APR, beginSync, FEB, MAR, slicesOf, statuses } from './sync-course.ts';
import { DUCKDB, JSONL, PLACES, SQLITE } from './warehouse.ts';

describe('004.9 rows', () => {
  it('004.9 are flattened and typed by the schema, and the table grows with what comes (DuckDB)', async () => {
    const { api, work, sync } = await beginSync(DUCKDB, { data: { '/orders': [order(1, FEB)], '/readings': [] } });
    await sync();
    const [row] = await DUCKDB.rows(work, 'orders', 'id');
    expect(row).toEqual({
      id: '1',
      status: 'open',
      total: 1.5,
      paid: false,
      day: '2026-02-01',
      updated_at: '2026-02-01 00:00:00+00',
      customer__name: 'Customer 1',
      customer__address__city: 'Bern',
      items: '[{"sku":"S1","count":1}]',
    });
    api.data['/orders'] = [order(2, MAR, { total: 'twelve', customer: { name: 'Ada', vip: true }, note: 'new field', items: null })];
    expect((await sync()).exit).toBe(0);
    const rows = await DUCKDB.rows(work, 'orders', 'id');
    expect(rows).toEqual([
      row,
      expect.objectContaining({ id: '2', total__v_string: 'twelve', customer__name: 'Ada', customer__vip: true, note: 'new field' }),
    ]);
    expect(rows[1]).not.toHaveProperty('total');
  });

  it('004.9 keep nested data and every digit in JSON lines', async () => {
    const { work, sync } = await beginSync(JSONL, {
      data: { '/orders': [], '/readings': [] },
      answers: {
        '/readings': '{"data":[{"sensor":"a","big":12345678901234567890,"float":1.0,"text":"line\u2028end","deep":{"a":[null]}}]}',
      },
    });
    await sync();
    const text = readFileSync(path.join(work.at('warehouse'), 'readings.jsonl'), 'utf8');
    expect(text).toMatch(
      /^\{"sensor":"a","big":12345678901234567890,"float":1\.0,"text":"line\\u2028end","deep":\{"a":\[null\]\},"_airbyte_raw_id":/,
    );
  });

  it('004.9 are deduplicated on a natural key that the user names', async () => {
    const readings = [
      { sensor: 'a', place: 1, value: 1 },
      { sensor: 'b', place: 1, value: 2 },
      { sensor: 'a', place: 1, value: 3 },
    ];
    const { work, sync } = await beginSync(SQLITE, { data: { '/orders': [], '/readings': readings } });
    expect((await sync('--key', 'readings=sensor,place')).exit).toBe(0);
    expect(await SQLITE.rows(work, 'readings', 'sensor')).toEqual([
      { sensor: 'a', place: 1, value: 3 },
      { sensor: 'b', place: 1, value: 2 },
    ]);
  });

  it('004.9 without a primary key are the same when their whole content is', async () => {
    const data = { '/orders': [order(1, FEB), order(2, MAR), order(3, MAR)] };
    const edit = (text: string): string => text.replace('    primary_key: id\n', '');
    const { api, work, sync } = await beginSync(SQLITE, { data, edit });
    const first = await sync('--streams', 'orders');
    expect(first.stderr).toMatch(/^WARN Without a primary key, .*: orders\. Name one by --key/);
    api.data['/orders'] = [order(1, FEB), order(2, MAR), order(3, MAR, { status: 'shipped' })];
    await sync('--streams', 'orders');
    expect(statuses(await SQLITE.rows(work, 'orders', 'status'))).toEqual([
      [1, 'open'],
      [2, 'open'],
      [3, 'open'],
      [3, 'shipped'],
    ]);
  });

  it('004.9 whose key is null are kept', async () => {
    const { work, sync } = await beginSync(SQLITE, {
      data: { '/orders': [order(1, FEB), order(0, FEB, { id: null }), order(0, MAR, { id: null })] },
    });
    await sync('--streams', 'orders');
    const { stdout } = await sync('--streams', 'orders', '--full-refresh');
    expect(stdout).toContain('orders  orders     3      0         3        0         3  complete');
    expect((await SQLITE.rows(work, 'orders', 'updated_at')).map(({ id }) => id)).toEqual([1, undefined, undefined]);
  });

  it.each([SQLITE, DUCKDB, JSONL])('004.9 of which one sync brings two versions stay with the later one ($kind)', async (place) => {
    const { work, sync } = await beginSync(place, {
      data: {
        '/orders': [
          order(1, MAR, { status: 'later' }),
          order(1, FEB, { status: 'earlier' }),
          order(2, FEB),
          order(1, FEB, { status: 'again' }),
        ],
      },
    });
    expect((await sync('--streams', 'orders')).exit).toBe(0);
    expect(statuses(await place.rows(work, 'orders', 'id'))).toEqual([
      [1, 'later'],
      [2, 'open'],
    ]);
  });
});

describe.each(PLACES)('rows in $kind', (place) => {
  it('are told apart by the type of their key, and not by how a number is written', async () => {
    const answers = {
      '/readings': `{"data":[{"k":1,"n":1},{"k":"1","n":2},{"k":1.0,"n":3},{"k":true,"n":4},{"k":"true","n":5},{"k":"a\\u001fb","l":"c","n":6}]}`,
    };
    const { work, sync } = await beginSync(place, { data: { '/orders': [], '/readings': [] }, answers });
    expect((await sync('--streams', 'readings', '--key', 'readings=k')).exit).toBe(0);
    expect((await place.rows(work, 'readings', 'n')).map(({ n }) => Number(n))).toEqual([2, 3, 4, 5, 6]);
  });

  it('keep their own fields that are called as those of the warehouse', async () => {
    const own = { _airbyte_raw_id: 'mine', _airbyte_extracted_at: 'then', _airbyte_generation_id: 7, field___airbyte_raw_id: 'too' };
    const { work, sync } = await beginSync(place, { data: { '/orders': [], '/readings': [{ sensor: 'a', ...own }] } });
    expect((await sync('--streams', 'readings')).exit).toBe(0);
    const [row = {}] = await place.rows(work, 'readings', 'sensor');
    expect(Object.values(row).map(String).toSorted()).toEqual(['7', 'a', 'mine', 'then', 'too']);
  });

  it.each(['n'.repeat(300), 'a\ud800b', 'a\0b'])('of a stream whose name no file can have are found again: %j', async (name) => {
    const { sync } = await beginSync(place, {
      data: { '/orders': [], '/readings': [{ sensor: 'a', 'f\ud800': 1, ['f'.repeat(300)]: 2 }] },
      edit: (text) => text.replace('name: readings', `name: ${JSON.stringify(name)}`),
    });
    for (const removed of [0, 1]) {
      const { exit, stdout, stderr } = await sync();
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
      expect(stdout).toMatch(new RegExp(` 1 +1 +0 +${removed} +1  complete\n$`));
    }
  });
});

describe('a table that an earlier version made', () => {
  it('keeps the identities of its rows until its stream is read anew, and tells when its keys are confusable', async () => {
    const course = await beginSync(SQLITE, { data: { '/orders': [order(1, FEB, { id: '1' }), order(2, FEB, { id: 'x' })] } });
    const { api, work, sync } = course;
    await sync('--streams', 'orders');
    forgetKeyForm(work.at('warehouse'));

    api.data['/orders'] = [order(1, MAR, { id: '1', status: 'shipped' })];
    const second = await sync('--streams', 'orders');
    expect(second).toMatchObject({ exit: 0, stderr: '' });
    expect(second.stdout).toContain('orders  orders     1      0         1        0         2  complete');

    api.data['/orders'] = [order(1, APR), order(1, APR, { id: '1' })];
    expect((await sync('--streams', 'orders')).stderr).toBe(
      'WARN The keys of orders are of several types, such as 1 and "1", which the table "orders", made by an earlier version, does not tell apart. Run once with --full-refresh --streams orders.\n',
    );
    const { stdout, stderr } = await sync('--streams', 'orders', '--full-refresh');
    expect(stderr).toBe('');
    expect(stdout).toMatch(/orders {2}orders +2 +\d +\d +\d +2 {2}complete/);
  });
});

describe('004.7 reading', () => {
  it('004.7 overlaps the last sync by as much as the user says, so that late rows are found and none comes twice', async () => {
    const course = await beginSync(SQLITE, { data: { '/orders': [order(1, FEB), order(2, MAR)] } });
    const { api, work, sync } = course;
    await sync('--streams', 'orders');
    api.data['/orders'] = [order(1, FEB), order(2, MAR), order(3, '2026-02-20T00:00:00Z')];
    const { stdout } = await sync('--streams', 'orders', '--overlap', 'P14D');
    expect(slicesOf(course)).toEqual(['2026-02-15T00:00:00Z']);
    expect(stdout).toContain('orders  orders     2      1         1        0         3  complete');
    expect(statuses(await SQLITE.rows(work, 'orders', 'id')).map(([id]) => id)).toEqual([1, 2, 3]);
  });

  it('004.8 is replayed with its overlap', async () => {
    const { work, sync } = await beginSync(SQLITE, { data: { '/orders': [order(1, FEB)] } });
    await sync('--streams', 'orders');
    await sync('--streams', 'orders', '--overlap', 'P14D', '--raw', work.at('raw'));
    const { exit, stdout } = await runText(['replay', work.at('raw'), '--diff']);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'orders: 1 records, no difference\n' });
  });

  it('004.7 overlaps by the lookback_window of the manifest', async () => {
    const course = await beginSync(SQLITE, { data: { '/orders': [order(2, MAR)] }, config: { lookback: 'P1D' } });
    await course.sync('--streams', 'orders');
    await course.sync('--streams', 'orders');
    expect(slicesOf(course)).toEqual(['2026-02-28T00:00:00Z']);
  });

  it('004.7 advances the state of a stream only as far as it was read, and leaves a table whose stream failed as it was', async () => {
    const data = { '/orders': [order(1, FEB)], '/readings': [{ sensor: 'a' }, { sensor: 'b' }, { sensor: 'c' }] };
    const course = await beginSync(SQLITE, { data });
    const { api, work, sync } = course;
    await sync();
    api.data['/orders'] = [order(1, FEB), order(2, APR)];
    api.data['/readings'] = [{ sensor: 'x' }, { sensor: 'y' }, { sensor: 'z' }];
    api.fault = ({ path: place, query }) =>
      place === '/readings' && query['page'] === '2' ? { status: 404, body: '{"message":"gone"}' } : undefined;
    const failed = await sync();
    expect(failed.exit).toBe(1);
    expect(failed.stderr).toContain('ERROR readings: ');
    expect(failed.stderr).toContain('gone');
    expect(failed.stdout).toMatch(/readings {2}readings +2 +0 +0 +0 +3 {2}INCOMPLETE/);
    expect(await SQLITE.rows(work, 'readings', 'sensor')).toEqual([{ sensor: 'a' }, { sensor: 'b' }, { sensor: 'c' }]);
    expect(statuses(await SQLITE.rows(work, 'orders', 'id')).map(([id]) => id)).toEqual([1, 2]);
    expect(tablesOf(work.at('warehouse'))).toEqual(['_airbyte_columns', '_airbyte_ledger', 'orders', 'readings']);
    api.fault = () => undefined;
    await sync();
    expect(slicesOf(course)).toEqual([APR]);
    expect((await SQLITE.rows(work, 'readings', 'sensor')).length).toBe(3);
  });

  it('004.2 writes a refresh token that was used up back into the config', async () => {
    const { work, sync } = await beginSync(SQLITE, {
      data: { '/orders': [order(1, FEB)] },
      config: { refresh_token: 'refresh-0' },
      edit: (text) =>
        text.replace(
          '      grant_type: client_credentials\n',
          `      refresh_token: "{{ config['refresh_token'] }}"
      refresh_token_updater:
        refresh_token_config_path: [refresh_token]
        access_token_config_path: [access_token]
        token_expiry_date_config_path: [token_expiry_date]
`,
        ),
    });
    expect(await sync('--streams', 'orders')).toMatchObject({ exit: 0, stderr: '' });
    expect(JSON.parse(readFileSync(work.at('config.json'), 'utf8'))).toMatchObject({
      refresh_token: 'refresh-1',
      access_token: 'obtained-token-1',
    });
  });
});

describe('a place to load into', () => {
  it('is read from the beginning when somebody has taken its table away', async () => {
    const course = await beginSync(SQLITE, { data: { '/orders': [order(1, FEB), order(2, MAR)] } });
    await course.sync('--streams', 'orders');
    const database = new DatabaseSync(course.work.at('warehouse'));
    database.exec('DROP TABLE orders');
    database.close();
    await course.sync('--streams', 'orders');
    expect(statuses(await SQLITE.rows(course.work, 'orders', 'id')).map(([id]) => id)).toEqual([1, 2]);
  });

  it.each([
    ['sqlite', 'The table "orders" is there already and was not made by a sync'],
    ['jsonl', 'is there already and was not made by a sync'],
  ])('keeps its hands off what is not its own (%s)', async (kind, message) => {
    const place = kind === 'sqlite' ? SQLITE : JSONL;
    const { work, sync } = await beginSync(place, { data: { '/orders': [order(1, FEB)] } });
    if (kind === 'sqlite') {
      const database = new DatabaseSync(work.at('warehouse'));
      database.exec('CREATE TABLE Orders (id)');
      database.close();
    } else {
      mkdirSync(work.at('warehouse'));
      writeFileSync(path.join(work.at('warehouse'), 'orders.jsonl'), '{"mine":true}\n');
    }
    const { exit, stderr } = await sync('--streams', 'orders');
    expect(exit).toBe(1);
    expect(stderr).toContain(message);
  });

  it('tells of a file of lines that somebody has made shorter', async () => {
    const { work, sync } = await beginSync(JSONL, { data: { '/orders': [order(1, FEB)] } });
    await sync('--streams', 'orders');
    writeFileSync(path.join(work.at('warehouse'), 'orders.jsonl'), '{}\n');
    const { exit, stderr } = await sync('--streams', 'orders');
    expect(exit).toBe(1);
    expect(stderr).toContain('is shorter than the last sync has left it');
  });

  it.each(PLACES)('is written by one sync at a time, and free again after one that was killed ($kind)', async (place) => {
    const { api, work, sync, start } = await beginSync(place, { data: { '/orders': [order(1, FEB)] } });
    let [begun, kill] = [() => {}, () => {}];
    const isReading = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const killAt = new Promise<void>((resolve) => {
      kill = resolve;
    });
    api.fault = ({ path: asked }) => {
      if (asked !== '/orders') return undefined;
      begun();
      return { hangs: true };
    };
    const first = start({ killAt }, '--streams', 'orders');
    await isReading;
    const { exit, stderr } = await sync('--streams', 'orders');
    expect(exit).toBe(1);
    expect(stderr).toContain(`ERROR Another sync writes to ${work.at('warehouse')}`);
    expect(api.seen.filter(({ path: asked }) => asked !== '/token')).toEqual([]);
    kill();
    expect((await first).signal).toBe('SIGKILL');
    api.fault = () => undefined;
    expect(await sync('--streams', 'orders')).toMatchObject({ exit: 0, stderr: '' });
    expect(statuses(await place.rows(work, 'orders', 'id'))).toEqual([[1, 'open']]);
  });

  it.each([SQLITE, JSONL])('is not held by the lock file of an earlier version, whatever process it names ($kind)', async (place) => {
    const { work, sync } = await beginSync(place, { data: { '/orders': [order(1, FEB)] } });
    const lock = place === SQLITE ? 'warehouse.lock' : 'warehouse/_airbyte.lock';
    mkdirSync(path.dirname(work.at(lock)), { recursive: true });
    work.file(lock, String(process.pid));
    expect(await sync('--streams', 'orders')).toMatchObject({ exit: 0, stderr: '' });
  });

  it.each([
    ['nowhere', '"nowhere" is no place to load into: give one of duckdb:PLACE'],
    ['duckdb:/no/such/folder/file', 'The DuckDB file /no/such/folder/file cannot be used'],
  ])('must be one: %s', async (to, message) => {
    const { sync } = await beginSync({ ...SQLITE, to: () => to }, { data: {} });
    const { exit, stdout, stderr } = await sync();
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('says that DuckDB is not installed, and starts without it', async () => {
    const { work, args } = await beginSync(DUCKDB, { data: { '/orders': [order(1, FEB)] } });
    const dist = path.resolve(import.meta.dirname, '../../dist');
    cpSync(dist, work.at('dist'), { recursive: true });
    const { exit, stderr } = await runText(args, { main: path.join(work.at('dist'), 'main.js') });
    expect(exit).toBe(1);
    expect(stderr).toContain('DuckDB is not installed here: run "npm install @duckdb/node-api"');
  });
});

/** Makes a table as versions made it that had one form of keys only. */
function forgetKeyForm(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(`UPDATE _airbyte_ledger SET entry = json_remove(entry, '$.keyForm')`);
  database.exec(`UPDATE orders SET _airbyte_raw_id = replace(_airbyte_raw_id, '"', '')`);
  database.close();
}

function tablesOf(file: string): string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all() as { name: string }[];
  database.close();
  return rows.map(({ name }) => name);
}
