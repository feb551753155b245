import type { JsonObject } from '../../lib/json.ts';

/** A class of dlt whose instances stand for a piece of config: the type that they are written as, and the names of their arguments in order. */
export interface KnownClass {
  /** The value of the key `type`; undefined for a class whose instances are plain dicts of their arguments. */
  readonly type?: string;
  readonly parameters: readonly string[];
}

const LINK = ['next_url_path'];

/** parity: dlt/sources/helpers/rest_client/paginators.py, dlt/sources/helpers/rest_client/auth.py, dlt/extract/incremental/__init__.py */
const CLASSES: Readonly<Record<string, KnownClass>> = {
  JSONLinkPaginator: { type: 'json_link', parameters: LINK },
  JSONResponsePaginator: { type: 'json_link', parameters: LINK },
  HeaderLinkPaginator: { type: 'header_link', parameters: ['links_next_key'] },
  HeaderCursorPaginator: { type: 'header_cursor', parameters: ['cursor_key', 'cursor_param'] },
  JSONResponseCursorPaginator: { type: 'cursor', parameters: ['cursor_path', 'cursor_param', 'cursor_body_path'] },
  OffsetPaginator: {
    type: 'offset',
    parameters: ['limit', 'offset', 'offset_param', 'limit_param', 'total_path', 'maximum_offset', 'stop_after_empty_page'],
  },
  PageNumberPaginator: {
    type: 'page_number',
    parameters: ['base_page', 'page', 'page_param', 'total_path', 'maximum_page', 'stop_after_empty_page'],
  },
  SinglePagePaginator: { type: 'single_page', parameters: [] },
  BearerTokenAuth: { type: 'bearer', parameters: ['token'] },
  APIKeyAuth: { type: 'api_key', parameters: ['name', 'api_key', 'location'] },
  HttpBasicAuth: { type: 'http_basic', parameters: ['username', 'password'] },
  OAuth2ClientCredentials: {
    type: 'oauth2_client_credentials',
    parameters: ['access_token', 'access_token_url', 'client_id', 'client_secret', 'access_token_request_data', 'default_token_expiration'],
  },
  incremental: {
    type: 'incremental',
    parameters: [
      'cursor_path',
      'initial_value',
      'last_value_func',
      'primary_key',
      'end_value',
      'row_order',
      'allow_external_schedulers',
      'on_cursor_value_missing',
      'lag',
      'range_start',
      'range_end',
    ],
  },
  Client: {
    parameters: ['request_timeout', 'max_connections', 'raise_for_status', 'session', 'status_codes', 'exceptions', 'request_max_attempts'],
  },
  dict: { parameters: [] },
  RESTAPIConfig: { parameters: [] },
  ClientConfig: { parameters: [] },
  EndpointResource: { parameters: [] },
  Endpoint: { parameters: [] },
};

/** The class of that name, dotted or not; undefined when it is none of dlt's. */
export function knownClass(name: string): KnownClass | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  return Object.hasOwn(CLASSES, last) ? CLASSES[last] : undefined;
}

/** The piece of config that an instance stands for; undefined when there are more arguments than the class takes. */
export function instance(
  { type, parameters }: KnownClass,
  positional: readonly JsonObject[string][],
  named: JsonObject,
): JsonObject | undefined {
  if (positional.length > parameters.length) return undefined;
  const given = Object.fromEntries(positional.map((value, index) => [parameters[index] as string, value]));
  return { ...(type === undefined ? {} : { type }), ...given, ...named };
}
