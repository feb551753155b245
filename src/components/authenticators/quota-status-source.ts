import { component } from '../../engine/component.ts';
import { describe, integer, list, object, oneOf, optional, template, withDefault } from '../../engine/fields.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';

/** parity: auth/rate_limited_multiple_token.py:RateLimitedMultipleTokenAuthenticator (quota_status_*) */
export const QuotaStatusSource = component({
  type: 'QuotaStatusSource',
  kind: 'quotaStatusSource',
  summary: 'The URL that tells how many calls a token has left.',
  example: `
    type: QuotaStatusSource
    url: https://api.example.com/rate_limit`,
  fields: () => ({
    url: template('config'),
    http_method: withDefault(oneOf('GET', 'POST'), 'GET'),
    request_headers: optional(describe(object(), { schema: { type: 'object', additionalProperties: { type: 'string' } } })),
    unavailable_status_codes: optional(
      describe(list(integer()), {
        description: 'Statuses that say that the API counts no calls, so that the token is used without counting.',
      }),
    ),
  }),
  build(spec, b) {
    const context = b.context();
    const headers = Object.entries(spec.request_headers ?? {}).map(([name, value]) => [
      name,
      str(b.string(value as Value).evaluate(context)),
    ]);
    return {
      url: str(b.string(spec.url).evaluate(context)),
      method: spec.http_method,
      headers: Object.fromEntries(headers),
      unavailableStatuses: new Set(spec.unavailable_status_codes),
    };
  },
});
