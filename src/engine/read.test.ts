import { expect, it } from 'vitest';
import type { Json } from '../lib/json.ts';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';
import { rowsManifest } from '../testing/rows-manifest.ts';

it.each<[string, readonly Json[], readonly Json[]]>([
  ['the second', [6, '9', 10], [6, '9']],
  ['the last', [6, 7, '9'], [6, 7, '9']],
  ['the first', ['5', 6, 7], ['5', 6]],
])('writes the records up to %s whose value cannot be compared', async (_which, values, written) => {
  const api = await localApi(() => ({ body: { rows: values.map((n) => ({ n })) } }));
  const { records, failed } = await readManifest(
    rowsManifest(api.url, { stream: { incremental_sync: { type: 'IncrementingCountCursor', cursor_field: 'n' } } }),
  );
  expect(failed).toEqual(['rows']);
  expect(records['rows']?.map(({ n }) => n)).toEqual(written);
});
