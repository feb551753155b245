import { component } from '../../engine/component.ts';
import { str } from '../../lang/text.ts';

/** parity: auth/token.py:BearerAuthenticator */
export const SessionTokenRequestBearerAuthenticator = component({
  type: 'Bearer',
  kind: 'tokenPresenter',
  summary: 'Sends the token of a session in the Authorization header, as `Bearer <token>`.',
  example: `
    type: Bearer`,
  fields: () => ({}),
  build: () => ({
    present(options, token) {
      options.headers['Authorization'] = `Bearer ${str(token)}`;
    },
  }),
});
