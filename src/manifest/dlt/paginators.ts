import type { Json, JsonObject } from '../../lib/json.ts';
import { compileJsonPath, JsonPathError } from '../../lib/json-path.ts';
import {
  booleanAt,
  choiceAt,
  integerAt,
  isGiven,
  type Members,
  member,
  membersAt,
  type Place,
  refuse,
  refuseCode,
  textAt,
} from './places.ts';

const TYPES = [
  'json_link',
  'json_response',
  'header_link',
  'header_cursor',
  'auto',
  'single_page',
  'cursor',
  'offset',
  'page_number',
  'custom',
] as const;
type Type = (typeof TYPES)[number];

/** Where a paginator puts a value of the next page: a query parameter, or keys of the JSON body. */
export interface PagePlace {
  readonly body: boolean;
  readonly keys: readonly string[];
  readonly place: Place;
  /** Whether the first request has it too. */
  readonly fromFirst: boolean;
}

/** A paginator of the manifest, and what of the request it takes over. */
export interface Paging {
  readonly paginator: JsonObject | undefined;
  readonly taken: readonly PagePlace[];
}

const OPTIONS: Readonly<Record<Type, readonly string[]>> = {
  json_link: ['next_url_path'],
  json_response: ['next_url_path'],
  header_link: ['links_next_key'],
  header_cursor: ['cursor_key', 'cursor_param'],
  auto: [],
  single_page: [],
  cursor: [
    'cursor_path',
    'cursor_param',
    'cursor_body_path',
    'stop_after_empty_page',
    'has_more_path',
    'limit',
    'limit_param',
    'limit_body_path',
    'stop_condition',
  ],
  offset: [
    'limit',
    'offset',
    'offset_param',
    'offset_body_path',
    'limit_param',
    'limit_body_path',
    'total_path',
    'maximum_offset',
    'stop_after_empty_page',
    'has_more_path',
  ],
  page_number: [
    'base_page',
    'page',
    'page_param',
    'page_body_path',
    'total_path',
    'maximum_page',
    'stop_after_empty_page',
    'has_more_path',
  ],
  custom: [],
};

/** A component whose code comes with the config: `class_name` names it, and all other keys are given to it. */
export function customComponent(place: Place, type: string): JsonObject {
  const members = membersAt(place, 'A custom class');
  const name = members.get('class_name');
  if (!isGiven(name)) return refuse(place, 'The type custom needs "class_name": the name of an export of components.ts.');
  const own = [...members].filter(([key]) => key !== 'type' && key !== 'class_name');
  return { type, class_name: textAt(name, '"class_name"'), ...Object.fromEntries(own.map(([key, { value }]) => [key, value ?? null])) };
}

const DETECTED: Paging = { paginator: { type: 'DetectedPagination' }, taken: [] };
const SINGLE: Paging = { paginator: undefined, taken: [] };

/** Whether a paginator is left to be found out. */
export function isAutomatic(place: Place | undefined): boolean {
  if (!isGiven(place)) return true;
  const { value } = place;
  return value === 'auto' || (typeof value === 'object' && value !== null && ((value as JsonObject)['type'] ?? 'auto') === 'auto');
}

/** The paginator of one page only. */
export function singlePage(): Paging {
  return SINGLE;
}

/** Reads a paginator: its type alone, or an object; `records` is the JSONPath of the records, where one is declared. */
// parity: dlt/sources/rest_api/config_setup.py:create_paginator
export function compilePaginator(place: Place | undefined, records: string | undefined): Paging {
  if (!isGiven(place)) return DETECTED;
  refuseCode(place, `Write it as a dict with a "type": ${TYPES.join(', ')}.`);
  const isName = typeof place.value === 'string';
  const members: Members = isName ? new Map([['type', place]]) : membersAt(place, 'A paginator');
  const type = member(members, 'type');
  const name = type === undefined ? 'auto' : choiceAt(type, 'The type of a paginator', TYPES);
  // What a paginator of one's own takes is for its code to say.
  if (!isName && name !== 'custom') membersAt(place, `The paginator ${name}`, ['type', ...OPTIONS[name]]);
  return MAKERS[name]({ members, place, records });
}

