import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../lib/json.ts';
import { type Answer, type LocalApi, localApi, type Received } from '../../testing/local-api.ts';
import { ask, requesters } from './authenticators.fixture.ts';

const DECLARED = `
  type: OAuthAuthenticator
  client_id: me
  client_secret: "{{ config['secret'] }}"
  refresh_token: first refresh
`;

function declared(api: LocalApi, more = '', base = DECLARED): JsonObject {
  return { token_refresh_endpoint: `${api.url}/token`, ...(parse(base) as JsonObject), ...((parse(more) ?? {}) as JsonObject) };
}

/** A token endpoint that gives t1, t2 ..., and an API that accepts what the function says. */
function tokensAndItems(
  grant: JsonObject = {},
  items: (request: Received, grants: number) => Answer = () => ({}),
): (request: Received) => Answer {
  let grants = 0;
  return (request) => {
    if (!request.path.startsWith('/token')) return items(request, grants);
    grants += 1;
    return { body: { access_token: `t${grants}`, expires_in: 3600, ...grant } };
  };
}

const tokenRequests = (api: LocalApi) => api.received.filter(({ path }) => path.startsWith('/token'));
const authorizations = (api: LocalApi) => api.received.filter(({ path }) => path === '/items').map(({ headers }) => headers.authorization);

