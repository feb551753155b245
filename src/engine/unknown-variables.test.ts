import { describe, expect, it } from 'vitest';
import { localApi } from '../testing/local-api.ts';
import { readManifest } from '../testing/read-manifest.ts';
import { rowsManifest } from '../testing/rows-manifest.ts';
import { sliceVariables } from './unknown-variables.ts';

const URL = 'http://127.0.0.1:9';
const strategy = (stop_condition: string) => ({
  paginator: {
    type: 'DefaultPaginator',
    pagination_strategy: { type: 'CursorPagination', cursor_value: '{{ response.next }}', stop_condition },
  },
});

describe('a template that reads a variable which its place does not have', () => {
  it.each([
    ['a stop condition', strategy('{{ record.id > 5 }}'), /stop_condition: The template .* reads "record", which is not available here/],
    ['a misspelt variable', strategy('{{ last_recrod.id > 5 }}'), /Did you mean last_record\?/],
    [
      'a value in the query',
      { requester: { request_parameters: { page: '{{ response.page }}' } } },
      /request_parameters: .* reads "response"/,
    ],
    [
      'a transformation',
      {
        stream: {
          transformations: [{ type: 'AddFields', fields: [{ type: 'AddedFieldDefinition', path: ['a'], value: '{{ response.id }}' }] }],
        },
      },
      /fields\[0\]\.value: .* reads "response"/,
    ],
  ])('%s is an error before anything is asked', async (_what, parts, message) => {
    const { errors, failed } = await readManifest(rowsManifest(URL, parts));
    expect(failed).toEqual(['rows']);
    expect(errors).toEqual([expect.stringMatching(message)]);
  });

  it('may be one that the slices bring along', async () => {
    const api = await localApi(({ path }) => ({ body: { rows: path.startsWith('/parents') ? [{ id: 1, kind: 'new' }] : [{ n: 1 }] } }));
    const selector = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['rows'] } };
    const retriever = (url: string, more = {}) => ({
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: `${api.url}${url}` },
      record_selector: selector,
      ...more,
    });
    const parent = {
      type: 'ParentStreamConfig',
      parent_key: 'id',
      partition_field: 'parent',
      extra_fields: [['kind']],
      stream: { type: 'DeclarativeStream', name: 'parents', retriever: retriever('/parents') },
    };
    const kids = {
      type: 'DeclarativeStream',
      name: 'kids',
      retriever: retriever('/kids/{{ kind }}', { partition_router: { type: 'SubstreamPartitionRouter', parent_stream_configs: [parent] } }),
    };
    const text = JSON.stringify({
      version: '6.0.0',
      type: 'DeclarativeSource',
      check: { type: 'CheckStream', stream_names: ['kids'] },
      streams: [kids],
    });
    const { errors } = await readManifest(text);
    expect(errors).toEqual([]);
    expect(api.received.map(({ path }) => path)).toEqual(['/parents', '/kids/new']);
  });
});

describe('sliceVariables', () => {
  it('are the extra fields of parents, those of their own parents left out', () => {
    const stream = { partition_router: { extra_fields: [['no']] } };
    expect(sliceVariables({ partition_router: [{ parent_stream_configs: [{ extra_fields: [['a', 'b'], ['c']], stream }] }] })).toEqual(
      new Set(['a.b', 'c']),
    );
  });

  it('may be any where code makes the slices', () => {
    expect(sliceVariables({ partition_router: { class_name: 'components.Mine' } })).toBe('any');
  });
});
