import { describe, expect, it } from 'vitest';
import type { Source } from '../../engine/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { buildFromYaml, type TestSetting } from '../../testing/build-from-yaml.ts';
import { type FakeApi, fakeApi } from '../../testing/fake-api.ts';

function stream(name: string, path: string, extra: JsonObject = {}): JsonObject {
  return {
    type: 'DeclarativeStream',
    name,
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url: `http://api/${path}` },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    },
    schema_loader: { type: 'InlineSchemaLoader', schema: { title: path } },
    ...extra,
  };
}

function childOf(name: string, parent: JsonObject): JsonObject {
  const declared = stream(name, name);
  const router = {
    type: 'SubstreamPartitionRouter',
    parent_stream_configs: [{ type: 'ParentStreamConfig', parent_key: 'id', partition_field: 'p', stream: parent }],
  };
  return { ...declared, retriever: { ...(declared['retriever'] as JsonObject), partition_router: router } };
}

function source(manifest: JsonObject, setting: TestSetting = {}): Source {
  return buildFromYaml(
    'source',
    { type: 'DeclarativeSource', version: '6.0.0', check: { type: 'CheckDynamicStream', stream_count: 1 }, ...manifest },
    setting,
  );
}

function templates(pointer: string, template: JsonObject, extra: JsonObject = {}): JsonObject {
  return {
    type: 'DynamicDeclarativeStream',
    stream_template: template,
    components_resolver: {
      type: 'ConfigComponentsResolver',
      stream_config: { type: 'StreamConfig', configs_pointer: [pointer] },
      components_mapping: [
        { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ components_values['n'] }}", value_type: 'string' },
      ],
    },
    ...extra,
  };
}

async function namesOf(declared: Source): Promise<string[]> {
  return (await declared.streams()).map(({ name }) => name);
}

describe('ConditionalStreams', () => {
  const manifest = {
    streams: [{ type: 'ConditionalStreams', condition: "{{ config['more'] }}", streams: [stream('b', 'b')] }, stream('a', 'a')],
  };

  it('are there when the condition holds', async () => {
    expect(await namesOf(source(manifest, { config: { more: true } }))).toEqual(['b', 'a']);
    expect(await namesOf(source(manifest))).toEqual(['a']);
  });
});

describe('DynamicDeclarativeStream', () => {
  const config = { tables: [{ n: '1' }, { n: '2' }] };

  it('becomes streams after the static ones, by the name of the template', async () => {
    const declared = source(
      {
        streams: [stream('a', 'a')],
        dynamic_streams: [templates('tables', stream('x', 'x')), templates('none', stream('x', 'x'), { name: 'empty' })],
      },
      { config },
    );
    expect(declared.staticStreams().map(({ name }) => name)).toEqual(['a']);
    expect(await namesOf(declared)).toEqual(['a', '1', '2']);
    expect([...(await declared.dynamicStreams())].map(([name, streams]) => [name, streams.length])).toEqual([['dynamic_stream_0', 2]]);
  });

  it('cannot give two streams of one name, which is the fault of the config where that fills it in', async () => {
    const twice = (template: JsonObject): Promise<string[]> =>
      namesOf(source({ dynamic_streams: [template] }, { config: { tables: [{ n: '1' }, { n: '1' }] } }));
    await expect(twice(templates('tables', stream('x', 'x')))).rejects.toBeInstanceOf(ConfigError);
    const fromManifest = {
      type: 'ParametrizedComponentsResolver',
      stream_parameters: { type: 'StreamParametersDefinition', list_of_parameters_for_stream: [{}, {}] },
      components_mapping: [],
    };
    await expect(twice(templates('tables', stream('x', 'x'), { components_resolver: fromManifest }))).rejects.toBeInstanceOf(SystemError);
  });

  it('refuses a name that is no text', async () => {
    const template = templates('tables', stream('x', 'x'));
    const resolver = template['components_resolver'] as JsonObject;
    const mapping = { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ components_values['n'] }}" };
    const dynamic = { dynamic_streams: [{ ...template, components_resolver: { ...resolver, components_mapping: [mapping] } }] };
    await expect(namesOf(source(dynamic, { config: { tables: [{ n: 'a' }, { n: 1 }] } }))).rejects.toThrow(
      /must be text, not 1;.* It is made of tables\[1\] in the config\./,
    );
    expect(await namesOf(source(dynamic, { config: { tables: [{ n: '1' }] } }))).toEqual(['1']);
  });

  it('says which entries of the config give two streams one name', async () => {
    const twice = namesOf(
      source({ dynamic_streams: [templates('tables', stream('x', 'x'))] }, { config: { tables: [{ n: '1' }, { n: '2' }, { n: '1' }] } }),
    );
    await expect(twice).rejects.toThrow(/, made of tables\[0\] in the config and of tables\[2\] in the config: change the config/);
  });

  it('says of which entry of the config a stream with a mistake is made', async () => {
    const template = templates('tables', stream('x', 'x'));
    const resolver = template['components_resolver'] as JsonObject;
    const mapping = {
      type: 'ComponentMappingDefinition',
      field_path: ['retriever', 'paginator'],
      value: "{{ components_values['p'] }}",
      create_or_update: true,
    };
    const mappings = [...(resolver['components_mapping'] as JsonObject[]), mapping];
    const config = { tables: [{ n: 1 }, { n: 2, p: { type: 'DefaultPaginator', pagination_strategy: { type: 'Unheard' } } }] };
    const built = source(
      { dynamic_streams: [{ ...template, components_resolver: { ...resolver, components_mapping: mappings } }] },
      { config },
    );
    const [good, bad] = await built.streams();
    await expect(good?.open({ state: undefined })).resolves.toBeDefined();
    await expect(bad?.open({ state: undefined })).rejects.toThrow(/Unheard.*It is made of tables\[1\] in the config\./);
  });
});

