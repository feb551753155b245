import { describe, expect, it } from 'vitest';
import type { PageRequest, RequestContributor } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import type { JsonObject } from '../../lib/json.ts';
import { ConfigError, type Failure, SystemError, TransientError } from '../../protocol/failure.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { type LocalApi, localApi } from '../../testing/local-api.ts';

const SLICE = new StreamSlice({ id: 7 }, { start_time: '2024-01-01' }, { extra: 'e' });
const FIRST: PageRequest = { slice: SLICE, token: undefined };

function requester(api: LocalApi, yaml: string, config: JsonObject = {}) {
  return buildFromYaml('requester', `type: HttpRequester\nurl: ${api.url}/v1\n${yaml}`, { config, run: api.run });
}

/** The failure that sending the first request ends in. */
async function failureOf(api: LocalApi, yaml: string, config: JsonObject = {}): Promise<Failure> {
  return requester(api, yaml, config)
    .send(FIRST)
    .then(
      () => expect.unreachable('the request must fail'),
      (error: Failure) => error,
    );
}

describe('HttpRequester', () => {
  it('sends method, path, query, headers and body as the templates give them', async () => {
    const api = await localApi(() => ({ body: [] }));
    const yaml = `
path: /items/{{ stream_slice.id }}
http_method: POST
request_parameters: {since: "{{ stream_interval.start_time }}", page: "{{ next_page_token.next_page_token }}", code: "007", gone: "{{ config.gone }}"}
request_headers: {X-Extra: "{{ extra }}"}
request_body_json: {ids: ["{{ stream_partition.id }}"], none: null}`;
    await requester(api, yaml).send({ slice: SLICE, token: 'p 2' });
    expect(api.received).toMatchObject([
      {
        method: 'POST',
        path: '/v1/items/7?since=2024-01-01&page=p+2&code=007',
        headers: { 'x-extra': 'e', 'content-type': 'application/json' },
        body: '{"ids": [7]}',
      },
    ]);
  });

  it('sends verbatim what is declared so: no text is typed, nothing is left out of a JSON body', async () => {
    const api = await localApi(() => ({ body: [] }));
    const yaml = `
verbatim: true
path: "{{ config.code }}"
http_method: POST
request_parameters: {code: "{{ config.code }}", version: "1.10", list: ["[1]", "{{ stream_slice.id }}"], flag: true, gone: "{{ config.gone }}"}
request_headers: {X-Version: "1.10", X-Quoted: "'a'"}
request_body_json: {code: "{{ config.code }}", id: "{{ stream_partition.id }}", text: "478", list: ["None", null], none: null, all: "{{ config.filter }}"}`;
    await requester(api, yaml, { code: '1e5', filter: { a: ['1'] } }).send(FIRST);
    expect(api.received).toMatchObject([
      {
        path: '/v1/1e5?code=1e5&version=1.10&list=%5B1%5D&list=7&flag=True',
        headers: { 'x-version': '1.10', 'x-quoted': "'a'" },
        body: '{"code": "1e5", "id": 7, "text": "478", "list": ["None", null], "none": null, "all": {"a": ["1"]}}',
      },
    ]);
  });

  it('sends an empty JSON body verbatim, in a GET too, and none where none is declared', async () => {
    const api = await localApi(() => ({ body: [] }));
    await requester(api, 'verbatim: true\nrequest_body_json: {}').send(FIRST);
    await requester(api, 'verbatim: true\nhttp_method: POST').send(FIRST);
    await requester(api, 'verbatim: true\nhttp_method: POST\nrequest_body_data: "[1]"').send(FIRST);
    await requester(api, 'verbatim: true\nhttp_method: POST\nrequest_body_data: {a: "[1]", b: 2}').send(FIRST);
    expect(api.received).toMatchObject([
      { method: 'GET', body: '{}' },
      { method: 'POST', body: '' },
      { body: '[1]' },
      { body: 'a=%5B1%5D&b=2' },
    ]);
  });

  it('joins what contributors put into the request, and follows a path of theirs', async () => {
    const api = await localApi(() => ({ body: [] }));
    const paging: RequestContributor = {
      contribute(options) {
        options.params['page'] = 2;
        options.headers['X-Page'] = 2;
      },
    };
    await requester(api, 'request_parameters: {a: "1"}').send(FIRST, [paging], '/next');
    expect(api.received).toMatchObject([{ path: '/next?a=1&page=2', headers: { 'x-page': '2' } }]);
  });

  it('fails where two parts set the same parameter', async () => {
    const api = await localApi(() => ({ body: [] }));
    const paging: RequestContributor = {
      contribute({ params }) {
        params['a'] = 2;
      },
    };
    await expect(requester(api, 'request_parameters: {a: "1"}').send(FIRST, [paging])).rejects.toThrow(
      'Two parts of the manifest set "a" in the query parameters',
    );
    expect(api.received).toEqual([]);
  });

  it('gets a new token and tries again where a filter says so', async () => {
    const api = await localApi((request) => {
      if (request.path === '/token') return { body: { access_token: `t${api.received.length}`, expires_in: 3600 } };
      return request.headers.authorization === 'Bearer t1' ? { status: 401 } : { body: [1] };
    });
    const response = await requester(
      api,
      `
authenticator: {type: OAuthAuthenticator, token_refresh_endpoint: "${api.url}/token", client_id: i, client_secret: s, refresh_token: r}
error_handler: {type: DefaultErrorHandler, response_filters: [{http_codes: [401], action: REFRESH_TOKEN_THEN_RETRY}]}`,
    ).send(FIRST);
    expect(response?.status).toBe(200);
    expect(api.received.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/token', undefined],
      ['/v1', 'Bearer t1'],
      ['/token', undefined],
      ['/v1', 'Bearer t3'],
    ]);
  });

  it('repeats a request until it succeeds, waiting as the server asks', async () => {
    const api = await localApi((_request, count) => (count < 3 ? { status: 503, headers: { 'Retry-After': '7' } } : { body: [] }));
    const before = api.run.clock.now();
    await requester(api, '').send(FIRST);
    expect(api.received).toHaveLength(3);
    expect(api.run.clock.now() - before).toBeGreaterThanOrEqual(14_000_000n);
  });

  it('gives the response that a filter ignores as it is, for the caller to leave', async () => {
    const api = await localApi(() => ({ status: 404 }));
    const ignoring = 'error_handler: {type: DefaultErrorHandler, response_filters: [{http_codes: [404], action: IGNORE}]}';
    expect((await requester(api, ignoring).send(FIRST))?.status).toBe(404);
  });

  it('names the request and repeats what the API said when it fails', async () => {
    const api = await localApi(() => ({ status: 403, body: { error: { message: 'Token lacks the scope items:read' } } }));
    const error = await failureOf(api, 'request_parameters: {api_key: "{{ config.key }}"}', { key: 'top-secret' });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('HTTP Status Code: 403. Error: Forbidden.');
    expect(error.message).toContain(`Request: GET ${api.url}/v1?api_key=****`);
    expect(error.message).toContain('The API said: Token lacks the scope items:read');
    expect(error.message).not.toContain('top-secret');
  });

  it("says a filter's own message first", async () => {
    const api = await localApi(() => ({ status: 400, body: { detail: 'no such field' } }));
    const yaml = `
error_handler:
  type: DefaultErrorHandler
  response_filters:
    - {http_codes: [400], action: FAIL, failure_type: transient_error, error_message: "Refused: {{ response.detail }} at {{ request_url }}"}`;
    const error = await failureOf(api, yaml);
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toBe(`Refused: no such field at ${api.url}/v1 Request: GET ${api.url}/v1.`);
  });

  it('gives up after as many retries as the handler allows', async () => {
    const api = await localApi(() => ({ status: 500, body: 'broken' }));
    const error = await failureOf(api, 'error_handler: {type: DefaultErrorHandler, max_retries: 2}');
    expect(error).toBeInstanceOf(TransientError);
    expect(error.message).toContain('HTTP Status Code: 500');
    expect(error.message).toContain('The API said: broken');
    expect(api.received).toHaveLength(3);
  });

  it('does not repeat a request that cannot be sent', async () => {
    const api = await localApi(() => ({ body: [] }));
    const error = await failureOf(api, 'url_base: no-scheme.example.com');
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('no-scheme.example.com');
  });

  it('tells of a server that is not there', async () => {
    const api = await localApi(() => ({ body: [] }));
    const error = await failureOf(api, 'url_base: "http://127.0.0.1:1"\nerror_handler: {type: DefaultErrorHandler, max_retries: 0}');
    expect(error).toBeInstanceOf(SystemError);
    expect(error.message).toContain('The connection was refused (GET http://127.0.0.1:1');
  });

  it.each([
    ['request_parameters: {a: null}', 'request_parameters.a: The value must be text'],
    ['request_headers: {a: [1]}', 'request_headers.a: The value must be text'],
    ['request_body_data: {a: {b: 1}}', 'request_body_data.a: The value must be text'],
    ['{request_body_data: a=1, request_body_json: {a: 1}}', 'A request has one body'],
    ['{request_body_json: {a: 1}, request_body: {type: RequestBodyPlainText, value: a}}', 'A request has one body'],
    ['http_method: PUT', 'must be one of GET, POST'],
    [
      'request_parameters: {a: {type: QueryProperties, property_list: [x]}, b: {type: QueryProperties, property_list: [y]}}',
      'request_parameters may hold one QueryProperties, but a and b do.',
    ],
  ])('refuses %s', async (yaml, message) => {
    const api = await localApi(() => ({}));
    const spec = yaml.startsWith('{')
      ? yaml
          .slice(1, -1)
          .split(/, (?=request_body)/)
          .join('\n')
      : yaml;
    expect(() => requester(api, spec)).toThrow(message);
  });

  it.each([
    ['request_headers: "{{ config.list }}"', 'request_headers must evaluate to an object'],
    ['request_body_json: "{{ config.text }}"', 'The JSON body evaluates to a text'],
    ['request_parameters: "{{ config.nested }}"', 'The query parameter "a" is an object'],
    [
      'request_parameters: {a: {type: QueryProperties, property_list: [x]}}',
      'QueryProperties are only possible in the requester of a SimpleRetriever',
    ],
  ])('fails when %s evaluates to something else', async (yaml, message) => {
    const api = await localApi(() => ({}));
    const config = { list: [1], text: 'abc', nested: { a: { b: 1 } } };
    await expect(requester(api, yaml, config).send(FIRST)).rejects.toThrow(message);
    expect(api.received).toEqual([]);
  });
});
