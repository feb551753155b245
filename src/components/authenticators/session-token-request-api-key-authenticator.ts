import { component } from '../../engine/component.ts';
import { slot, template, withDefault } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';

const SESSION_TOKEN = '{{ session_token }}';

/** parity: auth/token_provider.py:InterpolatedSessionTokenProvider */
export const SessionTokenRequestApiKeyAuthenticator = component({
  type: 'ApiKey',
  kind: 'tokenPresenter',
  summary: 'Sends the token of a session in a header, the query or the body of each request.',
  example: `
    type: ApiKey
    inject_into:
      type: RequestOption
      inject_into: header
      field_name: Authorization
    api_token: "Token {{ session_token }}"`,
  fields: () => ({
    inject_into: slot('requestOption', { types: ['RequestOption'], defaultType: 'RequestOption' }),
    api_token: withDefault(template('config', 'session_token'), SESSION_TOKEN),
  }),
  build(spec, b) {
    const option = b.build('requestOption', spec.inject_into, { defaultType: 'RequestOption' });
    const apiToken = b.string(spec.api_token || SESSION_TOKEN);
    const context = b.context('session_token');
    return {
      present(options, token) {
        context['session_token'] = token;
        const value = str(apiToken.evaluate(context));
        b.run.secrets.addPassing(value);
        option.inject(options, value);
      },
    };
  },
});
