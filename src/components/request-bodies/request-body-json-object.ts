import { component } from '../../engine/component.ts';
import { describe, object } from '../../engine/fields.ts';
import { compileBodyJson } from '../../engine/mappings.ts';
import { REQUEST_VARIABLES, requestContext } from '../../engine/request-context.ts';

/** parity: requesters/request_options/interpolated_request_options_provider.py:InterpolatedRequestOptionsProvider._resolve_request_body */
export const RequestBodyJsonObject = component({
  type: 'RequestBodyJsonObject',
  kind: 'requestBody',
  summary: 'Sends an object as JSON.',
  example: `
    type: RequestBodyJsonObject
    value:
      filter:
        since: "{{ stream_interval.start_time }}"`,
  fields: () => ({ value: describe(object(), { alsoReads: REQUEST_VARIABLES }) }),
  build(spec, b) {
    const body = compileBodyJson(b, spec.value);
    return {
      place: 'bodyJson',
      contribute(options, request) {
        options.bodyJson = body(requestContext(b, request));
      },
    };
  },
});
