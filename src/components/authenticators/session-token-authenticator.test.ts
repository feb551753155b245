import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { type LocalApi, localApi } from '../../testing/local-api.ts';
import { ask, requesters } from './authenticators.fixture.ts';

function session(api: LocalApi, more: JsonObject = {}): JsonObject {
  return {
    type: 'SessionTokenAuthenticator',
    login_requester: {
      type: 'HttpRequester',
      url_base: api.url,
      path: '/login',
      http_method: 'POST',
      request_body_json: { user: "{{ config['user'] }}" },
    },
    session_token_path: ['result', 'token'],
    expiration_duration: 'PT1M',
    request_authentication: { type: 'Bearer' },
    ...more,
  };
}

function logins(): (request: { path: string }) => { body: unknown } {
  let count = 0;
  return ({ path }) => {
    if (path === '/login') count += 1;
    return { body: { result: { token: `session-${count}` } } };
  };
}

const items = (api: LocalApi) => api.received.filter(({ path }) => path !== '/login');
const loginCount = (api: LocalApi) => api.received.length - items(api).length;

describe('a session', () => {
  it('is begun once for all requests and all streams, whatever their parameters', async () => {
    const api = await localApi(logins());
    const make = requesters(api, { config: { user: 'me' } });
    const streams = ['a', 'b'].map((name) => {
      const authenticator = session(api, { name, $parameters: { name } });
      const login = { ...(authenticator['login_requester'] as JsonObject), name, primary_key: name, $parameters: { name } };
      return make({ ...authenticator, login_requester: login });
    });
    await Promise.all(streams.flatMap((requester) => [ask(requester), ask(requester)]));
    expect(loginCount(api)).toBe(1);
    expect(api.received[0]?.body).toBe('{"user": "me"}');
    expect(items(api).map(({ headers }) => headers.authorization)).toEqual(Array(4).fill('Bearer session-1'));
  });

  it('is another one where the declaration or a parameter in a template differs', async () => {
    const api = await localApi(logins());
    const make = requesters(api, { config: { user: 'me' } });
    const login = session(api)['login_requester'] as JsonObject;
    const byParameter = (name: string) =>
      session(api, {
        login_requester: { ...login, request_body_json: { user: "{{ parameters['name'] }}" }, $parameters: { name } },
        $parameters: { name },
      });
    for (const authenticator of [session(api), session(api, { expiration_duration: 'PT2M' }), byParameter('a'), byParameter('b')])
      await ask(make(authenticator));
    expect(loginCount(api)).toBe(4);
  });

  it('is begun anew when its time has passed', async () => {
    const api = await localApi(logins());
    const requester = requesters(api)(session(api));
    for (const seconds of [0, 60, 0.1]) {
      api.advance(seconds);
      await ask(requester);
    }
    expect(items(api).map(({ headers }) => headers.authorization)).toEqual(['Bearer session-1', 'Bearer session-1', 'Bearer session-2']);
  });

  it('lasts to the year 9999 at most', async () => {
    const api = await localApi(logins());
    const requester = requesters(api)(session(api, { expiration_duration: 'P9000Y' }));
    await ask(requester);
    api.advance(1e9);
    await ask(requester);
    expect(loginCount(api)).toBe(1);
  });

  it('lasts for one request when the manifest does not tell', async () => {
    const api = await localApi(logins());
    const { expiration_duration: _unused, ...authenticator } = session(api);
    const requester = requesters(api)(authenticator);
    await ask(requester);
    await ask(requester);
    expect(loginCount(api)).toBe(2);
  });
});

describe('the token of a session', () => {
  it('is put where the manifest says, as its template says', async () => {
    const api = await localApi(logins());
    const inject_into = { type: 'RequestOption', inject_into: 'header', field_name: 'X-Session' };
    const make = requesters(api, { config: { kind: 'Token' } });
    await ask(make(session(api, { request_authentication: { type: 'ApiKey', inject_into } })));
    await ask(
      make(
        session(api, { request_authentication: { type: 'ApiKey', inject_into, api_token: "{{ config['kind'] }} {{ session_token }}" } }),
      ),
    );
    expect(items(api).map(({ headers }) => headers['x-session'])).toEqual(['session-1', 'Token session-1']);
    expect(api.run.secrets.redact('session-1')).toBe('****');
  });

  it.each([
    [{ result: {} }, /no session token at result.token/],
    [{ result: { token: null } }, /no session token/],
    ['no JSON', /no session token/],
  ])('must be in the response: %j', async (body, message) => {
    const api = await localApi(() => ({ body }));
    await expect(ask(requesters(api)(session(api)))).rejects.toMatchObject({
      failureType: 'system_error',
      message: expect.stringMatching(message),
    });
  });

  it('cannot come of a login that pages', async () => {
    const api = await localApi(() => ({}));
    const error_handler = {
      type: 'DefaultErrorHandler',
      response_filters: [{ type: 'HttpResponseFilter', http_codes: [413], action: 'REDUCE_PAGE_SIZE' }],
    };
    const login_requester = { ...(session(api)['login_requester'] as JsonObject), error_handler };
    expect(() => requesters(api)(session(api, { login_requester }))).toThrow('REDUCE_PAGE_SIZE');
    expect(() => requesters(api)(session(api, { expiration_duration: '1 hour' }))).toThrow('ISO 8601');
  });
});

describe('LegacySessionTokenAuthenticator', () => {
  const legacy = (more: JsonObject = {}): JsonObject => ({
    type: 'LegacySessionTokenAuthenticator',
    header: 'X-Session',
    login_url: '/login',
    session_token: "{{ config.get('token', '') }}",
    session_token_response_key: 'id',
    username: 'me',
    password: 'pw',
    validate_session_url: '/me',
    ...more,
  });

  it('uses the token of the config while it is valid, tested once', async () => {
    const api = await localApi(() => ({}));
    const requester = requesters(api, { config: { token: 'given' } })(legacy());
    await Promise.all([ask(requester), ask(requester)]);
    expect(api.received.map(({ path, headers }) => [path, headers['x-session']])).toEqual([
      ['/me', 'given'],
      ['/items', 'given'],
      ['/items', 'given'],
    ]);
  });

  it('logs in otherwise', async () => {
    const api = await localApi(({ path }) => (path === '/me' ? { status: 401 } : { body: { id: 5 } }));
    await ask(requesters(api, { config: { token: 'given' } })(legacy()));
    expect(api.received.map(({ method, path, body, headers }) => [method, path, body, headers['x-session']])).toEqual([
      ['GET', '/me', '', 'given'],
      ['POST', '/login', '{"username": "me", "password": "pw"}', undefined],
      ['GET', '/items', '', '5'],
    ]);
  });

  it.each([
    [{ password: '' }, { body: { id: 1 } }, 'config_error', 'user name and password'],
    [{}, { status: 403 }, 'config_error', 'HTTP status 403'],
    [{}, { body: {} }, 'system_error', 'under "id"'],
  ])('tells why there is no token: %j', async (more, answer, failureType, message) => {
    const api = await localApi(() => answer);
    await expect(ask(requesters(api)(legacy(more)))).rejects.toMatchObject({ failureType, message: expect.stringContaining(message) });
  });

  it('needs the base URL of its requester', async () => {
    const api = await localApi(() => ({}));
    expect(() => requesters(api, { fields: { url_base: '' } })(legacy())).toThrow('url_base');
  });
});