describe('the request for a token', () => {
  it('004.2: posts the standard fields as a form', async () => {
    const api = await localApi(tokensAndItems());
    await ask(requesters(api, { config: { secret: 's&s' } })(declared(api)));
    const [request] = tokenRequests(api);
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(request?.body).toBe('grant_type=refresh_token&client_id=me&client_secret=s%26s&refresh_token=first+refresh');
    expect(authorizations(api)).toEqual(['Bearer t1']);
  });

  it('adds scopes and fields of the manifest, which win nothing', async () => {
    const api = await localApi(tokensAndItems());
    const more = `
      scopes: [a, b]
      grant_type: client_credentials
      client_id_name: id
      client_secret_name: key
      grant_type_name: grant
      refresh_token_name: refresh
      refresh_request_body: {extra: "{{ config['secret'] }}", grant: other, count: "007", nothing: "{{ none }}"}
      refresh_request_headers: {X-A: "{{ 1 }}"}`;
    const { refresh_token: _unused, ...authenticator } = declared(api, more);
    await ask(requesters(api, { config: { secret: 's' } })(authenticator));
    const [request] = tokenRequests(api);
    expect(request?.body).toBe('grant=client_credentials&id=me&key=s&scopes=a&scopes=b&extra=s&count=007');
    expect(request?.headers['x-a']).toBe('1');
  });

  it('keeps the credentials of the client out where a header has them', async () => {
    const api = await localApi(tokensAndItems());
    await ask(requesters(api)(declared(api, `refresh_request_headers: {Authorization: Basic abc}`)));
    expect(tokenRequests(api)[0]?.body).toBe('grant_type=refresh_token&refresh_token=first+refresh');
    expect(tokenRequests(api)[0]?.headers.authorization).toBe('Basic abc');
  });

  it('sends everything in the query when the manifest says so', async () => {
    const api = await localApi(tokensAndItems());
    await ask(requesters(api, { config: { secret: 's' } })(declared(api, 'send_refresh_request_as_query_params: true')));
    expect(tokenRequests(api)[0]?.path).toBe('/token?grant_type=refresh_token&client_id=me&client_secret=s&refresh_token=first+refresh');
    expect(tokenRequests(api)[0]?.body).toBe('');
    expect(tokenRequests(api)[0]?.headers['content-type']).toBeUndefined();
  });

  it('presents a signed assertion', async () => {
    const api = await localApi(tokensAndItems());
    const authenticator = {
      type: 'OAuthAuthenticator',
      token_refresh_endpoint: `${api.url}/token`,
      use_profile_assertion: true,
      profile_assertion: { type: 'JwtAuthenticator', algorithm: 'HS256', secret_key: 'secret', jwt_payload: { iss: 'me' } },
    };
    await ask(requesters(api)(authenticator));
    const fields = new URLSearchParams(tokenRequests(api)[0]?.body);
    expect(fields.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(fields.get('assertion')?.split('.')).toHaveLength(3);
  });

  it('is repeated while the endpoint is overloaded', async () => {
    const api = await localApi((request, count) =>
      request.path === '/token' && count < 3 ? { status: count === 1 ? 503 : 429 } : { body: { access_token: 'late' } },
    );
    expect(await ask(requesters(api)(declared(api)))).toBe(200);
    expect(authorizations(api)).toEqual(['Bearer late']);
  });
});

describe('the token', () => {
  it('is got once for all requests and all streams with an equal declaration', async () => {
    const api = await localApi(tokensAndItems());
    const make = requesters(api);
    const streams = ['a', 'b', 'c'].map((name) => make({ ...declared(api), name, $parameters: { name } }));
    await Promise.all(streams.flatMap((requester) => [ask(requester), ask(requester)]));
    expect(tokenRequests(api)).toHaveLength(1);
    expect(new Set(authorizations(api))).toEqual(new Set(['Bearer t1']));
  });

  it('is got anew when it has expired', async () => {
    const api = await localApi(tokensAndItems({ expires_in: '60.9' }));
    const requester = requesters(api)(declared(api));
    await ask(requester);
    api.advance(60);
    await ask(requester);
    api.advance(0.1);
    await Promise.all([ask(requester), ask(requester)]);
    expect(authorizations(api)).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2', 'Bearer t2']);
  });

  it.each([
    ['the response', { expires_in: 1e300 }, ''],
    ['the manifest', {}, 'default_expires_in: 999999999999999'],
  ])('is kept to the year 9999 where %s would have it last longer', async (_who, grant, extra) => {
    const api = await localApi(tokensAndItems({ expires_in: null, ...grant }));
    const requester = requesters(api)(declared(api, extra));
    await ask(requester);
    api.advance(1e9);
    await ask(requester);
    expect(authorizations(api)).toEqual(['Bearer t1', 'Bearer t1']);
  });

  it('lasts an hour when the response does not tell', async () => {
    const api = await localApi(tokensAndItems({ expires_in: null }));
    const requester = requesters(api)(declared(api));
    for (const seconds of [0, 3600, 1]) {
      api.advance(seconds);
      await ask(requester);
    }
    expect(authorizations(api)).toEqual(['Bearer t1', 'Bearer t1', 'Bearer t2']);
  });

  it('may tell its expiry as a date, and lie deeper in the response', async () => {
    const api = await localApi(tokensAndItems({ data: [{ until: '2026-01-15 12:35:00' }] }));
    const requester = requesters(api)(declared(api, 'expires_in_name: until\ntoken_expiry_date_format: "%Y-%m-%d %H:%M:%S"'));
    await ask(requester);
    api.advance(4);
    await ask(requester);
    expect(authorizations(api)).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('is taken from the manifest while it is valid', async () => {
    const api = await localApi(tokensAndItems());
    const requester = requesters(api)(declared(api, 'access_token_value: stated\ntoken_expiry_date: "2026-01-15T12:35:00Z"'));
    await ask(requester);
    api.advance(4);
    await ask(requester);
    expect(authorizations(api)).toEqual(['Bearer stated', 'Bearer t1']);
  });

  it('is never refreshed without an endpoint', async () => {
    const api = await localApi(tokensAndItems());
    const { token_refresh_endpoint: _unused, ...authenticator } = declared(api, 'access_token_value: stated');
    await ask(requesters(api)(authenticator));
    expect(authorizations(api)).toEqual(['Bearer stated']);
    const { access_token_value: _token, ...nothing } = authenticator as JsonObject & { access_token_value: string };
    await expect(ask(requesters(api)(nothing))).rejects.toThrow('neither an access token nor');
  });

  it('is a secret from then on', async () => {
    const api = await localApi(tokensAndItems({ access_token: 'obtained-token' }));
    await ask(requesters(api)(declared(api)));
    expect(api.run.secrets.redact('it was obtained-token')).toBe('it was ****');
  });
});

describe('a refused token', () => {
  const retrying = {
    fields: {
      error_handler: {
        type: 'DefaultErrorHandler',
        max_retries: 2,
        response_filters: [{ type: 'HttpResponseFilter', http_codes: [401], action: 'REFRESH_TOKEN_THEN_RETRY' }],
      },
    },
  };

  it('is refreshed once, however many requests it was refused to', async () => {
    const api = await localApi(tokensAndItems({}, ({ headers }) => (headers.authorization === 'Bearer t1' ? { status: 401 } : {})));
    const make = requesters(api, retrying);
    const statuses = await Promise.all([make(declared(api)), make(declared(api)), make(declared(api))].map(ask));
    expect(statuses).toEqual([200, 200, 200]);
    expect(tokenRequests(api)).toHaveLength(2);
  });

  it('ends the request when the new one is refused as well', async () => {
    const api = await localApi(tokensAndItems({}, () => ({ status: 401 })));
    await expect(ask(requesters(api, retrying)(declared(api)))).rejects.toMatchObject({ failureType: 'config_error' });
    expect(tokenRequests(api)).toHaveLength(2);
  });

  it('ends the request when the endpoint refuses a new one', async () => {
    let grants = 0;
    const api = await localApi(({ path }) => {
      if (path !== '/token') return { status: 401 };
      grants += 1;
      return grants === 1 ? { body: { access_token: 't1' } } : { status: 400, body: { error: 'invalid_grant' } };
    });
    await expect(ask(requesters(api, retrying)(declared(api)))).rejects.toMatchObject({
      failureType: 'config_error',
      message: expect.stringContaining('Authenticate again'),
    });
    expect(api.received).toHaveLength(3);
  });
});

describe('a refresh that fails', () => {
  it.each([
    [
      { status: 400, body: { error: 'invalid_grant', error_description: 'AADSTS50173: gone since 12:00' } },
      '',
      'config_error',
      /refresh token \(invalid_grant: AADSTS50173\).*Authenticate again/,
    ],
    [{ status: 401, body: { error: 'invalid_client' } }, '', 'config_error', /HTTP status 401 \(invalid_client\)/],
    [
      { status: 403, body: { code: 'revoked' } },
      'refresh_token_error_status_codes: [403]\nrefresh_token_error_key: code\nrefresh_token_error_values: [revoked]',
      'config_error',
      /Authenticate again/,
    ],
    [{ body: '<html>' }, '', 'system_error', /did not answer with JSON/],
    [{ body: { token: 1 } }, '', 'system_error', /no access token "access_token"/],
    [{ body: { access_token: 'a', expires_in: 'soon' } }, '', 'system_error', /"expires_in".*soon/],
    [{ body: { a: { b: { c: { d: { e: { f: {} } } } } } } }, '', 'config_error', /nested too deeply/],
    [{ status: 500 }, '', 'transient_error', /Exhausted/],
  ])('tells who can repair it: %j', async (answer, more, failureType, message) => {
    const api = await localApi(() => answer);
    await expect(ask(requesters(api)(declared(api, more)))).rejects.toMatchObject({ failureType, message: expect.stringMatching(message) });
  });

  it('is not hidden by an empty client id', async () => {
    const api = await localApi(tokensAndItems());
    await expect(ask(requesters(api)(declared(api, `client_id: "{{ config.get('id', '') }}"`)))).rejects.toThrow('client_id');
  });
});

describe('a declaration', () => {
  it.each([
    ['client_id and client_secret', { type: 'OAuthAuthenticator', refresh_token: 'r' }],
    ['a refresh_token', { type: 'OAuthAuthenticator', client_id: 'a', client_secret: 'b' }],
    ['a profile_assertion', { type: 'OAuthAuthenticator', use_profile_assertion: true }],
    [
      'token_expiry_date',
      { type: 'OAuthAuthenticator', client_id: 'a', client_secret: 'b', refresh_token: 'r', token_expiry_date: 'soon' },
    ],
    ['given twice', { type: 'OAuthAuthenticator', refresh_token_error_key: 'a', refresh_token_updater: { refresh_token_error_key: 'b' } }],
  ])('must be complete: %s', async (message, authenticator) => {
    const api = await localApi(() => ({}));
    expect(() => requesters(api)(authenticator as JsonObject)).toThrow(message);
  });
});

describe('tokens in the config', () => {
  const config = () => ({
    credentials: {
      client_id: 'own',
      client_secret: 's',
      access_token: 'old',
      refresh_token: 'r0',
      token_expiry_date: '2026-01-01T00:00:00Z',
    } as JsonObject,
  });

  it('are saved before the new access token is used, with one refresh for all', async () => {
    const api = await localApi(tokensAndItems({ refresh_token: 'r1' }));
    const shared = config();
    const make = requesters(api, { config: shared });
    const both = [make(declared(api, 'refresh_token_updater: {}')), make(declared(api, 'refresh_token_updater: {}\nscopes: [other]'))];
    await Promise.all([...both, ...both].map(ask));
    expect(tokenRequests(api).map(({ body }) => body)).toEqual(['grant_type=refresh_token&client_id=own&client_secret=s&refresh_token=r0']);
    const expected = {
      credentials: {
        client_id: 'own',
        client_secret: 's',
        access_token: 't1',
        refresh_token: 'r1',
        token_expiry_date: '2026-01-15T13:34:56.789012+00:00',
      },
    };
    expect(api.saved).toEqual([{ config: JSON.stringify(expected), after: 1 }]);
    expect(new Set(authorizations(api))).toEqual(new Set(['Bearer t1']));
  });

  it('are used as long as they are valid', async () => {
    const api = await localApi(tokensAndItems());
    const shared = config();
    shared.credentials['token_expiry_date'] = '2026-01-15T12:40:00Z';
    await ask(requesters(api, { config: shared })(declared(api, 'refresh_token_updater: {}')));
    expect(authorizations(api)).toEqual(['Bearer old']);
    expect(api.saved).toEqual([]);
  });

  it('may stand elsewhere, and the refresh token stays when there is no new one', async () => {
    const api = await localApi(tokensAndItems({ expires_in: null }));
    const shared: JsonObject = { a: { token: '' }, refresh: 'r0' };
    const updater = `
      client_secret: s
      refresh_token_updater:
        refresh_token_name: next
        access_token_config_path: [a, token]
        refresh_token_config_path: [refresh]
        token_expiry_date_config_path: [b, expiry]`;
    await ask(requesters(api, { config: shared })(declared(api, updater)));
    expect(tokenRequests(api)[0]?.body).toBe('grant_type=refresh_token&client_id=me&client_secret=s&next=r0');
    expect(shared).toEqual({ a: { token: 't1' }, refresh: 'r0', b: { expiry: '2026-01-15T13:34:56.789012+00:00' } });
  });

  it('must have an expiry that is a date', async () => {
    const api = await localApi(() => ({}));
    const shared = config();
    shared.credentials['token_expiry_date'] = 'soon';
    expect(() => requesters(api, { config: shared })(declared(api, 'refresh_token_updater: {}'))).toThrow('credentials.token_expiry_date');
  });
});
