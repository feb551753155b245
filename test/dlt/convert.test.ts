import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { type JsonObject, stringifyJson } from '../../src/lib/json.ts';
import { compileDlt } from '../../src/manifest/dlt/index.ts';
import { processManifest } from '../../src/manifest/index.ts';
import { type ReadOutcome, readManifest } from '../../src/testing/read-manifest.ts';
import { CONFIGS } from '../parity/dlt/configs.ts';
import { type Ended, runConnector } from '../scenarios/connector.ts';
import { IDS, ids, type Part, queries, startApi } from './read-config.ts';

const CONFIG_FILES = path.resolve(import.meta.dirname, '../../integration_tests/dlt');

/** Runs `convert` on a text. */
async function convert(text: string, ...args: string[]): Promise<Ended> {
  return runConnector({ args: ['convert', '-', ...args], stdin: text });
}

/** Converts a manifest to a config as JSON, and gives what it says is lost. */
async function toConfig(manifest: string): Promise<{ config: Part; lost: string[] }> {
  const { exit, stdout, stderr } = await convert(manifest, '--format', 'json');
  expect([exit, stderr.includes('Error')], stderr).toEqual([0, false]);
  return { config: JSON.parse(stdout) as Part, lost: stderr.trim().split('\n') };
}

/** The streams that a config comes to, with literals in templates as the texts that they are. */
function streamsOf(config: unknown): unknown {
  const { streams } = processManifest(compileDlt(config as JsonObject).manifest);
  const text = JSON.stringify(streams)
    .replace(/\{\{ '([\w-]+)' \}\}/g, '$1')
    .replace(/,"verbatim":true/g, '')
    .replace(/"\{\{ (\d+) \}\}"/g, '$1');
  return JSON.parse(text);
}

