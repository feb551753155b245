import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { type Answer, type LocalApi, localApi, type Received } from '../testing/local-api.ts';
import { type ReadOutcome, type ReadSetting, readManifest } from '../testing/read-manifest.ts';
import { CHECKPOINT_KEY } from './page-checkpoint.ts';

const PAGES = 5;

/** The query of a request. */
function queryOf({ path }: Received): URLSearchParams {
  return new URL(path, 'http://api').searchParams;
}

/** Pages of two rows by the tokens t1, t2 and so on; the newest rows come first. */
function page(request: Received): Answer {
  const query = queryOf(request);
  const number = Number((query.get('token') ?? 't0').slice(1));
  const rows = [0, 1].map((row) => ({
    id: number * 2 + row,
    at: `2026-01-${String(12 - number * 2 - row).padStart(2, '0')}`,
    part: query.get('part'),
  }));
  return { body: { rows, next: number + 1 < PAGES ? `t${number + 1}` : null } };
}

interface Parts {
  readonly retriever?: string;
  readonly stream?: string;
  readonly top?: string;
  readonly paginator?: string;
}

const TOKENS = 'pagination_strategy: {type: CursorPagination, cursor_value: "{{ response.next }}"}';
const CURSOR = `incremental_sync:
    type: DatetimeBasedCursor
    cursor_field: at
    datetime_format: "%Y-%m-%d"
    start_datetime: "2026-01-01"
    end_datetime: "2026-01-12"`;
const ROUTER =
  'partition_router: {type: ListPartitionRouter, values: [a, b, b], cursor_field: part, request_option: {type: RequestOption, inject_into: request_parameter, field_name: part}}';

function manifest({ url }: LocalApi, { retriever = '', stream = '', top = '', paginator = TOKENS }: Parts = {}): string {
  return `
version: "6.0.0"
type: DeclarativeSource
check: {type: CheckStream, stream_names: [rows]}
concurrency_level: {type: ConcurrencyLevel, default_concurrency: 1}
${top}
streams:
- type: DeclarativeStream
  name: rows
  schema_loader: {type: InlineSchemaLoader, schema: {}}
  ${stream}
  retriever:
    type: SimpleRetriever
    requester: {type: HttpRequester, url: "${url}/rows", error_handler: {type: DefaultErrorHandler, max_retries: 0, response_filters: [{type: HttpResponseFilter, http_codes: [410], action: IGNORE}]}}
    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [rows]}}
    paginator:
      type: DefaultPaginator
      page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: token}
      ${paginator}
    ${retriever}
`;
}

const ids = ({ records }: ReadOutcome): unknown[] => (records['rows'] ?? []).map(({ id }) => id);
const checkpointOf = (state: JsonObject | undefined): JsonObject | undefined => state?.[CHECKPOINT_KEY] as JsonObject | undefined;
const tokens = ({ received }: LocalApi): (string | null)[] => received.map((request) => queryOf(request).get('token'));

/** Reads all, then once more with the state that was printed after so many pages, as after a kill; the requests of the second read are left. */
async function resume(
  api: LocalApi,
  text: string,
  pages: number,
  setting: ReadSetting = {},
): Promise<{ first: ReadOutcome; second: ReadOutcome }> {
  const by: ReadSetting = { checkpoint: 'page', ...setting };
  const first = await readManifest(text, { ...by, minutesLater: 0 });
  const state = first.allStates[pages - 1] as JsonObject;
  api.received.length = 0;
  return { first, second: await readManifest(text, { ...by, state: { rows: state } }) };
}

