import { RequestFailure } from '../http/retry.ts';
import { Failure, TransientError } from '../protocol/failure.ts';

const UNAUTHORIZED = 401;

/** Whether a failure says that what was asked for is not to be had, rather than that nobody was there or let in. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof Failure) || error instanceof TransientError) return false;
  return !(error.cause instanceof RequestFailure && error.cause.outcome?.response?.status === UNAUTHORIZED);
}
