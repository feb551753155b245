import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { serveHttp } from '../src/http/testing/local-server.ts';
import { runConnector } from './scenarios/connector.ts';
import { type Message, type Result, readResult, recordsOf } from './scenarios/messages.ts';

type Part = Record<string, unknown>;

/** What a command did: its messages without their times, and the requests in the order of their paths. */
interface Done {
  readonly result: Result;
  readonly messages: readonly Message[];
  readonly requests: readonly string[];
}

/** Runs a command of the same manifest twice, as YAML and prepared. */
async function runBoth(
  manifest: Part,
  command: 'read' | 'spec' | 'check' | 'discover',
  selected: readonly string[] = [],
): Promise<[Done, Done]> {
  const requests: string[] = [];
  const server = await serveHttp((request, response) => {
    requests.push(request.url ?? '');
    const data = [{ id: 1 }, { id: 2 }].map(({ id }) => ({ id, of: request.url }));
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ data }));
  });
  const text = stringify(manifest, { aliasDuplicateObjects: false });
  const run = async (isPrepared: boolean): Promise<Done> => {
    const folder = mkdtempSync(path.join(tmpdir(), 'prepared-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = (name: string, content: string): string => {
      writeFileSync(path.join(folder, name), content);
      return path.join(folder, name);
    };
    const place = file('manifest.yaml', text);
    if (isPrepared) expect(await runConnector({ args: ['prepare', place] })).toMatchObject({ exit: 0, stderr: '' });
    const config = ['--config', file('config.json', JSON.stringify({ url: server.url }))];
    const catalog = ['--catalog', file('catalog.json', JSON.stringify({ streams: selected.map(configured) }))];
    const args = { read: [...config, ...catalog], check: config, discover: config, spec: [] }[command];
    const result = readResult(await runConnector({ args: [command, '--manifest-path', place, ...args] }));
    return { result, messages: comparable(result), requests: requests.splice(0).sort() };
  };
  return [await run(false), await run(true)];
}

function configured(name: string): Part {
  const stream = { name, json_schema: {}, supported_sync_modes: ['full_refresh'] };
  return { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' };
}

/** The messages without what differs between two runs: times, and stacks, which tell how a manifest was read. */
function comparable({ messages }: Result): Message[] {
  const differs = /^(emitted_at|internal_message|stack_trace)$/;
  return messages
    .filter(({ log }) => log?.message.startsWith('Summary of') !== true)
    .map((message) => JSON.parse(JSON.stringify(message, (key, value) => (differs.test(key) ? undefined : value))));
}

function stream(name: string, { requester = {}, router, ...more }: { requester?: Part; router?: Part } & Part = {}): Part {
  return {
    type: 'DeclarativeStream',
    name,
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: `{{ config['url'] }}/${name}`, ...requester },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      ...(router === undefined ? {} : { partition_router: router }),
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } },
    ...more,
  };
}

const parent = stream('parent');
const child = stream('child', {
  requester: { url: "{{ config['url'] }}/child/{{ stream_partition['of'] }}" },
  router: {
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [{ type: 'ParentStreamConfig', stream: parent, parent_key: 'id', partition_field: 'of' }],
  },
});

function manifestOf(streams: readonly Part[], more: Part = {}): Part {
  return {
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: [streams[0]?.['name']] },
    streams,
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: { url: { type: 'string' } } } },
    ...more,
  };
}

const four = manifestOf([stream('first'), parent, child, stream('last')]);

describe('a prepared manifest', () => {
  it.each<[selected: string[], asked: string[]]>([
    [['last'], ['/last']],
    [['parent'], ['/parent']],
    [['child'], ['/child/1', '/child/2', '/parent']],
    // The parent's answer is kept for its child, also where either of them is read from the manifest's list.
    [
      ['parent', 'child'],
      ['/child/1', '/child/2', '/parent'],
    ],
    [
      ['last', 'first'],
      ['/first', '/last'],
    ],
  ])('reads %j as the manifest does', async (selected, asked) => {
    const [plain, prepared] = await runBoth(four, 'read', selected);
    expect(plain.result.exit).toBe(0);
    expect([plain.requests, prepared.requests]).toEqual([asked, asked]);
    for (const name of selected) expect(recordsOf(plain.result, name).length).toBeGreaterThan(0);
    // Partitions and streams are read at the same time: their messages come as they are answered.
    const sorted = ({ messages }: Done): string[] => messages.map((message) => JSON.stringify(message)).sort();
    expect(sorted(prepared)).toEqual(sorted(plain));
  });

  it.each(['spec', 'check', 'discover'] as const)('gives the same by %s', async (command) => {
    const [plain, prepared] = await runBoth(four, command);
    expect([plain.result.exit, prepared.messages]).toEqual([0, plain.messages]);
  });

  it.each<[what: string, manifest: Part, selected: string[], exit: number, error: string]>([
    [
      'a mistake within the stream that is read',
      manifestOf([stream('first'), stream('second'), stream('third', { requester: { url: undefined, type: 'HtpRequester' } })]),
      ['third'],
      1,
      'manifest.yaml:49:9 streams[2].retriever.requester.type: There is no component type "HtpRequester". Did you mean HttpRequester?',
    ],
    [
      'a mistake of another stream',
      manifestOf([stream('first'), stream('second', { transformations: 5 })]),
      ['first'],
      1,
      'streams[1].transformations: "transformations" of DeclarativeStream must be a list, not 5.',
    ],
    ['a stream that it lacks', four, ['last', 'lost'], 0, 'it has first, parent, child, last.'],
  ])('tells of %s as the manifest does', async (_, manifest, selected, exit, error) => {
    const [plain, prepared] = await runBoth(manifest, 'read', selected);
    expect([plain.result.exit, prepared.result.exit]).toEqual([exit, exit]);
    expect(prepared.messages.map(({ log, trace }) => log?.message ?? trace?.error?.message).join('\n')).toContain(error);
    expect(prepared.messages).toEqual(plain.messages);
  });

  it('warns of a key of another stream that nobody reads, as the manifest does', async () => {
    const [plain, prepared] = await runBoth(manifestOf([stream('first'), stream('second', { transformation: [] })]), 'read', ['first']);
    expect(plain.messages.map(({ log }) => log?.message).join('\n')).toContain('streams[1].transformation');
    expect([plain.result.exit, prepared.messages]).toEqual([0, plain.messages]);
  });

  it('reads a stream of a condition as the manifest does', async () => {
    const some = { type: 'ConditionalStreams', condition: "{{ config['url'] }}", streams: [stream('second')], name: 'second' };
    const [plain, prepared] = await runBoth(manifestOf([stream('first'), some]), 'read', ['second']);
    expect(recordsOf(plain.result, 'second')).toHaveLength(2);
    expect(prepared.messages).toEqual(plain.messages);
  });
});
