import { expect, it } from 'vitest';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';

const partitioned = (url: string, values: number): string => `
version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [rows]}
streams:
  - type: DeclarativeStream
    name: rows
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "${url}/{{ stream_partition.part }}"}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [rows]}}
      partition_router: {type: ListPartitionRouter, cursor_field: part, values: [${Array.from({ length: values }, (_, i) => `p${i}`)}]}
`;

it('tells of an error that comes again for each partition three times, then how often it came', async () => {
  const api = await localApi(() => ({ status: 403, body: { message: 'not in your plan' } }));
  const { errors, failed } = await readManifest(partitioned(api.url, 9));
  expect(failed).toEqual(['rows']);
  expect(api.received).toHaveLength(9);
  expect(errors).toHaveLength(4);
  expect(errors.at(-1)).toMatch(/not in your plan.* \(and 6 more partitions\)$/s);
});

it('tells of each error when they differ', async () => {
  const api = await localApi(({ path }) => (path.endsWith('1') ? { status: 404 } : { status: 403 }));
  const { errors } = await readManifest(partitioned(api.url, 4));
  expect(errors).toHaveLength(4);
  expect(errors.filter((error) => error.includes('404'))).toHaveLength(1);
});
