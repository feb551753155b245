import { component } from '../../engine/component.ts';
import { optional, type Slot, slot, template } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';

/** parity: auth/token.py:ApiKeyAuthenticator */
export const ApiKeyAuthenticator = component({
  type: 'ApiKeyAuthenticator',
  kind: 'authenticator',
  summary: 'Sends an API key in a header, the query or the body of each request.',
  example: `
    type: ApiKeyAuthenticator
    api_token: "{{ config['api_key'] }}"
    inject_into:
      type: RequestOption
      inject_into: header
      field_name: X-API-Key`,
  fields: () => ({
    api_token: optional(template('config')),
    header: optional(template('config')),
    inject_into: optional(slot('requestOption', { types: ['RequestOption'], defaultType: 'RequestOption' })),
  }),
  build(spec, b) {
    if ((spec.inject_into === undefined) === (spec.header === undefined)) b.fail('ApiKeyAuthenticator needs either inject_into or header.');
    const inHeader = { type: 'RequestOption', inject_into: 'header', field_name: spec.header ?? '' } as Slot<'requestOption'>;
    const option = b.build('requestOption', spec.inject_into ?? inHeader, { defaultType: 'RequestOption' });
    const token = b.string(spec.api_token ?? '');
    const context = b.context();
    return {
      contribute(options) {
        const value = str(token.evaluate(context));
        b.run.secrets.add(value);
        option.inject(options, value);
      },
    };
  },
});
