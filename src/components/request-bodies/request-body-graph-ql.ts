import { component } from '../../engine/component.ts';
import { slot } from '../../engine/fields.ts';
import { compileBodyJson } from '../../engine/mappings.ts';
import { requestContext } from '../../engine/request-context.ts';

/** parity: requesters/request_options/interpolated_request_options_provider.py:InterpolatedRequestOptionsProvider._resolve_request_body */
export const RequestBodyGraphQL = component({
  type: 'RequestBodyGraphQL',
  kind: 'requestBody',
  summary: 'Sends a GraphQL query, with its variables, as JSON.',
  example: `
    type: RequestBodyGraphQL
    value:
      query: "query { items(first: 100) { id } }"`,
  fields: () => ({ value: slot('data', { types: ['RequestBodyGraphQlQuery'], defaultType: 'RequestBodyGraphQlQuery' }) }),
  build(spec, b) {
    const body = compileBodyJson(b, b.build('data', spec.value, { defaultType: 'RequestBodyGraphQlQuery' }));
    return {
      place: 'bodyJson',
      contribute(options, request) {
        options.bodyJson = body(requestContext(b, request));
      },
    };
  },
});
