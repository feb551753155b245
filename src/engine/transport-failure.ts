import type { TransportError } from '../http/errors.ts';
import { ConfigError, type Failure, SystemError, TransientError } from '../protocol/failure.ts';

const USERS_FAULTS: ReadonlySet<TransportError['kind']> = new Set([
  'invalid_url',
  'missing_schema',
  'invalid_schema',
  'invalid_header',
  'invalid_body',
  'forbidden_address',
  'not_recorded',
  'forbidden_redirect',
  'forbidden_host',
]);

/** Whether the request itself is wrong, which comes of the config or of the manifest. */
export function isUsersFault({ kind }: TransportError): boolean {
  return USERS_FAULTS.has(kind);
}

/** A failure below HTTP as it is told to the user, such as that of a body which breaks off after its first records were read. */
export function transportFailure(error: TransportError): Failure {
  if (isUsersFault(error)) return new ConfigError(error.message, { cause: error });
  return new (error.permanent ? SystemError : TransientError)(error.message, { cause: error });
}
