import type { HttpResponse, RequestParts } from '../../engine/http.ts';
import type { ErrorHandler } from '../../engine/kinds.ts';
import type { Purpose } from '../../engine/observer.ts';
import type { Run } from '../../engine/run.ts';
import { SystemError } from '../../protocol/failure.ts';

/** Exponential waits from one second on that add up to about five minutes. */
const MAX_RETRIES = 8;

/** Repeats what may pass by itself; every other response is for the caller to judge. */
const handler: ErrorHandler = {
  maxRetries: MAX_RETRIES,
  readsBody: true,
  hasBackoff: false,
  actions: new Set(),
  interpret({ response, error }) {
    if (response === undefined)
      return {
        action: error.permanent ? 'FAIL' : 'RETRY',
        failureType: error.permanent ? 'config_error' : 'transient_error',
        message: error.message,
      };
    if (response.status !== 429 && response.status < 500) return { action: 'SUCCESS' };
    return { action: 'RETRY', failureType: 'transient_error', message: `HTTP status ${response.status}.` };
  },
  backoffSeconds: () => undefined,
};

/** What a request for a token is sent with. */
export interface TokenRequestOptions {
  readonly purpose?: Purpose;
  /** Whether nobody may read what a refusing response says. */
  readonly hidesAnswer?: boolean;
}

/** Sends a request for a token, outside of the budget of calls; gives any response below 500 but 429, with its body loaded. */
export async function sendTokenRequest(
  run: Run,
  prepare: () => RequestParts | Promise<RequestParts>,
  { purpose, hidesAnswer = false }: TokenRequestOptions = {},
): Promise<HttpResponse> {
  const response = await run.http.send({
    name: '',
    handler,
    outsideBudget: true,
    alwaysRepeats: true,
    purpose,
    obtainsCredentials: true,
    ...(hidesAnswer ? { shownBodyCharacters: 0 } : {}),
    prepare: async () => prepare(),
  });
  if (response === null) throw new SystemError('The request for a token got no response.');
  return response;
}
