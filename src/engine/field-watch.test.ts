import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';
import { rowsManifest } from '../testing/rows-manifest.ts';

const CURSOR = {
  type: 'DatetimeBasedCursor',
  cursor_field: 'updated',
  datetime_format: '%Y-%m-%d',
  start_datetime: '2026-01-01',
  start_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'from' },
};
const PADDING = 'x'.repeat(3000);

async function warnings(stream: JsonObject, rows: JsonObject[]) {
  const api = await localApi(() => ({ body: { rows } }));
  return (await readManifest(rowsManifest(api.url, { stream }))).warnings;
}

describe.each([
  ['small pages', {}],
  ['pages whose records are copied', { padding: PADDING }],
])('fields that no record of %s has', (_which, more) => {
  const row = (fields: JsonObject) => ({ ...fields, ...more });

  it('a primary key', async () => {
    const [warning, ...others] = await warnings({ primary_key: ['uid', 'id'] }, [row({ id: 1, guid: 'a' }), row({ id: 2, guid: 'b' })]);
    expect(others).toEqual([]);
    expect(warning).toMatch(/^Stream rows: none of the first 2 records has "uid", a part of its primary_key, .* did you mean (guid|id)\?$/);
  });

  it('a cursor field, told once', async () => {
    const [warning, ...others] = await warnings({ incremental_sync: CURSOR }, [
      row({ updated_at: '2026-01-02' }),
      row({ updated_at: '2026-01-03' }),
    ]);
    expect(others).toEqual([]);
    expect(warning).toMatch(/^Stream rows: none of the first 2 records has "updated", its cursor_field, /);
  });

  it('nothing is said where one of the first records has them', async () => {
    const rows = [row({ id: 1 }), row({ id: 2, uid: 'b' })];
    expect(await warnings({ primary_key: 'uid' }, rows)).toEqual([]);
  });
});

it('looks at records as they go out, after transformations', async () => {
  const fields = [{ type: 'AddedFieldDefinition', path: ['uid'], value: '{{ record.id }}' }];
  const transformations = [{ type: 'AddFields', fields }];
  expect(await warnings({ primary_key: 'uid', transformations }, [{ id: 1 }])).toEqual([]);
});

it('tells of a cursor value that fits no format with the value and the formats', async () => {
  const rows = [{ updated: '2026-01-02' }, { updated: '03.01.2026' }, { updated: '04.01.2026' }];
  expect(await warnings({ incremental_sync: CURSOR }, rows)).toEqual([
    expect.stringMatching(
      /^Stream rows: the value "0[34].01.2026" of "updated", its cursor_field, does not fit "%Y-%m-%d": add its format to cursor_datetime_formats\./,
    ),
  ]);
});
