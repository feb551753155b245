import { describe, expect, it } from 'vitest';
import { RequestOptions } from '../../engine/request-options.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

function injected(yaml: string, value: string, into = new RequestOptions()): RequestOptions {
  buildFromYaml('requestOption', `type: RequestOption\n${yaml}`, { config: { key: 'filter' } }).inject(into, value);
  return into;
}

describe('RequestOption', () => {
  it.each([
    ['request_parameter', 'params'],
    ['header', 'headers'],
    ['body_data', 'bodyData'],
    ['body_json', 'bodyJson'],
  ] as const)('puts a value into %s', (place, part) => {
    expect(injected(`inject_into: ${place}\nfield_name: "{{ config.key }}[a]"`, 'v')[part]).toEqual({ 'filter[a]': 'v' });
  });

  it('keeps what stands beside a path', () => {
    const options = new RequestOptions();
    injected('inject_into: body_json\nfield_path: [query, "{{ config.key }}", a]', '1', options);
    injected('inject_into: body_json\nfield_path: [query, "{{ config.key }}", b]', '2', options);
    expect(options.bodyJson).toEqual({ query: { filter: { a: '1', b: '2' } } });
  });

  it.each([
    ['inject_into: header', 'needs either field_name or field_path'],
    ['inject_into: header\nfield_name: ""', 'needs either field_name or field_path'],
    ['inject_into: body_json\nfield_name: a\nfield_path: [a]', 'needs either field_name or field_path'],
    ['inject_into: header\nfield_path: [a]', 'A field_path is only possible with inject_into: body_json.'],
    ['inject_into: cookie\nfield_name: a', 'must be one of request_parameter, header, body_data, body_json'],
  ])('refuses %j', (yaml, message) => {
    expect(() => injected(yaml, '')).toThrow(message);
  });
});

describe('RequestPath', () => {
  it('becomes the path', () => {
    const options = new RequestOptions();
    buildFromYaml('requestOption', 'type: RequestPath').inject(options, 'http://a/b');
    expect(options.path).toBe('http://a/b');
  });
});