interface Paginator {
  readonly members: Members;
  readonly place: Place;
  readonly records: string | undefined;
}

const MAKERS: Readonly<Record<Type, (paginator: Paginator) => Paging>> = {
  json_link: jsonLink,
  json_response: jsonLink,
  header_link: ({ members }) => byUrl({ type: 'HeaderPagination', link_relation: textOr(members, 'links_next_key', 'next') }),
  header_cursor({ members, place }) {
    const token: PagePlace = { body: false, keys: [textOr(members, 'cursor_param', 'cursor')], place, fromFirst: false };
    return byToken({ type: 'HeaderPagination', header: textOr(members, 'cursor_key', 'next') }, token);
  },
  auto: () => DETECTED,
  single_page: () => SINGLE,
  custom: ({ place }) => ({ paginator: customComponent(place, 'CustomPaginator'), taken: [] }),
  cursor: byCursor,
  offset({ members, place }) {
    const limit = member(members, 'limit');
    if (limit === undefined) return refuse(place, 'The paginator offset needs "limit".');
    const size = integerAt(limit, '"limit"');
    if (size < 1) refuse(limit, '"limit" must be at least 1.');
    return byRange(
      { members, place },
      { step: size, page_size: size, start: integerOr(members, 'offset', 0), base: 0 },
      'offset',
      'maximum_offset',
    );
  },
  page_number({ members, place }) {
    const base = integerOr(members, 'base_page', 0);
    return byRange({ members, place }, { step: 1, start: integerOr(members, 'page', base), base }, 'page', 'maximum_page');
  },
};

function jsonLink({ members }: Paginator): Paging {
  return byUrl({ type: 'JsonPathPagination', cursor_path: jsonPathOr(members, 'next_url_path', 'next'), is_url: true });
}

function byUrl(strategy: JsonObject): Paging {
  return { paginator: { type: 'DefaultPaginator', pagination_strategy: strategy, page_token_option: { type: 'RequestPath' } }, taken: [] };
}

function byToken(strategy: JsonObject, token: PagePlace, size?: PagePlace): Paging {
  const paginator: JsonObject = { type: 'DefaultPaginator', pagination_strategy: strategy, page_token_option: option(token) };
  if (size !== undefined) paginator['page_size_option'] = option(size);
  return { paginator, taken: size === undefined ? [token] : [token, size] };
}

function option({ body, keys }: PagePlace): JsonObject {
  const inject = { type: 'RequestOption', inject_into: body ? 'body_json' : 'request_parameter' };
  return keys.length === 1 ? { ...inject, field_name: keys[0] as string } : { ...inject, field_path: [...keys] };
}

/** parity: dlt/sources/helpers/rest_client/paginators.py:JSONResponseCursorPaginator */
function byCursor({ members, place, records }: Paginator): Paging {
  const limit = member(members, 'limit');
  const stop = member(members, 'stop_condition');
  const path = jsonPathOr(members, 'cursor_path', 'cursors.next');
  const strategy: JsonObject = {
    type: 'JsonPathPagination',
    cursor_path: path,
    ...(path.startsWith('last_record') && records !== undefined ? { records_path: records } : {}),
    ...(limit === undefined ? {} : { page_size: integerAt(limit, '"limit"') }),
    ...(flag(members, 'stop_after_empty_page', false) ? { stop_after_empty_page: true } : {}),
    ...optionalJsonPath(members, 'has_more_path'),
    ...(stop === undefined ? {} : { stop_condition: conditionAt(stop) }),
  };
  const token = placeOf(members, place, 'cursor', 'cursor', false);
  return byToken(strategy, token, limit === undefined ? undefined : placeOf(members, place, 'limit', 'limit', true));
}

