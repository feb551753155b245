import type { Json, JsonObject } from '../../../lib/json.ts';
import { exportCustom } from './custom.ts';
import type { Part, PartReader } from './parts.ts';

/** A paginator as dlt has it, and the parameters that every page has beside its own. */
export interface ExportedPaging {
  readonly paginator: Json;
  readonly params: JsonObject;
}

/** Where a value of the page goes, in the words of dlt: `offset_param`, or `offset_body_path`. */
type Placed = { readonly [key: string]: Json } | undefined;

interface Paginator {
  readonly reader: PartReader;
  readonly strategy: Part;
  /** Where the token goes; a URL goes in the place of the path. */
  readonly token: (name: string) => Placed;
  readonly isUrl: boolean;
  /** Where the size of a page goes; undefined where it goes nowhere. */
  readonly size: ((name: string) => Placed) | undefined;
}

const UNTIL_EMPTY = 'dlt pages until a page is empty, which is one request more than until a page is short.';
const OURS = 'dlt itself does not know it.';

/** The paginator of a retriever; `tokenParam` is the parameter whose own template sends the token. */
export function exportPaginator(reader: PartReader, paginator: Part | undefined, tokenParam: string | undefined): ExportedPaging {
  if (paginator === undefined || paginator.type === 'NoPagination') return { paginator: 'single_page', params: {} };
  if (paginator.type === 'DetectedPagination') return { paginator: 'auto', params: {} };
  if (paginator.type === 'CustomPaginator') return { paginator: exportCustom(reader, paginator), params: {} };
  const strategy = paginator.type === 'DefaultPaginator' ? paginator.part('pagination_strategy') : undefined;
  const exported = strategy && STRATEGIES[strategy.type];
  if (strategy === undefined || exported === undefined) {
    (strategy ?? paginator).lose(`dlt has no paginator like ${strategy?.type ?? paginator.type}.`);
    return { paginator: 'single_page', params: {} };
  }
  const option = paginator.part('page_token_option');
  const size = paginator.part('page_size_option');
  const isUrl = option?.type === 'RequestPath';
  const byParam = (name: string): Placed => (tokenParam === undefined ? undefined : { [`${name}_param`]: tokenParam });
  return exported({
    reader,
    strategy,
    isUrl,
    token: option === undefined || isUrl ? byParam : placing(option),
    size: size && placing(size),
  });
}

function placing(option: Part): (name: string) => Placed {
  const [into, field, path] = ['inject_into', 'field_name', 'field_path'].map((key) => option.take(key));
  return (name) => {
    if (into === 'request_parameter' && typeof field === 'string') return { [`${name}_param`]: field };
    const keys = Array.isArray(path) ? path.map(String) : typeof field === 'string' ? [field] : [];
    if (into === 'body_json' && keys.length > 0 && !keys.some((key) => key.includes('.'))) return { [`${name}_body_path`]: keys.join('.') };
    option.lose(`dlt puts no value of a page into ${String(into)}.`);
    return undefined;
  };
}

const STRATEGIES: Readonly<Record<string, (paginator: Paginator) => ExportedPaging>> = {
  JsonPathPagination: fromJsonPath,
  HeaderPagination({ strategy, token }) {
    const [relation, header] = [strategy.take('link_relation'), strategy.take('header')];
    if (relation !== undefined) return alone({ type: 'header_link', links_next_key: relation });
    return alone({ type: 'header_cursor', cursor_key: header as string, ...token('cursor') });
  },
  RangePagination: fromRange,
  OffsetIncrement(paginator) {
    const { reader, strategy, token, size } = paginator;
    const limit = strategy.take('page_size');
    noteFirst(paginator, 'offset=0');
    reader.lose(strategy.path, UNTIL_EMPTY);
    if (limit === undefined) strategy.lose('dlt needs a limit, which is taken for the step: 100 stands in for it.');
    return alone({
      type: 'offset',
      limit: wholeNumber(strategy, limit) ?? 100,
      ...token('offset'),
      ...(size === undefined ? {} : size('limit')),
      total_path: null,
    });
  },
  PageIncrement(paginator) {
    const { reader, strategy, token, size } = paginator;
    const [start = 0, limit] = [strategy.take('start_from_page'), strategy.take('page_size')];
    noteFirst(paginator, 'the number of the first page');
    reader.lose(strategy.path, UNTIL_EMPTY);
    const placed = limit === undefined ? undefined : size?.('limit');
    const name = placed?.['limit_param'];
    if (placed !== undefined && typeof name !== 'string')
      strategy.lose('The size of a page belongs into the body of the request.', 'page_size');
    return {
      paginator: { type: 'page_number', base_page: start, ...token('page'), total_path: null },
      params: typeof name === 'string' ? { [name]: limit as Json } : {},
    };
  },
  CursorPagination: fromCursor,
};

