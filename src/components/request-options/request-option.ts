import { str } from '../../lang/text.ts';
import { component } from '../../engine/component.ts';
import { list, oneOf, optional, template } from '../../engine/fields.ts';
import type { Options, RequestOptions } from '../../engine/request-options.ts';

const PLACES = { request_parameter: 'params', header: 'headers', body_data: 'bodyData', body_json: 'bodyJson' } as const;

/** parity: requesters/request_option.py:RequestOption */
export const RequestOption = component({
  type: 'RequestOption',
  kind: 'requestOption',
  summary: 'Puts a value into the query, a header or the body of a request, under a name or, in a JSON body, under a path.',
  example: `
    type: RequestOption
    inject_into: request_parameter
    field_name: page`,
  fields: () => ({
    inject_into: oneOf('request_parameter', 'header', 'body_data', 'body_json'),
    field_name: optional(template('config', 'parameters')),
    field_path: optional(list(template('config', 'parameters'))),
  }),
  build(spec, b) {
    const place = PLACES[spec.inject_into];
    if ((spec.field_name === undefined) === (spec.field_path === undefined)) b.fail('RequestOption needs either field_name or field_path.');
    if (spec.field_path !== undefined && place !== 'bodyJson') b.fail('A field_path is only possible with inject_into: body_json.', 'field_path');
    const names = (spec.field_path ?? [spec.field_name as string]).map((name) => b.string(name));
    const context = b.context();
    return {
      place,
      inject(options, value) {
        const path = names.map((name) => str(name.evaluate(context)));
        const last = path.pop() as string;
        let target = rootOf(options, place);
        for (const step of path) {
          if (!Object.hasOwn(target, step)) target[step] = {};
          target = target[step] as Options;
        }
        target[last] = value;
      },
    };
  },
});

function rootOf(options: RequestOptions, place: 'params' | 'headers' | 'bodyData' | 'bodyJson'): Options {
  return options[place] as Options;
}