/** parity: dlt/sources/helpers/rest_client/paginators.py:RangePaginator */
function byRange(
  { members, place }: Pick<Paginator, 'members' | 'place'>,
  numbers: { readonly step: number; readonly start: number; readonly base: number; readonly page_size?: number },
  name: 'offset' | 'page',
  maximumKey: string,
): Paging {
  const maximum = member(members, maximumKey);
  const hasMore = optionalJsonPath(members, 'has_more_path');
  const stopsEmpty = flag(members, 'stop_after_empty_page', true);
  // The total that dlt takes for granted is one that many APIs do not give.
  const isTotalStated = members.get('total_path')?.value !== undefined;
  const total = isTotalStated ? optionalJsonPath(members, 'total_path') : { total_path: 'total', is_total_optional: true };
  if (!stopsEmpty && maximum === undefined && Object.keys(hasMore).length === 0 && (!isTotalStated || Object.keys(total).length === 0)) {
    refuse(place, 'Paging would never end.', `Give total_path, ${maximumKey} or has_more_path, or leave stop_after_empty_page true.`);
  }
  const { start, base, step, page_size: size } = numbers;
  const strategy: JsonObject = {
    type: 'RangePagination',
    ...(start === 0 ? {} : { start }),
    ...(step === 1 ? {} : { step }),
    ...(base === 0 ? {} : { base }),
    ...(size === undefined ? {} : { page_size: size }),
    ...(maximum === undefined ? {} : { maximum: integerAt(maximum, `"${maximumKey}"`) }),
    ...total,
    ...hasMore,
    ...(stopsEmpty ? {} : { stop_after_empty_page: false }),
  };
  const token = placeOf(members, place, name, name, true);
  return byToken(strategy, token, size === undefined ? undefined : placeOf(members, place, 'limit', 'limit', true));
}

/** Where `<name>_param` or `<name>_body_path` puts a value; both together are an error. */
function placeOf(members: Members, paginator: Place, name: string, fallback: string, fromFirst: boolean): PagePlace {
  const [param, bodyPath] = [member(members, `${name}_param`), member(members, `${name}_body_path`)];
  if (param !== undefined && bodyPath !== undefined) refuse(bodyPath, `Either ${name}_param or ${name}_body_path, not both.`);
  if (bodyPath !== undefined) {
    const keys = textAt(bodyPath, `"${name}_body_path"`).split('.');
    if (keys.includes('')) refuse(bodyPath, `"${name}_body_path" must be names with dots between them.`);
    return { body: true, keys, place: bodyPath, fromFirst };
  }
  const key = param === undefined ? fallback : textAt(param, `"${name}_param"`);
  if (key === '') refuse(param as Place, `"${name}_param" is empty.`);
  return { body: false, keys: [key], place: param ?? paginator, fromFirst };
}

function textOr(members: Members, key: string, fallback: string): string {
  const place = member(members, key);
  return place === undefined ? fallback : textAt(place, `"${key}"`);
}

function integerOr(members: Members, key: string, fallback: number): number {
  const place = member(members, key);
  return place === undefined ? fallback : integerAt(place, `"${key}"`);
}

function flag(members: Members, key: string, fallback: boolean): boolean {
  const place = member(members, key);
  return place === undefined ? fallback : booleanAt(place, `"${key}"`);
}

function jsonPathOr(members: Members, key: string, fallback: string): string {
  const place = member(members, key);
  return place === undefined ? fallback : jsonPathAt(place, `"${key}"`);
}

function optionalJsonPath(members: Members, key: string): { [key: string]: Json } {
  const place = member(members, key);
  return place === undefined ? {} : { [key]: jsonPathAt(place, `"${key}"`) };
}

/** The text of a JSONPath; ends the compilation where it is none. */
export function jsonPathAt(place: Place, what: string): string {
  const text = textAt(place, what);
  try {
    return compileJsonPath(text).text;
  } catch (error) {
    if (error instanceof JsonPathError) return refuse(place, `${error.message}.`);
    throw error;
  }
}

/** An expression such as `last_page_size == 0` as a condition of the manifest. */
export function conditionAt(place: Place): string {
  const text = textAt(place, 'A condition');
  return /\{[{%]/.test(text) ? text : `{{ ${text} }}`;
}
