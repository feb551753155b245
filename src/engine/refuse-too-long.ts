import { countText } from '../lib/count-text.ts';
import { SystemError } from '../protocol/failure.ts';

/** Refuses more bytes than may be held at a time: SystemError that names the part of the response, such as "line", and the guard. */
export function refuseTooLong(part: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new SystemError(
    `A ${part} of the response is longer than the ${countText(limit)} bytes that are held in memory. Raise the guard max_response_bytes to read it.`,
  );
}
