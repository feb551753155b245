import { component } from '../../engine/component.ts';
import { describe, text } from '../../engine/fields.ts';
import { REQUEST_VARIABLES } from '../../engine/request-context.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: models/declarative_component_schema.py:RequestBodyGraphQlQuery */
export const RequestBodyGraphQlQuery = component({
  type: 'RequestBodyGraphQlQuery',
  kind: 'data',
  open: true,
  summary: 'A GraphQL query and whatever goes with it in the body, such as `variables`.',
  example: `
    query: "query { items(first: 100) { id } }"`,
  fields: () => ({ query: describe(text(), { default: 'query {\n    \n}', alsoReads: REQUEST_VARIABLES }) }),
  build({ $parameters: _parameters, type: _type, ...body }) {
    return body as JsonObject;
  },
});