function alone(paginator: JsonObject): ExportedPaging {
  return { paginator, params: {} };
}

/** A page size that may be written as a text. */
function wholeNumber(strategy: Part, value: Json | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number)) return number;
  strategy.lose('dlt needs a number, which is taken for the step: 100 stands in for it.', 'page_size');
  return undefined;
}

function noteFirst({ reader, strategy }: Paginator, what: string): void {
  if (strategy.take('inject_on_first_request') !== true) reader.lose(strategy.path, `dlt sends ${what} with the first request as well.`);
}

function fromJsonPath({ reader, strategy, isUrl, token, size }: Paginator): ExportedPaging {
  const path = strategy.take('cursor_path') as string;
  if (strategy.take('is_url') === true || isUrl) return alone({ type: 'json_link', next_url_path: path });
  strategy.take('records_path');
  const [limit, stop] = [strategy.take('page_size'), strategy.take('stop_condition')];
  if (path.startsWith('last_record')) reader.lose(`${strategy.path}.cursor_path`, OURS);
  if (limit !== undefined) reader.lose(`${strategy.path}.page_size`, OURS);
  if (stop !== undefined) reader.lose(`${strategy.path}.stop_condition`, OURS);
  return alone({
    type: 'cursor',
    cursor_path: path,
    ...token('cursor'),
    ...given('limit', limit),
    ...(limit === undefined ? {} : size?.('limit')),
    ...given('has_more_path', strategy.take('has_more_path')),
    ...given('stop_after_empty_page', strategy.take('stop_after_empty_page')),
    ...given('stop_condition', stop),
  });
}

function fromRange({ strategy, token, size }: Paginator): ExportedPaging {
  const [limit, step = 1, start = 0, base = 0] = ['page_size', 'step', 'start', 'base'].map((key) => strategy.take(key));
  const [maximum, total, optional] = ['maximum', 'total_path', 'is_total_optional'].map((key) => strategy.take(key));
  const name = limit === undefined ? 'page' : 'offset';
  if (step !== (limit ?? 1)) strategy.lose('dlt steps by the limit, or from page to page.', 'step');
  return alone({
    ...(limit === undefined
      ? { type: 'page_number', base_page: base, ...(start === base ? {} : { page: start }) }
      : { type: 'offset', limit, ...(start === 0 ? {} : { offset: start }) }),
    ...token(name),
    ...(limit === undefined ? {} : size?.('limit')),
    ...given(`maximum_${name}`, maximum),
    // The total that is looked for unless told is optional here.
    ...(optional === true && total === 'total' ? {} : { total_path: total ?? null }),
    ...given('has_more_path', strategy.take('has_more_path')),
    ...given('stop_after_empty_page', strategy.take('stop_after_empty_page')),
  });
}

function given(key: string, value: Json | undefined): JsonObject {
  return value === undefined ? {} : { [key]: value };
}

