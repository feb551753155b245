import { component } from '../../engine/component.ts';
import { optional, text, withDefault } from '../../engine/fields.ts';
import { shareByDeclaration } from '../../engine/share-by-declaration.ts';
import { truth } from '../../lang/operators.ts';
import { str } from '../../lang/text.ts';
import { isDict, type Value } from '../../lang/values.ts';
import type { JsonObject } from '../../lib/json.ts';
import { ownProperty } from '../../lib/objects.ts';
import { Delta } from '../../lib/time/index.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { createSession } from './session.ts';
import { sendTokenRequest } from './token-request.ts';

const LIFETIME = Delta.fromMicroseconds(86_400_000_000n);
const UNAUTHORIZED = 401;

/** parity: auth/token.py:LegacySessionTokenAuthenticator */
export const LegacySessionTokenAuthenticator = component({
  type: 'LegacySessionTokenAuthenticator',
  kind: 'authenticator',
  summary:
    'Sends the session token of the config while the API accepts it, and else one that user name and password give. SessionTokenAuthenticator does more.',
  example: `
    type: LegacySessionTokenAuthenticator
    header: X-Session
    login_url: session
    session_token: "{{ config['session_token'] }}"
    session_token_response_key: id
    username: "{{ config['username'] }}"
    password: "{{ config['password'] }}"
    validate_session_url: user/current`,
  fields: () => ({
    header: text('The header that carries the token.'),
    login_url: text('What the base URL of the requester is followed by in the URL of the login.'),
    session_token: optional(text()),
    session_token_response_key: text('The name under which the response of the login has the token.'),
    username: optional(text()),
    password: withDefault(text(), ''),
    validate_session_url: text('What the base URL is followed by in the URL that tells whether a token is valid.'),
  }),
  build(spec, b) {
    const declared = b.declaration ?? {};
    const apiUrl = declared['url'] || declared['url_base'];
    if (typeof apiUrl !== 'string' || apiUrl === '')
      return b.fail('LegacySessionTokenAuthenticator needs the url_base of the requester that it belongs to.');
    const context = b.context();
    const evaluate = (field: string | undefined): (() => Value) => {
      const expression = b.string(field ?? '');
      return () => expression.evaluate(context);
    };
    const evaluateText = (field: string | undefined): (() => string) => {
      const value = evaluate(field);
      return () => str(value() ?? '');
    };
    const [base, header, given] = [evaluateText(apiUrl), evaluateText(spec.header), evaluateText(spec.session_token)];
    const [username, password, key] = [evaluate(spec.username), evaluate(spec.password), evaluateText(spec.session_token_response_key)];
    const [loginUrl, validateUrl] = [evaluateText(spec.login_url), evaluateText(spec.validate_session_url)];

    async function isValid(token: string): Promise<boolean> {
      const response = await sendTokenRequest(b.run, () => ({
        method: 'GET',
        url: `${base()}${validateUrl()}`,
        headers: { [header()]: token },
      }));
      if (response.status === UNAUTHORIZED) {
        b.run.log.info('The API does not accept the session token of the config any more.');
        return false;
      }
      if (!response.ok)
        throw new SystemError(`The session token could not be validated: the API answered with HTTP status ${response.status}.`);
      return true;
    }

    async function logIn(): Promise<string> {
      const credentials = { username: username(), password: password() };
      const response = await sendTokenRequest(b.run, () => ({
        method: 'POST',
        url: `${base()}${loginUrl()}`,
        headers: { 'Content-Type': 'application/json' },
        json: credentials,
      }));
      if (!response.ok)
        throw new ConfigError(`The login failed with HTTP status ${response.status}: check the user name and the password.`);
      const document = response.json as Value | undefined;
      const token = document !== undefined && isDict(document) ? ownProperty(document as JsonObject, key()) : undefined;
      if (token === undefined) throw new SystemError(`The response of the login has no session token under "${key()}".`);
      return str(token as Value);
    }

    async function obtain(): Promise<string> {
      const token = given();
      b.run.secrets.add(token);
      if (token !== '' && (await isValid(token))) return token;
      if (!truth(username()) || !truth(password())) {
        throw new ConfigError('There is no valid session token: give a new one, or user name and password.');
      }
      const obtained = await logIn();
      b.run.secrets.add(obtained);
      return obtained;
    }

    const session = shareByDeclaration(b, { apiUrl, authenticator: { ...spec, type: 'LegacySessionTokenAuthenticator' } }, () =>
      createSession(b.run, obtain, LIFETIME),
    );
    return {
      async contribute(options) {
        options.headers[header()] = await session();
      },
    };
  },
});