describe('StreamGroup', () => {
  const group = (...streams: JsonObject[]): JsonObject => ({
    stream_groups: { g: { streams, action: { type: 'BlockSimultaneousSyncsAction' } } },
  });

  it('names the streams that wait for each other', () => {
    const [a, b] = [stream('a', 'a'), stream('b', 'b')];
    expect([...source({ streams: [a, b], ...group(a, b) }).groups]).toEqual([
      ['a', 'g'],
      ['b', 'g'],
    ]);
  });

  it('refuses a stream together with a parent of its parents', () => {
    const top = stream('top', 'top');
    const middle = childOf('middle', top);
    const child = childOf('child', middle);
    const declared = source({ streams: [top, middle, child], ...group(top, child) });
    expect(() => declared.staticStreams()).toThrow(/stream_groups\.g.*child and its parent top/);
  });
});

describe('CheckDynamicStream', () => {
  function check(api: FakeApi, fields: JsonObject): Promise<string | undefined> {
    const declared = source(
      { check: { type: 'CheckDynamicStream', ...fields }, streams: [stream('a', 'a'), stream('b', 'b')] },
      { run: api.run },
    );
    return declared.check.check(declared);
  }
  const failingB = (): FakeApi => fakeApi((asked) => (asked.endsWith('b') ? { status: 403 } : { body: [{ id: 1 }] }));

  it('reads the first streams', async () => {
    expect(await check(failingB(), { stream_count: 1 })).toBeUndefined();
    expect(await check(failingB(), { stream_count: 2 })).toMatch(/^Stream b is not available/);
  });

  it('is content with streams when it is told to', async () => {
    const api = failingB();
    expect(await check(api, { stream_count: 2, use_check_availability: false })).toBeUndefined();
    expect(api.requests).toEqual([]);
  });

  it('fails without streams', async () => {
    const declared = source({ streams: [] });
    expect(await declared.check.check(declared)).toMatch(/no streams/);
  });
});

describe('StateDelegatingStream', () => {
  const cursor = { type: 'DatetimeBasedCursor', cursor_field: 'at', datetime_format: '%Y-%m-%d', start_datetime: '2020-01-01' };
  const delegating = (extra: JsonObject = {}): JsonObject => ({
    type: 'StateDelegatingStream',
    name: 's',
    full_refresh_stream: stream('s', 'full'),
    incremental_stream: stream('s', 'changes', { incremental_sync: cursor }),
    ...extra,
  });

  async function asked(spec: JsonObject, state: JsonObject | undefined): Promise<string[]> {
    const api = fakeApi(() => ({ body: [] }));
    const open = await buildFromYaml('stream', spec, { run: api.run }).open({ state });
    for await (const slice of open.slices()) for await (const _ of open.read(slice));
    return api.requests;
  }

  it('reads all without a state and the changes with one', async () => {
    expect(await asked(delegating(), undefined)).toEqual(['GET http://api/full']);
    expect(await asked(delegating(), {})).toEqual(['GET http://api/full']);
    expect(await asked(delegating(), { at: '2020-02-01' })).toEqual(['GET http://api/changes']);
  });

  it('reads all when the state is older than the API keeps changes', async () => {
    const kept = delegating({ api_retention_period: 'P30D' });
    expect(await asked(kept, { at: '2025-12-01' })).toEqual(['GET http://api/full']);
    expect(await asked(kept, { at: '2026-01-10' })).toEqual(['GET http://api/changes']);
    expect(await asked(delegating({ api_retention_period: '' }), { at: '2025-12-01' })).toEqual(['GET http://api/changes']);
  });

  it('is described as the stream that reads all', async () => {
    expect(await buildFromYaml('stream', delegating()).describe()).toMatchObject({
      name: 's',
      jsonSchema: { title: 'full' },
      cursorField: undefined,
    });
  });

  it('refuses other names and cursors that count', () => {
    expect(() => buildFromYaml('stream', delegating({ full_refresh_stream: stream('t', 'full') }))).toThrow(/one name/);
    const counting = stream('s', 'c', { incremental_sync: { type: 'IncrementingCountCursor', cursor_field: 'id' } });
    expect(() => buildFromYaml('stream', delegating({ incremental_stream: counting, api_retention_period: 'P1D' }))).toThrow(
      /dates, not counts/,
    );
  });
});
