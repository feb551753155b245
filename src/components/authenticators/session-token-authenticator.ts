import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { list, optional, type Slot, slot, text } from '../../engine/fields.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder } from '../../engine/kinds.ts';
import type { Purpose } from '../../engine/observer.ts';
import { shareByDeclaration } from '../../engine/share-by-declaration.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { compileDpath } from '../../lib/dpath.ts';
import type { Json } from '../../lib/json.ts';
import { DateError, type Delta, type Duration, parseDuration } from '../../lib/time/index.ts';
import { SystemError } from '../../protocol/failure.ts';
import { createSession } from './session.ts';

/** parity: auth/token_provider.py:SessionTokenProvider */
export const SessionTokenAuthenticator = component({
  type: 'SessionTokenAuthenticator',
  kind: 'authenticator',
  summary: 'Logs in by a request of its own and sends the token that the response holds with all others.',
  example: `
    type: SessionTokenAuthenticator
    login_requester:
      type: HttpRequester
      url_base: https://api.example.com
      path: /login
      http_method: POST
      request_body_json:
        username: "{{ config['username'] }}"
        password: "{{ config['password'] }}"
    session_token_path: [result, token]
    expiration_duration: PT1H
    request_authentication:
      type: Bearer`,
  fields: () => ({
    login_requester: slot('requester', { types: ['HttpRequester'], defaultType: 'HttpRequester' }),
    session_token_path: list(text()),
    expiration_duration: optional(text('How long a token lasts, as an ISO 8601 duration; without it there is a login for each request.')),
    request_authentication: slot('tokenPresenter'),
    decoder: optional(slot('decoder', { types: ['JsonDecoder', 'XmlDecoder'] })),
  }),
  build(spec, b) {
    const login = b.build('requester', spec.login_requester, { defaultType: 'HttpRequester' });
    for (const action of ['REDUCE_PAGE_SIZE', 'SPLIT_REQUEST_WINDOW'] as const) {
      if (login.actions.has(action))
        b.fail(`The error handler of a login cannot use the action ${action}: a login has no pages.`, 'login_requester');
    }
    const decoder = b.build('decoder', spec.decoder ?? ({ type: 'JsonDecoder' } as Slot<'decoder'>));
    const presenter = b.build('tokenPresenter', spec.request_authentication);
    const lifetime = spec.expiration_duration ? readLifetime(b, spec.expiration_duration) : undefined;
    const path = compileDpath(spec.session_token_path);

    async function logIn(): Promise<Value> {
      const response = await login.send({ slice: new StreamSlice(), token: undefined }, [], undefined, {
        purpose: LOGIN,
        obtainsCredentials: true,
      });
      if (response === null) throw new SystemError('There is no session token: the error handler of the login ignores its response.');
      const document = await firstDocument(decoder, response);
      const token = document === undefined ? undefined : path.get(document);
      if (token === undefined || token === null) {
        throw new SystemError(`The response of the login has no session token at ${spec.session_token_path.join('.')}.`);
      }
      b.run.secrets.addPassing(str(token as Value));
      return token as Value;
    }

    const { request_authentication: _presented, ...obtained } = spec;
    const session = shareByDeclaration(b, { ...obtained, type: 'SessionTokenAuthenticator' }, () => createSession(b.run, logIn, lifetime));
    return {
      async contribute(options) {
        presenter.present(options, await session());
      },
    };
  },
});

async function firstDocument(decoder: Decoder, response: HttpResponse): Promise<Json | undefined> {
  for await (const documents of decoder.decode(response)) if (documents.length > 0) return documents[0];
  return undefined;
}

/** What a test read shows of the login. */
const LOGIN: Purpose = { title: 'Login request', description: 'Obtains session token', type: 'AUTH', auxiliary: true };

function readLifetime(b: Builder, duration: string): Delta | Duration {
  try {
    return parseDuration(duration);
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    return b.fail(`"${duration}" is no ISO 8601 duration such as PT1H or P1D.`, 'expiration_duration');
  }
}
