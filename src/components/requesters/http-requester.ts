import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import {
  anything,
  boolean,
  bounded,
  describe,
  either,
  extension,
  integer,
  number,
  object,
  oneOf,
  optional,
  type Slot,
  slot,
  template,
  withDefault,
} from '../../engine/fields.ts';
import { fixedOrigin } from '../../engine/fixed-origin.ts';
import { joinUrl, type Params } from '../../engine/http.ts';
import type { PageRequest, QueryProperties } from '../../engine/kinds.ts';
import { REQUEST_VARIABLES, requestContext, requestedPage } from '../../engine/request-context.ts';
import { combineOptions, RequestOptions } from '../../engine/request-options.ts';
import { str } from '../../lang/text.ts';
import { isDict, type Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { onDemand } from '../../lib/on-demand.ts';
import { ConfigError } from '../../protocol/failure.ts';
import { exactTemplates, typedTemplates } from './request-templates.ts';

const URL_VARIABLES = ['config', ...REQUEST_VARIABLES, 'creation_response', 'polling_response', 'download_target'];

const USE_URL = 'Use `url` field instead.';
const USE_BODY = 'Use `request_body` field instead.';

const TEXTS = { type: 'object', additionalProperties: { type: 'string' } };
const PARAMETERS = { type: 'object', additionalProperties: { anyOf: [{ type: 'string' }, { $ref: '#/definitions/QueryProperties' }] } };

/** parity: requesters/http_requester.py:HttpRequester */
export const HttpRequester = component({
  type: 'HttpRequester',
  kind: 'requester',
  summary: 'Sends the request of each page: its URL, method, query, headers and body, with the credentials of its authenticator.',
  example: `
    type: HttpRequester
    url: https://api.example.com/v1/items
    http_method: GET
    request_parameters:
      updated_since: "{{ stream_interval.start_time }}"`,
  fields: () => ({
    url_base: describe(optional(template(...URL_VARIABLES)), { deprecated: USE_URL }),
    url: optional(template(...URL_VARIABLES)),
    path: describe(optional(template(...URL_VARIABLES)), { deprecated: USE_URL }),
    http_method: withDefault(oneOf('GET', 'POST'), 'GET'),
    authenticator: optional(slot('authenticator')),
    fetch_properties_from_endpoint: describe(
      optional(slot('propertyList', { types: ['PropertiesFromEndpoint'], defaultType: 'PropertiesFromEndpoint' })),
      { deprecated: 'Use `query_properties` field instead.' },
    ),
    query_properties: optional(slot('queryProperties', { defaultType: 'QueryProperties' })),
    request_parameters: optional(either(describe(object(), { schema: PARAMETERS }), template(...REQUEST_VARIABLES))),
    request_headers: optional(either(describe(object(), { schema: TEXTS }), template(...REQUEST_VARIABLES))),
    request_body_data: describe(optional(either(describe(object(), { schema: TEXTS }), template(...REQUEST_VARIABLES))), {
      deprecated: USE_BODY,
    }),
    request_body_json: describe(optional(anything()), {
      schema: { anyOf: [{ type: 'string' }, { type: 'object' }] },
      context: REQUEST_VARIABLES,
      deprecated: USE_BODY,
    }),
    request_body: describe(optional(slot('requestBody')), { context: REQUEST_VARIABLES }),
    error_handler: optional(slot('errorHandler', { defaultType: 'DefaultErrorHandler' })),
    use_cache: withDefault(boolean(), false),
    connect_timeout_in_seconds: optional(number()),
    read_timeout_in_seconds: optional(number()),
    use_tcp_keepalive: describe(optional(boolean(), false), {
      description: 'Changes nothing: every connection has TCP keep-alive.',
    }),
    shown_error_body: extension(
      optional(bounded(integer(), { minimum: 0 })),
      "Characters of a refusing response's body that errors show; without it they show the API's message, and with 0 nothing that the API says.",
    ),
    verbatim: extension(
      optional(boolean()),
      'Sends what stands here as it is: texts that look like numbers or lists stay texts, nulls and empty objects stay in a JSON body.',
    ),
  }),
  build(spec, b) {
    const { parameters, queryProperties, queryPropertiesKey } = splitQueryProperties(b, spec);
    const { url, urlBase, path, params, headers, bodyData, bodyJson } = (spec.verbatim ? exactTemplates : typedTemplates)(b, {
      ...spec,
      request_parameters: parameters,
    });
    const body = spec.request_body && b.build('requestBody', spec.request_body);
    const hasJson = (spec.verbatim ? spec.request_body_json != null : isGiven(spec.request_body_json)) || body?.place === 'bodyJson';
    if (hasJson && (isGiven(spec.request_body_data) || body?.place === 'bodyData'))
      b.fail('A request has one body: JSON, or a form or text.', 'request_body');
    if (Array.isArray(spec.request_body_json))
      b.warn('request_body_json is a list, which the reference refuses. It takes an object or a template.');
    if (spec.use_tcp_keepalive !== undefined)
      b.warn(`use_tcp_keepalive: ${spec.use_tcp_keepalive} changes nothing, since every connection has TCP keep-alive. Leave it out.`);
    const authenticator = b.build('authenticator', spec.authenticator ?? ({ type: 'NoAuth' } as Slot<'authenticator'>), {
      declaration: spec as JsonObject,
    });
    const handler = b.build('errorHandler', spec.error_handler ?? ({ type: 'DefaultErrorHandler' } as Slot<'errorHandler'>), {
      defaultType: 'DefaultErrorHandler',
    });

    const cookies = b.run.http.cookieJar();

    const named = onDemand(() => {
      const known = { templates: b.run.templates, config: b.config, parameters: b.parameters };
      return fixedOrigin(spec.url_base ?? '', known) ?? fixedOrigin(spec.url ?? '', known);
    });

    let last = { root: '', target: '', joined: '' };

    function fullUrl(request: PageRequest, pathOverride: string | undefined): string {
      const context = requestContext(b, request);
      const base = str(urlBase(context));
      const own = str(url(context));
      const target = pathOverride || str(path(context)).replace(/^\/+/, '');
      const root = base !== '' ? base : own;
      if (target === '') return root;
      // Most pages have the same URL.
      if (root !== last.root || target !== last.target) {
        last = { root, target, joined: joinUrl(root.endsWith('/') ? root : `${root}/`, target) };
      }
      return last.joined;
    }

    function ownOptions(request: PageRequest, withoutQuery: boolean): RequestOptions {
      const context = requestContext(b, request);
      const options = new RequestOptions();
      const query = withoutQuery ? {} : params(context);
      options.params = isDict(query) ? ({ ...query } as Record<string, Value>) : {};
      if (queryPropertiesKey !== undefined) options.params[queryPropertiesKey] = propertiesOf(request).join(',');
      options.headers = requireMapping(headers(context), 'request_headers');
      options.bodyData = bodyData(context) as RequestOptions['bodyData'];
      options.bodyJson = bodyJson(context);
      body?.contribute(options, request);
      return options;
    }

    return {
      queryProperties,
      actions: handler.actions,
      send(
        request,
        contributors = [],
        pathOverride,
        { stream = false, beginning, purpose, obtainsCredentials = false, withoutQuery = false } = {},
      ) {
        return b.run.http.send({
          name: b.stream?.name ?? '',
          handler,
          authenticator,
          cookies,
          useCache: spec.use_cache,
          connectTimeoutMs: toMilliseconds(spec.connect_timeout_in_seconds),
          readTimeoutMs: toMilliseconds(spec.read_timeout_in_seconds),
          shownBodyCharacters: spec.shown_error_body,
          stream,
          purpose,
          beginning,
          obtainsCredentials,
          page: () => requestedPage(request),
          named,
          async prepare(mayHold) {
            const credentials = new RequestOptions();
            const target = fullUrl(request, pathOverride);
            if (await mayHold(target)) await authenticator.contribute(credentials, () => target);
            const shares = contributors.map((contributor) => {
              const share = new RequestOptions();
              contributor.contribute(share, request);
              return share;
            });
            const options = combineOptions([ownOptions(request, withoutQuery), credentials, ...shares]);
            return {
              method: spec.http_method,
              url: target,
              headers: textHeaders(options.headers),
              params: checkParams(options.params),
              dedupeParams: true,
              isLink: pathOverride !== undefined,
              textType: options.textType,
              json: spec.verbatim && !hasJson && isEmptyObject(options.bodyJson) ? undefined : requireBodyJson(options.bodyJson),
              keepEmptyJson: spec.verbatim === true,
              data: options.bodyData as string | Params,
            };
          },
        });
      },
    };
  },
});

function isEmptyObject(value: Value): boolean {
  return isPlainObject(value) && Object.keys(value).length === 0;
}

interface QueryPropertiesSpec {
  readonly request_parameters?: JsonObject | string | undefined;
  readonly query_properties?: Slot<'queryProperties'> | undefined;
  readonly fetch_properties_from_endpoint?: Slot<'propertyList'> | undefined;
}

interface SplitParameters {
  readonly parameters: JsonObject | string | undefined;
  readonly queryProperties: QueryProperties | undefined;
  readonly queryPropertiesKey: string | undefined;
}

/** Takes a QueryProperties component out of the request parameters; parity: model_to_component_factory.py:create_simple_retriever */
function splitQueryProperties(b: Builder, spec: QueryPropertiesSpec): SplitParameters {
  const parameters = spec.request_parameters;
  const isProperties = (value: Json | undefined): boolean => isPlainObject(value) && value['type'] === 'QueryProperties';
  const keys = isPlainObject(parameters) ? Object.keys(parameters).filter((key) => isProperties((parameters as JsonObject)[key])) : [];
  const [key] = keys;
  if (key !== undefined) {
    if (keys.length > 1) b.fail(`request_parameters may hold one QueryProperties, but ${keys.join(' and ')} do.`, 'request_parameters');
    if (spec.fetch_properties_from_endpoint !== undefined)
      b.fail('The properties are given twice: in fetch_properties_from_endpoint and in request_parameters.');
    const rest = Object.fromEntries(Object.entries(parameters as JsonObject).filter(([name]) => name !== key));
    const queryProperties = b.build('queryProperties', (parameters as JsonObject)[key] as Slot<'queryProperties'>);
    return { parameters: rest, queryProperties, queryPropertiesKey: key };
  }
  const declared = spec.fetch_properties_from_endpoint
    ? ({ type: 'QueryProperties', property_list: spec.fetch_properties_from_endpoint } as unknown as Slot<'queryProperties'>)
    : spec.query_properties;
  const queryProperties = declared && b.build('queryProperties', declared, { defaultType: 'QueryProperties' });
  return { parameters, queryProperties, queryPropertiesKey: undefined };
}

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== '' && !(isPlainObject(value) && Object.keys(value).length === 0);
}

/** The properties that the retriever asks for with this request. */
function propertiesOf({ slice }: PageRequest): readonly string[] {
  const properties = slice.extraFields['query_properties'];
  if (!Array.isArray(properties)) throw new ConfigError('QueryProperties are only possible in the requester of a SimpleRetriever.');
  return properties as string[];
}

function requireMapping(value: Value, what: string): Record<string, Value> {
  if (!isDict(value)) throw new ConfigError(`${what} must evaluate to an object, not to ${str(value)}.`);
  return value as Record<string, Value>;
}

function requireBodyJson(value: Value): Value {
  if (typeof value === 'string')
    throw new ConfigError('The JSON body evaluates to a text: use request_body_data for bodies that are texts.');
  return value;
}

function textHeaders(headers: Record<string, Value>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, str(value)]));
}

function checkParams(params: Record<string, Value>): Params {
  for (const [name, value] of Object.entries(params)) {
    if (isDict(value)) throw new ConfigError(`The query parameter "${name}" is an object: give a text, a number or a list.`);
  }
  return params as Params;
}

function toMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
