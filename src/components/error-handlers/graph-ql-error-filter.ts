import { component } from '../../engine/component.ts';
import { list, oneOf, text, withDefault } from '../../engine/fields.ts';
import type { Resolution } from '../../engine/http.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';

/** The words of well-known APIs for a limited rate: Shopify, Linear, GitHub. */
const RATE_LIMITED = ['THROTTLED', 'RATELIMITED', 'RATE_LIMITED'];
/** The words of well-known servers for failures that pass: Apollo, Hasura, GraphQL Java. */
const TRANSIENT = ['INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'TIMEOUT', 'DOWNSTREAM_SERVICE_ERROR'];
const MOST_SHOWN = 5;

export const GraphQLErrorFilter = component({
  type: 'GraphQLErrorFilter',
  kind: 'responseFilter',
  extension: true,
  summary:
    'Takes the `errors` of a GraphQL answer for what they are, though its status is 200: without data the request failed, with some of the data it is a warning.',
  example: `
    type: GraphQLErrorFilter
    on_partial_data: FAIL`,
  fields: () => ({
    on_partial_data: withDefault(oneOf('WARN', 'FAIL', 'IGNORE'), 'WARN'),
    rate_limited_codes: withDefault(list(text()), RATE_LIMITED),
    transient_codes: withDefault(list(text()), TRANSIENT),
  }),
  build(spec, b) {
    const warned = new Set<string>();
    const hasCode = (errors: readonly Json[], codes: readonly string[]): boolean =>
      errors.some((error) => codesOf(error).some((code) => codes.includes(code)));

    function warn(message: string): void {
      if (warned.has(message) || warned.size >= MOST_SHOWN) return;
      warned.add(message);
      const others = warned.size === MOST_SHOWN ? ' Further ones are not shown.' : '';
      b.run.log.warn(`Stream ${b.stream?.name ?? ''}: the API gave only a part of the data. ${message}${others}`);
    }

    return {
      action: 'FAIL',
      readsBody: true,
      match({ response }) {
        if (response === undefined || response.status >= 400 || !isPlainObject(response.json)) return undefined;
        const body = response.json as JsonObject;
        const errors = ownProperty(body, 'errors');
        if (!Array.isArray(errors) || errors.length === 0) return undefined;
        const message = response.request.hidesAnswer
          ? 'GraphQL: errors whose messages are hidden.'
          : `GraphQL: ${errors.slice(0, MOST_SHOWN).map(describeError).join('; ')}`;
        if (hasCode(errors, spec.rate_limited_codes)) return { action: 'RATE_LIMITED', failureType: 'transient_error', message };
        if (holdsData(ownProperty(body, 'data')) && spec.on_partial_data !== 'FAIL') {
          if (spec.on_partial_data === 'WARN') warn(message);
          return undefined;
        }
        if (hasCode(errors, spec.transient_codes)) return { action: 'RETRY', failureType: 'transient_error', message };
        return { action: 'FAIL', failureType: 'system_error', message } satisfies Resolution;
      },
    };
  },
});

/** Whether any of the fields asked for was given. */
function holdsData(data: Json | undefined): boolean {
  return isPlainObject(data) && Object.values(data as JsonObject).some((value) => value !== null);
}

function codesOf(error: Json): string[] {
  if (!isPlainObject(error)) return [];
  const extensions = ownProperty(error as JsonObject, 'extensions');
  const codes = [
    ownProperty(error as JsonObject, 'type'),
    ...(isPlainObject(extensions) ? [ownProperty(extensions as JsonObject, 'code')] : []),
  ];
  return codes.filter((code) => typeof code === 'string');
}

/** The message of an error with the path of the field that it is about. */
function describeError(error: Json): string {
  if (!isPlainObject(error)) return String(error);
  const { message, path } = error as { message?: Json; path?: Json };
  const said = typeof message === 'string' && message !== '' ? message : 'no message';
  return Array.isArray(path) && path.length > 0 ? `${said} (at ${path.join('.')})` : said;
}
