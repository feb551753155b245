import { component } from '../../engine/component.ts';
import { template } from '../../engine/fields.ts';
import { REQUEST_VARIABLES, requestContext } from '../../engine/request-context.ts';

/** parity: requesters/request_options/interpolated_request_options_provider.py:InterpolatedRequestOptionsProvider._resolve_request_body */
export const RequestBodyPlainText = component({
  type: 'RequestBodyPlainText',
  kind: 'requestBody',
  summary: 'Sends a text as the body, as it stands.',
  example: `
    type: RequestBodyPlainText
    value: "since {{ stream_interval.start_time }}"`,
  fields: () => ({ value: template(...REQUEST_VARIABLES) }),
  build(spec, b) {
    const body = b.template(spec.value);
    return {
      place: 'bodyData',
      contribute(options, request) {
        const text = body.render(requestContext(b, request));
        options.bodyData = text;
        // Who reads XML refuses it as plain text, but not where no type is stated.
        if (!text.trimStart().startsWith('<')) options.textType = 'text/plain; charset=utf-8';
      },
    };
  },
});
