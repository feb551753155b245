import { component } from '../../engine/component.ts';
import { integer, list, oneOf, optional, template, text } from '../../engine/fields.ts';
import { Headers } from '../../engine/host.ts';
import { errorMessageOf, type HttpResponse } from '../../engine/http.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { resolutionOfStatus } from './default-resolution.ts';

/** parity: dlt/sources/rest_api/config_setup.py:_handle_response_action */
export const ContentResponseFilter = component({
  type: 'ContentResponseFilter',
  kind: 'responseFilter',
  extension: true,
  summary:
    'Says what a response means when its status, its text and a condition on it all match, as far as they are given; an ignored response counts as an empty last page.',
  example: `
    type: ContentResponseFilter
    http_codes: [200]
    content: no such account
    action: IGNORE`,
  fields: () => ({
    action: oneOf('IGNORE', 'FAIL', 'RETRY'),
    http_codes: optional(list(integer())),
    content: optional(text('A text that the body must contain.')),
    condition: optional(template('config', 'response', 'headers')),
    error_message: optional(template('config', 'response', 'headers')),
  }),
  build(spec, b) {
    const { action, content } = spec;
    const codes = spec.http_codes && new Set(spec.http_codes);
    const condition = spec.condition ? b.condition(spec.condition) : undefined;
    const message = b.template(spec.error_message ?? '');
    if (codes === undefined && content === undefined && condition === undefined)
      b.fail('ContentResponseFilter needs http_codes, content or a condition.');
    const variables = (response: HttpResponse) => ({
      ...b.context(),
      response: (response.json ?? {}) as Value,
      headers: Headers.of(response.headers),
    });
    return {
      action,
      readsBody: content !== undefined || condition !== undefined,
      match({ response }) {
        if (response === undefined || codes?.has(response.status) === false) return undefined;
        if (content !== undefined && !response.text.includes(content)) return undefined;
        if (condition?.(variables(response)) === false) return undefined;
        const own = str(message.exact(variables(response)) ?? '');
        const usual = resolutionOfStatus(response.status);
        const said = response.request.hidesAnswer ? '.' : `: ${errorMessageOf(response) || 'no message'}`;
        return {
          action,
          dropsResponse: action === 'IGNORE',
          failureType: usual?.failureType ?? (action === 'RETRY' ? 'transient_error' : 'system_error'),
          message: own || usual?.message || (action === 'IGNORE' ? '' : `The API answered with HTTP status ${response.status}${said}`),
        };
      },
    };
  },
});
