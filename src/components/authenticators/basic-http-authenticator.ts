import { component } from '../../engine/component.ts';
import { template, withDefault } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';

/** parity: auth/token.py:BasicHttpAuthenticator */
export const BasicHttpAuthenticator = component({
  type: 'BasicHttpAuthenticator',
  kind: 'authenticator',
  summary: 'Sends a user name and a password in the Authorization header, by HTTP basic authentication.',
  example: `
    type: BasicHttpAuthenticator
    username: "{{ config['username'] }}"
    password: "{{ config['password'] }}"`,
  fields: () => ({ username: template('config'), password: withDefault(template('config'), '') }),
  build(spec, b) {
    const [username, password] = [b.string(spec.username), b.string(spec.password)];
    const context = b.context();
    return {
      contribute(options) {
        const credentials = Buffer.from(`${str(username.evaluate(context))}:${str(password.evaluate(context))}`).toString('base64');
        b.run.secrets.add(credentials);
        options.headers['Authorization'] = `Basic ${credentials}`;
      },
    };
  },
});
