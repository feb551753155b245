import type { Json, JsonObject } from '../../../lib/json.ts';
import { CLIENT_ERRORS } from '../retries.ts';
import { isSame } from './alike.ts';
import type { Part, PartReader } from './parts.ts';

/** What an error handler and a requester say of repeating requests and of their time: `runtime`, the session's statuses, and the response actions. */
export interface ExportedPatience {
  readonly runtime: JsonObject;
  readonly statusCodes: Json[] | undefined;
  readonly actions: JsonObject[];
}

const OURS = 'Only "ignore" is known to dlt itself.';

/** Reads what a requester says of failures. */
export function exportPatience(reader: PartReader, requester: Part, isGraphQl: boolean): ExportedPatience {
  const [connect, read, shown] = ['connect_timeout_in_seconds', 'read_timeout_in_seconds', 'shown_error_body'].map((key) =>
    requester.take(key),
  );
  const runtime: JsonObject = {
    ...(connect === undefined && read === undefined
      ? {}
      : { request_timeout: connect === read ? (read as Json) : [connect ?? 60, read ?? 60] }),
    ...(shown === undefined ? {} : { http_show_error_body: shown !== 0, ...(shown === 0 ? {} : { http_max_error_body_length: shown }) }),
  };
  let statusCodes: Json[] | undefined;
  const actions: JsonObject[] = [];
  for (const handler of handlersOf(requester.part('error_handler'))) {
    for (const [key, value] of Object.entries(exportRetries(reader, handler))) runtime[key] ??= value;
    for (const filter of handler.parts('response_filters')) {
      const codes = retriedCodes(filter);
      if (codes !== undefined) statusCodes = [...(statusCodes ?? []), ...codes];
      else actions.push(...exportFilter(reader, filter, isGraphQl));
    }
  }
  return { runtime, statusCodes, actions };
}

/** The handlers that a handler is made of, whose filters stand one after the other in a dlt config. */
function handlersOf(handler: Part | undefined): Part[] {
  if (handler === undefined) return [];
  if (handler.type === 'DefaultErrorHandler') return [handler];
  if (handler.type === 'CompositeErrorHandler') return handler.parts('error_handlers').flatMap(handlersOf);
  handler.lose(`dlt has nothing like ${handler.type}.`);
  return [];
}

function exportRetries(reader: PartReader, handler: Part): JsonObject {
  const [retries, factor, longest] = ['max_retries', 'usual_backoff_factor', 'longest_usual_backoff'].map((key) => handler.take(key));
  const found: JsonObject = {};
  if (typeof retries === 'number') found['request_max_attempts'] = retries + 1;
  else if (retries !== undefined) handler.lose('The number of attempts is no template in dlt.', 'max_retries');
  const strategy = exportStrategies(reader, handler.parts('backoff_strategies'));
  if ((factor ?? strategy) !== undefined) found['request_backoff_factor'] = (factor ?? strategy) as Json;
  if (longest !== undefined) found['request_max_retry_delay'] = longest;
  return found;
}

/** The factor of an exponential backoff. */
function exportStrategies(reader: PartReader, strategies: readonly Part[]): Json | undefined {
  let factor: Json | undefined;
  for (const strategy of strategies) {
    const header = strategy.type === 'WaitTimeFromHeader' ? strategy.take('header') : undefined;
    const stated = strategy.type === 'ExponentialBackoffStrategy' ? strategy.take('factor') : undefined;
    if (typeof header === 'string' && header.toLowerCase() === 'retry-after' && strategy.take('regex') === undefined) continue;
    if (typeof stated === 'number' && factor === undefined) {
      factor = stated;
      reader.lose(strategy.path, 'The first wait of dlt is the factor itself, not twice as long.');
    } else strategy.lose(`dlt waits exponentially, or as a Retry-After says: nothing like ${strategy.type}.`);
  }
  return factor;
}

/** The statuses that are asked for again, of a filter that says nothing else; none of the one that says which are not. */
function retriedCodes(filter: Part): Json[] | undefined {
  if (filter.type !== 'HttpResponseFilter') return undefined;
  const [codes, action] = [filter.take('http_codes'), filter.take('action')];
  const others = ['predicate', 'error_message_contains', 'error_message'].map((key) => filter.take(key));
  if (!Array.isArray(codes) || others.some((value) => value !== undefined)) return undefined;
  if (action === 'FAIL' && codes.length > 10 && CLIENT_ERRORS.filter((code) => codes.includes(code)).length > 10) return [];
  return action === 'RETRY' ? codes : undefined;
}

function exportFilter(reader: PartReader, filter: Part, isGraphQl: boolean): JsonObject[] {
  if (filter.type === 'GraphQLErrorFilter') {
    if (!isGraphQl) filter.lose('The errors of GraphQL are looked at where the body is a GraphQL request.');
    return [];
  }
  const [codes, action, content, condition, message] = ['http_codes', 'action', 'content', 'condition', 'error_message'].map((key) =>
    filter.take(key),
  );
  const [predicate, contains] = [filter.take('predicate'), filter.take('error_message_contains')];
  const known = ['IGNORE', 'FAIL', 'RETRY', 'RATE_LIMITED'].includes(String(action));
  if (!['ContentResponseFilter', 'HttpResponseFilter'].includes(filter.type) || !known) {
    filter.lose(`dlt has no response action for ${filter.type === 'HttpResponseFilter' ? String(action) : filter.type}.`);
    return [];
  }
  if (action !== 'IGNORE') reader.lose(filter.path, OURS);
  const rest: JsonObject = {
    action: (action === 'RATE_LIMITED' ? 'retry' : String(action).toLowerCase()) as Json,
    ...(message === undefined ? {} : { error_message: message }),
  };
  const text = content ?? contains;
  const test = condition ?? predicate;
  if (test !== undefined) reader.lose(filter.path, 'Conditions are ours: dlt itself knows statuses and contents.');
  const tests: JsonObject = {
    ...(text === undefined ? {} : { content: text }),
    ...(test === undefined ? {} : { condition: unwrapped(String(test)) }),
  };
  const listed = Array.isArray(codes) ? codes : [];
  if (filter.type === 'ContentResponseFilter')
    return listed.length === 0 ? [{ ...tests, ...rest }] : listed.map((code) => ({ status_code: code, ...tests, ...rest }));
  // Any one of these is enough for the filter; within a response action all of them must hold.
  return [
    ...listed.map((code) => ({ status_code: code, ...rest })),
    ...Object.entries(tests).map(([key, value]) => ({ [key]: value, ...rest })),
  ];
}

function unwrapped(template: string): string {
  return /^\{\{([\s\S]*)\}\}$/.exec(template.trim())?.[1]?.trim() ?? template;
}

/** Two descriptions of patience, of which dlt can hold one; what differs in the second is told. */
export function mergeRuntime(reader: PartReader, path: string, one: JsonObject | undefined, other: JsonObject): JsonObject {
  if (one === undefined) return other;
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (!isSame(one[key], other[key])) reader.lose(path, `dlt has one "${key}" for all resources: that of the first one is kept.`);
  }
  return one;
}
