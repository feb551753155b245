import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { createCache } from '../../engine/cache.ts';
import { limitJobs } from '../../engine/job-slots.ts';
import type { Retriever, Row } from '../../engine/kinds.ts';
import type { Run } from '../../engine/run.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { type FakeAnswer, type FakeApi, fakeApi } from '../../testing/fake-api.ts';

const BASE = `
type: AsyncRetriever
status_mapping: {running: [busy], completed: [done], failed: [error], timeout: [expired], skipped: [empty]}
status_extractor: {type: DpathExtractor, field_path: [status]}
download_target_extractor: {type: DpathExtractor, field_path: [urls]}
creation_requester: {type: HttpRequester, url: "http://api/jobs/{{ stream_slice.day }}", http_method: POST}
polling_requester: {type: HttpRequester, url: "http://api/status/{{ creation_response.id }}"}
download_requester: {type: HttpRequester, url: "{{ download_target }}"}
abort_requester: {type: HttpRequester, url: "http://api/abort/{{ creation_response.id }}", http_method: POST}
delete_requester: {type: HttpRequester, url: "http://api/delete/{{ creation_response.id }}", http_method: POST}
record_selector:
  type: RecordSelector
  extractor: {type: DpathExtractor, field_path: []}
`;

/** An API whose jobs have the ids day-1, day-2 ... and go through the given answers to questions after their status. */
function jobApi(
  statuses: Readonly<Record<string, readonly unknown[]>>,
  creation: (id: string) => FakeAnswer = (id) => ({ body: { id } }),
): FakeApi {
  const made = new Map<string, number>();
  const asked = new Map<string, number>();
  return fakeApi((request) => {
    const [, path] = /http:\/\/api\/(.*)$/.exec(request) as RegExpExecArray;
    const [place, key = ''] = (path as string).split('/');
    if (place === 'jobs') {
      made.set(key, (made.get(key) ?? 0) + 1);
      return creation(`${key}-${made.get(key)}`);
    }
    if (place === 'status') {
      const answers = statuses[key] ?? ['done'];
      const index = asked.get(key) ?? 0;
      asked.set(key, index + 1);
      const status = answers[Math.min(index, answers.length - 1)];
      return { body: { status, urls: [`http://api/data/${key}`] } };
    }
    return { body: place === 'data' ? [{ id: key }] : {} };
  });
}

async function* days(...names: string[]): AsyncGenerator<StreamSlice> {
  for (const day of names) yield new StreamSlice({ day });
}

interface Reading {
  readonly records: Row[];
  readonly error: Error | undefined;
}

async function readAll(api: FakeApi, slices: AsyncIterable<StreamSlice>, { yaml = BASE, limit = 1 } = {}): Promise<Reading> {
  const run: Partial<Run> = { ...api.run, shared: createCache() };
  const retriever = build(yaml, run, limit);
  const records: Row[] = [];
  try {
    for await (const slice of retriever.slices?.(slices) ?? []) {
      for await (const batch of retriever.read(slice)) records.push(...batch.records);
    }
    return { records, error: undefined };
  } catch (error) {
    return { records, error: error as Error };
  }
}

function build(yaml: string, run: Partial<Run>, limit = 1): Retriever {
  const whole = testRun({ run });
  limitJobs(whole, limit);
  return buildFromYaml('retriever', yaml, { run: whole, stream: auxiliaryScope(whole, 'items') });
}

