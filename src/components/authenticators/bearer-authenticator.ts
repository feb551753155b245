import { component } from '../../engine/component.ts';
import { template } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';

/** parity: auth/token.py:BearerAuthenticator */
export const BearerAuthenticator = component({
  type: 'BearerAuthenticator',
  kind: 'authenticator',
  summary: 'Sends a token in the Authorization header, as `Bearer <token>`.',
  example: `
    type: BearerAuthenticator
    api_token: "{{ config['access_token'] }}"`,
  fields: () => ({ api_token: template('config') }),
  build(spec, b) {
    const token = b.string(spec.api_token);
    const context = b.context();
    return {
      contribute(options) {
        const value = str(token.evaluate(context));
        b.run.secrets.add(value);
        options.headers['Authorization'] = `Bearer ${value}`;
      },
    };
  },
});
