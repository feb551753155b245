import { describe, expect, it } from 'vitest';
import { RequestOptions } from '../../engine/request-options.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const REQUEST = { slice: new StreamSlice({ id: 7 }), token: 'next' };

function bodyOf(yaml: string): RequestOptions {
  const options = new RequestOptions();
  buildFromYaml('requestBody', yaml, { config: { n: 5, none: null } }).contribute(options, REQUEST);
  return options;
}

describe('the bodies of requests', () => {
  it('sends an object as JSON, whose texts become the values that they spell', () => {
    const yaml =
      'type: RequestBodyJsonObject\nvalue: {id: "{{ stream_slice.id }}", "{{ config.n }}": ["{{ config.none }}", true], gone: null, page: "{{ next_page_token.next_page_token }}"}';
    expect(bodyOf(yaml).bodyJson).toEqual({ id: 7, 5: [null, true], page: 'next' });
  });

  it('sends an object as a form, whose texts stay texts', () => {
    expect(bodyOf('type: RequestBodyUrlEncodedForm\nvalue: {id: "007", n: "{{ config.n }}", list: "[1, 2]", count: 3}').bodyData).toEqual({
      id: '007',
      n: '5',
      list: [1, 2],
      count: '3',
    });
  });

  it('sends a text as it stands', () => {
    expect(bodyOf('type: RequestBodyPlainText\nvalue: "id={{ stream_slice.id }}&q=a b"').bodyData).toBe('id=7&q=a b');
    expect(bodyOf('type: RequestBodyPlainText\nvalue: "[{{ config.n }}]"').bodyData).toBe('[5]');
    expect(bodyOf(`type: RequestBodyPlainText\nvalue: '{"n": {{ config.n }}}'`).bodyData).toBe('{"n": 5}');
    expect(bodyOf('type: RequestBodyPlainText\nvalue: "{{ {1: config.n} }}"').bodyData).toBe('{1: 5}');
    expect(bodyOf('type: RequestBodyPlainText\nvalue: a').textType).toBe('text/plain; charset=utf-8');
    expect(bodyOf('type: RequestBodyPlainText\nvalue: "\\n<a/>"').textType).toBeUndefined();
  });

  it('sends a GraphQL query with its variables', () => {
    const yaml =
      'type: RequestBodyGraphQL\nvalue: {query: "query($id: Int) { item(id: $id) { name } }", variables: {id: "{{ stream_slice.id }}"}}';
    expect(bodyOf(yaml).bodyJson).toEqual({ query: 'query($id: Int) { item(id: $id) { name } }', variables: { id: 7 } });
  });

  it.each([
    ['type: RequestBodyUrlEncodedForm\nvalue: {a: [1]}', 'value.a: The value must be text'],
    ['type: RequestBodyPlainText\nvalue: {a: 1}', '"value" of RequestBodyPlainText must be text'],
    ['type: RequestBodyGraphQL\nvalue: {variables: {}}', 'RequestBodyGraphQlQuery needs "query"'],
  ])('refuses %j', (yaml, message) => {
    expect(() => bodyOf(yaml)).toThrow(message);
  });
});
