import { component } from '../../engine/component.ts';
import { list, oneOf, optional, template } from '../../engine/fields.ts';
import type { Options } from '../../engine/request-options.ts';
import { str } from '../../lang/text.ts';

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
    const steps = spec.field_path ?? [];
    const hasPath = steps.length > 0;
    if (Boolean(spec.field_name) === hasPath) b.fail('RequestOption needs either field_name or field_path.');
    if (hasPath && place !== 'bodyJson') b.fail('A field_path is only possible with inject_into: body_json.', 'field_path');
    const path = (hasPath ? steps : [spec.field_name ?? '']).map((step) => str(b.string(step).evaluate(b.context())));
    const name = path.pop() as string;
    if (name === '') {
      b.run.shared.once(`empty name ${b.path}`, () =>
        b.run.log.warn(`${b.path}: the option has an empty name, under which an API finds nothing. Only some options can read parameters.`),
      );
    }
    return {
      place,
      inject(options, value) {
        let target = options[place] as Options;
        for (const step of path) {
          if (!Object.hasOwn(target, step)) target[step] = {};
          target = target[step] as Options;
        }
        target[name] = value;
      },
    };
  },
});
