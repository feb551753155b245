import type { Json, JsonObject } from '../../lib/json.ts';
import { expressionAt } from './expressions.ts';
import {
  booleanAt,
  choiceAt,
  integerAt,
  isGiven,
  itemsAt,
  type Members,
  member,
  membersAt,
  numberAt,
  type Place,
  refuse,
  refuseCode,
  textAt,
} from './places.ts';

const RUNTIME = [
  'request_timeout',
  'request_max_attempts',
  'request_backoff_factor',
  'request_max_retry_delay',
  'http_show_error_body',
  'http_max_error_body_length',
];
const SESSION = [...RUNTIME.slice(0, 4), 'status_codes', 'raise_for_status', 'respect_retry_after_header', 'max_connections'];
const ACTION = ['status_code', 'content', 'condition', 'action', 'error_message'];

/** parity: dlt/common/configuration/specs/runtime_configuration.py:RuntimeConfiguration */
const DEFAULTS = { timeout: 60, attempts: 5, factor: 1, longestDelay: 300, errorBodyLength: 8192 };

/** Statuses that say that the request itself is wrong, but for a limited rate. */
export const CLIENT_ERRORS = [
  400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424, 425, 426, 428, 431,
  451,
];
const RATE_LIMITED = 429;

/** How requests are repeated and how long they may take: what each requester declares beside its request. */
export interface Patience {
  readonly requester: JsonObject;
  /** The error handler, with further filters before its own. */
  errorHandler(filters: readonly JsonObject[]): JsonObject;
}

/** Reads `runtime` and the client's session, of which the session wins. */
// parity: dlt/sources/helpers/requests/retry.py:Client
export function compilePatience(runtime: Place | undefined, session: Place | undefined): Patience {
  const settings: Members = new Map([...runtimeMembers(runtime), ...sessionMembers(session)]);
  const numberOr = (key: string, fallback: number): number => {
    const place = member(settings, key);
    return place === undefined ? fallback : numberAt(place, `"${key}"`);
  };
  const [connect, read] = timeouts(member(settings, 'request_timeout'));
  const attempts = integerOr(settings, 'request_max_attempts', DEFAULTS.attempts);
  const factor = numberOr('request_backoff_factor', DEFAULTS.factor);
  const longest = numberOr('request_max_retry_delay', DEFAULTS.longestDelay);
  const retryAfter = member(settings, 'respect_retry_after_header');
  if (retryAfter !== undefined && !booleanAt(retryAfter, '"respect_retry_after_header"')) {
    refuse(retryAfter, 'The wait that a Retry-After header states cannot be passed over here.');
  }
  return {
    requester: {
      connect_timeout_in_seconds: connect,
      read_timeout_in_seconds: read,
      ...shownErrorBody(settings),
    },
    errorHandler: (filters) => ({
      type: 'DefaultErrorHandler',
      max_retries: Math.max(0, attempts - 1),
      ...(factor === 1 ? {} : { usual_backoff_factor: factor }),
      longest_usual_backoff: longest,
      response_filters: [...filters, ...statusFilters(member(settings, 'status_codes'))],
    }),
  };
}

function runtimeMembers(place: Place | undefined): Members {
  return isGiven(place) ? membersAt(place, 'runtime', RUNTIME) : new Map();
}

function sessionMembers(place: Place | undefined): Members {
  if (!isGiven(place)) return new Map();
  refuseCode(place, `Only requests.Client(...) with ${SESSION.slice(0, 5).join(', ')} is understood.`);
  return membersAt(place, 'session', SESSION);
}

function timeouts(place: Place | undefined): [connect: number, read: number] {
  if (place === undefined) return [DEFAULTS.timeout, DEFAULTS.timeout];
  if (!Array.isArray(place.value)) {
    const seconds = numberAt(place, '"request_timeout"');
    return [seconds, seconds];
  }
  const [connect, read] = itemsAt(place, '"request_timeout"').map((item) => numberAt(item, 'A timeout'));
  return connect === undefined || read === undefined
    ? refuse(place, '"request_timeout" is a number of seconds, or one to connect and one to read.')
    : [connect, read];
}

function integerOr(members: Members, key: string, fallback: number): number {
  const place = member(members, key);
  return place === undefined ? fallback : integerAt(place, `"${key}"`);
}

/** parity: dlt/sources/helpers/rest_client/client.py:_dlt_raise_for_status */
function shownErrorBody(settings: Members): JsonObject {
  const show = member(settings, 'http_show_error_body');
  if (show === undefined) return {};
  const length = integerOr(settings, 'http_max_error_body_length', DEFAULTS.errorBodyLength);
  return { shown_error_body: booleanAt(show, '"http_show_error_body"') ? length : 0 };
}

function statusFilters(place: Place | undefined): JsonObject[] {
  if (place === undefined) return [{ type: 'HttpResponseFilter', http_codes: CLIENT_ERRORS, action: 'FAIL' }];
  const codes = itemsAt(place, '"status_codes"').map((item) => integerAt(item, 'A status'));
  const failing = [...CLIENT_ERRORS, RATE_LIMITED, 500, 501, 502, 503, 504, 505].filter((code) => !codes.includes(code));
  return [
    ...(codes.length === 0 ? [] : [{ type: 'HttpResponseFilter', http_codes: codes, action: 'RETRY' }]),
    { type: 'HttpResponseFilter', http_codes: failing, action: 'FAIL' },
  ];
}

/** The filters for `response_actions`, in their order. */
// parity: dlt/sources/rest_api/config_setup.py:create_response_hooks
export function compileActions(place: Place | undefined): JsonObject[] {
  if (!isGiven(place)) return [];
  const hint = 'Possible are "ignore", "fail" and "retry"; "encoding" of the endpoint and processing_steps do what hooks are often for.';
  return itemsAt(place, 'response_actions').map((item) => {
    refuseCode(item, hint);
    const members = membersAt(item, 'A response action', ACTION);
    const action = member(members, 'action');
    if (action === undefined) return refuse(item, 'A response action needs "action".', hint);
    refuseCode(action, hint);
    if (Array.isArray(action.value)) refuse(action, 'A list of hooks is Python code, which cannot run here.', hint);
    const word = choiceAt(action, '"action"', ['ignore', 'fail', 'retry'] as const);
    const [status, content, condition, message] = ['status_code', 'content', 'condition', 'error_message'].map((key) =>
      member(members, key),
    );
    if (status === undefined && content === undefined && condition === undefined)
      refuse(item, 'A response action needs "status_code" or "content".');
    return {
      type: 'ContentResponseFilter',
      ...(status === undefined ? {} : { http_codes: [statusAt(status)] }),
      ...(content === undefined ? {} : { content: textAt(content, '"content"') }),
      ...(condition === undefined ? {} : { condition: `{{ ${expressionAt(condition, 'response')} }}` }),
      action: word.toUpperCase() as Json,
      ...(message === undefined ? {} : { error_message: textAt(message, '"error_message"') }),
    };
  });
}

function statusAt(place: Place): number {
  const { value } = place;
  return integerAt(typeof value === 'string' && /^\d{3}$/.test(value) ? { ...place, value: Number(value) } : place, '"status_code"');
}
