import { component } from '../../engine/component.ts';
import { describe, object } from '../../engine/fields.ts';
import { compileBodyData, requireTexts } from '../../engine/mappings.ts';
import { REQUEST_VARIABLES, requestContext } from '../../engine/request-context.ts';

/** parity: requesters/request_options/interpolated_request_options_provider.py:InterpolatedRequestOptionsProvider._resolve_request_body */
export const RequestBodyUrlEncodedForm = component({
  type: 'RequestBodyUrlEncodedForm',
  kind: 'requestBody',
  summary: 'Sends an object as a form, URL-encoded.',
  example: `
    type: RequestBodyUrlEncodedForm
    value:
      since: "{{ stream_interval.start_time }}"`,
  fields: () => ({
    value: describe(object(), { schema: { type: 'object', additionalProperties: { type: 'string' } }, alsoReads: REQUEST_VARIABLES }),
  }),
  build(spec, b) {
    const body = compileBodyData(b, requireTexts(b, spec.value, 'value'));
    return {
      place: 'bodyData',
      contribute(options, request) {
        options.bodyData = body(requestContext(b, request));
      },
    };
  },
});
