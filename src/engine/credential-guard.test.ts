import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { serveHttp } from '../http/testing/local-server.ts';
import { createTemplates } from '../lang/index.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { createSecrets } from '../lib/secrets.ts';
import { type ReadOutcome, readManifest } from '../testing/read-manifest.ts';
import { createCredentialGuard } from './credential-guard.ts';
import type { Exchange } from './http.ts';
import { createOrigins } from './origins.ts';

const SECRET = 'k3y-0f-the-shop';

/** What a server was asked for. */
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

interface Server {
  readonly url: string;
  readonly asked: Asked[];
}

async function serve(answer: (asked: Asked) => Answer): Promise<Server> {
  const all: Asked[] = [];
  const { url } = await serveHttp(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const asked = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body };
    all.push(asked);
    const { status = 200, headers = {}, body: document = { data: [{ id: 2 }] } } = answer(asked);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof document === 'string' ? document : JSON.stringify(document));
  });
  return { url, asked: all };
}

const BEARER: JsonObject = { type: 'BearerAuthenticator', api_token: "{{ config['api_key'] }}" };
const NEXT_LINK: JsonObject = {
  type: 'DefaultPaginator',
  page_token_option: { type: 'RequestPath' },
  pagination_strategy: {
    type: 'CursorPagination',
    cursor_value: "{{ response.get('next') }}",
    stop_condition: "{{ not response.get('next') }}",
  },
};
const NO_RETRIES: JsonObject = { type: 'DefaultErrorHandler', max_retries: 0 };

function stream(url: string, requester: JsonObject = {}, retriever: JsonObject = {}, more: JsonObject = {}): JsonObject {
  return {
    type: 'DeclarativeStream',
    name: 'items',
    schema_loader: { type: 'InlineSchemaLoader', schema: {} },
    retriever: {
      type: 'SimpleRetriever',
      requester: { type: 'HttpRequester', url, error_handler: NO_RETRIES, ...requester },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      ...retriever,
    },
    ...more,
  };
}

function source(streams: readonly JsonObject[], more: JsonObject = {}): string {
  return stringify({
    version: '6.0.0',
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: ['items'] },
    streams,
    spec: { type: 'Spec', connection_specification: { type: 'object', properties: { api_key: { type: 'string', airbyte_secret: true } } } },
    ...more,
  });
}

function read(manifest: string, more: object = {}): Promise<ReadOutcome> {
  return readManifest(manifest, { config: { api_key: SECRET }, streams: ['items'], ...more });
}

const idsOf = ({ records }: ReadOutcome): unknown[] => (records['items'] ?? []).map(({ id }) => id);

/** Fails unless the other server was asked without anything secret, and one warning names it. */
function expectWithheld(other: Server, { warnings }: ReadOutcome): void {
  expect(other.asked).not.toEqual([]);
  for (const { method, url, headers, body } of other.asked) {
    expect(`${method} ${url} ${JSON.stringify(headers)} ${body}`).not.toContain(SECRET);
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['cookie']));
  }
  const told = warnings.filter((warning) => warning.includes(other.url));
  expect(told).toEqual([expect.stringContaining(`add "${other.url.slice('http://'.length)}" to metadata.credential_hosts`)]);
}

