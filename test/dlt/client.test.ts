import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/testing/read-manifest.ts';
import { configText, IDS, ids, lastRequest, type Part, queries, read, startApi } from './read-config.ts';

const ONE = { path: 'number', paginator: 'single_page' };

describe('the client of a dlt config', () => {
  it.each<[base: string, path: string, asked: string]>([
    ['', 'number', '/number'],
    ['/', '/number', '/number'],
    ['/v1', 'number', '/v1/number'],
    ['/v1/', '/number', '/v1/number'],
  ])('000.1: the base URL with "%s" and the path "%s" give %s', async (base, path, asked) => {
    const api = await startApi();
    await read(api, { ...ONE, path }, { client: { base_url: `${api.url}${base}` } });
    expect(queries(api)).toEqual([asked]);
  });

  it('000.1: the config may name another base URL, and a path may be a URL', async () => {
    const api = await startApi();
    await read(api, ONE, { client: { base_url: 'http://127.0.0.1:1' } }, { config: { base_url: api.url } });
    await read(api, { ...ONE, path: `${api.url}/zero` }, { client: { base_url: 'http://127.0.0.1:1' } });
    expect(queries(api)).toEqual(['/number', '/zero']);
  });

  it('002.3: each option stands for all endpoints, and the endpoint wins', async () => {
    const api = await startApi();
    const client = {
      headers: { 'X-Common': 'client', 'X-Other': 'client' },
      auth: { token: 'common' },
      paginator: { type: 'page_number', base_page: 1, total_path: null, maximum_page: 3 },
      data_selector: 'data',
    };
    const more = [
      {
        name: 'own',
        endpoint: {
          path: 'link',
          headers: { 'X-Other': 'endpoint' },
          auth: { type: 'api_key', name: 'X-Key', api_key: 'own' },
          paginator: 'single_page',
          data_selector: 'results',
        },
      },
    ];
    const outcome = await read(api, 'number', { client, more });
    expect(outcome.errors).toEqual([]);
    expect(ids(outcome)).toEqual(IDS.slice(0, 10));
    expect(outcome.records['own']).toHaveLength(5);
    const [common, own] = ['/number', '/link'].map((path) => api.requests.find((request) => request.path === path)?.headers ?? {});
    expect([common?.['x-common'], common?.['x-other'], common?.['authorization']]).toEqual(['client', 'client', 'Bearer common']);
    expect([own?.['x-common'], own?.['x-other'], own?.['authorization'], own?.['x-key']]).toEqual(['client', 'endpoint', undefined, 'own']);
  });

  it('002.26: placeholders in headers of the client are refused with a word on where they belong', async () => {
    const api = await startApi();
    const client = { headers: { 'X-Post': '{resources.posts.id}' } };
    await expect(read(api, ONE, { client })).rejects.toThrow('client.headers.X-Post: Headers of the client have no placeholders.');
  });

  it('001.2 002.26: a header of the endpoint stands once, in the place of one of the client', async () => {
    const api = await startApi();
    const headers = { 'Content-Type': 'application/json; charset=utf-8', 'X-A': 'endpoint' };
    await read(api, { ...ONE, path: 'echo', method: 'POST', json: { a: 1 }, headers }, { client: { headers: { 'X-A': 'client' } } });
    expect(lastRequest(api).headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-a': 'endpoint' });
  });

  it('002.30: a resource may be just its name', async () => {
    const api = await startApi();
    const outcome = await readManifest(
      JSON.stringify({ client: { base_url: api.url, paginator: 'single_page' }, resources: ['number', { name: 'zero' }] }),
    );
    expect(Object.keys(outcome.records)).toEqual(['number', 'zero']);
    expect(queries(api).sort()).toEqual(['/number', '/zero']);
  });

  it('002.24: a resource that is not selected is read as a parent only', async () => {
    const api = await startApi();
    const more = [{ name: 'details', endpoint: { path: 'posts/{resources.posts.id}/details', paginator: 'single_page' } }];
    const outcome = await read(api, ONE, { selected: false, more });
    expect(Object.keys(outcome.records)).toEqual(['details']);
    expect(queries(api)).toHaveLength(6);
  });
});

describe('a body', () => {
  it.each<[what: string, endpoint: Part, sent: unknown, type: string]>([
    ['002.4: a JSON object', { json: { a: [1, null, ''], b: {} } }, { a: [1, null, ''], b: {} }, 'application/json'],
    ['001.3: a JSON list', { body: [{ a: 1 }, 2] }, [{ a: 1 }, 2], 'application/json'],
    ['002.4: a form', { data: { a: 'b c', n: 1 } }, 'a=b+c&n=1', 'application/x-www-form-urlencoded'],
    [
      '002.4: a form of pairs, with one name twice',
      {
        data: [
          ['a', 1],
          ['a', 2],
        ],
      },
      'a=1&a=2',
      'application/x-www-form-urlencoded',
    ],
  ])('%s', async (_what, endpoint, sent, type) => {
    const api = await startApi();
    expect((await read(api, { path: 'echo', method: 'post', paginator: 'single_page', ...endpoint })).errors).toEqual([]);
    const { method, body, headers } = lastRequest(api);
    expect([method, body, headers['content-type']]).toEqual(['POST', sent, type]);
  });

  it.each(['[{"clause": 1}]/', "['a', 'b']", '{"a": "007"}', ' 007 ', 'None', '1e5', ''])(
    '001.9: the text %j goes out as it stands, its braces doubled in the config',
    async (text) => {
      const api = await startApi();
      await read(api, { path: 'echo', method: 'POST', paginator: 'single_page', data: text.replace(/[{}]/g, '$&$&') });
      expect(lastRequest(api).text).toBe(text);
    },
  );

  it.each<[Part, string]>([
    [{ json: {}, data: {} }, 'A request has one body'],
    [{ json: {}, body: [] }, 'A request has one body'],
    [{ json: 'text' }, 'A JSON body is an object or a list.'],
    [{ data: 5 }, '"data" is an object or a list of pairs'],
  ])('002.4: %j is refused', async (endpoint, message) => {
    const api = await startApi();
    await expect(read(api, { ...ONE, method: 'POST', ...endpoint })).rejects.toThrow(message);
  });
});

describe('placeholders', () => {
  it('001.4: keep the type of a value that is the whole text, and print it within a text', async () => {
    const api = await startApi();
    const endpoint = {
      path: 'echo',
      method: 'POST',
      paginator: 'single_page',
      json: { whole: '{size}', part: 'size={size}', flag: '{active}', deep: [{ value: ['{size}'] }], braces: '{{size}}' },
      params: { size: '{size}' },
    };
    const outcome = await read(api, endpoint, {}, { config: { size: 500, active: true } });
    expect(outcome.errors).toEqual([]);
    const { body, query } = lastRequest(api);
    expect(body).toEqual({ whole: 500, part: 'size=500', flag: true, deep: [{ value: [500] }], braces: '{size}' });
    expect(query).toBe('size=500');
  });

  it.each<[endpoint: Part, path: string, message: string]>([
    [
      { json: [{ clause: { value: '{resources.other.id}' } }] },
      'resources[0].endpoint.json[0].clause.value',
      'There is no resource "other"',
    ],
    [{ params: { a: '{incremental.start_value}' } }, 'resources[0].endpoint.params.a', 'needs an "incremental"'],
    [{ params: { a: '{some.thing}' } }, 'resources[0].endpoint.params.a', 'must begin with "resources."'],
    [{ path: 'posts/{unfinished' }, 'resources[0].endpoint.path', 'has no end'],
    [{ json: { query: { a: 'x}' } } }, 'resources[0].endpoint.json.query.a', 'stands alone'],
    [{ headers: { 'X-A': '{resources.posts.id}' } }, 'resources[0].endpoint.headers.X-A', 'cannot depend on itself'],
  ])('001.4: %j is refused with its place', async (endpoint, path, message) => {
    const api = await startApi();
    const refusal = read(api, { ...ONE, ...endpoint });
    await expect(refusal).rejects.toThrow(path);
    await expect(refusal).rejects.toThrow(message);
  });

  it('002.27: fields of a parent and borders of the incremental stand in path, query, body and headers', async () => {
    const api = await startApi();
    const child = {
      name: 'children',
      endpoint: {
        path: 'posts/{resources.posts.id}/comments',
        method: 'POST',
        paginator: 'single_page',
        params: { title: '{resources.posts.title}', since: '{incremental.start_value}' },
        json: { post: '{resources.posts.id}', since: 'from {incremental.start_value}' },
        headers: { 'X-Post': 'post {resources.posts.id}' },
        incremental: { cursor_path: 'id', initial_value: 3 },
      },
    };
    const outcome = await read(api, ONE, { more: [child] });
    expect(outcome.errors).toEqual([]);
    expect(outcome.records['children']).toHaveLength(10);
    const [first] = api.requests.filter(({ path }) => path === '/posts/0/comments');
    expect(first).toMatchObject({
      query: 'title=Post+0&since=3',
      body: { post: 0, since: 'from 3' },
      headers: { 'x-post': 'post 0' },
    });
  });

  it('002.25: children of several parents are read at once, page by page, with the order of each parent and its fields', async () => {
    const api = await startApi();
    const child = {
      name: 'children',
      endpoint: {
        path: 'posts/{post}/comments',
        params: { post: { type: 'resolve', resource: 'posts', field: 'id' } },
        paginator: { type: 'page_number', base_page: 1, total_path: 'total_pages' },
      },
      include_from_parent: ['title'],
    };
    // The first pages are answered when all of them were asked for.
    const first = Promise.withResolvers<void>();
    let asking = 0;
    api.hold = ({ path, query }) => {
      if (!path.startsWith('/posts/') || query !== 'page=1') return undefined;
      asking += 1;
      if (asking === 5) first.resolve();
      return first.promise;
    };
    const outcome = await read(api, ONE, { more: [child], source: { parallelized: true } });
    const rows = outcome.records['children'] ?? [];
    for (const post of [0, 1, 2, 3, 4]) {
      const own = rows.filter((row) => row['post_id'] === post).map((row) => `${row['id']} ${row['_posts_title']}`);
      expect(own).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((id) => `${id} Post ${post}`));
      expect(queries(api).filter((query) => query.startsWith(`/posts/${post}`))).toEqual(
        [1, 2].map((page) => `/posts/${post}/comments?page=${page}`),
      );
    }
    // The first page of every parent was asked for before the last page of any was.
    const asked = queries(api).filter((query) => query.startsWith('/posts/'));
    expect(asked.slice(0, 5).every((query) => query.endsWith('page=1'))).toBe(true);
  });
});

