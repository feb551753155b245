import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { localApi } from '../../src/testing/local-api.ts';
import { catalogOf, runWithFiles } from '../fuzz/run-case.ts';
import { DAILY_CURSOR, itemsManifest } from '../items-manifest.ts';

const [PARTITIONS, PAGES, SIZE, AT_A_TIME] = [300, 2, 5, 2];
const ROW = 'x'.repeat(2000);

function manifestOf(url: string): JsonObject {
  const into = (name: string): JsonObject => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });
  return itemsManifest({
    requester: { url_base: url },
    retriever: {
      partition_router: {
        type: 'ListPartitionRouter',
        cursor_field: 'account',
        values: Array.from({ length: PARTITIONS }, (_, index) => `account-${index}`),
        request_option: into('account'),
      },
      paginator: {
        type: 'DefaultPaginator',
        pagination_strategy: { type: 'PageIncrement', page_size: SIZE },
        page_token_option: into('page'),
      },
    },
    stream: { incremental_sync: DAILY_CURSOR },
    source: { concurrency_level: { type: 'ConcurrencyLevel', default_concurrency: AT_A_TIME } },
  });
}

/** Of a read, the longest state and the most rows that were printed without one: those that a kill costs. */
async function readThrough(isResumable: boolean, args: readonly string[]): Promise<{ length: number; rows: number; most: number }> {
  const { url } = await localApi(({ path }) => {
    const page = Number(new URL(path, 'http://api').searchParams.get('page') ?? 0);
    return { body: { data: page < PAGES ? Array.from({ length: SIZE }, () => ({ at: '2026-01-02', text: ROW })) : [] } };
  });
  const { streams } = catalogOf(['items'], 'incremental') as { streams: { stream: JsonObject }[] };
  const catalog = { streams: streams.map((entry) => ({ ...entry, stream: { ...entry.stream, is_resumable: isResumable } })) };
  const { exit, stdout } = await runWithFiles('read', { manifest: manifestOf(url), config: {}, catalog }, args);
  expect(exit).toBe(0);
  let [length, rows, since, most] = [0, 0, 0, 0];
  for (const line of stdout.split('\n')) {
    if (line.startsWith('{"type":"RECORD"')) {
      rows += 1;
      since += 1;
      most = Math.max(most, since);
    } else if (line.startsWith('{"type":"STATE"')) {
      length = Math.max(length, line.length);
      since = 0;
    }
  }
  return { length, rows, most };
}

describe('a kill of a read of many partitions', () => {
  it('costs a page of each open partition at most, however long the state is', async () => {
    const { length, rows, most } = await readThrough(false, ['--checkpoint', 'page']);
    expect([rows, length > 20_000]).toEqual([PARTITIONS * PAGES * SIZE, true]);
    expect(most).toBeLessThanOrEqual(SIZE);
  });

  it('costs a row for each 256 characters of the state where only the catalog asks', async () => {
    const { length, most } = await readThrough(true, []);
    expect(most).toBeGreaterThan(SIZE);
    expect(most).toBeLessThanOrEqual(AT_A_TIME * SIZE + Math.ceil(length / 256));
  });
});