describe('a next link to a host that only the API names', () => {
  /** An API whose first page links to another server. */
  async function linking(link: (other: Server) => string = ({ url }) => `${url}/items?page=2`): Promise<{ api: Server; other: Server }> {
    const other = await serve(() => ({}));
    const api = await serve(() => ({ body: { data: [{ id: 1 }], next: link(other) }, headers: { 'set-cookie': 'sid=1; Path=/' } }));
    return { api, other };
  }
  const keyIn = (place: string, name: string): JsonObject => ({
    type: 'ApiKeyAuthenticator',
    api_token: "{{ config['api_key'] }}",
    inject_into: { type: 'RequestOption', inject_into: place, field_name: name },
  });

  it.each([
    ['a bearer token', { authenticator: BEARER }],
    ['a key in a header', { authenticator: keyIn('header', 'X-Key') }],
    ['a key in the query', { authenticator: keyIn('request_parameter', 'k') }],
    ['a key in a form', { http_method: 'POST', authenticator: keyIn('body_data', 'k') }],
    ['a key in a JSON body', { http_method: 'POST', authenticator: keyIn('body_json', 'k') }],
    ['a user and a password', { authenticator: { type: 'BasicHttpAuthenticator', username: 'u', password: "{{ config['api_key'] }}" } }],
    ['a header of the requester', { request_headers: { 'X-Shop': "{{ config['api_key'] }}" } }],
    ['a parameter of the requester', { request_parameters: { shop: "a {{ config['api_key'] }}" } }],
    ['a field of its JSON body', { http_method: 'POST', request_body_json: { a: [{ b: "{{ config['api_key'] }}", c: 1 }] } }],
    ['a field of its form', { http_method: 'POST', request_body_data: { a: "{{ config['api_key'] }}", c: '1' } }],
  ])('goes without %s', async (_what, requester) => {
    const { api, other } = await linking();
    const outcome = await read(source([stream(`${api.url}/items`, requester, { paginator: NEXT_LINK })]));
    expect(outcome.errors).toEqual([]);
    expect(idsOf(outcome)).toEqual([1, 2]);
    expect(JSON.stringify(api.asked[0])).toMatch(new RegExp(`${SECRET}|${Buffer.from(`u:${SECRET}`).toString('base64')}`));
    expectWithheld(other, outcome);
  });

  it.each([
    ['without a scheme', (other: Server) => `${other.url.slice('http:'.length)}/items`],
    ['with a user', (other: Server) => other.url.replace('//', '//127.0.0.1@')],
    ['in capitals, with blanks', (other: Server) => ` ${other.url.replace('http', 'HTTP')}/items`],
  ])('%s goes without credentials', async (_how, link) => {
    const { api, other } = await linking(link);
    const outcome = await read(source([stream(`${api.url}/items`, { authenticator: BEARER }, { paginator: NEXT_LINK })]));
    expect(idsOf(outcome)).toEqual([1, 2]);
    expectWithheld(other, outcome);
  });

  it('keeps what the link itself says', async () => {
    const { api, other } = await linking(({ url }) => `${url}/items?token=of-the-link&api_key=${SECRET}&page=2`);
    await read(
      source([stream(`${api.url}/items`, { authenticator: BEARER, request_parameters: { size: '5' } }, { paginator: NEXT_LINK })]),
    );
    expect(other.asked[0]?.url).toBe('/items?token=of-the-link&page=2&size=5');
  });

  it('keeps cookies for the API, and those of the other host for that host', async () => {
    const other = await serve(({ url, headers }) => ({
      headers: { 'set-cookie': 'sid=other; Path=/' },
      body: { data: [], ...(url === '/a' && { next: `http://${headers.host}/b` }) },
    }));
    const api = await serve(() => ({ body: { data: [], next: `${other.url}/a` }, headers: { 'set-cookie': 'sid=1; Path=/' } }));
    const outcome = await read(source([stream(`${api.url}/items`, {}, { paginator: NEXT_LINK })]));
    expect(other.asked.map(({ url, headers }) => [url, headers.cookie ?? null])).toEqual([
      ['/a', null],
      ['/b', 'sid=other'],
    ]);
    expect(outcome.warnings.filter((warning) => warning.includes('credential_hosts'))).toHaveLength(1);
  });

  it('is refused where a secret stands in its path, or in a text as its body', async () => {
    const { api, other } = await linking(({ url }) => `${url}/${SECRET}/items`);
    const inPath = await read(source([stream(`${api.url}/items`, { authenticator: BEARER }, { paginator: NEXT_LINK })]));
    const text = { http_method: 'POST', request_body: { type: 'RequestBodyPlainText', value: "{{ config['api_key'] }}" } };
    const plain = await linking();
    const inBody = await read(source([stream(`${plain.api.url}/items`, text, { paginator: NEXT_LINK })]));
    expect([...other.asked, ...plain.other.asked]).toEqual([]);
    expect(inPath.errors[0]).toMatch(/by a request with a secret in its URL .*metadata\.credential_hosts/);
    expect(inBody.errors[0]).toMatch(/by a request with a secret in its body .*metadata\.credential_hosts/);
    expect(inPath.errors.join()).not.toContain(SECRET);
  });

  it('takes credentials along where the manifest lists the host, or names it for another stream', async () => {
    for (const isListed of [true, false]) {
      const { api, other } = await linking();
      const rows = stream(`${api.url}/items`, { authenticator: BEARER }, { paginator: NEXT_LINK });
      const named = { ...stream(`${other.url}/named`), name: 'named' };
      const hosts = [other.url.slice('http://'.length)];
      const outcome = await read(isListed ? source([rows], { metadata: { credential_hosts: hosts } }) : source([rows, named]));
      expect(other.asked[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
      expect(outcome.warnings).toEqual([]);
    }
  });

  it('is nothing to warn of where there are no credentials', async () => {
    const other = await serve(() => ({}));
    const api = await serve(() => ({ body: { data: [{ id: 1 }], next: `${other.url}/items` } }));
    const outcome = await read(source([stream(`${api.url}/items`, { request_parameters: { size: '5' } }, { paginator: NEXT_LINK })]));
    expect(idsOf(outcome)).toEqual([1, 2]);
    expect(outcome.warnings).toEqual([]);
  });

  it('tells with a refusal what to list, and asks for no new token', async () => {
    const tokens: string[] = [];
    const other = await serve(() => ({ status: 401, body: { error: 'no key' } }));
    const api = await serve(({ url }) => {
      if (url !== '/token') return { body: { data: [{ id: 1 }], next: `${other.url}/items` } };
      tokens.push(url);
      return { body: { access_token: `t0ken-${tokens.length}`, expires_in: 3600 } };
    });
    const authenticator = {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: `${api.url}/token`,
      client_id: 'id',
      client_secret: "{{ config['api_key'] }}",
      refresh_token: 'r3fresh-me',
    };
    const handler = {
      type: 'DefaultErrorHandler',
      response_filters: [{ type: 'HttpResponseFilter', http_codes: [401], action: 'REFRESH_TOKEN_THEN_RETRY' }],
    };
    const rows = stream(`${api.url}/items`, { authenticator, error_handler: handler }, { paginator: NEXT_LINK });
    const outcome = await read(source([rows]));
    expect(outcome.errors[0]).toContain(
      `neither the manifest nor the config names ${other.url}. If that host needs them and may have them, add "${other.url.slice(7)}"`,
    );
    expect(tokens).toHaveLength(1);
    expect(other.asked).toHaveLength(1);
  });
});

describe('other URLs that only the API names', () => {
  const requester = (url: string): JsonObject => ({ type: 'HttpRequester', url, authenticator: BEARER, error_handler: NO_RETRIES });

  it('are those of a record, in the path, the base and the URL of a sub-stream', async () => {
    const other = await serve(() => ({}));
    const api = await serve(() => ({ body: { data: [{ id: 1, self: `${other.url}/child`, host: other.url.slice(7) }] } }));
    const router = (key: string): JsonObject => ({
      type: 'SubstreamPartitionRouter',
      parent_stream_configs: [
        { type: 'ParentStreamConfig', parent_key: key, partition_field: 'u', stream: { ...stream(`${api.url}/parents`), name: 'parents' } },
      ],
    });
    const byPath = stream(
      '',
      { url: null, url_base: api.url, path: '{{ stream_partition.u }}', authenticator: BEARER },
      { partition_router: router('self') },
    );
    const byUrl = stream('{{ stream_slice.u }}', { authenticator: BEARER }, { partition_router: router('self') });
    const byHost = stream('http://{{ stream_partition.u }}/child', { authenticator: BEARER }, { partition_router: router('host') });
    for (const rows of [byPath, byUrl, byHost]) {
      const outcome = await read(source([rows]));
      expect(idsOf(outcome)).toEqual([2]);
      expectWithheld(other, outcome);
    }
  });

  it('are those of a page token that an earlier run left', async () => {
    const other = await serve(() => ({}));
    const api = await serve(() => ({ body: { data: [{ id: 1 }], next: `${other.url}/items` } }));
    const rows = stream(`${api.url}/items`, { authenticator: BEARER }, { paginator: NEXT_LINK });
    const setting = { isResumable: true, checkpoint: 'page' as const };
    const first = await read(source([rows]), setting);
    const state = first.allStates.find((found) => JSON.stringify(found).includes(other.url));
    other.asked.length = 0;
    const asked = api.asked.length;
    const outcome = await read(source([rows]), { ...setting, state: { items: state } });
    expect([api.asked.length - asked, idsOf(outcome)]).toEqual([0, [2]]);
    expectWithheld(other, outcome);
  });

  it('are those of jobs and of their results', async () => {
    const other = await serve(({ url }) => ({
      body: url === '/status' ? { status: 'done', file: `${other.url}/file` } : { id: 2 },
    }));
    const api = await serve(() => ({ body: { poll: `${other.url}/status` } }));
    const rows = {
      ...stream(api.url),
      retriever: {
        type: 'AsyncRetriever',
        creation_requester: { ...requester(`${api.url}/jobs`), http_method: 'POST' },
        polling_requester: requester('{{ creation_response.poll }}'),
        download_requester: requester('{{ download_target }}'),
        delete_requester: requester('{{ creation_response.poll }}/delete'),
        status_extractor: { type: 'DpathExtractor', field_path: ['status'] },
        download_target_extractor: { type: 'DpathExtractor', field_path: ['file'] },
        status_mapping: { completed: ['done'], running: [], failed: [], timeout: [] },
        record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      },
    };
    const outcome = await read(source([rows]));
    expect(idsOf(outcome)).toEqual([2]);
    expect(api.asked[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(other.asked.map(({ url }) => url)).toEqual(expect.arrayContaining(['/status', '/file']));
    expectWithheld(other, outcome);
  });

  it('are those that an answer puts into the template of a stream, templates of its own included', async () => {
    const other = await serve(() => ({}));
    const api = await serve(() => ({ body: { data: [{ name: 'items', url: `${other.url}/items?k={{ config.api_key }}` }] } }));
    const text = source([], {
      dynamic_streams: [
        {
          type: 'DynamicDeclarativeStream',
          stream_template: stream(`${api.url}/replaced`, { authenticator: BEARER }),
          components_resolver: {
            type: 'HttpComponentsResolver',
            retriever: stream(`${api.url}/streams`)['retriever'] as JsonObject,
            components_mapping: [
              { type: 'ComponentMappingDefinition', field_path: ['name'], value: "{{ components_values['name'] }}" },
              {
                type: 'ComponentMappingDefinition',
                field_path: ['retriever', 'requester', 'url'],
                value: "{{ components_values['url'] }}",
              },
            ],
          },
        },
      ],
    });
    const outcome = await read(text);
    expect(idsOf(outcome)).toEqual([2]);
    expectWithheld(other, outcome);
  });
});

describe('a redirect to a host that only the API names', () => {
  async function redirecting(status = 200): Promise<{ api: Server; other: Server }> {
    const other = await serve(() => ({ status }));
    const api = await serve(({ url }) => ({ status: 307, headers: { location: `${other.url}${url}` } }));
    return { api, other };
  }

  it('leaves the parameters behind that hold a secret', async () => {
    const { api, other } = await redirecting();
    const rows = stream(`${api.url}/items`, { request_parameters: { key: "{{ config['api_key'] }}", size: '5' } });
    const outcome = await read(source([rows]));
    expect(idsOf(outcome)).toEqual([2]);
    expect(other.asked[0]?.url).toBe('/items?size=5');
    expectWithheld(other, outcome);
  });

  it('takes all along where the manifest lists the host', async () => {
    const { api, other } = await redirecting();
    const rows = stream(`${api.url}/items`, { authenticator: BEARER, request_headers: { 'X-Key': "{{ config['api_key'] }}" } });
    await read(source([rows], { metadata: { credential_hosts: [new URL(other.url).host] } }));
    expect(other.asked[0]?.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'x-key': SECRET });
  });

  it('takes all but Authorization along where the manifest names the host', async () => {
    const { api, other } = await redirecting();
    const rows = stream(`${api.url}/items`, { authenticator: BEARER, request_headers: { 'X-Key': "{{ config['api_key'] }}" } });
    const outcome = await read(source([rows, { ...stream(other.url), name: 'named' }]));
    expect(other.asked[0]?.headers).toMatchObject({ 'x-key': SECRET });
    expect(other.asked[0]?.headers.authorization).toBeUndefined();
    expect(outcome.warnings).toEqual([]);
  });

  it('tells with a refusal what was left behind', async () => {
    const { api, other } = await redirecting(401);
    const outcome = await read(source([stream(`${api.url}/items`, { authenticator: BEARER })]));
    expect(outcome.errors[0]).toContain(
      `The API redirected the request to ${other.url}, and its credentials stayed behind (guard redirected_credentials).`,
    );
  });

  it('is refused where a secret stands in its path', async () => {
    const { api, other } = await redirecting();
    const outcome = await read(source([stream(`${api.url}/{{ config.api_key }}/items`)]));
    expect(other.asked).toEqual([]);
    expect(outcome.errors[0]).toContain('redirects a request with credentials in its URL to another host');
    expect(outcome.errors.join()).not.toContain(SECRET);
  });
});

describe('requests of an API with https', () => {
  /** The URL and the headers of a request for a URL, of a stream whose base is https://api.shop.com. */
  async function sent(url: string): Promise<readonly [string, Readonly<Record<string, string>>]> {
    const secrets = createSecrets();
    const warn = (): void => {};
    const manifest: JsonObject = { streams: [{ requester: { url: 'https://api.shop.com' } }] };
    const templates = createTemplates({ now: () => 0n });
    const origins = createOrigins({ listed: [], manifest: () => manifest, configs: [{}], templates: () => templates });
    const log = { debugging: false, fatal: warn, error: warn, warn, info: warn, debug: warn, trace: warn };
    const prepare: Exchange['prepare'] = async (mayHold) => ({
      method: 'GET',
      url,
      headers: (await mayHold(url)) ? { Authorization: 't' } : {},
    });
    const { next } = createCredentialGuard(secrets, log, origins).begin({ name: 'items', prepare, named: () => 'https://api.shop.com' });
    const request = await next();
    return [request.url, request.headers];
  }

  it('stay https where a link says http', async () => {
    expect(await sent('http://api.shop.com/items?page=2')).toEqual(['https://api.shop.com/items?page=2', { Authorization: 't' }]);
  });

  it('take credentials to hosts of the same domain, but not without TLS', async () => {
    expect(await sent('https://eu.shop.com/items')).toEqual(['https://eu.shop.com/items', { Authorization: 't' }]);
    expect(await sent('http://eu.shop.com/items')).toEqual(['http://eu.shop.com/items', {}]);
    expect(await sent('http://api.shop.com:8080/items')).toEqual(['http://api.shop.com:8080/items', {}]);
  });
});
