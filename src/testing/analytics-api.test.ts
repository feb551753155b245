import { afterEach, describe, expect, it } from 'vitest';
import { type AnalyticsApi, type AnalyticsApiOptions, DATASET_ID, FORBIDDEN_DATASET_ID, startAnalyticsApi } from './analytics-api.ts';

const DAY = 86_400_000;
const START = Date.UTC(2025, 0, 1);
const BEARER = { authorization: 'Bearer analytics-token' };
const KEY = { api_key: 'analytics-key' };

interface Row {
  id: string | null;
  thing: string;
  timestamp: number;
}

let api: AnalyticsApi | undefined;
afterEach(() => api?.close());

async function start(options: Partial<AnalyticsApiOptions> = {}): Promise<AnalyticsApi> {
  api = await startAnalyticsApi({ rows: 1000, seed: 1, ...options });
  return api;
}

function clauses(from: number, to: number): unknown[] {
  return [
    { clause: { type: 'timestamp', operator: 10, parameters: [{ value: from }, { value: to }] }, orderBy: 1, columnName: 'Timestamp' },
  ];
}

async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = BEARER,
): Promise<{ status: number; body: { data: Row[]; message: string } }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${api?.url}/api/dataset/execute/${path}`, { method: 'POST', body: text, headers });
  return { status: response.status, body: (await response.json()) as { data: Row[]; message: string } };
}

async function rowsOf(path: string, body: unknown): Promise<Row[]> {
  return (await post(path, body)).body.data;
}

async function get(path: string, headers: Record<string, string> = KEY): Promise<Response> {
  return fetch(`${api?.url}${path}`, { headers });
}

describe('the dataset', () => {
  it('gives rows of one year by offset and limit, ascending', async () => {
    const { row } = await start();
    const all = await rowsOf(DATASET_ID, []);
    expect(all).toHaveLength(1000);
    expect(all).toEqual(Array.from({ length: 1000 }, (_, i) => row(i)));
    expect(all.every(({ timestamp }, i) => i === 0 || timestamp >= (all[i - 1]?.timestamp ?? 0))).toBe(true);
    expect(all[0]?.timestamp).toBeLessThan(START + DAY);
    expect(all[999]?.timestamp).toBeGreaterThan(START + 360 * DAY);
    expect(all.filter(({ id }) => id === null)).toHaveLength(9);
    expect(await rowsOf(`${DATASET_ID}?offset=990&limit=20`, [])).toEqual(all.slice(990));
    expect(await rowsOf(`${DATASET_ID}?offset=1000&limit=20`, [])).toEqual([]);
  });

  it('takes the clauses, offset and limit in the body as well', async () => {
    await start();
    const range = clauses(START + 100 * DAY, START + 200 * DAY);
    const inQuery = await rowsOf(`${DATASET_ID}?offset=10&limit=5`, range);
    expect(inQuery).toHaveLength(5);
    expect(await rowsOf(DATASET_ID, { query: range, offset: 10, limit: 5 })).toEqual(inQuery);
  });

  it('filters by timestamp, both ends included', async () => {
    const { row } = await start();
    const [from, to] = [row(10), row(20)].map(({ timestamp }) => Number(timestamp)) as [number, number];
    expect(await rowsOf(DATASET_ID, clauses(from, to))).toEqual(Array.from({ length: 11 }, (_, i) => row(10 + i)));
    expect(await rowsOf(DATASET_ID, [...clauses(from, to), ...clauses(to, to)])).toEqual([row(20)]);
    expect(await rowsOf(DATASET_ID, clauses(from + 1, from + 1))).toEqual([]);
  });

  it('is the same for the same seed, and grows at its end', async () => {
    const first = (await start()).row(5);
    await api?.close();
    const second = await start();
    expect(second.row(5)).toEqual(first);
    const before = await rowsOf(DATASET_ID, []);
    second.addRows(3);
    const after = await rowsOf(DATASET_ID, []);
    expect(after.slice(0, 1000)).toEqual(before);
    expect(after).toHaveLength(1003);
    expect(after[1000]?.timestamp).toBeGreaterThan(before[999]?.timestamp ?? 0);
    await api?.close();
    expect((await start({ seed: 2 })).row(5)).not.toEqual(first);
  });
});

describe('the resource', () => {
  it('pages from the newest by id, to an empty page', async () => {
    await start({ resources: 1203 });
    const pages: number[][] = [];
    for (let before = ''; pages.at(-1)?.length !== 0; ) {
      const { data } = (await (await get(`/v1/resource?limit=500${before}`)).json()) as { data: { id: number }[] };
      pages.push(data.map(({ id }) => id));
      before = `&before=${data.at(-1)?.id}`;
    }
    expect(pages.map((page) => page.length)).toEqual([500, 500, 203, 0]);
    expect(pages.flat()).toEqual(Array.from({ length: 1203 }, (_, i) => 1203 - i));
  });
});

describe('a refused request', () => {
  it.each<[string, unknown, Record<string, string>, number, string]>([
    [DATASET_ID, [], {}, 401, 'Send a bearer token, or an API key in the header api_key.'],
    [DATASET_ID, [], { authorization: 'Bearer wrong' }, 401, 'The access token is not valid.'],
    [DATASET_ID, [], { api_key: 'wrong' }, 401, 'The API key is not valid.'],
    [FORBIDDEN_DATASET_ID, [], BEARER, 403, 'You may not read the dataset payroll.'],
    ['none', [], BEARER, 404, 'There is no dataset none.'],
    [DATASET_ID, '{', BEARER, 400, 'The body is not JSON.'],
    [DATASET_ID, '"text"', BEARER, 400, 'The body must be a list of clauses, or an object with such a list under "query".'],
    [DATASET_ID, {}, BEARER, 400, 'The body must be a list of clauses, or an object with such a list under "query".'],
    [DATASET_ID, [{}], BEARER, 400, 'Each clause must be of type "timestamp" with the operator 10.'],
    [
      DATASET_ID,
      [{ clause: { type: 'timestamp', operator: 10, parameters: [{ value: '1' }] } }],
      BEARER,
      400,
      'A timestamp clause takes two parameters, each with a number of milliseconds as its "value".',
    ],
    [`${DATASET_ID}?limit=0`, [], BEARER, 400, '"limit" must be a whole number from 1 to 10000, not "0".'],
    [`${DATASET_ID}?offset=-1`, [], BEARER, 400, '"offset" must be a whole number from 0 to 9007199254740991, not "-1".'],
  ])('%s %j', async (path, body, headers, status, message) => {
    await start();
    expect(await post(path, body, headers)).toEqual({ status, body: { status, message } });
  });

  it('has a wrong path, method or parameter', async () => {
    await start();
    expect((await get('/v1/none')).status).toBe(404);
    expect((await get(`/api/dataset/execute/${DATASET_ID}`)).status).toBe(405);
    expect((await get('/v1/resource?before=x')).status).toBe(400);
  });

  it('may carry other credentials where the API is told so', async () => {
    await start({ accessToken: 't', apiKey: 'k', apiKeyHeader: 'X-Key' });
    expect((await get('/v1/resource', { 'x-key': 'k' })).status).toBe(200);
    expect((await get('/v1/resource', { authorization: 'Bearer t' })).status).toBe(200);
    expect((await get('/v1/resource', KEY)).status).toBe(401);
  });
});

describe('faults', () => {
  it('answer in place of the API, then no more', async () => {
    await start({ faults: [{ path: '/v1/resource', at: 2, times: 2, status: 429, retryAfter: 7 }] });
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await get('/v1/resource?limit=1'));
    expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
    expect(answers[1]?.headers.get('retry-after')).toBe('7');
    expect(await answers[1]?.json()).toEqual({ status: 429, message: 'Too many requests.' });
  });

  it('give any body and headers', async () => {
    await start({ faults: [{ status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }] });
    const answer = await get('/v1/resource');
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, 'text/html', '<html>']);
  });

  it('break connections before and within the answer', async () => {
    await start({ faults: [{ break: 'before' }, { at: 1, break: 'within', delay: 1 }] });
    await expect(get('/v1/resource')).rejects.toThrow();
    const cut = await get('/v1/resource');
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow();
    expect(api?.requests.map(({ status }) => status)).toEqual([0, 0]);
  });
});

it('logs the requests', async () => {
  await start();
  await post(`${DATASET_ID}?offset=0&limit=2`, []);
  expect(api?.requests).toMatchObject([
    {
      method: 'POST',
      path: `/api/dataset/execute/${DATASET_ID}`,
      query: { offset: '0', limit: '2' },
      body: '[]',
      headers: BEARER,
      status: 200,
    },
  ]);
});