describe('a sync that goes on within a slice', () => {
  it('asks for the page after the last one that was written, and leaves the state of a whole one', async () => {
    const api = await localApi(page);
    const { first, second } = await resume(api, manifest(api), 3);
    expect(first.allStates.map((state) => (checkpointOf(state)?.['open'] as JsonObject[] | undefined)?.[0]?.['token'])).toEqual([
      't1',
      't2',
      't3',
      't4',
      undefined,
    ]);
    expect(ids(second)).toEqual([6, 7, 8, 9]);
    expect(tokens(api)).toEqual(['t3', 't4']);
    expect(second.states).toEqual({ rows: { __ab_no_cursor_state_message: true } });
    expect(second.infos.join('\n')).toContain('goes on within the stream at the page token "t3"');
  });

  it('knows the greatest cursor value of the pages before, though records come in descending order', async () => {
    const api = await localApi(page);
    const { first, second } = await resume(api, manifest(api, { stream: CURSOR }), 2);
    expect(first.allStates[1]).toMatchObject({ at: '2026-01-01', [CHECKPOINT_KEY]: { open: [{ token: 't2', latest: '2026-01-12' }] } });
    expect(ids(second)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(second.states).toEqual(first.states);
    expect(second.states).toEqual({ rows: { at: '2026-01-12' } });
  });

  it('reads the slice as it was cut then, and what has come since in one of its own', async () => {
    const api = await localApi(page);
    const options = `start_time_option: {type: RequestOption, inject_into: request_parameter, field_name: from}
    end_time_option: {type: RequestOption, inject_into: request_parameter, field_name: to}`;
    const minutes = 'cursor_datetime_formats: ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]';
    const endless = CURSOR.replace('\n    end_datetime: "2026-01-12"', '')
      .replace('"%Y-%m-%d"', '"%Y-%m-%dT%H:%M"')
      .replace('-01"', '-01T00:00"');
    const stream = `${endless}\n    ${options}\n    ${minutes}`;
    const first = await readManifest(manifest(api, { stream }), { checkpoint: 'page' });
    api.received.length = 0;
    const later = { checkpoint: 'page', state: { rows: first.allStates[3] as JsonObject }, minutesLater: 50 } as const;
    await readManifest(manifest(api, { stream }), later);
    const asked = api.received.map((request) => Object.fromEntries(queryOf(request)));
    expect(asked.slice(0, 2)).toEqual([
      { token: 't4', from: '2026-01-01T00:00', to: '2026-01-15T12:34' },
      { from: '2026-01-15T12:34', to: '2026-01-15T13:24' },
    ]);
    expect(asked).toHaveLength(1 + PAGES);
  });

  it('reads no partition again that was read to its end, but one that is listed twice', async () => {
    const api = await localApi(page);
    const { first, second } = await resume(api, manifest(api, { retriever: ROUTER }), PAGES + 2);
    expect(checkpointOf(first.allStates[PAGES + 1])).toMatchObject({
      open: [{ partition: { part: 'b' }, token: 't2' }],
      done: [expect.any(String)],
    });
    expect(first.records['rows']).toHaveLength(3 * 2 * PAGES);
    expect(api.received.map((request) => queryOf(request).get('part'))).not.toContain('a');
    expect(second.records['rows']).toHaveLength(2 * 2 * PAGES - 4);
  });

  it.each([
    ['of its own', CURSOR],
    ['of all', `${CURSOR}\n    global_substream_cursor: true`],
  ])('reads no partition with a cursor %s again either', async (_whose, stream) => {
    const api = await localApi(page);
    const { first, second } = await resume(api, manifest(api, { retriever: ROUTER.replace('[a, b, b]', '[a, b]'), stream }), PAGES + 2);
    expect(api.received.map((request) => [queryOf(request).get('part'), queryOf(request).get('token')])).toEqual([
      ['b', 't2'],
      ['b', 't3'],
      ['b', 't4'],
    ]);
    expect({ ...second.states['rows'], lookback_window: 1 }).toEqual({ ...first.states['rows'], lookback_window: 1 });
  });

  const endless = CURSOR.replace('\n    end_datetime: "2026-01-12"', '');
  it.each([
    ['does not read the last day again that it has read', endless],
    ['does not begin a stream anew that tells news by itself', `${endless}\n    is_client_side_incremental: true`],
  ])('%s', async (_what, stream) => {
    const api = await localApi(page);
    const first = await readManifest(manifest(api, { stream }), { checkpoint: 'page' });
    api.received.length = 0;
    await readManifest(manifest(api, { stream }), {
      checkpoint: 'page',
      state: { rows: first.allStates[3] as JsonObject },
      minutesLater: 50,
    });
    expect(tokens(api)).toEqual(['t4']);
  });
});

describe('other streams', () => {
  it('count on from the greatest number that was seen', async () => {
    const api = await localApi((request) => {
      const { body } = page(request) as { body: { rows: JsonObject[] } };
      return { body: { ...body, rows: body.rows.map((row) => ({ ...row, count: 100 - Number(row['id']) })) } };
    });
    const stream = 'incremental_sync: {type: IncrementingCountCursor, cursor_field: count, start_value: 1}';
    const { first, second } = await resume(api, manifest(api, { stream }), 2);
    expect(ids(second)).toEqual([4, 5, 6, 7, 8, 9]);
    expect(second.states).toEqual(first.states);
    expect(second.states).toEqual({ rows: { count: 100 } });
  });

  it('are read from their start where a state decides which stream is read', async () => {
    const api = await localApi(page);
    const [head = '', declared = ''] = manifest(api, { stream: CURSOR }).split('\n- ');
    const stream = declared.replaceAll('\n', '\n    ');
    const text = `${head}\n- type: StateDelegatingStream\n  name: rows\n  full_refresh_stream:\n      ${stream}\n  incremental_stream:\n      ${stream}`;
    const { allStates, records } = await readManifest(text, { checkpoint: 'page' });
    expect(records['rows']).toHaveLength(2 * PAGES);
    expect(allStates.map(checkpointOf)).toEqual([undefined, undefined]);
  });
});

describe('a token that the API does not take', () => {
  it.each<[string, Answer]>([
    ['is refused', { status: 404, body: { error: 'unknown token' } }],
    ['is answered by what the manifest ignores', { status: 410 }],
    ['gives nothing', { body: { rows: [], next: null } }],
    ['gives no JSON', { body: '<html>Gone</html>', headers: { 'content-type': 'text/html' } }],
  ])('%s: the slice is read from its start', async (_what, answer) => {
    let isRefusing = false;
    const api = await localApi((request) =>
      isRefusing && queryOf(request).get('token') === 't3' && api.received.length === 1 ? answer : page(request),
    );
    const { allStates } = await readManifest(manifest(api), { checkpoint: 'page' });
    isRefusing = true;
    api.received.length = 0;
    const again = await readManifest(manifest(api), { checkpoint: 'page', state: { rows: allStates[2] as JsonObject } });
    expect(again.failed).toEqual([]);
    expect(ids(again)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(tokens(api)).toEqual(['t3', null, 't1', 't2', 't3', 't4']);
    expect(again.warnings.join('\n')).toContain('the slice is read from its start');
  });

  it('is a number: an empty page is the end', async () => {
    const numbers = 'pagination_strategy: {type: PageIncrement}';
    const numbered = (request: Received): Answer => {
      const number = Number(queryOf(request).get('token') ?? 0);
      return { body: { rows: number < 3 ? [{ id: number }] : [] } };
    };
    const api = await localApi(numbered);
    const { second } = await resume(api, manifest(api, { paginator: numbers }), 3);
    expect(ids(second)).toEqual([]);
    expect(tokens(api)).toEqual(['3']);
  });

  it('is kept where the API is down', async () => {
    let isDown = false;
    const api = await localApi((request) => (isDown ? { status: 503 } : page(request)));
    const { allStates } = await readManifest(manifest(api), { checkpoint: 'page' });
    isDown = true;
    api.received.length = 0;
    const again = await readManifest(manifest(api), { checkpoint: 'page', state: { rows: allStates[2] as JsonObject } });
    expect(again.failed).toEqual(['rows']);
    expect(tokens(api)).toEqual(['t3']);
    expect(checkpointOf(again.states['rows'])?.['open']).toEqual([{ token: 't3' }]);
  });
});

describe('a checkpoint that does not fit', () => {
  it.each<[string, (state: JsonObject) => JsonObject, ReadSetting, Parts, RegExp]>([
    ['is older than it may be', (state) => state, { minutesLater: 61 }, {}, /61 minutes old/],
    ['is of another manifest', (state) => state, {}, { stream: 'primary_key: id' }, /has changed since/],
    ['is of another config', (state) => state, { config: { account: 'b' } }, {}, /has changed since/],
    ['is of another state', (state) => ({ ...state, at: '2026-01-02' }), {}, {}, /rest of the state has changed/],
    ['is damaged', (state) => ({ ...state, [CHECKPOINT_KEY]: { open: 3 } }), {}, {}, /wrong shape/],
    ['is no object', (state) => ({ ...state, [CHECKPOINT_KEY]: 'x' }), {}, {}, /wrong shape/],
  ])('because it %s is not used', async (_what, change, setting, parts, reason) => {
    const api = await localApi(page);
    const { allStates } = await readManifest(manifest(api), { checkpoint: 'page' });
    const state = { rows: change(allStates[2] as JsonObject) };
    const again = await readManifest(manifest(api, parts), { checkpoint: 'page', state, ...setting });
    expect(ids(again)).toHaveLength(2 * PAGES);
    expect(again.infos.join('\n')).toMatch(reason);
  });

  it('may be valid for longer', async () => {
    const api = await localApi(page);
    const text = manifest(api, { top: 'metadata: {checkpoint: {every: page, valid_for: PT2H}}' });
    const { allStates } = await readManifest(text);
    const again = await readManifest(text, { state: { rows: allStates[2] as JsonObject }, minutesLater: 61 });
    expect(ids(again)).toEqual([6, 7, 8, 9]);
  });

  it('stays when nothing but credentials and their expiry change', async () => {
    const api = await localApi(page);
    const top = 'spec: {type: Spec, connection_specification: {type: object, properties: {token: {type: string, airbyte_secret: true}}}}';
    const first = await readManifest(manifest(api, { top }), {
      checkpoint: 'page',
      config: { token: 'first-token', token_expiry_date: '2026' },
    });
    const again = await readManifest(manifest(api, { top }), {
      checkpoint: 'page',
      config: { token: 'another-token', token_expiry_date: '2027' },
      state: { rows: first.allStates[2] as JsonObject },
    });
    expect(ids(again)).toEqual([6, 7, 8, 9]);
  });
});

describe('a state', () => {
  it.each<[string, ReadSetting, Parts, boolean]>([
    ['the catalog says that the stream is resumable', { isResumable: true }, {}, true],
    ['nobody says so', {}, {}, false],
    ['the command line says slice', { isResumable: true, checkpoint: 'slice' }, {}, false],
    ['the manifest says page', {}, { top: 'metadata: {checkpoint: page}' }, true],
    [
      'the manifest says slice for the stream',
      { isResumable: true },
      { top: 'metadata: {checkpoint: {every: page, streams: {rows: slice}}}' },
      false,
    ],
    [
      'paging is begun anew within a slice',
      { checkpoint: 'page' },
      { retriever: 'pagination_reset: {type: PaginationReset, action: RESET}' },
      false,
    ],
  ])('tells of pages or not, where %s', async (_where, setting, parts, tells) => {
    const api = await localApi(page);
    const { allStates, failed } = await readManifest(manifest(api, parts), setting);
    expect(failed).toEqual([]);
    expect(allStates.some((state) => checkpointOf(state) !== undefined)).toBe(tells);
    expect(allStates).toHaveLength(tells ? PAGES : 1);
  });

  it('goes on as the reference does after an error, unless pages were asked for', async () => {
    const api = await localApi((request) => (queryOf(request).get('token') === 't2' ? { status: 404 } : page(request)));
    const text = manifest(api, { stream: CURSOR });
    const byCatalog = await readManifest(text, { isResumable: true });
    expect(checkpointOf(byCatalog.allStates.at(-2))).toBeDefined();
    expect(byCatalog.states).toEqual({ rows: { at: '2026-01-01' } });
    const asked = await readManifest(text, { checkpoint: 'page' });
    expect(checkpointOf(asked.states['rows'])).toMatchObject({ open: [{ token: 't2', latest: '2026-01-12' }] });
  });

  it('holds no secret: such a slice is read from its start', async () => {
    const secret = 's3cret-k3y-0815';
    const api = await localApi((request) => {
      const { body } = page(request) as { body: JsonObject };
      return { body: { ...body, next: body['next'] && `${body['next']}?api_key=${secret}` } };
    });
    const top = 'spec: {type: Spec, connection_specification: {type: object, properties: {key: {type: string, airbyte_secret: true}}}}';
    const { allStates, infos } = await readManifest(manifest(api, { top }), { checkpoint: 'page', config: { key: secret } });
    expect(JSON.stringify(allStates)).not.toContain(secret);
    expect(allStates).toHaveLength(1);
    expect(infos.filter((info) => info.includes('may be a secret'))).toHaveLength(1);
  });

  it('of many partitions is printed as seldom as it is long, unless pages were asked for', async () => {
    const count = 1500;
    const api = await localApi((request) => ({ body: { rows: [{ id: queryOf(request).get('part') }] } }));
    const values = Array.from({ length: count }, (_, index) => `p${index}`).join(', ');
    const text = manifest(api, { retriever: ROUTER.replace('a, b, b', values) });
    const asked = await readManifest(text, { checkpoint: 'page' });
    expect(asked.allStates).toHaveLength(count + 1);
    const byCatalog = await readManifest(text, { isResumable: true });
    const written = byCatalog.allStates.reduce((sum, state) => sum + JSON.stringify(state).length, 0);
    expect(byCatalog.allStates.length).toBeGreaterThan(count / 2);
    expect(byCatalog.allStates.length).toBeLessThan(count);
    expect(written / count).toBeLessThan(16_384);
  });
});

describe('the settings of checkpoints', () => {
  it.each([
    ['metadata: {checkpoint: row}', /every takes page or slice, not "row"/],
    ['metadata: {checkpoint: {evry: page}}', /evry is no setting of checkpoint/],
    ['metadata: {checkpoint: {streams: {rows: 5}}}', /streams.rows takes page or slice, not 5/],
    ['metadata: {checkpoint: {streams: page}}', /streams is an object/],
    ['metadata: {checkpoint: {valid_for: P1M}}', /valid_for takes an ISO 8601 duration/],
    ['metadata: {checkpoint: {valid_for: soon}}', /valid_for takes an ISO 8601 duration/],
  ])('are refused as %s', async (top, message) => {
    const api = await localApi(page);
    await expect(readManifest(manifest(api, { top }))).rejects.toThrow(message);
  });
});