describe('source-declarative convert', () => {
  it('gives back each config that dlt is compared by from the manifest that it made of it', async () => {
    const { exportDlt } = await import('../../src/manifest/dlt/export/index.ts');
    for (const [about, template] of Object.entries(CONFIGS)) {
      const config = JSON.parse(JSON.stringify(template).replaceAll('$API', 'https://api.example.com'));
      const { config: back } = exportDlt(processManifest(compileDlt(config).manifest), () => true);
      expect(streamsOf(back), about).toEqual(streamsOf(config));
    }
  });

  it('writes manifests as YAML, which read the same by the same requests', async () => {
    const api = await startApi();
    const config = {
      client: { base_url: api.url, auth: { type: 'api_key', name: 'X-Key', api_key: 'dlt.secrets["key"]' } },
      resources: [
        { name: 'posts', endpoint: { path: 'number', paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' } } },
      ],
      max_table_nesting: 2,
    };
    const { exit, stdout, stderr } = await convert(stringify(config));
    expect(exit).toBe(0);
    expect(stderr).toContain('lost: max_table_nesting: "max_table_nesting" does nothing here');
    expect(stderr).toContain('note: only source-declarative has InferredSchemaLoader, JsonPathExtractor, RangePagination.');
    expect(stdout.startsWith('# lost: max_table_nesting')).toBe(true);
    expect(parse(stdout)).toMatchObject({ type: 'DeclarativeSource', check: { stream_names: ['posts'] } });
    const outcome = await readManifest(stdout, { config: { key: 'secret-key' } });
    expect([outcome.errors, ids(outcome)]).toEqual([[], IDS]);
    expect(api.requests.every(({ headers }) => headers['x-key'] === 'secret-key')).toBe(true);
    expect(stdout).not.toContain('secret-key');
  });

  it.each(['resource.py', 'dataset.py', 'dataset-incremental.yaml'])('takes %s of the documents there and back', async (file) => {
    const there = await convert(readFileSync(path.join(CONFIG_FILES, file), 'utf8'));
    const { exit, stdout, stderr } = await convert(there.stdout);
    expect(exit).toBe(0);
    expect(stdout).toContain('from dlt.sources.rest_api import rest_api_source');
    const again = await convert(stdout);
    // What the spec says of where values are used has other paths.
    const streams = (text: string): unknown => processManifest(parse(text)).streams;
    expect(streams(again.stdout)).toEqual(streams(there.stdout));
    expect(stderr).not.toContain('completed by hand');
  });

  it('writes configs as Python with secrets, values in texts, and the session of the client as code', async () => {
    const manifest = `
version: 7.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [posts] }
spec: { type: Spec, connection_specification: { type: object, properties: { key: { type: string, airbyte_secret: true }, size: {} } } }
streams:
  - type: DeclarativeStream
    name: posts
    retriever:
      type: SimpleRetriever
      requester:
        type: HttpRequester
        url_base: https://{{ config['host'] }}.example.com/v1
        path: "/{{ config.get('kind') }}/{literal}"
        request_parameters: { size: "{{ config['size'] }}", none: '"quoted"' }
        authenticator: { type: BearerAuthenticator, api_token: "{{ config['key'] }}" }
        error_handler:
          type: DefaultErrorHandler
          max_retries: 2
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [data, "*", the rows] } }
    schema_loader: { type: InlineSchemaLoader, schema: { properties: { id: { type: integer }, at: { type: [string, "null"], format: date-time } } } }
`;
    const { exit, stdout } = await convert(manifest);
    expect(exit).toBe(0);
    expect(stdout.replace(/^# .*\n/gm, '')).toBe(`import dlt
from dlt.sources.helpers import requests
from dlt.sources.rest_api import rest_api_source

source = rest_api_source({
    "client": {
        "base_url": f"https://{dlt.config['host']}.example.com/v1",
        "auth": {"type": "bearer", "token": dlt.secrets["key"]},
        "session": requests.Client(request_max_attempts=3).session,
    },
    "resources": [
        {
            "name": "posts",
            "columns": {"id": {"data_type": "bigint", "nullable": False}, "at": {"data_type": "timestamp"}},
            "endpoint": {
                "path": f"/{dlt.config['kind']}/{{{{literal}}}}",
                "params": {"size": dlt.config["size"], "none": "\\"quoted\\""},
                "data_selector": "data[*].'the rows'",
                "paginator": "single_page",
            },
        },
    ],
})
`);
  });

  const STREAM = {
    type: 'DeclarativeStream',
    name: 'posts',
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url_base: 'https://api.example.com', path: 'posts' },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: {} },
  };

  function manifestWith(change: (stream: typeof STREAM & Part) => void, rest: Part = {}): string {
    const stream = structuredClone(STREAM);
    change(stream);
    return JSON.stringify({ version: '7.0.0', check: { type: 'CheckStream', stream_names: ['posts'] }, streams: [stream], ...rest });
  }

  it.each<[what: string, change: (stream: typeof STREAM & Part) => void, lost: string]>([
    [
      'a template that is no placeholder',
      ({ retriever }) => Object.assign(retriever.requester, { request_headers: { 'X-Day': "{{ now_utc().strftime('%Y') }}" } }),
      'streams[0].retriever.requester.request_headers.X-Day: dlt has nothing for the template',
    ],
    [
      'an authenticator of another kind',
      ({ retriever }) =>
        Object.assign(retriever.requester, { authenticator: { type: 'JwtAuthenticator', secret_key: 'x', algorithm: 'HS256' } }),
      'streams[0].retriever.requester.authenticator: dlt has no auth like JwtAuthenticator.',
    ],
    [
      'a router over a list',
      ({ retriever }) =>
        Object.assign(retriever, { partition_router: { type: 'ListPartitionRouter', values: ['a'], cursor_field: 'kind' } }),
      'streams[0].retriever.partition_router: dlt has nothing like ListPartitionRouter.',
    ],
    [
      'a transformation of nested fields',
      (stream) => Object.assign(stream, { transformations: [{ type: 'RemoveFields', field_pointers: [['a', 'b']] }] }),
      'streams[0].transformations[0]: Only top-level fields can be removed by a dlt config.',
    ],
    [
      'a field that nothing reads',
      ({ retriever }) => Object.assign(retriever.requester, { use_tcp_keepalive: true }),
      'streams[0].retriever.requester.use_tcp_keepalive: It has no counterpart in a dlt config.',
    ],
    [
      'pages that end at a short one',
      ({ retriever }) =>
        Object.assign(retriever, {
          paginator: {
            type: 'DefaultPaginator',
            page_token_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'offset' },
            pagination_strategy: { type: 'OffsetIncrement', page_size: 10 },
          },
        }),
      'dlt pages until a page is empty',
    ],
  ])('tells that %s is lost, and where', async (_what, change, lost) => {
    const { config, lost: told } = await toConfig(manifestWith(change));
    expect(told.filter((line) => line.startsWith('lost: ') && line.includes(lost))).toHaveLength(1);
    expect(config).toMatchObject({ client: { base_url: 'https://api.example.com' }, resources: [{ name: 'posts' }] });
    const strict = await convert(manifestWith(change), '--strict', '--format', 'json');
    expect([strict.exit, JSON.parse(strict.stdout)]).toEqual([1, config]);
  });

  it('keeps parents, which are not read for their own sake where they were not, and what a cursor asks for', async () => {
    const api = await startApi();
    const manifest = manifestWith(
      (stream) => {
        const parent = structuredClone(STREAM);
        Object.assign(parent, {
          name: 'all posts',
          retriever: { ...parent.retriever, requester: { ...parent.retriever.requester, url_base: api.url, path: '/number' } },
        });
        Object.assign(stream.retriever.requester, {
          url_base: api.url,
          path: "/posts/{{ stream_partition['post'] }}/comments",
          request_parameters: { since: "{{ stream_interval['start_time'] | int * 1000 }}" },
        });
        Object.assign(stream.retriever, {
          partition_router: {
            type: 'SubstreamPartitionRouter',
            parent_stream_configs: [{ type: 'ParentStreamConfig', stream: parent, parent_key: 'id', partition_field: 'post' }],
          },
        });
        Object.assign(stream, {
          incremental_sync: {
            type: 'DatetimeBasedCursor',
            cursor_field: 'id',
            datetime_format: '%s',
            start_datetime: '1',
            end_datetime: '9',
            end_time_option: { type: 'RequestOption', inject_into: 'request_parameter', field_name: 'until' },
          },
        });
      },
      { definitions: {} },
    );
    const { config, lost } = await toConfig(manifest);
    expect(lost.join('\n')).not.toContain('completed by hand');
    expect(config['resources']).toMatchObject([
      {
        name: 'posts',
        endpoint: {
          path: '/posts/{resources.all posts.id}/comments',
          params: { since: '{incremental.start_value}', until: '{incremental.end_value}' },
          incremental: { convert: 'value | int * 1000', convert_end: 'value' },
        },
      },
      { name: 'all posts', selected: false },
    ]);
    // Parents are read at the same time: what belongs to each of them comes as it is answered.
    const rowsOf = ({ records }: ReadOutcome): string[] => (records['posts'] ?? []).map((row) => stringifyJson(row)).sort();
    const theirs = await readManifest(manifest);
    const asked = queries(api).sort();
    api.requests.length = 0;
    const ours = await readManifest(JSON.stringify(config));
    expect([ours.errors, Object.keys(ours.records)]).toEqual([[], ['posts']]);
    expect(rowsOf(ours)).toEqual(rowsOf(theirs));
    expect(queries(api).sort()).toEqual(asked);
    expect(asked.filter((query) => query.includes('since=1000&until=9'))).toHaveLength(5);
  });

  it('writes into a file, and refuses what it cannot read or write', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'convert-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const [source, target] = ['pipeline.json', 'manifest.json'].map((name) => path.join(folder, name)) as [string, string];
    writeFileSync(source, JSON.stringify({ client: { base_url: 'https://a.b' }, resources: ['c'] }));
    const done = await runConnector({ args: ['convert', source, '--format', 'json', '--output', target] });
    expect([done.exit, done.stdout]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ version: '7.39.1' });
    const python = await runConnector({ args: ['convert', source, '--format', 'python'] });
    expect([python.exit, python.stderr]).toEqual([1, 'A manifest is no Python: choose yaml or json.\n']);
    const wrong = await convert('client: { base_url: a }\nresources:\n  - { name: b, endpint: c }\n');
    expect([wrong.exit, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('manifest:3:16 resources[0].endpint: A resource has no "endpint". Did you mean "endpoint"?');
  });
});
