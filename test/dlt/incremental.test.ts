import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { IDS, ids, lastRequest, type Part, queries, read, startApi } from './read-config.ts';

function keyset(incremental: Part): Part {
  return {
    path: 'keyset',
    paginator: { type: 'cursor', cursor_path: 'scroll_param', cursor_param: 'scroll_param' },
    incremental: { cursor_path: 'updated_at', ...incremental },
  };
}

const ROWS = [1, 2, 3].map((id) => ({ id, updated_at: `2024-01-0${id}` }));
const ONE = { path: 'posts', paginator: 'single_page', data_selector: 'data' };

async function readTwice(incremental: Part, later: readonly JsonObject[] = ROWS) {
  const api = await startApi({ body: { data: ROWS } }, { body: { data: [...later] } });
  const endpoint = { ...ONE, incremental: { cursor_path: 'updated_at', start_param: 'since', ...incremental } };
  const first = await read(api, endpoint);
  const second = await read(api, endpoint, {}, { state: first.states });
  return { api, first, second };
}

describe('an incremental', () => {
  it('asks for what is new by the parameter, and drops the rows that the last sync had', async () => {
    const { api, first, second } = await readTwice({ initial_value: '2024-01-01' }, [...ROWS, { id: 4, updated_at: '2024-01-03' }]);
    expect(ids(first)).toEqual([1, 2, 3]);
    expect(ids(second)).toEqual([4]);
    expect(queries(api)).toEqual(['/posts?since=2024-01-01', '/posts?since=2024-01-03']);
    expect(second.states['posts']).toMatchObject({ updated_at: '2024-01-03' });
  });

  it('reads again as far back as the lag says, in days where dates have no time', async () => {
    const { api, second } = await readTwice({ initial_value: '2024-01-01', lag: 1 });
    expect(queries(api)[1]).toBe('/posts?since=2024-01-02');
    expect(ids(second)).toEqual([2, 3]);
  });

  it('reads a range anew each time when it has an end, and keeps its state', async () => {
    const { api, first, second } = await readTwice({
      initial_value: '2024-01-01',
      end_value: '2024-01-03',
      end_param: 'until',
    });
    expect([ids(first), ids(second)]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(queries(api)).toEqual(['/posts?since=2024-01-01&until=2024-01-03', '/posts?since=2024-01-01&until=2024-01-03']);
  });

  it('sends its values converted', async () => {
    const { api } = await readTwice({ cursor_path: 'id', initial_value: 1, convert: 'value * 1000' });
    expect(queries(api)).toEqual(['/posts?since=1000', '/posts?since=3000']);
  });

  it('takes its first value from the config', async () => {
    const api = await startApi();
    await read(
      api,
      { ...ONE, incremental: { cursor_path: 'id', start_param: 'since', initial_value: 'dlt.config["first"]' } },
      {},
      {
        config: { first: 7 },
      },
    );
    expect(lastRequest(api).query).toBe('since=7');
  });

  it('may stand in a parameter', async () => {
    const api = await startApi();
    const since = { type: 'incremental', cursor_path: 'id', initial_value: 3 };
    expect(ids(await read(api, { ...ONE, params: { since } }))).toEqual([3, 4]);
    expect(lastRequest(api).query).toBe('since=3');
  });

  it.each<[mode: string, read: unknown[], fails: boolean]>([
    ['raise', [], true],
    ['include', [1, 2], false],
    ['exclude', [1], false],
  ])('does with a record without the value what on_cursor_value_missing: %s says', async (mode, expected, fails) => {
    const api = await startApi({ body: { data: [{ id: 1, at: 5 }, { id: 2 }] } });
    const incremental = { cursor_path: 'at', initial_value: 1, on_cursor_value_missing: mode };
    const outcome = await read(api, { ...ONE, incremental });
    expect(outcome.failed).toEqual(fails ? ['posts'] : []);
    if (!fails) expect(ids(outcome)).toEqual(expected);
  });

  it('stops paging at the first old row where rows come in descending order', async () => {
    const pages = [9, 8, 7, 6].map((id) => ({ body: { data: [{ id }], next: 'x' } }));
    const api = await startApi(...pages);
    const endpoint = {
      ...ONE,
      paginator: { type: 'cursor', cursor_path: 'next' },
      incremental: { cursor_path: 'id', initial_value: 8, row_order: 'desc' },
    };
    expect(ids(await read(api, endpoint))).toEqual([9, 8]);
    expect(api.requests).toHaveLength(3);
  });

  it('003.4: moves its state after every page where rows come in ascending order', async () => {
    const api = await startApi();
    const outcome = await read(api, keyset({ initial_value: '2024-01-01T00:00:00Z', row_order: 'asc' }));
    expect(ids(outcome)).toEqual(IDS);
    expect(outcome.allStates.map((state) => state['updated_at'])).toEqual(
      ['01T04', '01T09', '01T14', '01T19', '02T00', '02T00', '02T00'].map((time) => `2024-01-${time}:00:00Z`),
    );
  });

  it('001.7: reads windows of time, each with its borders in the request', async () => {
    const api = await startApi();
    const endpoint = {
      path: 'echo',
      method: 'POST',
      paginator: 'single_page',
      json: { from: '{start_time}', to: '{end_time}' },
      incremental: {
        cursor_path: 'at',
        datetime_format: '%s',
        value_format: '%Y-%m-%d',
        initial_value: '2024-01-01',
        end_value: '2024-01-03',
        step: 'P1D',
        convert: 'value | int * 1000',
      },
    };
    const outcome = await read(api, endpoint);
    expect(outcome.errors).toEqual([]);
    const day = 86_400;
    const start = Date.UTC(2024, 0, 1) / 1000;
    // Windows are read at the same time: their requests arrive in any order.
    expect(api.requests.map(({ body }) => JSON.stringify(body)).sort()).toEqual([
      JSON.stringify({ from: start * 1000, to: (start + day - 1) * 1000 }),
      JSON.stringify({ from: (start + day) * 1000, to: (start + 2 * day) * 1000 }),
    ]);
  });

  it('says which unit a lag counts in windows of time', async () => {
    const incremental = { cursor_path: 'updated_at', datetime_format: '%Y-%m-%d', initial_value: '2024-01-01', lag: 28 };
    const { warnings } = await read(await startApi({ body: { data: ROWS } }), { ...ONE, incremental });
    expect(warnings).toContainEqual(expect.stringContaining('With windows of time, a lag of 28 is taken as 28 seconds.'));
  });

  it.each<[incremental: Part, message: string]>([
    [{ initial_value: 1 }, 'An incremental needs "cursor_path".'],
    [{ cursor_path: 'a', cursor_pth: 'b' }, 'Did you mean "cursor_path"?'],
    [{ cursor_path: 'a', last_value_func: { $python: 'my_max' } }, '"last_value_func" must be max or min.'],
    [{ cursor_path: 'a', initial_value: { $python: 'pendulum.now()' } }, 'is Python code, which cannot run here: pendulum.now()'],
    [{ cursor_path: 'a', allow_external_schedulers: true }, 'There is no external scheduler here.'],
    [{ cursor_path: 'a', end_value: 1 }, 'end_value'],
    [{ cursor_path: 'a', datetime_format: '%s' }, 'Windows of time need "initial_value".'],
    [{ cursor_path: 'a', step: 'P1D', initial_value: '2024' }, 'Windows of time need "datetime_format"'],
    [{ cursor_path: 'a', datetime_format: '%s', initial_value: '1', row_order: 'desc' }, '"row_order" can only be "asc"'],
  ])('%j is refused', async (incremental, message) => {
    const api = await startApi();
    await expect(read(api, { ...ONE, incremental })).rejects.toThrow(message);
    expect(api.requests).toEqual([]);
  });
});