const RESPONSE = /^response((?:\.get\(\s*['"][^'"]*['"](?:\s*,\s*(?:''|""|\{\}|None|none))?\s*\)|\.\w+|\[\s*['"][^'"]*['"]\s*\])+)$/;
const HEADER = /^headers(?:\.(\w+)|\[\s*['"]([^'"]+)['"]\s*\]|\.get\(\s*['"]([^'"]+)['"]\s*\))$/;
const LINK = /^headers(?:\.link|\[\s*['"]link['"]\s*\])(?:\.(\w+)|\[\s*['"](\w+)['"]\s*\])(?:\.url|\[\s*['"]url['"]\s*\])$/i;
const LAST = /^last_record(?:\.(\w+)|\[\s*['"]([^'"]+)['"]\s*\]|\.get\(\s*['"]([^'"]+)['"]\s*\))$/;

/** A cursor whose value and end are templates. */
function fromCursor({ reader, strategy, isUrl, token, size }: Paginator): ExportedPaging {
  const expression = expressionIn(strategy.take('cursor_value'));
  const [stop, limit] = [strategy.take('stop_condition'), strategy.take('page_size')];
  const link = firstGroup(LINK, expression);
  if (link !== undefined) return alone({ type: 'header_link', links_next_key: link });
  const header = firstGroup(HEADER, expression);
  if (header !== undefined) return alone({ type: 'header_cursor', cursor_key: header, ...token('cursor') });
  const last = firstGroup(LAST, expression);
  const path = last === undefined ? responsePath(expression) : `last_record.${last}`;
  if (path === undefined) {
    strategy.lose(`dlt finds no cursor by ${JSON.stringify(expression)}.`, 'cursor_value');
    return alone({ type: 'single_page' });
  }
  if (last !== undefined) reader.lose(`${strategy.path}.cursor_value`, `${OURS.slice(0, -1)}: a cursor of the last record.`);
  if (isUrl) return alone({ type: 'json_link', next_url_path: path });
  return alone({
    type: 'cursor',
    cursor_path: path,
    ...token('cursor'),
    ...sized(reader, strategy, limit, size),
    ...ending(reader, strategy, stop, path),
  });
}

function sized(reader: PartReader, strategy: Part, limit: Json | undefined, size: Paginator['size']): JsonObject {
  const placed = limit === undefined ? undefined : size?.('limit');
  if (placed === undefined) return {};
  reader.lose(`${strategy.path}.page_size`, OURS);
  return { limit: wholeNumber(strategy, limit) ?? 100, ...placed };
}

/** The end of paging: `has_more_path` where a flag of the response says it, nothing where the cursor itself does, else a condition of ours. */
function ending(reader: PartReader, strategy: Part, stop: Json | undefined, path: string): JsonObject {
  if (stop === undefined) return {};
  const negated = operandOfNot(expressionIn(stop));
  const flag = negated === undefined ? undefined : responsePath(negated);
  if (flag === path) return {};
  if (flag !== undefined) return { has_more_path: flag };
  reader.lose(`${strategy.path}.stop_condition`, OURS);
  return { stop_condition: stop };
}

/** What `not` stands before, without parentheses around it; undefined for another expression. */
function operandOfNot(expression: string): string | undefined {
  if (!/^not\s/.test(expression)) return undefined;
  const operand = expression.slice('not'.length).trim();
  return operand.startsWith('(') && operand.endsWith(')') ? operand.slice(1, -1) : operand;
}

function expressionIn(value: Json | undefined): string {
  return /^\{\{([\s\S]*)\}\}$/.exec(String(value ?? '').trim())?.[1]?.trim() ?? '';
}

function firstGroup(pattern: RegExp, text: string): string | undefined {
  return pattern
    .exec(text)
    ?.slice(1)
    .find((group) => group !== undefined);
}

/** The JSONPath of a place in the response. */
function responsePath(expression: string): string | undefined {
  const [, path] = RESPONSE.exec(expression) ?? [];
  if (path === undefined) return undefined;
  const keys = [...path.matchAll(/\.get\(\s*['"]([^'"]*)['"][^)]*\)|\.(\w+)|\[\s*['"]([^'"]*)['"]\s*\]/g)].map(
    (found) => found.slice(1).find((key) => key !== undefined) as string,
  );
  return keys.map((key) => (/^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`)).join('.');
}
