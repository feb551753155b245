import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml, type TestSetting } from '../../testing/build-from-yaml.ts';
import { fakeApi } from '../../testing/fake-api.ts';

const TEMPLATE: JsonObject = { name: 'x', retriever: { requester: { path: '/x' } }, tags: ['a', 'b'] };

async function resolve(yaml: string, setting: TestSetting = {}, template: JsonObject = TEMPLATE): Promise<readonly JsonObject[]> {
  return (await buildFromYaml('componentsResolver', yaml, setting).resolve(template)).map(({ stream }) => stream);
}

function parametrized(values: string, ...mappings: string[]): string {
  const list = mappings.map((mapping) => `{type: ComponentMappingDefinition, ${mapping}}`).join(', ');
  return `{type: ParametrizedComponentsResolver, stream_parameters: {list_of_parameters_for_stream: [${values}]}, components_mapping: [${list}]}`;
}

describe('mappings', () => {
  it('put values into copies of the template', async () => {
    const yaml = parametrized(
      '{n: a}, {n: b}',
      `field_path: [name], value: "{{ components_values['n'] }}"`,
      `field_path: [retriever, requester, path], value: "/{{ components_values['n'] }}"`,
    );
    const streams = await resolve(yaml);
    expect(streams.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(streams[1]?.['retriever']).toEqual({ requester: { path: '/b' } });
    expect(TEMPLATE['name']).toBe('x');
  });

  it('read texts as YAML, and keep what is none', async () => {
    const values = ['[1, yes]', 'a: {b: 010}', '%Y-%m-%d', "{{ '{{ record.id }}' }}", 'plain', '~'];
    const found = await Promise.all(
      values.map(async (value) => (await resolve(parametrized('{}', `field_path: [name], value: ${JSON.stringify(value)}`)))[0]?.['name']),
    );
    expect(found).toEqual([[1, true], { a: { b: 8 } }, '%Y-%m-%d', '{{ record.id }}', 'plain', null]);
  });

  it('replace all that a pattern matches, and create only what they are told to', async () => {
    const many = parametrized('{}', 'field_path: [tags, "*"], value: z');
    expect((await resolve(many))[0]?.['tags']).toEqual(['z', 'z']);
    const absent = parametrized('{}', 'field_path: [new, place], value: z');
    expect((await resolve(absent))[0]).toEqual(TEMPLATE);
    const created = parametrized('{}', 'field_path: [new, place], value: z, create_or_update: true');
    expect((await resolve(created))[0]?.['new']).toEqual({ place: 'z' });
    const empty = parametrized('{}', 'field_path: [new], value: "0", create_or_update: true');
    expect((await resolve(empty))[0]).toEqual(TEMPLATE);
  });

  it('know the template and their own parameters', async () => {
    const yaml = parametrized(
      '{}',
      `field_path: [name], value: "{{ stream_template_config['name'] }}_{{ parameters['p'] }}", $parameters: {p: own}`,
    );
    expect((await resolve(yaml))[0]?.['name']).toBe('x_own');
  });

  it('have conditions only where these are possible', () => {
    expect(() => buildFromYaml('componentsResolver', parametrized('{}', 'field_path: [name], value: a, condition: "{{ True }}"'))).toThrow(
      /condition/,
    );
  });
});

describe('ConfigComponentsResolver', () => {
  const yaml = (config: string, mappings: string): string =>
    `{type: ConfigComponentsResolver, stream_config: ${config}, components_mapping: [${mappings}]}`;
  const name = (value: string): string => `{field_path: [name], value: "${value}"}`;

  it('makes a stream of each item, and of the default values', async () => {
    const config = `{configs_pointer: [creds, "{{ parameters['k'] }}"], default_values: [{n: c}], $parameters: {k: tables}}`;
    const streams = await resolve(yaml(config, name("{{ components_values['n'] }}")), {
      config: { creds: { tables: [{ n: 'a' }, { n: 'b' }] } },
    });
    expect(streams.map((stream) => stream['name'])).toEqual(['a', 'b', 'c']);
  });

  it('makes one of an object, and none where nothing stands', async () => {
    const one = yaml('{configs_pointer: [t]}', name("{{ components_values['n'] }}"));
    expect(await resolve(one, { config: { t: { n: 'a' } } })).toHaveLength(1);
    expect(await resolve(one)).toEqual([]);
  });

  it('combines several lists; items that are no objects come with their index', async () => {
    const config = '[{configs_pointer: [a]}, {configs_pointer: [b]}]';
    const value = "{{ components_values['n'] }}-{{ components_values['source_config_1'][0] }}{{ components_values['source_config_1'][1] }}";
    const streams = await resolve(yaml(config, name(value)), { config: { a: [{ n: 'x' }, { n: 'y' }], b: ['p', 'q'] } });
    expect(streams.map((stream) => stream['name'])).toEqual(['x-0p', 'x-1q', 'y-0p', 'y-1q']);
  });

  it('keeps texts of the config as they are, where the template has no list or object', async () => {
    const texts = [
      'a #b',
      '007',
      'yes',
      '1e3',
      '{a',
      '[1, 2]',
      '- x',
      'a: b',
      "'open",
      '*star',
      '%x',
      '2026-01-01',
      'null',
      ' x ',
      '',
      '{"a": 1}',
    ];
    const mappings = `${name("{{ components_values['f'] }}")}, {field_path: [own], value: "{{ config['f'] }}", create_or_update: true}`;
    for (const text of texts) {
      const [stream] = await resolve(yaml('{configs_pointer: [t]}', mappings), { config: { t: [{ f: text }], f: text } });
      expect([stream?.['name'], stream?.['own'] ?? '']).toEqual([text, text]);
    }
    const list = yaml('{configs_pointer: [t]}', `{field_path: [tags], value: "{{ components_values['f'] }}"}`);
    const [filled] = await resolve(list, { config: { t: [{ f: '["x", "y"]' }] } });
    expect(filled?.['tags']).toEqual(['x', 'y']);
  });

  it('keeps other values of the config as they are, and reads what the manifest itself writes as YAML', async () => {
    const values = [7, 1.5, true, null, ['007', 'yes'], { a: '1e3', b: [1] }];
    for (const value of values) {
      const [stream] = await resolve(yaml('{configs_pointer: [t]}', name("{{ components_values['f'] }}")), {
        config: { t: [{ f: value }] },
      });
      expect(stream?.['name']).toEqual(value);
    }
    const config = { t: [{ f: 'true' }], flag: '[1]' };
    const written = async (value: string): Promise<unknown> =>
      (await resolve(yaml('{configs_pointer: [t]}', name(value)), { config }))[0]?.['name'];
    expect([await written('true'), await written('[1]'), await written("[{{ components_values['f'] }}]")]).toEqual([true, [1], [true]]);
  });

  it('says of what in the config a stream cannot be made', async () => {
    const mapped = yaml(
      '[{configs_pointer: [a, b]}, {configs_pointer: [c], default_values: [{}]}]',
      name("{{ 1 // components_values['n'] }}"),
    );
    const config = { a: { b: [{ n: 1 }, { n: 0 }] }, c: [{}] };
    await expect(resolve(mapped, { config })).rejects.toThrow(
      /^No stream can be made of a\.b\[1\] in the config and c\[0\] in the config\. /,
    );
  });

  it('keeps text that is asked for as text, and leaves out mappings whose condition does not hold', async () => {
    const mappings = `{field_path: [name], value: "{{ components_values['n'] }}", value_type: string}, {field_path: [tags], value: "no", condition: "{{ components_values['n'] == '2' }}"}`;
    const streams = await resolve(yaml('{configs_pointer: [t]}', mappings), { config: { t: [{ n: '1' }, { n: '2' }] } });
    expect(streams.map((stream) => [stream['name'], stream['tags']])).toEqual([
      ['1', ['a', 'b']],
      ['2', false],
    ]);
  });
});

describe('HttpComponentsResolver', () => {
  it('makes a stream of each record of each slice', async () => {
    const { run, requests } = fakeApi((asked) => ({ body: asked.endsWith('eu') ? [{ n: 1 }] : [{ n: 2 }, { n: 3 }] }));
    const streams = await resolve(
      `
type: HttpComponentsResolver
retriever:
  type: SimpleRetriever
  requester: {type: HttpRequester, url: "http://api/{{ stream_partition.region }}"}
  record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
  partition_router: {type: ListPartitionRouter, values: [eu, us], cursor_field: region}
components_mapping:
  - {field_path: [name], value: "{{ stream_slice.region }}_{{ components_values.n }}"}
  - {field_path: [absent], value: z, create_or_update: true}`,
      { run },
    );
    expect(streams.map(({ name }) => name)).toEqual(['eu_1', 'us_2', 'us_3']);
    expect(streams[0]).not.toHaveProperty('absent');
    expect(requests).toHaveLength(2);
  });
});
