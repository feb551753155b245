import { expect, it } from 'vitest';
import { createLog } from '../protocol/log.ts';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';
import { rowsManifest } from '../testing/rows-manifest.ts';
import { createHeartbeat } from './heartbeat.ts';

const MINUTE = 60_000_000n;

it('prints a state again after each hour without a record, and none otherwise', () => {
  let time = 0n;
  let records = 0;
  let states = 0;
  let look = (): void => {};
  const heartbeat = createHeartbeat(
    createLog({ message: () => {} }, { debug: false }),
    () => time,
    (given) => {
      look = given;
    },
  );
  const pass = (minutes: bigint): number => {
    for (let minute = 0n; minute < minutes; minute += 10n) {
      time += 10n * MINUTE;
      look();
    }
    return states;
  };
  const end = heartbeat.follow(
    () => records,
    () => {
      states += 1;
    },
  );
  expect(pass(50n)).toBe(0);
  records += 1;
  expect(pass(60n)).toBe(0);
  expect(pass(10n)).toBe(1);
  expect(pass(50n)).toBe(1);
  expect(pass(10n)).toBe(2);
  end();
  expect(pass(300n)).toBe(2);
});

it('never says of a stream that it was read while it waits for a page of it', async () => {
  const api = await localApi((_request, count) =>
    count === 2 || count === 3
      ? { status: 429, headers: { 'retry-after': count === 2 ? '60' : '7200' } }
      : { body: { rows: [{ id: count }], next: count === 1 ? 'more' : null } },
  );
  const { records, allStates, errors } = await readManifest(
    rowsManifest(api.url, {
      requester: {
        error_handler: { type: 'DefaultErrorHandler', backoff_strategies: [{ type: 'WaitTimeFromHeader', header: 'Retry-After' }] },
      },
      paginator: {
        type: 'DefaultPaginator',
        page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'token' },
        pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}' },
      },
    }),
  );
  expect(errors).toEqual([]);
  expect(records['rows']).toEqual([{ id: 1 }, { id: 4 }]);
  expect(allStates.length).toBeGreaterThan(1);
  expect(allStates.slice(0, -1)).toEqual(allStates.slice(1).map(() => ({})));
  expect(allStates.at(-1)).toEqual({ __ab_no_cursor_state_message: true });
});
