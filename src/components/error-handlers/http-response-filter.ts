import { component } from '../../engine/component.ts';
import { integer, list, oneOf, optional, template, text } from '../../engine/fields.ts';
import { Headers } from '../../engine/host.ts';
import { errorMessageOf, type FailureType, type HttpResponse, type ResponseAction } from '../../engine/http.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import { resolutionOfStatus } from './default-resolution.ts';

const ACTIONS = [
  'SUCCESS',
  'FAIL',
  'RETRY',
  'IGNORE',
  'RESET_PAGINATION',
  'RATE_LIMITED',
  'REFRESH_TOKEN_THEN_RETRY',
  'REDUCE_PAGE_SIZE',
  'SPLIT_REQUEST_WINDOW',
] as const;

/** parity: requesters/error_handlers/http_response_filter.py:HttpResponseFilter */
export const HttpResponseFilter = component({
  type: 'HttpResponseFilter',
  kind: 'responseFilter',
  summary: 'Says what a response means when its status, its message or a predicate on it matches.',
  example: `
    type: HttpResponseFilter
    http_codes: [404]
    action: IGNORE`,
  fields: () => ({
    action: optional(oneOf(...ACTIONS)),
    failure_type: optional(oneOf('system_error', 'config_error', 'transient_error')),
    error_message: optional(template('config', 'response', 'headers', 'request_url')),
    error_message_contains: optional(text()),
    http_codes: optional(list(integer())),
    predicate: optional(template('response', 'headers', 'request_url')),
  }),
  build(spec, b) {
    const codes = new Set(spec.http_codes);
    const predicate = spec.predicate ? b.condition(spec.predicate) : undefined;
    const message = b.string(spec.error_message ?? '');
    const contains = spec.error_message_contains;
    const variables = (response: HttpResponse) => ({
      config: null,
      parameters: b.parameters,
      response: (response.json ?? {}) as Value,
      headers: Headers.of(response.headers),
      request_url: bareUrl(response.url),
    });
    const matches = (response: HttpResponse): boolean =>
      codes.has(response.status) ||
      predicate?.(variables(response)) === true ||
      (contains !== undefined && contains !== '' && (errorMessageOf(response)?.includes(contains) ?? false));
    return {
      action: spec.action,
      readsBody: predicate !== undefined || Boolean(contains),
      match({ response }) {
        if (response === undefined || spec.action === undefined || !matches(response)) return undefined;
        const byStatus = resolutionOfStatus(response.status);
        const own = message.evaluate({ ...variables(response), config: b.config });
        return {
          action: spec.action,
          failureType: ownFailureType(spec) ?? byStatus?.failureType ?? 'system_error',
          message: own === null || own === '' ? (byStatus?.message ?? '') : str(own),
        };
      },
    };
  },
});

/** Whose failure it is, as far as the filter alone tells: a rate limit passes, whatever status it comes with. */
function ownFailureType({ action, failure_type }: Rule): FailureType | undefined {
  if (action === 'RATE_LIMITED') return 'transient_error';
  return action === 'FAIL' ? failure_type : undefined;
}

interface Rule {
  readonly action?: ResponseAction | undefined;
  readonly failure_type?: FailureType | undefined;
}

/** A URL without query, fragment and user, since errors that show it reach users. */
function bareUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '' : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}