describe('AsyncRetriever', () => {
  it('creates a job, asks until it is completed, downloads its results and deletes it', async () => {
    const api = jobApi({ 'mon-1': ['busy', 'busy', 'done'] });
    const { records, error } = await readAll(api, days('mon'));
    expect(error).toBeUndefined();
    expect(records).toEqual([{ id: 'mon-1' }]);
    expect(api.requests).toEqual([
      'POST http://api/jobs/mon',
      'GET http://api/status/mon-1',
      'GET http://api/status/mon-1',
      'GET http://api/status/mon-1',
      'GET http://api/data/mon-1',
      'POST http://api/delete/mon-1',
    ]);
  });

  it('runs as many jobs at a time as the source allows', async () => {
    const api = jobApi({ 'mon-1': ['busy', 'done'], 'tue-1': ['busy', 'done'] });
    await readAll(api, days('mon', 'tue', 'wed'), { limit: 2 });
    expect(api.requests.slice(0, 4)).toEqual([
      'POST http://api/jobs/mon',
      'POST http://api/jobs/tue',
      'GET http://api/status/mon-1',
      'GET http://api/status/tue-1',
    ]);
    expect(api.requests.filter((asked) => asked.startsWith('GET http://api/data'))).toHaveLength(3);
  });

  it('makes a failed job anew and gives up after three', async () => {
    const twice = jobApi({ 'mon-1': ['error'], 'mon-2': ['error'] });
    expect(await readAll(twice, days('mon'))).toEqual({ records: [{ id: 'mon-3' }], error: undefined });
    const always = jobApi({ 'mon-1': ['error'], 'mon-2': ['error'], 'mon-3': ['error'] });
    const { records, error } = await readAll(always, days('mon', 'tue'));
    expect(records).toEqual([{ id: 'tue-1' }]);
    expect(error).toMatchObject({
      name: 'SystemError',
      message: expect.stringMatching(/^One or more async jobs failed after exhausting all retry attempts/),
    });
    expect(always.requests.filter((asked) => asked === 'POST http://api/jobs/mon')).toHaveLength(3);
  });

  it('aborts a job that has timed out, by the API or by the clock', async () => {
    const stated = jobApi({ 'mon-1': ['expired'] });
    expect((await readAll(stated, days('mon'))).records).toEqual([{ id: 'mon-2' }]);
    expect(stated.requests).toContain('POST http://api/abort/mon-1');
    const slow = jobApi({ 'mon-1': ['busy'] });
    expect((await readAll(slow, days('mon'), { yaml: `${BASE}polling_job_timeout: "{{ 1 + 1 }}"` })).records).toEqual([{ id: 'mon-2' }]);
    expect(slow.requests.filter((asked) => asked === 'GET http://api/status/mon-1')).toHaveLength(25);
    expect(slow.requests).toContain('POST http://api/abort/mon-1');
  });

  it('waits before it makes a failed job anew when the manifest says so', async () => {
    const api = jobApi({ 'mon-1': ['error'] });
    const before = api.run.clock.now();
    await readAll(api, days('mon'), { yaml: `${BASE}failed_retry_wait_time_in_seconds: 60` });
    expect(Number(api.run.clock.now() - before)).toBeGreaterThanOrEqual(60_000_000);
  });

  it('gives no records for a job that is skipped', async () => {
    const api = jobApi({ 'mon-1': ['empty'] });
    expect(await readAll(api, days('mon'))).toEqual({ records: [], error: undefined });
    expect(api.requests).toHaveLength(2);
  });

  it('tries again to create a job, but not what the user must mend', async () => {
    let refused = 0;
    const api = jobApi({}, (id) => {
      refused += 1;
      return refused === 1 ? { status: 400, body: {} } : { body: { id } };
    });
    expect((await readAll(api, days('mon'))).records).toEqual([{ id: 'mon-2' }]);
    const denied = jobApi({ 'mon-1': ['busy'] }, (id) => (id === 'tue-1' ? { status: 401, body: {} } : { body: { id } }));
    const { error } = await readAll(denied, days('mon', 'tue'), { limit: 2 });
    expect(error?.name).toBe('ConfigError');
    expect(denied.requests.at(-1)).toBe('POST http://api/abort/mon-1');
  });

  it('goes on asking after a status that the mapping lacks, and fails at the end', async () => {
    const api = jobApi({ 'mon-1': ['odd', 'odd', 'done'] });
    const { records, error } = await readAll(api, days('mon'));
    expect(records).toEqual([{ id: 'mon-1' }]);
    expect(error?.message).toContain('"odd"');
    expect(api.warnings).toHaveLength(1);
  });

  it('reads the other slices when giving slices fails', async () => {
    async function* failing(): AsyncGenerator<StreamSlice> {
      yield new StreamSlice({ day: 'mon' });
      throw new Error('the parent failed');
    }
    const { records, error } = await readAll(jobApi({}), failing());
    expect(records).toEqual([{ id: 'mon-1' }]);
    expect(error?.message).toContain('the parent failed');
  });

  it('leaves the only place to jobs of a parent while it waits for its slices', async () => {
    const api = jobApi({ 'mon-1': ['busy', 'done'] });
    const run = { ...api.run, shared: createCache() };
    const parent = build(BASE, run);
    const child = build(BASE, run);
    async function* slices(): AsyncGenerator<StreamSlice> {
      for await (const slice of parent.slices?.(days('mon', 'tue')) ?? []) {
        for await (const { records } of parent.read(slice))
          for (const { id } of records) yield new StreamSlice({ day: `of ${String(id)}` });
      }
    }
    const records: Row[] = [];
    for await (const slice of child.slices?.(slices()) ?? []) for await (const batch of child.read(slice)) records.push(...batch.records);
    expect(records).toHaveLength(2);
  });

  it('asks for download targets where polling does not tell them, and pages through each', async () => {
    const api = fakeApi((asked) => {
      if (asked.includes('/jobs')) return { headers: { Location: 'http://api/status/7' }, body: 'accepted' };
      if (asked.includes('/status')) return { body: { status: 'done', report: 'r1' } };
      if (asked.includes('/files')) return { body: { urls: ['http://api/data?page=1'] } };
      return { body: [{ asked }] };
    });
    const yaml = `
type: AsyncRetriever
status_mapping: {running: [], completed: [done], failed: [], timeout: []}
status_extractor: {type: DpathExtractor, field_path: [status]}
download_target_requester: {type: HttpRequester, url: "http://api/files/{{ polling_response.report }}"}
download_target_extractor: {type: DpathExtractor, field_path: [urls]}
creation_requester: {type: HttpRequester, url: "http://api/jobs", http_method: POST}
polling_requester: {type: HttpRequester, url: "{{ creation_response.headers.location }}"}
download_requester: {type: HttpRequester, url: "{{ download_target }}"}
download_paginator:
  type: DefaultPaginator
  page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: offset}
  pagination_strategy: {type: CursorPagination, cursor_value: "{{ last_page_size }}", stop_condition: "{{ 'offset' in last_record.asked }}"}
record_selector:
  type: RecordSelector
  extractor: {type: DpathExtractor, field_path: [ignored]}
  record_filter: {type: RecordFilter, condition: "{{ record.asked }}"}`;
    const { records, error } = await readAll(api, days('mon'), { yaml });
    expect(error).toBeUndefined();
    expect(records).toEqual([{ asked: 'GET http://api/data?page=1' }, { asked: 'GET http://api/data?page=1&offset=1' }]);
  });

  it('gives its places back when its reader stops early', async () => {
    const api = jobApi({});
    const run = testRun({ run: { ...api.run, shared: createCache() } });
    limitJobs(run, 2);
    const retriever = buildFromYaml('retriever', BASE, { run, stream: auxiliaryScope(run, 'items') });
    for await (const _ of retriever.slices?.(days('mon', 'tue', 'wed')) ?? []) break;
    for await (const _ of retriever.slices?.(days('thu', 'fri')) ?? []);
    expect(api.requests.filter((asked) => asked.startsWith('POST http://api/jobs'))).toHaveLength(4);
  });

  it('reads a slice that no job was made for by a job of its own', async () => {
    const api = jobApi({});
    const records: Row[] = [];
    for await (const batch of build(BASE, api.run).read(new StreamSlice({ day: 'sun' }))) records.push(...batch.records);
    expect(records).toEqual([{ id: 'sun-1' }]);
  });

  it.each([
    [
      'download_target_requester: {type: HttpRequester, url: "http://api/x"}',
      'download_target_extractor',
      BASE.replace(/download_target_extractor.*\n/, ''),
    ],
    ['polling_job_timeout: "{{ config }}"', 'whole number', BASE],
    [
      'abort_requester: {type: HttpRequester, url: "http://api/x", error_handler: {type: DefaultErrorHandler, response_filters: [{type: HttpResponseFilter, http_codes: [400], action: REDUCE_PAGE_SIZE}]}}',
      'REDUCE_PAGE_SIZE',
      BASE.replace(/abort_requester.*\n/, ''),
    ],
  ])('refuses %s', (line, message, yaml) => {
    expect(() => build(`${yaml}${line}`, {})).toThrow(message);
  });

  it('refuses a status in two lists', () => {
    expect(() => build(BASE.replace('failed: [error]', 'failed: [done]'), {})).toThrow('"done"');
  });
});
