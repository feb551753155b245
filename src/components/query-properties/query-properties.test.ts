import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import type { QueryProperties } from '../../engine/kinds.ts';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { fakeApi } from '../../testing/fake-api.ts';

function build(fields: string, selectedSchema?: JsonObject): QueryProperties {
  return buildFromYaml('queryProperties', `{type: QueryProperties, ${fields}}`, {
    stream: { ...auxiliaryScope(testRun(), 'items'), selectedSchema },
  });
}

describe('QueryProperties', () => {
  it('asks for all properties at once', async () => {
    expect(await build('property_list: [a, b]').chunks()).toEqual([['a', 'b']]);
    expect(await build('property_list: [a, b], always_include_properties: [id]').chunks()).toEqual([['id', 'a', 'b']]);
    expect(build('property_list: [a]').merges).toBe(false);
  });

  it.each([
    [
      'a number of them',
      'property_limit_type: property_count, property_limit: 2',
      [
        ['id', 'a', 'bb'],
        ['id', 'ccc'],
      ],
    ],
    [
      'the length of their names',
      'property_limit_type: characters, property_limit: 9',
      [
        ['id', 'a', 'bb'],
        ['id', 'ccc'],
      ],
    ],
    ['no limit', 'property_limit_type: characters', [['a', 'bb', 'ccc', 'id']]],
    [
      'a limit below the first name',
      'property_limit_type: characters, property_limit: 3',
      [['id'], ['id', 'a'], ['id', 'bb'], ['id', 'ccc']],
    ],
  ])('cuts the list by %s', async (_what, limit, expected) => {
    const properties = build(`property_list: [a, bb, ccc], always_include_properties: [id], property_chunking: {${limit}}`);
    expect(await properties.chunks()).toEqual(expected);
    expect(properties.merges).toBe(true);
  });

  it('joins records by their key, which falsy values are none of', () => {
    const key = (strategy: string) =>
      build(`property_list: [a], property_chunking: {property_limit_type: property_count${strategy}}`).mergeKey;
    expect(key('')?.({ id: 'x' })).toBe('x');
    expect(key('')?.({ id: 0 })).toBeUndefined();
    const both = key(', record_merge_strategy: {type: GroupByKeyMergeStrategy, key: [a, b]}');
    expect(both?.({ a: 'x', b: 2 })).toBe('x,2');
    expect(both?.({ a: 'x' })).toBeUndefined();
  });

  it('asks only for what the catalog selects', async () => {
    const fields =
      'property_list: [id, a, b], property_selector: {type: JsonSchemaPropertySelector, transformations: [{type: KeysReplace, old: x_, new: ""}]}';
    expect(await build(fields).chunks()).toEqual([['id', 'a', 'b']]);
    expect(await build(fields, { properties: { x_b: {}, id: {} } }).chunks()).toEqual([['id', 'b']]);
    expect(await build(fields, {}).chunks()).toEqual([[]]);
    const chunked = `${fields}, property_chunking: {property_limit_type: property_count, property_limit: 1}`;
    expect(await build(chunked, { properties: { x_b: {}, id: {} } }).chunks()).toEqual([['id'], ['b']]);
  });
});

describe('PropertiesFromEndpoint', () => {
  const yaml = `
    type: PropertiesFromEndpoint
    property_field_path: ["{{ parameters['at'] }}"]
    $parameters: {at: name}
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: http://api/props, error_handler: {type: DefaultErrorHandler, max_retries: 0}}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}`;

  it('asks once', async () => {
    const { run, requests } = fakeApi(() => ({ body: [{ name: 'a' }, { name: 5 }, { title: 'b' }] }));
    const list = buildFromYaml('propertyList', yaml, { run });
    expect(await Promise.all([list.names(), list.names()])).toEqual([
      ['a', '5', '[]'],
      ['a', '5', '[]'],
    ]);
    expect(requests).toHaveLength(1);
  });

  it('asks again after a failure', async () => {
    let fails = true;
    const { run } = fakeApi(() => (fails ? { status: 400 } : { body: [{ name: 'a' }] }));
    const list = buildFromYaml('propertyList', yaml, { run });
    await expect(list.names()).rejects.toThrow();
    fails = false;
    expect(await list.names()).toEqual(['a']);
  });
});
