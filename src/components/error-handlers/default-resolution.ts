import type { Guards } from '../../engine/guards.ts';
import { apiMessageOf, type HttpResponse, type Outcome, type Resolution, type TransportError } from '../../engine/http.ts';
import type { Run } from '../../engine/run.ts';

const SUCCESS: Resolution = { action: 'SUCCESS' };

/** parity: sources/streams/http/error_handlers/default_error_mapping.py:DEFAULT_ERROR_MAPPING */
const BY_STATUS: Readonly<Record<number, Resolution>> = {
  400: {
    action: 'FAIL',
    failureType: 'system_error',
    message: 'HTTP Status Code: 400. Error: Bad request. Please check your request parameters.',
  },
  401: {
    action: 'FAIL',
    failureType: 'config_error',
    message: 'HTTP Status Code: 401. Error: Unauthorized. Please ensure you are authenticated correctly.',
  },
  403: {
    action: 'FAIL',
    failureType: 'config_error',
    message: "HTTP Status Code: 403. Error: Forbidden. You don't have permission to access this resource.",
  },
  404: {
    action: 'FAIL',
    failureType: 'system_error',
    message: 'HTTP Status Code: 404. Error: Not found. The requested resource was not found on the server.',
  },
  405: {
    action: 'FAIL',
    failureType: 'system_error',
    message: 'HTTP Status Code: 405. Error: Method not allowed. Please check your request method.',
  },
  408: { action: 'RETRY', failureType: 'transient_error', message: 'HTTP Status Code: 408. Error: Request timeout.' },
  429: { action: 'RATE_LIMITED', failureType: 'transient_error', message: 'HTTP Status Code: 429. Error: Too many requests.' },
  500: { action: 'RETRY', failureType: 'transient_error', message: 'HTTP Status Code: 500. Error: Internal server error.' },
  502: { action: 'RETRY', failureType: 'transient_error', message: 'HTTP Status Code: 502. Error: Bad gateway.' },
  503: { action: 'RETRY', failureType: 'transient_error', message: 'HTTP Status Code: 503. Error: Service unavailable.' },
  504: { action: 'RETRY', failureType: 'transient_error', message: 'HTTP Status Code: 504. Error: Gateway timeout.' },
};

/**
 * Statuses that find fault with the request as it is, or with who sends it, so that it would get them again. Those that tell of the present state of something
 * (409, 412, 416, 423, 424), of another try (408, 421, 425, 429) or of nothing that is known are not among them.
 */
const PERMANENT: ReadonlySet<number> = new Set([402, 406, 407, 410, 411, 413, 414, 415, 417, 422, 426, 428, 431, 451]);

/** What a status means when no filter of the manifest says otherwise; undefined for statuses without a meaning of their own. */
export function resolutionOfStatus(status: number): Resolution | undefined {
  return BY_STATUS[status];
}

/** What of a run the usual meanings depend on. */
interface DefaultsOfRun {
  readonly guards: Guards;
  readonly secrets: Pick<Run['secrets'], 'redact'>;
}

/**
 * What an outcome means when no filter of the manifest matches.
 * parity: requesters/error_handlers/default_error_handler.py:DefaultErrorHandler.interpret_response
 */
export function resolveByDefault({ response, error }: Outcome, { guards, secrets }: DefaultsOfRun): Resolution {
  if (response === undefined) return resolutionOfError(error);
  if (response.status < 400) return SUCCESS;
  const known = BY_STATUS[response.status];
  if (known !== undefined) return known;
  return {
    action: guards.permanent_errors === 'fail' && isPermanent(response) ? 'FAIL' : 'RETRY',
    failureType: 'system_error',
    message: `The API answered with HTTP status ${response.status}${whatItSaid(response, secrets)}`,
  };
}

function whatItSaid(response: HttpResponse, secrets: DefaultsOfRun['secrets']): string {
  return response.request.hidesAnswer ? '.' : `: ${apiMessageOf(response, secrets) ?? 'no message'}`;
}

/** Whether a request would be refused again; an API that says when to ask again thinks otherwise. */
function isPermanent({ status, headers }: HttpResponse): boolean {
  return PERMANENT.has(status) && headers.get('retry-after') === undefined;
}

/** What a request without a response means; whoever repeats requests leaves out those that cannot succeed later. */
function resolutionOfError({ exceptionName, message }: TransportError): Resolution {
  if (exceptionName === 'InvalidSchema') return { action: 'FAIL', failureType: 'config_error', message };
  const isTransient = exceptionName === 'InvalidURL' || exceptionName === 'RequestException';
  return { action: 'RETRY', failureType: isTransient ? 'transient_error' : 'system_error', message };
}
