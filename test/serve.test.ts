import { createHmac } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { serveHttp } from '../src/http/testing/local-server.ts';
import { type LocalApi, localApi } from '../src/testing/local-api.ts';
import { type ManifestServer, startManifestServer } from './manifest-server.ts';
import { runConnector } from './scenarios/connector.ts';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A running server whose answers are parsed. */
interface Served extends Omit<ManifestServer, 'post'> {
  post(operation: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<[number, unknown]>;
}

/** Starts a server that ends with the test. */
async function serve(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const server = await startManifestServer(args, env);
  onTestFinished(async () => void (await server.stop()));
  return {
    ...server,
    async post(...request) {
      const [status, text] = await server.post(...request);
      return [status, JSON.parse(text) as unknown];
    },
  };
}

/** A manifest of one stream of an API. */
function manifestOf(url: string, more = ''): unknown {
  return parse(`
type: DeclarativeSource
version: 6.51.0
check: {type: CheckStream, stream_names: [items]}
spec:
  type: Spec
  connection_specification:
    type: object
    required: [key]
    properties: {key: {type: string, airbyte_secret: true}}
streams:
  - type: DeclarativeStream
    name: items
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "${url}/items", request_headers: {X-Key: "{{ config['key'] }}"}}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}
    schema_loader: {type: InlineSchemaLoader, schema: {type: object, properties: {id: {type: integer}}}}
${more}`);
}

function items(): Promise<LocalApi> {
  return localApi(({ headers }) =>
    headers['x-key'] === 'wrong-key'
      ? { status: 401 }
      : { body: [{ id: 1, seen: String(headers['x-key']), other: 'secret-of-a secret-of-b' }] },
  );
}

function bearer(secret: string): Record<string, string> {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'airbyte-server' })}`;
  return { Authorization: `Bearer ${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}` };
}

describe('serve', () => {
  it('tells that it is well and what it can do, and what it does not know', async () => {
    const { url, log } = await serve();
    const get = async (target: string, method = 'GET'): Promise<unknown> => {
      const response = await fetch(url + target, { method, redirect: 'manual' });
      return [response.status, response.headers.get('location') ?? response.headers.get('allow'), await response.text()];
    };
    expect(await get('/health/')).toEqual([200, null, '{"status":"ok"}']);
    expect(await get('/health?probe=1')).toEqual([307, '/health/?probe=1', '']);
    expect(await get('/capabilities/')).toEqual([200, null, '{"custom_code_execution":false}']);
    expect(await get('/v1/manifest/resolve/', 'POST')).toEqual([307, '/v1/manifest/resolve', '']);
    expect(await get('/v1/manifest/toString', 'POST')).toEqual([404, null, '{"detail":"Not Found"}']);
    expect(await get('/v1/manifest/resolve')).toEqual([405, 'POST', '{"detail":"Method Not Allowed"}']);
    expect(await get('/health/', 'HEAD')).toEqual([405, 'GET', '']);
    await vi.waitFor(() => expect(log()).toMatch(/GET \/health\/ 200 in \d+ ms\n/));
  });

  it('lets in who has a token, where it has a secret, and everybody to what is no secret', async () => {
    const secret = 'a-secret-of-the-tests-that-is-long-enough';
    const { url, post } = await serve([], { AB_JWT_SIGNATURE_SECRET: secret, AIRBYTE_ENABLE_UNSAFE_CODE: 'True' });
    const manifest = manifestOf('http://127.0.0.1:1');
    expect(await post('resolve', { manifest })).toEqual([401, { detail: 'Bearer token required' }]);
    expect(await post('resolve', { manifest }, { Authorization: 'Basic abc' })).toEqual([401, { detail: 'Bearer token required' }]);
    expect(await post('resolve', { manifest }, bearer('another'))).toEqual([401, { detail: 'Invalid token' }]);
    expect((await post('resolve', { manifest }, bearer(secret)))[0]).toBe(200);
    expect(await (await fetch(`${url}/capabilities/`)).json()).toEqual({ custom_code_execution: true });
  });

  it('answers each operation', async () => {
    const api = await items();
    const { post, log } = await serve();
    const manifest = manifestOf(api.url);
    const config = { key: 'top-secret' };
    expect(await post('check', { manifest, config })).toEqual([200, { success: true, message: null }]);
    expect(await post('check', { manifest, config: { key: 'wrong-key' } })).toEqual([
      200,
      { success: false, message: expect.stringContaining('401') as unknown },
    ]);
    expect(await post('check', { manifest, config: {} })).toEqual([
      200,
      { success: false, message: expect.stringContaining('Config validation error') as unknown },
    ]);
    expect(await post('discover', { manifest, config })).toEqual([
      200,
      {
        catalog: {
          streams: [
            {
              name: 'items',
              json_schema: { type: 'object', properties: { id: { type: 'integer' } } },
              supported_sync_modes: ['full_refresh'],
              source_defined_cursor: null,
              default_cursor_field: null,
              source_defined_primary_key: [['id']],
              namespace: null,
              is_resumable: false,
              is_file_based: false,
            },
          ],
        },
      },
    ]);
    expect(await post('resolve', { manifest })).toMatchObject([200, { manifest: { streams: [{ name: 'items' }] } }]);
    expect(await post('full_resolve', { manifest, config })).toMatchObject([
      200,
      { manifest: { streams: [{ name: 'items', dynamic_stream_name: null }] } },
    ]);
    const [status, read] = await post('test_read', {
      manifest,
      config,
      stream_name: 'items',
      context: { workspace_id: 'w', project_id: 'p' },
    });
    expect([status, Object.keys(read as object)]).toEqual([
      200,
      [
        'logs',
        'slices',
        'test_read_limit_reached',
        'auxiliary_requests',
        'inferred_schema',
        'inferred_datetime_formats',
        'latest_config_update',
      ],
    ]);
    expect(read).toMatchObject({
      logs: [],
      slices: [{ pages: [{ records: [{ id: 1, seen: 'top-secret' }], request: { headers: { 'X-Key': '****' } } }] }],
      latest_config_update: null,
    });
    await vi.waitFor(() => expect(log()).toContain('(workspace_id=w, project_id=p)'));
    expect(log()).not.toContain('top-secret');
  });

  it('keeps the secrets of requests at the same time apart', async () => {
    const api = await items();
    const { post } = await serve(['--processes', '2']);
    const bodyOf = async (key: string): Promise<unknown> => {
      const [, read] = await post('test_read', { manifest: manifestOf(api.url), config: { key }, stream_name: 'items' });
      return (read as { slices: { pages: { response: { body: string } }[] }[] }).slices[0]?.pages[0]?.response.body;
    };
    expect(await Promise.all(['secret-of-a', 'secret-of-b'].map(bodyOf))).toEqual([
      '[{"id":1,"seen":"****","other":"**** secret-of-b"}]',
      '[{"id":1,"seen":"****","other":"secret-of-a ****"}]',
    ]);
  });

  it('reads no file of its own machine for a manifest', async () => {
    const api = await items();
    const { post } = await serve();
    const manifest = manifestOf(api.url) as { streams: object[] };
    const streams = [{ ...manifest.streams[0], schema_loader: { type: 'JsonFileSchemaLoader', file_path: path.resolve('package.json') } }];
    expect(await post('discover', { manifest: { ...manifest, streams }, config: { key: 'k' } })).toEqual([
      400,
      { detail: expect.stringMatching(/^Error discovering streams: There is no schema file/) as unknown },
    ]);
  });

  it('says what is wrong with a manifest, by each operation in its own words', async () => {
    const { post } = await serve();
    const manifest = {
      type: 'DeclarativeSource',
      version: '6.51.0',
      check: { type: 'CheckStream', stream_names: ['a'] },
      streams: [{ type: 'Strem', name: 'a' }],
    };
    const wrong = 'streams[0].type: There is no component type "Strem".';
    const detail = async (operation: string): Promise<unknown> => (await post(operation, { manifest, config: {}, stream_name: 'a' }))[1];
    const starting = (text: string): unknown => ({
      detail: expect.stringMatching(new RegExp(`^${`${text}: ${wrong}`.replace(/[[\].]/g, '\\$&')}`)) as unknown,
    });
    expect(await detail('test_read')).toEqual(starting('Invalid manifest'));
    expect(await detail('discover')).toEqual(starting('Invalid manifest'));
    expect(await detail('check')).toEqual(starting('Error checking connection: 400: Invalid manifest'));
    expect(await detail('resolve')).toEqual(starting('Error resolving manifest: 400: Invalid manifest'));
    expect(await detail('full_resolve')).toEqual(starting('Error full resolving manifest: 400: Invalid manifest'));
  });

  it('refuses bodies that are none, and code that may not run', async () => {
    const { url, post } = await serve(['--max-body', '1']);
    expect(await post('resolve', {})).toEqual([
      422,
      { detail: [{ type: 'missing', loc: ['body', 'manifest'], msg: 'Field required', input: {} }] },
    ]);
    expect((await post('resolve', '{"manifest": tru'))[0]).toBe(422);
    expect(await post('resolve', '')).toEqual([422, { detail: [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }] }]);
    expect(await post('resolve', { manifest: {} }, { 'Content-Type': 'text/plain' })).toMatchObject([422, { detail: [{ loc: ['body'] }] }]);
    expect(await post('test_read', { manifest: {}, config: {}, stream_name: 'a', page_limit: 21 })).toMatchObject([
      422,
      { detail: [{ loc: ['body', 'page_limit'] }] },
    ]);
    expect(await post('resolve', `"${'x'.repeat(1024 * 1024)}"`)).toEqual([413, { detail: 'The body is larger than 1048576 bytes.' }]);
    const stated = await fetch(`${url}/v1/manifest/resolve`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: new Blob(['x'.repeat(2_000_000)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(stated.status).toBe(413);
    const api = await items();
    const state = [{ type: 'STATE', state: {} }];
    expect(await post('test_read', { manifest: manifestOf(api.url), config: { key: 'k' }, stream_name: 'items', state })).toMatchObject([
      400,
      { detail: expect.stringContaining('The state is not valid') as unknown },
    ]);
    const code = { custom_components_code: 'class A: pass' };
    expect(await post('test_read', { manifest: manifestOf(api.url), config: { key: 'k' }, stream_name: 'items', ...code })).toMatchObject([
      400,
      { detail: expect.stringContaining('Custom connector code is not permitted') as unknown },
    ]);
  });

  it('ends a request that takes too long, whether it waits or computes', async () => {
    const silent = await serveHttp(() => {});
    const { post } = await serve(['--timeout', '1']);
    const config = { key: 'k', list: Array.from({ length: 300 }, () => 1) };
    const tooLong = [504, { detail: 'The request took longer than 1 seconds, so it was ended.' }];
    const many = await localApi(() => ({ body: Array.from({ length: 5000 }, (_, id) => ({ id })) }));
    const loop = '{% for a in config.list %}{% for b in config.list %}{{ a + b + record.id }}{% endfor %}{% endfor %}';
    const busy = manifestOf(
      many.url,
      `    transformations: [{type: AddFields, fields: [{type: AddedFieldDefinition, path: [x], value: "${loop}"}]}]`,
    );
    expect(
      await Promise.all([
        post('test_read', { manifest: manifestOf(silent.url), config, stream_name: 'items' }),
        post('test_read', { manifest: busy, config, stream_name: 'items' }),
      ]),
    ).toEqual([tooLong, tooLong]);
  });

  it('ends a request whose client has gone, and takes only so many at a time', async () => {
    let closed: () => void = () => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      void serveHttp((request) => {
        request.socket.once('close', closed);
        resolve();
      }).then(({ url }) => api.resolve(url));
    });
    const api = Promise.withResolvers<string>();
    const { url } = await serve(['--processes', '1']);
    const body = JSON.stringify({ manifest: manifestOf(await api.promise), config: { key: 'k' }, stream_name: 'items' });
    const controller = new AbortController();
    const leaving = Array.from({ length: 10 }, () =>
      fetch(`${url}/v1/manifest/test_read`, { method: 'POST', headers: JSON_TYPE, body, signal: controller.signal }).catch(() => 'left'),
    );
    await asked;
    const refused = (await Promise.race(leaving)) as Response;
    expect([refused.status, await refused.json()]).toEqual([
      503,
      { detail: 'The server has too many requests to answer: try again later.' },
    ]);
    controller.abort();
    await gone;
    expect((await Promise.all(leaving)).filter((answer) => answer === 'left')).toHaveLength(9);
  });

  it('ends a request that takes too much memory, and goes on', async () => {
    const api = await localApi(() => ({ body: `[${'{"id":1},'.repeat(1_800_000)}{"id":1}]` }));
    const { post } = await serve(['--memory', '64']);
    expect(await post('test_read', { manifest: manifestOf(api.url), config: { key: 'k' }, stream_name: 'items' })).toEqual([
      400,
      { detail: 'The request took more than 64 MB of memory: ask for fewer or smaller pages.' },
    ]);
    expect((await post('resolve', { manifest: manifestOf(api.url) }))[0]).toBe(200);
  });

  it('keeps web pages away, which bear a name of their own', async () => {
    const { url, post } = await serve();
    const api = await items();
    const body = { manifest: manifestOf(api.url), config: { key: 'k' } };
    const refused = ['check', body, { Origin: 'https://evil.example.com' }] as const;
    expect(await post(...refused)).toEqual([403, { detail: expect.stringContaining('--allow-host') }]);
    expect((await post('check', body, { Origin: new URL(url).origin }))[0]).toBe(200);
    const allowing = await serve(['--allow-host', 'evil.example.com']);
    expect((await allowing.post(...refused))[0]).toBe(200);
  });

  it('holds a response of a share of the memory at most, whatever the guards of the manifest say', async () => {
    const api = await localApi(() => ({ body: [{ id: 1, pad: 'x'.repeat(20_000_000) }] }));
    const { post } = await serve(['--memory', '64']);
    const manifest = manifestOf(api.url, 'metadata: {guards: {max_response_bytes: none, max_expansion: none}}');
    const [status, answer] = await post('check', { manifest, config: { key: 'k' } });
    expect([status, answer]).toEqual([200, { success: false, message: expect.stringContaining('max_response_bytes') }]);
  });

  it('goes on when nobody reads its log any more', async () => {
    const { closeLog, url } = await serve();
    closeLog();
    for (let i = 0; i < 3; i += 1) expect((await fetch(`${url}/health/`)).status).toBe(200);
  });

  it('ends by SIGTERM when the requests under way are answered', async () => {
    const begun = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const slow = await serveHttp((_request, response) => {
      begun.resolve();
      void release.promise.then(() => response.writeHead(200, JSON_TYPE).end('[]'));
    });
    const { post, stop, url } = await serve();
    const answer = post('test_read', { manifest: manifestOf(slow.url), config: { key: 'k' }, stream_name: 'items' });
    await begun.promise;
    const ended = stop();
    await expect(refusesConnections(url)).resolves.toBe(true);
    release.resolve();
    expect((await answer)[0]).toBe(200);
    expect(await ended).toBe(0);
  });

  it('tells why it cannot start', async () => {
    const { url } = await serve();
    const taken = await runConnector({ args: ['serve', '--port', new URL(url).port] });
    expect(taken).toMatchObject({ exit: 1, stdout: '', stderr: expect.stringContaining('the port is in use') as unknown });
    const wrong = await runConnector({ args: ['serve', '--processes', '0'] });
    expect(wrong).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('--processes must be a whole number from 1 to 256, not "0"') as unknown,
    });
  });
});

/** Whether a server takes no more connections; asks until that is so. */
async function refusesConnections(url: string): Promise<boolean> {
  for (;;) {
    try {
      await (await fetch(`${url}/health/`, { headers: { Connection: 'close' } })).text();
    } catch {
      return true;
    }
  }
}