describe('authentication', () => {
  it.each<[what: string, auth: unknown, expected: Part]>([
    ['001.1 002.14: a bearer token', { type: 'bearer', token: 'secret-token' }, { authorization: 'Bearer secret-token' }],
    ['002.14: a token alone is a bearer token', { token: 'secret-token' }, { authorization: 'Bearer secret-token' }],
    [
      '000.2 002.14: an API key in a header',
      { type: 'api_key', name: 'X-Key', api_key: 'secret-key', location: 'header' },
      { 'x-key': 'secret-key' },
    ],
    [
      '000.2: an API key in a cookie',
      { type: 'api_key', name: 'session', api_key: 'secret-key', location: 'cookie' },
      { cookie: 'session=secret-key' },
    ],
    [
      '002.14: a name and a password',
      { type: 'http_basic', username: 'Aladdin', password: 'open sesame' },
      { authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
    ],
  ])('%s', async (_what, auth, expected) => {
    const api = await startApi();
    expect((await read(api, ONE, { client: { auth } })).errors).toEqual([]);
    expect(lastRequest(api).headers).toMatchObject(expected);
  });

  it.each(['query', 'param'])('000.2 002.14: an API key in the query, where location is %s', async (location) => {
    const api = await startApi();
    const auth = { type: 'api_key', name: 'key', api_key: 'secret-key', location };
    await read(api, { ...ONE, params: { a: 1 } }, { client: { auth } });
    expect(queries(api)).toEqual(['/number?a=1&key=secret-key']);
  });

  it('002.15: one token serves parallel requests, and another one follows when it has expired', async () => {
    const api = await startApi();
    const auth = {
      type: 'oauth2_client_credentials',
      access_token_url: `${api.url}/token`,
      client_id: 'client',
      client_secret: 'secret-of-client',
      access_token_request_data: { scope: 'read' },
    };
    const more = [{ name: 'others', endpoint: ONE }];
    const outcome = await read(api, ONE, { client: { auth }, more, source: { parallelized: true } });
    expect(outcome.errors).toEqual([]);
    const tokens = api.requests.filter(({ path }) => path === '/token');
    expect(tokens).toHaveLength(1);
    expect(new Set(String(tokens[0]?.body).split('&'))).toEqual(
      new Set(['grant_type=client_credentials', 'client_id=client', 'client_secret=secret-of-client', 'scope=read']),
    );
    for (const { path, headers } of api.requests) if (path !== '/token') expect(headers['authorization']).toBe('Bearer obtained-token');
  });

  it('002.15: a token without a lifetime lasts as long as the config says; credentials may go in the header', async () => {
    const lasting = { body: { access_token: 'short-lived' } };
    const busy = { status: 429, headers: { 'Retry-After': '60' } };
    const api = await startApi(lasting, busy, { body: { access_token: 'the-next-one' } });
    const auth = {
      type: 'oauth2_client_credentials',
      access_token_url: `${api.url}/token`,
      client_id: 'client',
      client_secret: 'secret-of-client',
      default_token_expiration: 30,
      client_authentication: 'basic_header',
    };
    expect((await read(api, ONE, { client: { auth } })).errors).toEqual([]);
    expect(queries(api)).toEqual(['/token', '/number', '/token', '/number']);
    const [token] = api.requests;
    expect(token?.headers['authorization']).toBe(`Basic ${Buffer.from('client:secret-of-client').toString('base64')}`);
    expect(lastRequest(api).headers['authorization']).toBe('Bearer the-next-one');
  });

  it.each<[auth: unknown, message: string]>([
    [{ type: 'digest', password: 'very-secret' }, 'The type of auth must be one of bearer, api_key'],
    ['very-secret', 'The type of auth must be one of bearer, api_key'],
    [{ type: 'api_key', api_key: 'very-secret', location: 'body' }, 'The location of an API key must be one of header'],
    [{ type: 'bearer', tokn: 'very-secret' }, 'Did you mean "token"?'],
    [{ $python: 'MyAuth("very-secret")' }, 'Python code cannot run here'],
  ])('%j is refused, and no secret is shown', async (auth, message) => {
    const api = await startApi();
    const refusal = await read(api, ONE, { client: { auth } }).catch((error: Error) => error);
    expect(String(refusal)).toContain(message);
    expect(String(refusal)).not.toContain('very-secret');
  });

  it('credentials that are left out are asked for in the config', async () => {
    const api = await startApi();
    const text = configText(api, ONE, { client: { auth: 'http_basic' } });
    await readManifest(text, { config: { username: 'u', password: 'p' } });
    expect(lastRequest(api).headers['authorization']).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  });
});
